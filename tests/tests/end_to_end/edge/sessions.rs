//! What a session is worth, and for how long (cases 14, 20, 21).

use super::{Heard, ask_with, desk};
use crate::end_to_end::Desk;
use domain::access::Role;
use serde_json::{Value, json};
use store::{Dialect, on_both_databases};

on_both_databases!(
    a_session_that_was_ended_opens_nothing_with_the_next_request,
    anothers_message_and_one_that_is_not_there_are_the_same_byte_for_byte,
);

const WHO: &str = "{ messages { totalCount } }";

async fn ask(desk: &Desk, token: &str, query: &str, variables: Value) -> Heard {
    let bearer = format!("Bearer {token}");
    ask_with(desk, &[("authorization", &bearer)], &json!({"query": query, "variables": variables})).await
}

async fn a_session_that_was_ended_opens_nothing_with_the_next_request(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let ended = async |token: &str, how: &str| {
        let heard = ask(&desk, token, WHO, json!({})).await;
        assert_eq!((heard.status, heard.code().as_str()), (401, "UNAUTHENTICATED"), "{how}: {}", heard.body);
        assert_eq!(heard.header("www-authenticate"), "Bearer", "{how}");
    };
    let of = async |token: &str| {
        let heard = ask(&desk, token, "{ viewer { id } messages { totalCount } }", json!({})).await;
        assert_eq!((heard.status, heard.json().get("errors").is_none()), (200, true), "{}", heard.body);
        heard.json()["data"]["viewer"]["id"].clone()
    };
    let signs_out = desk.member(Role::Agent).await;
    of(&signs_out).await;
    ask(&desk, &signs_out, "mutation { signOut }", json!({})).await;
    ended(&signs_out, "signed out").await;

    let deactivated = desk.member(Role::Agent).await;
    let id = of(&deactivated).await;
    let deactivate = "mutation($id: ID!) { deactivateMember(id: $id) { userErrors { code } } }";
    ask(&desk, &admin, deactivate, json!({"id": id})).await;
    ended(&deactivated, "deactivated").await;

    let mine = desk.member(Role::Agent).await;
    of(&mine).await;
    let change = "mutation { changePassword(input: {currentPassword: \"correct horse battery\", \
                  newPassword: \"another horse battery\"}) { token userErrors { message } } }";
    let changed = ask(&desk, &mine, change, json!({})).await.json();
    ended(&mine, "another password").await;
    of(changed["data"]["changePassword"]["token"].as_str().unwrap_or_else(|| panic!("{changed}"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_makes_a_session_of_its_own_whatever_token_was_sent_along() {
    let desk = desk().await;
    let before = desk.administrator().await;
    let sign_in = "mutation { signIn(input: {email: \"admin@localhost\", password: \"correct horse battery\"}) { token } }";
    let planted = format!("lws_{}", "A".repeat(43));
    let (visitor, _) = desk.submit().await;
    for sent in [&before, &planted, &visitor] {
        let heard = ask(&desk, sent, sign_in, json!({})).await.json();
        let token = heard["data"]["signIn"]["token"].as_str().unwrap_or_else(|| panic!("{heard}"));
        assert_ne!(token, sent);
        assert_eq!(ask(&desk, token, WHO, json!({})).await.status, 200);
    }
    assert_eq!(
        ask(&desk, &planted, WHO, json!({})).await.status,
        401,
        "what was planted opens nothing now either"
    );
}

async fn anothers_message_and_one_that_is_not_there_are_the_same_byte_for_byte(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let ((mine, my_id), (_, their_id)) = (desk.submit().await, desk.submit().await);
    let nothing = "00000000-0000-7000-8000-000000000000";
    let read = "query($id: ID!) { visitor { message(id: $id) { id content } } }";
    let write = "mutation($id: ID!) { continueMessage(input: {messageId: $id, content: \"x\"}) { receipt { id } userErrors { code } } }";
    for query in [read, write] {
        let theirs = ask(&desk, &mine, query, json!({"id": their_id})).await;
        let absent = ask(&desk, &mine, query, json!({"id": nothing})).await;
        assert_eq!((theirs.status, &theirs.body), (absent.status, &absent.body), "{query}");
    }
    assert_eq!(
        ask(&desk, &mine, read, json!({"id": my_id})).await.json()["data"]["visitor"]["message"]["id"],
        my_id
    );
    // A token that opens nothing (any more) is nobody's.
    let heard = ask(&desk, &format!("lwv_{}", "A".repeat(43)), write, json!({"id": my_id})).await;
    assert_eq!((heard.status, heard.code().as_str()), (401, "UNAUTHENTICATED"));
}

//! A visitor's token opens that visitor's messages, and nothing else can be learned with it.

use super::Desk;
use serde_json::{Value, json};
use store::{Dialect, on_both_databases};

on_both_databases!(
    absent_and_not_yours_answer_with_the_same_bytes,
    a_visitors_token_opens_nothing_of_the_desk,
    without_a_valid_token_there_is_no_visitor,
);

pub(super) const ABSENT: &str = "018f0000-0000-7000-8000-000000000000";

async fn absent_and_not_yours_answer_with_the_same_bytes(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (mine, own) = desk.submit().await;
    let (_, theirs) = desk.submit().await;
    let close = "mutation($id: ID!) { closeMessage(input: {messageId: $id}) { visitorMessage { id status } \
                 userErrors { code } } }";
    let read = "query($id: ID!) { visitor { message(id: $id) { id content status entries { content } } } }";
    let relate = "mutation($id: ID!) { submitMessage(input: {name: \"李雷\", contact: \"13800138000\", \
                  content: \"还是那件事\", relatedTo: $id}) { receipt { id } userErrors { code message field } } }";
    let reply =
        "mutation($id: ID!) { replyToMessage(input: {messageId: $id, content: \"好\"}) { receipt { id } } }";
    let staff_read = "query($id: ID!) { message(id: $id) { id content } }";
    for question in [read, close, relate, reply, staff_read] {
        let of_theirs = desk.ask(Some(&mine), question, json!({"id": theirs})).await;
        for absent in [ABSENT, "no id at all"] {
            let of_nothing = desk.ask(Some(&mine), question, json!({"id": absent})).await;
            assert_eq!(
                (of_theirs.status, &of_theirs.body),
                (of_nothing.status, &of_nothing.body),
                "{question}"
            );
        }
    }
    assert_eq!(desk.ask(Some(&mine), close, json!({"id": theirs})).await.code(), "NOT_FOUND");
    let nothing = desk.ask(Some(&mine), read, json!({"id": theirs})).await.data();
    assert_eq!(nothing, json!({"visitor": {"message": null}}));

    let seen = desk.ask(Some(&mine), read, json!({"id": own})).await.data();
    assert_eq!(seen["visitor"]["message"]["id"], json!(own));
    let closed = desk.ask(Some(&mine), close, json!({"id": own})).await.data();
    assert_eq!(closed["closeMessage"]["visitorMessage"]["status"], "CLOSED");
    let of_theirs =
        desk.ask(Some(&desk.administrator().await), staff_read, json!({"id": theirs})).await.data();
    assert_eq!(of_theirs["message"]["id"], json!(theirs), "and theirs was there all the while");
}

async fn a_visitors_token_opens_nothing_of_the_desk(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (token, id) = desk.submit().await;
    let reply =
        "mutation($id: ID!) { replyToMessage(input: {messageId: $id, content: \"好\"}) { receipt { id } } }";
    assert_eq!(desk.ask(Some(&token), reply, json!({"id": id})).await.code(), "FORBIDDEN");
    assert_eq!(desk.ask(Some(&token), "{ messages { totalCount } }", json!({})).await.code(), "FORBIDDEN");
    let viewer = desk.ask(Some(&token), "{ viewer { id } }", json!({})).await.data();
    assert_eq!(viewer["viewer"], Value::Null);
}

async fn without_a_valid_token_there_is_no_visitor(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (token, _) = desk.submit().await;
    let guess = format!("{}x", &token[..token.len() - 1]);
    for token in [None, Some("lwv_guess"), Some(guess.as_str()), Some("")] {
        let nobody = desk.ask(token, "{ visitor { id } viewer { id } }", json!({})).await.data();
        assert_eq!(nobody, json!({"visitor": null, "viewer": null}));
        assert_eq!(desk.ask(token, "{ messages { totalCount } }", json!({})).await.code(), "UNAUTHENTICATED");
    }
    let submit = desk.ask(Some("lwv_guess"), super::SUBMIT, json!({"input": super::input()})).await;
    assert_eq!(submit.code(), "UNAUTHENTICATED", "nobody becomes a second visitor by mistake");
}

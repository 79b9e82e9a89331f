//! Many at once, for the same thing: one of them gets it, and the others are told.

use super::{Answer, Desk, SUBMIT, config, input};
use commands::{Caller, Commands, NewMember};
use domain::{access::Role, member::MemberEmail, text::Name};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc};
use store::{Dialect, on_both_databases};
use tokio::{sync::Barrier, task::JoinSet};

on_both_databases!(
    of_fifty_replies_to_one_version_one_wins_and_the_others_see_it,
    fifty_submissions_with_one_key_are_one_message_one_receipt_and_one_token,
    of_forty_members_who_claim_a_message_one_gets_it,
);

const REPLY: &str = "mutation($input: ReplyToMessageInput!) { replyToMessage(input: $input) { \
    receipt { id version position } userErrors { code } \
    conflict { version eventsSince { type sequence payload } } } }";

fn about(mutation: &str) -> String {
    format!(
        "mutation($input: MessageRefInput!) {{ {mutation}(input: $input) {{ \
         receipt {{ version }} userErrors {{ code message }} }} }}"
    )
}

/// All of them at the same moment; the answers come in the order of the requests.
async fn at_once(desk: &Arc<Desk>, query: &str, asks: Vec<(Option<String>, Value)>) -> Vec<Answer> {
    let (start, mut requests) = (Arc::new(Barrier::new(asks.len())), JoinSet::new());
    for (index, (token, variables)) in asks.into_iter().enumerate() {
        let (desk, start, query) = (desk.clone(), start.clone(), query.to_owned());
        requests.spawn(async move {
            start.wait().await;
            (index, desk.ask(token.as_deref(), &query, variables).await)
        });
    }
    let mut answers = requests.join_all().await;
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

async fn of_fifty_replies_to_one_version_one_wins_and_the_others_see_it(dialect: Dialect) {
    let desk = Arc::new(Desk::start(dialect).await);
    let (staff, (_, id)) = (desk.administrator().await, desk.submit().await);
    let reply =
        |n| json!({"input": {"messageId": id, "content": format!("第 {n} 个回复"), "expectedVersion": 1}});
    let asks = (0..50).map(|n| (Some(staff.clone()), reply(n))).collect();
    let answers = at_once(&desk, REPLY, asks).await;
    let payloads: Vec<Value> = answers.iter().map(|answer| answer.data()["replyToMessage"].clone()).collect();
    let (won, lost): (Vec<_>, Vec<_>) =
        (0..).zip(&payloads).partition(|(_, payload)| payload["receipt"].is_object());
    assert_eq!((won.len(), lost.len()), (1, 49));
    let (winner, payload) = won[0];
    assert_eq!((&payload["receipt"]["version"], &payload["userErrors"]), (&json!(2), &json!([])));
    for (_, payload) in lost {
        assert_eq!(payload["userErrors"], json!([{"code": "CONFLICT"}]));
        let (conflict, since) = (&payload["conflict"], &payload["conflict"]["eventsSince"]);
        assert_eq!((&conflict["version"], since.as_array().map(Vec::len)), (&json!(2), Some(1)), "{payload}");
        assert_eq!((&since[0]["type"], &since[0]["sequence"]), (&json!("MessageReplied"), &json!(2)));
        let said = since[0]["payload"].to_string();
        assert!(said.contains(&format!("第 {winner} 个回复")), "what happened since is what won: {said}");
    }
}

async fn fifty_submissions_with_one_key_are_one_message_one_receipt_and_one_token(dialect: Dialect) {
    let desk = Arc::new(Desk::start(dialect).await);
    let mut keyed = input();
    keyed["idempotencyKey"] = json!("5a8a2f8e-6e0b-4b4e-9d54-7f0c36b2a9d1");
    let answers = at_once(&desk, SUBMIT, vec![(None, json!({"input": keyed})); 50]).await;
    let told: BTreeSet<String> = answers
        .iter()
        .map(|answer| {
            let payload = answer.data()["submitMessage"].clone();
            assert!(payload["receipt"].is_object() && payload["visitorToken"].is_string(), "{payload}");
            format!("{} {}", payload["receipt"], payload["visitorToken"])
        })
        .collect();
    assert_eq!(told.len(), 1, "{told:?}");
    let staff = desk.administrator().await;
    let messages = desk.ask(Some(&staff), "{ messages { totalCount } }", json!({})).await.data();
    assert_eq!(messages["messages"]["totalCount"], 1);
}

async fn of_forty_members_who_claim_a_message_one_gets_it(dialect: Dialect) {
    let desk = Arc::new(Desk::start(dialect).await);
    let (claim, (_, id)) = (about("claimMessage"), desk.submit().await);
    let mut asks = Vec::new();
    for member in members(&desk, 40).await {
        asks.push((Some(member), json!({"input": {"messageId": id}})));
    }
    let answers = at_once(&desk, &claim, asks).await;
    let payloads: Vec<Value> = answers.iter().map(|answer| answer.data()["claimMessage"].clone()).collect();
    let won = payloads.iter().filter(|payload| payload["receipt"].is_object()).count();
    let lost =
        payloads.iter().filter(|payload| payload["userErrors"][0]["code"] == "ALREADY_ASSIGNED").count();
    assert_eq!((won, lost), (1, 39), "{payloads:?}");
}

/// So many agents, signed in.
async fn members(desk: &Desk, count: usize) -> Vec<String> {
    let store = desk.database.open(desk.clock.clone()).await;
    let (commands, mut sessions) = (Commands::new(store.clone()), Vec::new());
    for number in 0..count {
        let email = MemberEmail::parse(&format!("agent{number}@example.com")).expect("an address");
        let name = Name::parse(&format!("客服 {number} 号")).expect("a name");
        let new = NewMember { name, email: email.clone(), role: Role::Agent.into() };
        commands.add_member(&Caller::system("test"), new, None).await.expect("added");
        let link = commands.create_sign_in_link(&email).await.expect("a link");
        sessions.push(desk.redeem(&link.token).await);
    }
    store.close().await;
    sessions
}

/// PostgreSQL alone: a data directory has one server.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_has_written_the_other_goes_by_at_once() {
    let one = Desk::start(Dialect::Postgres).await;
    let (staff, (_, id)) = (one.administrator().await, one.submit().await);
    let other = server::Server::start(&config(&one.database), one.clock.clone()).await.expect("starts");
    let ask_of = |payload: Value, mutation: &str| payload[mutation].clone();
    for round in 0..10 {
        // The other server replies; this one, which last saw the message before that, replies to exactly that version.
        let version = 1 + 2 * round;
        let reply =
            |version| json!({"input": {"messageId": id, "content": "好的", "expectedVersion": version}});
        let answer = one.ask_at(other.address(), Some(&staff), REPLY, reply(version)).await;
        let written = ask_of(answer.data(), "replyToMessage");
        assert_eq!(written["receipt"]["version"], version + 1, "{written}");
        let answer = one.ask(Some(&staff), REPLY, reply(version + 1)).await;
        let written = ask_of(answer.data(), "replyToMessage");
        assert_eq!(written["receipt"]["version"], version + 2, "no conflict: {written}");
    }
    let (close, reopen) = (about("closeMessage"), about("reopenMessage"));
    let variables = json!({"input": {"messageId": id}});
    for _ in 0..10 {
        let closed = ask_of(one.ask(Some(&staff), &close, variables.clone()).await.data(), "closeMessage");
        assert!(closed["receipt"].is_object(), "this one closes: {closed}");
        let reopened = one.ask_at(other.address(), Some(&staff), &reopen, variables.clone()).await.data();
        assert!(reopened["reopenMessage"]["receipt"].is_object(), "the other reopens: {reopened}");
    }
    other.stop().await;
}

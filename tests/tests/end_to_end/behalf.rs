//! A member writes for somebody who called or came by: the message is the visitor's, and the log says who wrote it.

use super::Desk;
use domain::access::Role;
use serde_json::{Value, json};
use store::{Dialect, on_both_databases};

on_both_databases!(
    what_a_member_writes_for_a_visitor_is_the_visitors_message,
    only_members_who_work_on_messages_write_for_others_and_only_for_whom_there_is,
);

const SUBMIT: &str = "mutation($input: SubmitMessageInput!) { submitMessage(input: $input) { visitorToken \
    receipt { id } message { id reference status visitor { id name } history { nodes { type actor { kind name } } } } \
    userErrors { code field } } }";

fn words(on_behalf: &Value, related_to: Option<&str>, key: &str) -> Value {
    json!({"input": {"name": "李雷", "contact": "13800138000", "content": "来电询问发货时间", "onBehalf": on_behalf,
        "relatedTo": related_to, "idempotencyKey": key}})
}

async fn what_a_member_writes_for_a_visitor_is_the_visitors_message(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let agent = desk.member(Role::Agent).await;
    let nobody_known = words(&json!({}), None, "4f0e7a52-0b7e-4f0d-9c1a-1f2d3c4b5a69");
    let left = desk.ask(Some(&agent), SUBMIT, nobody_known.clone()).await.data();
    let payload = &left["submitMessage"];
    assert_eq!((&payload["userErrors"], &payload["visitorToken"]), (&json!([]), &Value::Null), "{left}");
    let message = &payload["message"];
    assert_eq!((&message["status"], &message["visitor"]["name"]), (&json!("OPEN"), &json!("李雷")));
    let entry = json!([{"type": "MessageSubmitted", "actor": {"kind": "MEMBER", "name": "AGENT"}}]);
    assert_eq!(message["history"]["nodes"], entry, "it was the agent who wrote it");
    let again = desk.ask(Some(&agent), SUBMIT, nobody_known).await.data();
    assert_eq!(again["submitMessage"]["receipt"], payload["receipt"], "a repeat is one message");

    let visitor = message["visitor"]["id"].as_str().expect("an id");
    let earlier = message["id"].as_str().expect("an id");
    let known = words(&json!({"visitorId": visitor}), Some(earlier), "5f0e7a52-0b7e-4f0d-9c1a-1f2d3c4b5a69");
    let second = desk.ask(Some(&agent), SUBMIT, known).await.data();
    assert_eq!(second["submitMessage"]["message"]["visitor"]["id"], visitor, "{second}");

    let (_, others) = desk.submit().await;
    let related =
        words(&json!({"visitorId": visitor}), Some(&others), "6f0e7a52-0b7e-4f0d-9c1a-1f2d3c4b5a69");
    let refused = desk.ask(Some(&agent), SUBMIT, related).await.data();
    let code = &refused["submitMessage"]["userErrors"][0]["code"];
    assert_ne!(code, &Value::Null, "what somebody else left is not this visitor's: {refused}");
}

async fn only_members_who_work_on_messages_write_for_others_and_only_for_whom_there_is(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (agent, auditor) = (desk.member(Role::Agent).await, desk.member(Role::Auditor).await);
    let lead = desk.member(Role::Lead).await;
    let (visitor, _) = desk.submit().await;
    let key = || uuid::Uuid::from_u128(u128::from_be_bytes(store::random::bytes())).to_string();
    for (by, code) in [(Some(&visitor), "FORBIDDEN"), (None, "FORBIDDEN"), (Some(&auditor), "FORBIDDEN")] {
        let answer = desk.ask(by.map(String::as_str), SUBMIT, words(&json!({}), None, &key())).await;
        assert_eq!(answer.code(), code);
    }
    let nobody = json!({"visitorId": "00000000-0000-7000-8000-000000000001"});
    let answer = desk.ask(Some(&agent), SUBMIT, words(&nobody, None, &key())).await;
    assert_eq!(answer.code(), "NOT_FOUND");
    let left = desk.ask(Some(&agent), SUBMIT, words(&json!({}), None, &key())).await.data();
    let id = left["submitMessage"]["message"]["visitor"]["id"].clone();
    let block = "mutation($id: ID!) { blockVisitor(id: $id) { userErrors { code } } }";
    desk.ask(Some(&lead), block, json!({"id": id})).await.data();
    let blocked = desk.ask(Some(&agent), SUBMIT, words(&json!({"visitorId": id}), None, &key())).await.data();
    assert_eq!(blocked["submitMessage"]["userErrors"][0]["code"], "BLOCKED");
}

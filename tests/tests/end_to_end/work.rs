//! Claiming, reopening, and what becomes overdue, over HTTP.

use super::Desk;
use serde_json::{Value, json};
use std::time::Duration;
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    a_claimed_message_names_its_assignee_to_whoever_claims_it_next,
    a_message_is_reopened_once_it_is_closed,
    a_message_becomes_overdue_when_nobody_answers_and_an_answered_one_does_not,
);

const CLAIM: &str = "mutation($id: ID!) { claimMessage(input: {messageId: $id, reason: \"我来\"}) { \
                     message { status assignee { name } } userErrors { code message field } } }";
const DUE: &str = "query($id: ID!) { message(id: $id) { status dueAt overdue submittedAt } }";

async fn a_claimed_message_names_its_assignee_to_whoever_claims_it_next(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let (visitor, id) = desk.submit().await;
    let claimed = desk.ask(Some(&staff), CLAIM, json!({"id": id})).await.data();
    let message = json!({"status": "OPEN", "assignee": {"name": "Admin"}});
    assert_eq!(claimed["claimMessage"]["message"], message);
    let refused = desk.ask(Some(&staff), CLAIM, json!({"id": id})).await.data();
    let english = "this message is assigned to Admin already";
    let error = json!({"code": "ALREADY_ASSIGNED", "message": english, "field": null});
    assert_eq!(refused["claimMessage"]["userErrors"], json!([error]));
    let chinese = desk.ask_in("zh-CN", &staff, CLAIM, json!({"id": id})).await;
    assert_eq!(chinese["claimMessage"]["userErrors"][0]["message"], "这条留言已由Admin负责");
    assert_eq!(desk.ask(Some(&visitor), CLAIM, json!({"id": id})).await.code(), "FORBIDDEN");
}

async fn a_message_is_reopened_once_it_is_closed(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let (_, id) = desk.submit().await;
    let reopen = "mutation($id: ID!) { reopenMessage(input: {messageId: $id}) { message { status visitorStatus } \
                  receipt { version } userErrors { code message } } }";
    let refused = desk.ask(Some(&staff), reopen, json!({"id": id})).await.data();
    let error = json!({"code": "NOT_CLOSED", "message": "this message is neither resolved nor closed"});
    assert_eq!(refused["reopenMessage"]["userErrors"], json!([error]));
    let close = "mutation($id: ID!) { closeMessage(input: {messageId: $id}) { userErrors { code } } }";
    desk.ask(Some(&staff), close, json!({"id": id})).await.data();
    let reopened = desk.ask(Some(&staff), reopen, json!({"id": id})).await.data();
    let message = json!({"status": "OPEN", "visitorStatus": "AWAITING_REPLY"});
    assert_eq!(reopened["reopenMessage"]["message"], message);
    assert_eq!(reopened["reopenMessage"]["receipt"]["version"], 3);
}

async fn a_message_becomes_overdue_when_nobody_answers_and_an_answered_one_does_not(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let ((_, answered), (_, forgotten)) = (desk.submit().await, desk.submit().await);
    let reply = "mutation($id: ID!) { replyToMessage(input: {messageId: $id, content: \"好的\"}) { \
                 message { dueAt overdue } } }";
    let replied = desk.ask(Some(&staff), reply, json!({"id": answered})).await.data();
    assert_eq!(replied["replyToMessage"]["message"], json!({"dueAt": null, "overdue": false}));
    let message = |id: Value| {
        let (desk, staff) = (&desk, &staff);
        async move { desk.ask(Some(staff), DUE, json!({"id": id})).await.data()["message"].clone() }
    };
    let waiting = message(json!(forgotten)).await;
    assert_eq!((&waiting["overdue"], waiting["dueAt"].is_string()), (&json!(false), true));
    desk.clock.advance(Duration::from_secs(24 * 60 * 60));
    soon("it is overdue", || async { message(json!(forgotten)).await["overdue"] == true }).await;
    let late = message(json!(forgotten)).await;
    assert_eq!((&late["status"], &late["dueAt"]), (&json!("OPEN"), &waiting["dueAt"]));
    assert_eq!(message(json!(answered)).await["overdue"], false);
    let history =
        "query($id: ID!) { message(id: $id) { history { edges { node { type actor { kind rule } } } } } }";
    let told = desk.ask(Some(&staff), history, json!({"id": forgotten})).await.data();
    let last = &told["message"]["history"]["edges"][1]["node"];
    let actor = json!({"kind": "SYSTEM", "rule": "reply-became-overdue"});
    assert_eq!(last, &json!({"type": "ReplyBecameOverdue", "actor": actor}));
}

//! What somebody may not see, they do not see by any other way either.

use super::Desk;
use domain::access::Role;
use serde_json::{Value, json};
use store::{Dialect, on_both_databases};

on_both_databases!(
    what_was_deleted_is_told_neither_by_a_conflict_nor_by_the_log,
    how_members_can_be_reached_elsewhere_is_not_told_by_the_log,
    what_is_thought_of_a_reply_is_told_to_its_author_and_to_reviewers,
    whoever_blocks_a_visitor_does_not_learn_how_to_reach_them,
    a_key_that_may_only_audit_reads_the_log_and_no_word_of_a_message,
    a_review_that_is_sent_again_after_its_key_was_forgotten_stops_nothing,
);

const DELETE: &str = "mutation($id: ID!) { deleteMessage(input: {messageId: $id}) { userErrors { code } } }";

async fn what_was_deleted_is_told_neither_by_a_conflict_nor_by_the_log(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (admin, agent) = (desk.administrator().await, desk.member(Role::Agent).await);
    let auditor = desk.member(Role::Auditor).await;
    let (_, id) = desk.submit().await;
    desk.ask(Some(&admin), DELETE, json!({"id": id})).await.data();
    let claim = "mutation($id: ID!) { claimMessage(input: {messageId: $id, expectedVersion: 0}) \
                 { conflict { version eventsSince { payload } } userErrors { code } } }";
    let claimed = desk.ask(Some(&agent), claim, json!({"id": id})).await.data()["claimMessage"].clone();
    assert_eq!(claimed, json!({"conflict": null, "userErrors": [{"code": "DELETED"}]}));

    desk.nothing_stands_still().await;
    let log = "query($id: ID!) { log(filter: {aggregateId: $id}) { nodes { type story payload } } }";
    let seen = |by: String| {
        let (desk, id) = (&desk, id.clone());
        async move { desk.ask(Some(&by), log, json!({"id": id})).await.data().to_string() }
    };
    let told = seen(auditor).await;
    assert!(told.contains("MessageDeleted") && !told.contains("什么时候发货"), "{told}");
    assert!(seen(admin).await.contains("什么时候发货"), "whoever may restore it reads it");
}

async fn a_key_that_may_only_audit_reads_the_log_and_no_word_of_a_message(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (auditor, agent) = (desk.member(Role::Auditor).await, desk.member(Role::Agent).await);
    let (_, id) = desk.submit().await;
    let key = async |by: &str, permission: &str| {
        let create = format!("createApiKey(input: {{name: \"log\", permissions: [\"{permission}\"]}})");
        desk.mutate(by, &create, "secret").await["secret"].as_str().expect("a key").to_owned()
    };
    let (audits, reads) = (key(&auditor, "audit.read").await, key(&auditor, "messages.read").await);
    desk.nothing_stands_still().await;
    let log = "{ log(first: 100) { totalCount nodes { type payload story } } logHead { position } }";
    let told = desk.ask(Some(&audits), log, json!({})).await.data().to_string();
    assert!(told.contains("MessageSubmitted") && told.contains("MemberJoined"), "{told}");
    for hidden in ["李雷", "13800138000", "8000", "什么时候发货"] {
        assert!(!told.contains(hidden), "{hidden}: {told}");
    }
    let message = "query($id: ID!) { message(id: $id) { id } }";
    assert_eq!(desk.ask(Some(&audits), message, json!({"id": id})).await.code(), "FORBIDDEN");
    assert_eq!(desk.ask(Some(&reads), log, json!({})).await.code(), "FORBIDDEN");
    let own = key(&agent, "audit.read").await;
    assert_eq!(
        desk.ask(Some(&own), log, json!({})).await.code(),
        "FORBIDDEN",
        "an agent's reaches not so far"
    );
}

async fn how_members_can_be_reached_elsewhere_is_not_told_by_the_log(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (admin, agent) = (desk.administrator().await, desk.member(Role::Agent).await);
    let auditor = desk.member(Role::Auditor).await;
    let revise = "mutation { reviseMember(input: {mobile: \"13800138009\", wecom: \"meimei\"}) { userErrors { code } } }";
    desk.ask(Some(&agent), revise, json!({})).await.data();
    let key = "mutation { createApiKey(input: {name: \"nightly report\", permissions: [\"messages.read\"]}) \
               { userErrors { code } } }";
    desk.ask(Some(&agent), key, json!({})).await.data();
    desk.nothing_stands_still().await;
    let log =
        "{ log(filter: {type: [\"MemberRevised\", \"ApiKeyCreated\"]}) { nodes { type story payload } } }";
    let told = desk.ask(Some(&auditor), log, json!({})).await.data().to_string();
    assert!(told.contains("MemberRevised") && told.contains("ApiKeyCreated"), "{told}");
    for hidden in ["13800138009", "meimei", "nightly report"] {
        assert!(!told.contains(hidden), "{hidden}: {told}");
    }
    let told = desk.ask(Some(&admin), log, json!({})).await.data().to_string();
    assert!(told.contains("13800138009") && told.contains("nightly report"), "{told}");
}

const REVIEW: &str = "mutation($id: ID!, $reply: ID!, $key: String) { reviewReply(input: {messageId: $id, \
    replyId: $reply, scores: [{criterion: \"ACCURACY\", score: 2}], comment: \"too curt\", idempotencyKey: $key}) \
    { receipt { version } userErrors { code } } }";

/// A message with a reply of this member: their ids.
async fn replied(desk: &Desk, by: &str) -> (String, Value) {
    let (_, id) = desk.submit().await;
    let reply = "mutation($id: ID!) { replyToMessage(input: {messageId: $id, content: \"Soon.\"}) \
                 { message { entries { ... on Reply { id } } } } }";
    let replied = desk.ask(Some(by), reply, json!({"id": id})).await.data();
    let entries = replied["replyToMessage"]["message"]["entries"].as_array().expect("entries").clone();
    let reply = entries.iter().find_map(|entry| entry.get("id")).expect("a reply").clone();
    (id, reply)
}

async fn what_is_thought_of_a_reply_is_told_to_its_author_and_to_reviewers(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (author, colleague) = (desk.member(Role::Agent).await, desk.member(Role::Agent).await);
    let lead = desk.member(Role::Lead).await;
    let (id, reply) = replied(&desk, &author).await;
    let done = desk.ask(Some(&lead), REVIEW, json!({"id": id, "reply": reply})).await.data();
    assert_eq!(done["reviewReply"]["userErrors"], json!([]));
    desk.nothing_stands_still().await;
    let whole = "query($id: ID!) { message(id: $id) { history { nodes { type story payload } } \
                 entries { ... on Reply { reviews { comment } } } } }";
    let told = desk.ask(Some(&colleague), whole, json!({"id": id})).await.data().to_string();
    assert!(
        told.contains("ReplyReviewed") && !told.contains("too curt") && !told.contains("\"score\":2"),
        "{told}"
    );
    for sees in [&author, &lead] {
        let told = desk.ask(Some(sees), whole, json!({"id": id})).await.data().to_string();
        assert!(told.contains("too curt"), "{told}");
    }
}

async fn whoever_blocks_a_visitor_does_not_learn_how_to_reach_them(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let ((_, by_lead), (other, _)) =
        (desk.hire("hua", Role::Lead).await, desk.hire("wei", Role::Agent).await);
    let lead = desk.ask(Some(&by_lead), "{ viewer { id } }", json!({})).await.data()["viewer"]["id"].clone();
    desk.form(&admin, "物流", &[lead.as_str().expect("an id")]).await;
    let (_, id) = desk.submit().await;
    let assign = "mutation($id: ID!, $to: ID!) { assignMessage(input: {messageId: $id, memberId: $to}) \
                  { message { visitor { id } } userErrors { code } } }";
    let assigned = desk.ask(Some(&admin), assign, json!({"id": id, "to": other})).await.data();
    let visitor = assigned["assignMessage"]["message"]["visitor"]["id"].clone();
    let block = "mutation($id: ID!) { blockVisitor(id: $id) { visitor { blocked name contact { value } } \
                 userErrors { code } } }";
    let blocked = desk.ask(Some(&by_lead), block, json!({"id": visitor})).await.data();
    let shown = json!({"blocked": true, "name": null, "contact": null});
    assert_eq!(blocked["blockVisitor"]["visitor"], shown, "{blocked}");
}

async fn a_review_that_is_sent_again_after_its_key_was_forgotten_stops_nothing(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let author = desk.member(Role::Agent).await;
    let (id, reply) = replied(&desk, &author).await;
    let (_, lead) = desk.hire("hua", Role::Lead).await;
    let review = json!({"id": id, "reply": reply, "key": "7f0e7a52-0b7e-4f0d-9c1a-1f2d3c4b5a69"});
    let mut versions = Vec::new();
    for _ in 0..2 {
        let done = desk.ask(Some(&lead), REVIEW, review.clone()).await.data();
        versions.push(done["reviewReply"]["receipt"]["version"].clone());
        desk.nothing_stands_still().await;
        // As if seven days had passed, and the sweep.
        let store = desk.database.open(desk.clock.clone()).await;
        store.database().log.execute("DELETE FROM idempotency", &[]).await.expect("forgotten");
        store.close().await;
    }
    assert_eq!(versions, [json!(3), json!(4)]);
}

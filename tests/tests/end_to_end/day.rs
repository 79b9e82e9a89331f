//! All that can happen to a message, over HTTP: what the desk sees, what its visitor sees, what the list shows.

use super::Desk;
use domain::access::Role;
use serde_json::{Value, json};
use std::time::Duration;
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    a_parked_message_comes_back_when_it_falls_due,
    more_words_open_a_resolved_message_and_notes_stay_with_the_desk,
    spam_and_what_is_archived_leave_the_list_and_come_back,
    a_deleted_message_is_absent_but_for_whoever_may_restore_it,
    messages_are_sorted_and_found_by_what_they_are_about,
    an_answered_message_is_rated_by_its_visitor_and_nobody_else,
    a_reply_is_reviewed_by_somebody_else_and_its_author_sees_that,
    every_step_names_its_permission_before_anything_is_looked_up,
);

/// A desk, its administrator, and a message of a visitor's.
pub(super) struct Scene {
    pub(super) desk: Desk,
    pub(super) staff: String,
    pub(super) visitor: String,
    pub(super) id: String,
}

impl Scene {
    pub(super) async fn open(dialect: Dialect) -> Self {
        let desk = Desk::start(dialect).await;
        let staff = desk.administrator().await;
        let (visitor, id) = desk.submit().await;
        Self { desk, staff, visitor, id }
    }

    /// The payload of a mutation of this message; `more` follows its id in the input.
    pub(super) async fn mutate(&self, token: &str, mutation: &str, more: &str) -> Value {
        let query = format!(
            "mutation($id: ID!) {{ {mutation}(input: {{messageId: $id{more}}}) {{ \
             message {{ status visitorStatus }} visitorMessage {{ status }} receipt {{ version }} \
             userErrors {{ code field }} }} }}"
        );
        self.desk.ask(Some(token), &query, json!({"id": self.id})).await.data()[mutation].clone()
    }

    /// What a member's mutation makes of the status.
    pub(super) async fn status_after(&self, mutation: &str, more: &str) -> Value {
        let payload = self.mutate(&self.staff, mutation, more).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        payload["message"]["status"].clone()
    }

    pub(super) async fn refusal(&self, mutation: &str, more: &str) -> Value {
        self.mutate(&self.staff, mutation, more).await["userErrors"][0]["code"].clone()
    }

    pub(super) async fn read(&self, fields: &str) -> Value {
        let query = format!("query($id: ID!) {{ message(id: $id) {{ {fields} }} }}");
        self.desk.ask(Some(&self.staff), &query, json!({"id": self.id})).await.data()["message"].clone()
    }

    /// How many messages this filter finds, counted and listed.
    pub(super) async fn found(&self, filter: &str) -> i64 {
        let query =
            format!("{{ messages(filter: {{{filter}}}) {{ totalCount edges {{ node {{ id }} }} }} }}");
        let list = self.desk.ask(Some(&self.staff), &query, json!({})).await.data()["messages"].clone();
        let count = list["totalCount"].as_i64().expect("a count");
        assert_eq!(list["edges"].as_array().map(Vec::len), usize::try_from(count).ok(), "{filter}");
        count
    }

    pub(super) async fn seen_by_visitor(&self, fields: &str) -> Value {
        let query = format!(
            "query($id: ID!) {{ visitor {{ message(id: $id) {{ {fields} }} messages {{ totalCount }} }} }}"
        );
        self.desk.ask(Some(&self.visitor), &query, json!({"id": self.id})).await.data()["visitor"].clone()
    }
}

async fn a_parked_message_comes_back_when_it_falls_due(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    scene.status_after("replyToMessage", ", content: \"请稍候。\"").await;
    // The desk's clock stands in September 2026.
    assert_eq!(scene.refusal("scheduleFollowUp", ", dueAt: \"2026-01-01T00:00:00Z\"").await, "IN_THE_PAST");
    let due = (scene.desk.clock.now() + Duration::from_secs(3_600)).to_rfc3339();
    let more = format!(", dueAt: \"{due}\", note: \"再问一次\"");
    assert_eq!(scene.status_after("scheduleFollowUp", &more).await, "FOLLOW_UP");
    let parked = scene.read("followUp { note by { name } } status visitorStatus").await;
    assert_eq!(parked["followUp"], json!({"note": "再问一次", "by": {"name": "Admin"}}));
    assert_eq!(parked["visitorStatus"], "REPLIED");
    assert_eq!(scene.found("status: FOLLOW_UP").await, 1);
    scene.desk.clock.advance(Duration::from_secs(3_600));
    soon("it came due", || async { scene.read("status").await["status"] == "OPEN" }).await;
    assert_eq!(scene.read("followUp { note }").await["followUp"], Value::Null);
    assert_eq!(scene.refusal("completeFollowUp", "").await, "NOT_SCHEDULED");
}

async fn more_words_open_a_resolved_message_and_notes_stay_with_the_desk(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    scene.status_after("addNote", ", content: \"已经问过仓库。\"").await;
    assert_eq!(scene.status_after("resolveMessage", "").await, "RESOLVED");
    assert_eq!(scene.refusal("resolveMessage", "").await, "ALREADY_RESOLVED");
    let said = scene.mutate(&scene.visitor, "continueMessage", ", content: \"还有一个问题。\"").await;
    assert_eq!(said["visitorMessage"]["status"], "AWAITING_REPLY");
    let entries =
        "entries { __typename ... on VisitorWords { content } ... on Note { content author { name } } }";
    let read = scene.read(&format!("status {entries}")).await;
    assert_eq!(read["status"], "OPEN");
    let note = json!({"__typename": "Note", "content": "已经问过仓库。", "author": {"name": "Admin"}});
    assert_eq!(read["entries"][1], note);
    assert_eq!(read["entries"][2], json!({"__typename": "VisitorWords", "content": "还有一个问题。"}));
    let shown = scene.seen_by_visitor("entries { content own }").await["message"]["entries"].clone();
    assert_eq!(shown.as_array().map(Vec::len), Some(2), "no note: {shown}");
    assert_eq!(shown[1], json!({"content": "还有一个问题。", "own": true}));
    let query =
        "mutation($id: ID!) { continueMessage(input: {messageId: $id, content: \"x\"}) { receipt { id } } }";
    let member = scene.desk.ask(Some(&scene.staff), query, json!({"id": scene.id})).await;
    assert_eq!(member.code(), "FORBIDDEN", "a member replies, the visitor continues");
}

async fn spam_and_what_is_archived_leave_the_list_and_come_back(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    for (out, back, filter) in [
        ("markAsSpam", "unmarkAsSpam", "spam: true"),
        ("archiveMessage", "unarchiveMessage", "archived: true"),
    ] {
        assert_eq!(scene.found("").await, 1);
        assert_eq!(scene.refusal(back, "").await, "ALREADY_SO");
        scene.status_after(out, "").await;
        assert_eq!((scene.found("").await, scene.found(filter).await), (0, 1), "{out}");
        assert_eq!(scene.refusal(out, "").await, "ALREADY_SO");
        let shown = scene.seen_by_visitor("status").await;
        assert_eq!(shown["message"]["status"], "AWAITING_REPLY", "to its visitor nothing has changed");
        if out == "markAsSpam" {
            assert_eq!(scene.refusal("replyToMessage", ", content: \"好的\"").await, "SPAM");
        }
        scene.status_after(back, "").await;
    }
    assert_eq!(scene.found("").await, 1);
}

async fn a_deleted_message_is_absent_but_for_whoever_may_restore_it(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    scene.status_after("scheduleFollowUp", ", dueAt: \"2126-01-01T00:00:00Z\", note: \"再问一次\"").await;
    scene.status_after("deleteMessage", ", reason: \"重复\"").await;
    assert_eq!(scene.found("").await, 0);
    assert_eq!(scene.read("deleted").await, json!({"deleted": true}), "an administrator may restore it");
    let shown = scene.seen_by_visitor("id").await;
    assert_eq!(shown, json!({"message": null, "messages": {"totalCount": 0}}));
    let query = "mutation($id: ID!) { continueMessage(input: {messageId: $id, content: \"在吗\"}) { receipt { id } } }";
    let gone = scene.desk.ask(Some(&scene.visitor), query, json!({"id": scene.id})).await;
    assert_eq!(gone.code(), "NOT_FOUND");
    assert_eq!(scene.refusal("replyToMessage", ", content: \"好的\"").await, "DELETED");
    assert_eq!(scene.refusal("deleteMessage", "").await, "ALREADY_SO");
    assert_eq!(scene.status_after("restoreMessage", "").await, "FOLLOW_UP");
    let parked = scene.read("followUp { note by { name } }").await;
    assert_eq!(parked["followUp"], json!({"note": "再问一次", "by": {"name": "Admin"}}), "as it was");
    assert_eq!(scene.found("").await, 1);
    assert_eq!(scene.seen_by_visitor("id").await["messages"]["totalCount"], 1);
}

async fn messages_are_sorted_and_found_by_what_they_are_about(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    assert_eq!(scene.refusal("tagMessage", ", add: [\"weather\"]").await, "UNKNOWN");
    scene.status_after("tagMessage", ", add: [\"refund\", \"praise\"]").await;
    scene.status_after("tagMessage", ", add: [\"complaint\"], remove: [\"praise\"]").await;
    assert_eq!(scene.read("tags").await, json!({"tags": ["complaint", "refund"]}));
    assert_eq!(scene.refusal("tagMessage", ", add: [\"refund\"]").await, "ALREADY_SO");
    assert_eq!(scene.refusal("prioritizeMessage", ", priority: NORMAL").await, "ALREADY_SO");
    scene.status_after("prioritizeMessage", ", priority: URGENT").await;
    assert_eq!((scene.found("priority: URGENT").await, scene.found("priority: [LOW, NORMAL]").await), (1, 0));
    let desk = scene.desk.ask(None, "{ desk { categories { id } } }", json!({})).await.data();
    let category = desk["desk"]["categories"][1]["id"].as_str().expect("a category").to_owned();
    scene.status_after("categorizeMessage", &format!(", categoryId: \"{category}\"")).await;
    assert_eq!(scene.found(&format!("categoryId: \"{category}\"")).await, 1);
    assert_eq!(scene.refusal("categorizeMessage", ", categoryId: \"weather\"").await, "UNKNOWN");
    let viewer = scene.desk.ask(Some(&scene.staff), "{ viewer { id } }", json!({})).await.data();
    let me = viewer["viewer"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(scene.found("unassigned: true").await, 1);
    scene.status_after("assignMessage", &format!(", memberId: \"{me}\"")).await;
    assert_eq!(scene.refusal("assignMessage", &format!(", memberId: \"{me}\"")).await, "ALREADY_SO");
    assert_eq!(scene.refusal("assignMessage", ", memberId: \"nobody\"").await, "UNKNOWN");
    assert_eq!(
        (scene.found("unassigned: true").await, scene.found(&format!("assigneeId: \"{me}\"")).await),
        (0, 1)
    );
    scene.status_after("unassignMessage", "").await;
    assert_eq!(scene.refusal("unassignMessage", "").await, "NOT_ASSIGNED");
    let due = "{ messages(order: DUE_FIRST) { edges { node { id dueAt } } } }";
    scene.desk.clock.advance(Duration::from_secs(60));
    let (_, later) = scene.desk.submit().await;
    let listed = scene.desk.ask(Some(&scene.staff), due, json!({})).await.data();
    assert_eq!(listed["messages"]["edges"][0]["node"]["id"], scene.id.as_str());
    scene.status_after("replyToMessage", ", content: \"好的\"").await;
    let listed = scene.desk.ask(Some(&scene.staff), due, json!({})).await.data();
    assert_eq!(listed["messages"]["edges"][0]["node"]["id"], later.as_str(), "to the first no answer is due");
    assert_eq!(listed["messages"]["edges"][1]["node"]["dueAt"], Value::Null);
}

async fn an_answered_message_is_rated_by_its_visitor_and_nobody_else(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    let rate =
        async |more: &str| scene.mutate(&scene.visitor, "rateMessage", more).await["userErrors"].clone();
    assert_eq!(rate(", rating: 5").await[0]["code"], "NOT_REPLIED");
    scene.status_after("replyToMessage", ", content: \"好的\"").await;
    assert_eq!(rate(", rating: 6").await, json!([{"code": "INVALID", "field": ["rating"]}]));
    assert_eq!(rate(", rating: 4, comment: \"很快\"").await, json!([]));
    assert_eq!(rate(", rating: 5").await, json!([]));
    assert_eq!(
        scene.read("rating { rating comment }").await,
        json!({"rating": {"rating": 5, "comment": null}})
    );
    let shown = scene.seen_by_visitor("rating { rating }").await;
    assert_eq!(shown["message"]["rating"]["rating"], 5);
}

async fn a_reply_is_reviewed_by_somebody_else_and_its_author_sees_that(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    let (lead, agent) = (scene.desk.member(Role::Lead).await, scene.desk.member(Role::Agent).await);
    let replied = scene.mutate(&agent, "replyToMessage", ", content: \"请稍候。\"").await;
    assert_eq!(replied["userErrors"], json!([]));
    let entries =
        "entries { ... on Reply { id reviews { reviewer { name } scores { criterion score } comment } } }";
    let reply = scene.read(entries).await["entries"][1].clone();
    assert_eq!(reply["reviews"], json!([]));
    let more = |scores: &str| format!(", replyId: {}, scores: [{scores}], comment: \"很耐心\"", reply["id"]);
    let good = more("{criterion: \"COURTESY\", score: 5}, {criterion: \"ACCURACY\", score: 4}");
    assert_eq!(scene.mutate(&lead, "reviewReply", &good).await["userErrors"], json!([]));
    for (scores, code) in [
        ("", "REQUIRED"),
        ("{criterion: \"SPEED\", score: 5}", "UNKNOWN"),
        ("{criterion: \"COURTESY\", score: 6}", "INVALID"),
    ] {
        assert_eq!(scene.mutate(&lead, "reviewReply", &more(scores)).await["userErrors"][0]["code"], code);
    }
    let own = scene.mutate(&lead, "replyToMessage", ", content: \"已经发货。\"").await;
    assert_eq!(own["userErrors"], json!([]));
    let own = scene.read("entries { ... on Reply { id } }").await["entries"][2]["id"].clone();
    let own = format!(", replyId: {own}, scores: [{{criterion: \"COURTESY\", score: 5}}]");
    assert_eq!(scene.mutate(&lead, "reviewReply", &own).await["userErrors"][0]["code"], "OWN_REPLY");
    let review = json!({
        "reviewer": {"name": "LEAD"}, "comment": "很耐心",
        "scores": [{"criterion": "COURTESY", "score": 5}, {"criterion": "ACCURACY", "score": 4}],
    });
    let query = format!("query($id: ID!) {{ message(id: $id) {{ {entries} }} }}");
    for (who, reviews) in [(&agent, json!([review])), (&scene.desk.member(Role::Agent).await, json!([]))] {
        let seen = scene.desk.ask(Some(who), &query, json!({"id": scene.id})).await.data();
        assert_eq!(seen["message"]["entries"][1]["reviews"], reviews);
    }
}

async fn every_step_names_its_permission_before_anything_is_looked_up(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    let steps = [
        "unassignMessage",
        "completeFollowUp",
        "resolveMessage",
        "reopenMessage",
        "markAsSpam",
        "unmarkAsSpam",
        "archiveMessage",
        "unarchiveMessage",
        "deleteMessage",
        "restoreMessage",
    ];
    for step in steps {
        let query =
            format!("mutation($id: ID!) {{ {step}(input: {{messageId: $id}}) {{ receipt {{ id }} }} }}");
        for id in [scene.id.as_str(), "absent"] {
            let visitor = scene.desk.ask(Some(&scene.visitor), &query, json!({"id": id})).await;
            assert_eq!(visitor.code(), "FORBIDDEN", "{step}");
            let nobody = scene.desk.ask(None, &query, json!({"id": id})).await;
            assert_eq!(nobody.code(), "UNAUTHENTICATED", "{step}");
        }
        let absent = scene.desk.ask(Some(&scene.staff), &query, json!({"id": "absent"})).await;
        assert_eq!(absent.code(), "NOT_FOUND", "{step}");
    }
}

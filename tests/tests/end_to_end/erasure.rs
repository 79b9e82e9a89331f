//! Words that are to be gone are gone, over HTTP; what happened, and how often, stays.

use super::{SUBMIT, day::Scene, input, visitors::ABSENT};
use commands::{Caller, Commands, NewMember};
use domain::{access::Role, member::MemberEmail, text::Name};
use serde_json::{Value, json};
use std::time::Duration;
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    a_deleted_message_loses_its_words_after_a_week_and_keeps_its_history,
    a_message_that_is_restored_in_time_keeps_its_words,
    a_visitor_asks_to_be_erased_and_an_administrator_finds_and_answers_it,
    of_an_erased_visitor_no_word_is_left_and_every_step_is,
    an_erased_visitor_leaves_no_message_and_what_is_there_can_only_be_put_away,
    a_blocked_visitor_leaves_no_message_until_they_are_unblocked,
    erasing_and_blocking_name_their_permissions_before_anything_is_looked_up,
);

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const ALMOST_A_WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60 - 1);
const GONE: &str = "content erased visitor { name contact { value } } entries { ... on VisitorWords { content } \
    ... on Reply { content } ... on Note { content } } history { totalCount edges { node { type payload actor { rule } } } }";

async fn a_deleted_message_loses_its_words_after_a_week_and_keeps_its_history(dialect: Dialect) {
    let mut scene = Scene::open(dialect).await;
    scene.status_after("replyToMessage", ", content: \"今天下午。\"").await;
    scene.status_after("addNote", ", content: \"老客户\"").await;
    scene.status_after("deleteMessage", ", reason: \"重复\"").await;
    scene.pass(ALMOST_A_WEEK).await;
    assert_eq!(scene.read("content").await["content"], "请问我的订单什么时候发货？");
    scene.pass(Duration::from_secs(1)).await;
    soon("the words are gone", || async { scene.read("erased").await["erased"] == true }).await;
    let gone = scene.read(GONE).await;
    assert_eq!(gone["content"], Value::Null);
    assert_eq!(gone["visitor"], json!({"name": null, "contact": null}));
    assert_eq!(gone["entries"], json!([{"content": null}, {"content": null}, {"content": null}]));
    let history = gone["history"]["edges"].as_array().expect("a history");
    let types: Vec<_> = history.iter().map(|edge| edge["node"]["type"].as_str().expect("text")).collect();
    let expected = ["MessageSubmitted", "MessageReplied", "NoteAdded", "MessageDeleted", "MessageShredded"];
    assert_eq!(types, expected);
    assert_eq!(history[3]["node"]["payload"]["MessageDeleted"]["reason"], "erased");
    assert_eq!(history[4]["node"]["actor"]["rule"], "message-shredded");
    assert_eq!(scene.refusal("restoreMessage", "").await, "ERASED");
    assert_eq!(scene.refusal("deleteMessage", "").await, "ALREADY_SO");
    assert_eq!(scene.refusal("addNote", ", content: \"还在吗\"").await, "DELETED");
    assert_eq!(scene.found("").await, 0);
}

async fn a_message_that_is_restored_in_time_keeps_its_words(dialect: Dialect) {
    let mut scene = Scene::open(dialect).await;
    scene.status_after("deleteMessage", "").await;
    scene.pass(WEEK / 2).await;
    scene.status_after("restoreMessage", "").await;
    // It falls due after this one, which is deleted now: once that is gone, the clock has been asked about both.
    let (_, other) = scene.desk.submit().await;
    let mut other = Scene { id: other, ..scene };
    other.status_after("deleteMessage", "").await;
    other.pass(WEEK).await;
    soon("the other's words are gone", || async { other.read("erased").await["erased"] == true }).await;
    let messages = "{ messages { edges { node { content } } } }";
    let listed = other.desk.ask(Some(&other.staff), messages, json!({})).await.data();
    let kept = json!([{"node": {"content": "请问我的订单什么时候发货？"}}]);
    assert_eq!(listed["messages"]["edges"], kept);
}

impl Scene {
    /// Lets so much time pass that every session has ended, and signs the administrator in again.
    async fn pass(&mut self, time: Duration) {
        self.desk.clock.advance(time);
        let sign_in = "mutation { signIn(input: {email: \"admin@localhost\", password: \"correct horse battery\"}) { token } }";
        let answer = self.desk.ask(None, sign_in, json!({})).await.data();
        answer["signIn"]["token"].as_str().expect("a session").clone_into(&mut self.staff);
    }

    /// Whose message it is, as the desk sees them.
    async fn of(&self) -> Value {
        let fields =
            "visitor { id name contact { value } verified blocked erased erasureRequestedAt messageCount }";
        self.read(fields).await["visitor"].clone()
    }

    async fn id_of_visitor(&self) -> String {
        self.of().await["id"].as_str().expect("an id").to_owned()
    }

    /// The payload of a mutation of the visitor.
    async fn to_visitor(&self, mutation: &str, more: &str) -> Value {
        let done = if mutation == "eraseVisitor" { "done" } else { "" };
        let query = format!(
            "mutation($id: ID!) {{ {mutation}(id: $id{more}) {{ visitor {{ name blocked erased }} \
             receipt {{ id version }} {done} userErrors {{ code field }} }} }}"
        );
        let id = self.id_of_visitor().await;
        self.desk.ask(Some(&self.staff), &query, json!({"id": id})).await.data()[mutation].clone()
    }

    async fn erase(&self) -> Value {
        self.to_visitor("eraseVisitor", ", reason: \"本人要求\"").await
    }

    /// What a message that its visitor leaves now is refused with; null: it is not.
    async fn submitting(&self) -> Value {
        let answer = self.desk.ask(Some(&self.visitor), SUBMIT, json!({"input": input()})).await.data();
        answer["submitMessage"]["userErrors"][0]["code"].clone()
    }

    /// Everybody who asked to be erased and waits for an answer.
    async fn requests(&self) -> Value {
        let query =
            "{ erasureRequests { totalCount edges { node { reason requestedAt visitor { id name } } } } }";
        self.desk.ask(Some(&self.staff), query, json!({})).await.data()["erasureRequests"].clone()
    }

    /// The session of somebody else who works there.
    async fn colleague(&self, role: Role) -> String {
        let store = self.desk.database.open(self.desk.clock.clone()).await;
        let commands = Commands::new(store.clone());
        let email = MemberEmail::parse("mei@example.com").expect("an address");
        let new = NewMember {
            name: Name::parse("韩梅梅").expect("a name"),
            email: email.clone(),
            role: role.into(),
        };
        commands.add_member(&Caller::system("test"), new, None).await.expect("added");
        let link = commands.create_sign_in_link(&email).await.expect("a link");
        store.close().await;
        self.desk.redeem(&link.token).await
    }
}

async fn a_visitor_asks_to_be_erased_and_an_administrator_finds_and_answers_it(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    assert_eq!(scene.requests().await["totalCount"], 0);
    let ask = "mutation { requestErasure(reason: \"我不再是客户\") }";
    for _ in 0..2 {
        let asked = scene.desk.ask(Some(&scene.visitor), ask, json!({})).await.data();
        assert_eq!(asked, json!({"requestErasure": true}), "asking twice changes nothing");
    }
    soon("the desk sees it", || async { scene.of().await["erasureRequestedAt"].is_string() }).await;
    let requests = scene.requests().await;
    assert_eq!(requests["totalCount"], 1);
    let node = &requests["edges"][0]["node"];
    assert_eq!((&node["reason"], &node["visitor"]["name"]), (&json!("我不再是客户"), &json!("李雷")));
    let erased = scene.erase().await;
    assert_eq!(erased["userErrors"], json!([]));
    assert_eq!((&erased["done"], &erased["visitor"]["erased"]), (&json!(true), &json!(true)));
    assert_eq!(scene.requests().await["totalCount"], 0);
    let asked = scene.desk.ask(Some(&scene.visitor), ask, json!({})).await.data();
    assert_eq!(asked, json!({"requestErasure": false}));
    assert_eq!(scene.desk.ask(None, ask, json!({})).await.code(), "UNAUTHENTICATED");
    assert_eq!(scene.desk.ask(Some(&scene.staff), ask, json!({})).await.code(), "FORBIDDEN");
}

async fn of_an_erased_visitor_no_word_is_left_and_every_step_is(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    scene.status_after("replyToMessage", ", content: \"今天下午。\"").await;
    let second = scene.desk.ask(Some(&scene.visitor), SUBMIT, json!({"input": input()})).await.data();
    let second = second["submitMessage"]["receipt"]["id"].as_str().expect("an id").to_owned();
    let (other, others) = scene.desk.submit().await;
    let erased = scene.erase().await;
    assert_eq!((&erased["done"], &erased["visitor"]["name"]), (&json!(true), &Value::Null));
    let query = format!("query($id: ID!) {{ message(id: $id) {{ status visitorStatus {GONE} }} }}");
    for (id, status, events) in [(&scene.id, "REPLIED", 3), (&second, "OPEN", 2)] {
        soon("it was told", || async {
            let read = scene.desk.ask(Some(&scene.staff), &query, json!({"id": id})).await.data();
            read["message"]["history"]["totalCount"] == events
        })
        .await;
        let read =
            scene.desk.ask(Some(&scene.staff), &query, json!({"id": id})).await.data()["message"].clone();
        assert_eq!((&read["content"], &read["erased"]), (&Value::Null, &json!(true)));
        assert_eq!(read["visitor"], json!({"name": null, "contact": null}));
        assert!(read["entries"].as_array().expect("entries").iter().all(|entry| entry["content"].is_null()));
        assert_eq!(read["status"], status, "status and counts stay");
        let edges = read["history"]["edges"].as_array().expect("a history");
        let last = &edges.last().expect("an event")["node"];
        assert_eq!(
            (&last["type"], &last["actor"]["rule"]),
            (&json!("MessageErased"), &json!("visitor-erased"))
        );
        assert_eq!(edges[0]["node"]["payload"]["MessageSubmitted"]["content"], "erased");
    }
    assert_eq!(scene.of().await["messageCount"], 2);
    assert_eq!(scene.found("").await, 3);
    let own = "{ visitor { name contact messages { totalCount edges { node { content } } } } }";
    let own = scene.desk.ask(Some(&scene.visitor), own, json!({})).await.data()["visitor"].clone();
    let nothing = json!({"node": {"content": null}});
    let messages = json!({"totalCount": 2, "edges": [nothing, nothing]});
    assert_eq!(own, json!({"name": null, "contact": null, "messages": messages}));
    let theirs = "query($id: ID!) { visitor { name message(id: $id) { content } } }";
    let theirs = scene.desk.ask(Some(&other), theirs, json!({"id": others})).await.data();
    assert_eq!(theirs["visitor"]["message"]["content"], "请问我的订单什么时候发货？", "nobody else's");
    assert_eq!(theirs["visitor"]["name"], "李雷");
}

async fn an_erased_visitor_leaves_no_message_and_what_is_there_can_only_be_put_away(dialect: Dialect) {
    let mut scene = Scene::open(dialect).await;
    scene.status_after("replyToMessage", ", content: \"今天下午。\"").await;
    let key = ", reason: \"本人要求\", idempotencyKey: \"once\"";
    let erased = scene.to_visitor("eraseVisitor", key).await;
    assert_eq!(scene.to_visitor("eraseVisitor", key).await["receipt"], erased["receipt"], "the same");
    assert_eq!(scene.erase().await["userErrors"], json!([{"code": "ALREADY_SO", "field": null}]));
    soon("it was told", || async { scene.read("version").await["version"] == 3 }).await;
    assert_eq!(scene.submitting().await, "ERASED");
    assert_eq!(scene.to_visitor("blockVisitor", "").await["userErrors"][0]["code"], "ERASED");
    let said = scene.mutate(&scene.visitor, "continueMessage", ", content: \"在吗\"").await;
    assert_eq!(said["userErrors"][0]["code"], "ERASED");
    let refused = [
        ("replyToMessage", ", content: \"好的\""),
        ("claimMessage", ""),
        ("resolveMessage", ""),
        ("markAsSpam", ""),
        ("tagMessage", ", add: [\"refund\"]"),
        ("scheduleFollowUp", ", dueAt: \"2126-01-01T00:00:00Z\""),
    ];
    for (mutation, more) in refused {
        assert_eq!(scene.refusal(mutation, more).await, "ERASED", "{mutation}");
    }
    scene.status_after("addNote", ", content: \"已按要求删除\"").await;
    scene.status_after("closeMessage", ", reason: \"不再处理\"").await;
    scene.status_after("archiveMessage", "").await;
    let notes = "entries { ... on Note { content } } history { edges { node { payload } } }";
    let read = scene.read(notes).await;
    assert_eq!(read["entries"][2]["content"], "已按要求删除", "the desk's own words stay");
    assert_eq!(read["history"]["edges"][4]["node"]["payload"]["MessageClosed"]["reason"], "不再处理");
    scene.status_after("deleteMessage", "").await;
    assert_eq!(scene.refusal("restoreMessage", "").await, "ERASED");
    scene.pass(WEEK).await;
    soon("what was noted since goes, too", || async {
        scene.read("entries { ... on Note { content } }").await["entries"][2]["content"].is_null()
    })
    .await;
}

async fn a_blocked_visitor_leaves_no_message_until_they_are_unblocked(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    assert_eq!(scene.to_visitor("unblockVisitor", "").await["userErrors"][0]["code"], "ALREADY_SO");
    let blocked = scene.to_visitor("blockVisitor", ", reason: \"骚扰\"").await;
    assert_eq!(blocked["visitor"], json!({"name": "李雷", "blocked": true, "erased": false}));
    assert_eq!(scene.submitting().await, "BLOCKED");
    assert_eq!(scene.of().await["blocked"], true);
    assert_eq!(scene.to_visitor("blockVisitor", "").await["userErrors"][0]["code"], "ALREADY_SO");
    let said = scene.mutate(&scene.visitor, "continueMessage", ", content: \"还有一句\"").await;
    assert_eq!(said["userErrors"], json!([]), "what they have left goes on");
    assert_eq!(scene.to_visitor("unblockVisitor", "").await["visitor"]["blocked"], false);
    assert_eq!(scene.submitting().await, Value::Null);
}

async fn erasing_and_blocking_name_their_permissions_before_anything_is_looked_up(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    let id = scene.id_of_visitor().await;
    let lead = scene.colleague(Role::Lead).await;
    for (mutation, more) in
        [("eraseVisitor", ", reason: \"x\""), ("blockVisitor", ""), ("unblockVisitor", "")]
    {
        let query = format!("mutation($id: ID!) {{ {mutation}(id: $id{more}) {{ userErrors {{ code }} }} }}");
        for id in [id.as_str(), ABSENT] {
            let visitor = scene.desk.ask(Some(&scene.visitor), &query, json!({"id": id})).await;
            assert_eq!(visitor.code(), "FORBIDDEN", "{mutation}");
            assert_eq!(scene.desk.ask(None, &query, json!({"id": id})).await.code(), "UNAUTHENTICATED");
        }
        for absent in [ABSENT, "no id at all"] {
            let answer = scene.desk.ask(Some(&scene.staff), &query, json!({"id": absent})).await;
            assert_eq!(answer.code(), "NOT_FOUND", "{mutation}");
        }
        let by_lead = scene.desk.ask(Some(&lead), &query, json!({"id": id})).await;
        if mutation == "eraseVisitor" {
            assert_eq!(by_lead.code(), "FORBIDDEN", "a lead blocks, and does not erase");
        } else {
            by_lead.data();
        }
    }
    let requests = "{ erasureRequests { totalCount } }";
    assert_eq!(scene.desk.ask(Some(&lead), requests, json!({})).await.code(), "FORBIDDEN");
    assert_eq!(scene.desk.ask(Some(&scene.visitor), requests, json!({})).await.code(), "FORBIDDEN");
    assert_eq!(scene.desk.ask(None, requests, json!({})).await.code(), "UNAUTHENTICATED");
}

//! A day of a desk: forty messages, two agents, a lead and an administrator. After each step the lists, the counts, what
//! visitors see and the history are what a person would expect.

use super::{Desk, SUBMIT};
use domain::access::Role;
use serde_json::{Value, json};
use std::time::Duration;
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(a_day_of_a_desk);

const MESSAGES: usize = 40;
const HOUR: Duration = Duration::from_secs(3_600);

struct Shift {
    desk: Desk,
    admin: String,
    lead: String,
    /// Two agents: their tokens and their ids.
    agents: [(String, String); 2],
    /// Each message: its id and its visitor's token.
    messages: Vec<(String, String)>,
}

impl Shift {
    async fn begin(dialect: Dialect) -> Self {
        let desk = Desk::start(dialect).await;
        let (admin, lead) = (desk.administrator().await, desk.member(Role::Lead).await);
        let mut agents = Vec::new();
        for _ in 0..2 {
            let token = desk.member(Role::Agent).await;
            let id =
                desk.ask(Some(&token), "{ viewer { id } }", json!({})).await.data()["viewer"]["id"].clone();
            agents.push((token, id.as_str().expect("an id").to_owned()));
        }
        let agents = agents.try_into().expect("two of them");
        let mut messages = Vec::new();
        for number in 0..MESSAGES {
            let input =
                json!({"name": "李雷", "contact": "13800138000", "content": format!("第 {number} 个问题")});
            let answer = desk.ask(None, SUBMIT, json!({"input": input})).await.data();
            let payload = &answer["submitMessage"];
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            messages.push((text(&payload["receipt"]["id"]), text(&payload["visitorToken"])));
        }
        Self { desk, admin, lead, agents, messages }
    }

    /// A mutation of a message; `more` follows its id in the input. Its refusal's code, when it is refused.
    async fn work(&self, token: &str, mutation: &str, message: usize, more: &str) -> Option<String> {
        let query = format!(
            "mutation($id: ID!) {{ {mutation}(input: {{messageId: $id{more}}}) {{ userErrors {{ code }} \
             message {{ id }} visitorMessage {{ id }} }} }}"
        );
        // Asking for the message makes the server wait for its views.
        let answer = self.desk.ask(Some(token), &query, json!({"id": self.messages[message].0})).await.data();
        answer[mutation]["userErrors"][0]["code"].as_str().map(str::to_owned)
    }

    async fn done(&self, token: &str, mutation: &str, message: usize, more: &str) {
        assert_eq!(self.work(token, mutation, message, more).await, None, "{mutation} of {message}");
    }

    /// Open, replied, follow-up, resolved, closed: counted, and found by the list.
    async fn assert_counts(&self, expected: [i64; 5]) {
        let query = "query($all: [MessageStatus!]) { messageCounts { open replied followUp resolved closed total } \
                     messages(filter: {status: $all}) { totalCount } \
                     open: messages(filter: {status: [OPEN]}, first: 100) { totalCount edges { node { status } } } }";
        let answer = self.desk.ask(Some(&self.admin), query, json!({})).await.data();
        let counts = &answer["messageCounts"];
        let counted = ["open", "replied", "followUp", "resolved", "closed"]
            .map(|of| counts[of].as_i64().expect("a count"));
        assert_eq!(counted, expected);
        let total: i64 = expected.iter().sum();
        assert_eq!((&counts["total"], &answer["messages"]["totalCount"]), (&json!(total), &json!(total)));
        let open = answer["open"]["edges"].as_array().expect("a list");
        assert_eq!(answer["open"]["totalCount"], json!(expected[0]));
        assert_eq!(open.len(), usize::try_from(expected[0]).expect("a number"));
        assert!(open.iter().all(|edge| edge["node"]["status"] == "OPEN"));
    }

    async fn count(&self, token: &str, of: &str) -> i64 {
        let query = format!("{{ messageCounts {{ {of} }} }}");
        let answer = self.desk.ask(Some(token), &query, json!({})).await.data();
        answer["messageCounts"][of].as_i64().expect("a count")
    }

    async fn seen_by_visitor(&self, message: usize) -> Value {
        let (id, token) = &self.messages[message];
        let query = "query($id: ID!) { visitor { message(id: $id) { status entries { own content } } } }";
        self.desk.ask(Some(token), query, json!({"id": id})).await.data()["visitor"]["message"].clone()
    }

    async fn read(&self, message: usize, fields: &str) -> Value {
        let query = format!("query($id: ID!) {{ message(id: $id) {{ {fields} }} }}");
        let id = json!({"id": self.messages[message].0});
        self.desk.ask(Some(&self.admin), &query, id).await.data()["message"].clone()
    }

    /// The last sentence of a message's history, in Chinese.
    async fn last_told(&self, message: usize) -> String {
        let query = "query($id: ID!) { message(id: $id) { history(first: 100) { nodes { story } } } }";
        let id = json!({"id": self.messages[message].0});
        let answer = self.desk.ask_in("zh-CN", &self.admin, query, id).await;
        let nodes = answer["message"]["history"]["nodes"].as_array().cloned().unwrap_or_default();
        nodes.last().expect("an event")["story"].as_str().expect("a sentence").to_owned()
    }
}

async fn a_day_of_a_desk(dialect: Dialect) {
    let mut shift = Shift::begin(dialect).await;
    let [(first, first_id), (second, second_id)] = &shift.agents.clone();
    shift.assert_counts([40, 0, 0, 0, 0]).await;
    assert_eq!(shift.count(&shift.lead, "unassigned").await, 40);

    // In the morning each agent takes ten.
    for message in 0..10 {
        shift.done(first, "claimMessage", message, "").await;
        shift.done(second, "claimMessage", 10 + message, "").await;
    }
    let taken = shift.work(second, "claimMessage", 0, "").await;
    assert_eq!(taken.as_deref(), Some("ALREADY_ASSIGNED"));
    assert_eq!((shift.count(first, "mine").await, shift.count(second, "mine").await), (10, 10));
    assert_eq!(shift.count(&shift.lead, "unassigned").await, 20);
    for message in (0..8).chain(10..18) {
        let by = if message < 10 { first } else { second };
        shift.done(by, "replyToMessage", message, ", content: \"已经为您处理。\"").await;
    }
    shift.assert_counts([24, 16, 0, 0, 0]).await;
    let seen = shift.seen_by_visitor(0).await;
    let said = json!([{"own": true, "content": "第 0 个问题"}, {"own": false, "content": "已经为您处理。"}]);
    assert_eq!(seen, json!({"status": "REPLIED", "entries": said}));

    // The lead hands out ten more; one is passed on, one goes back to the queue.
    for message in 20..30 {
        let to = format!(", memberId: \"{first_id}\"");
        shift.done(&shift.lead, "assignMessage", message, &to).await;
    }
    let over = format!(", memberId: \"{second_id}\", reason: \"请会日语的同事处理\"");
    shift.done(first, "assignMessage", 20, &over).await;
    assert_eq!(shift.last_told(20).await, "AGENT把留言从AGENT转给AGENT：“请会日语的同事处理”");
    shift.done(first, "unassignMessage", 21, "").await;
    assert_eq!((shift.count(first, "mine").await, shift.count(second, "mine").await), (18, 11));
    assert_eq!(shift.count(&shift.lead, "unassigned").await, 11);

    // Two are parked; when they fall due they want attention again.
    let due = (shift.desk.clock.now() + HOUR).to_rfc3339();
    for message in [8, 9] {
        shift
            .done(first, "scheduleFollowUp", message, &format!(", dueAt: \"{due}\", note: \"问仓库\""))
            .await;
    }
    shift.assert_counts([22, 16, 2, 0, 0]).await;
    assert_eq!(
        shift.seen_by_visitor(8).await["status"],
        "AWAITING_REPLY",
        "parking is the desk's own affair"
    );
    shift.done(first, "completeFollowUp", 9, "").await;
    shift.desk.clock.advance(HOUR);
    soon("the follow-up fell due", || async { shift.read(8, "status").await["status"] == "OPEN" }).await;
    soon("the clock told it", || async { shift.last_told(8).await.contains("的跟进到期") }).await;
    shift.assert_counts([24, 16, 0, 0, 0]).await;

    // What is done is resolved; one is reopened by its agent, one by its visitor.
    for message in 0..5 {
        shift.done(first, "resolveMessage", message, "").await;
    }
    shift.assert_counts([24, 11, 0, 5, 0]).await;
    shift.done(first, "reopenMessage", 0, "").await;
    let more = shift.messages[1].1.clone();
    shift.done(&more, "continueMessage", 1, ", content: \"还有一件事。\"").await;
    assert_eq!(shift.last_told(1).await, "访客补充了留言，留言重新打开（已处理 → 待回复）");
    shift.done(second, "closeMessage", 10, "").await;
    shift.assert_counts([26, 10, 0, 3, 1]).await;
    assert_eq!(shift.seen_by_visitor(10).await["status"], "CLOSED");

    // Spam leaves the lists and comes back; its visitor sees nothing of that.
    shift.done(second, "markAsSpam", 30, "").await;
    shift.assert_counts([25, 10, 0, 3, 1]).await;
    assert_eq!(shift.seen_by_visitor(30).await["status"], "AWAITING_REPLY");
    let answered = shift.work(second, "replyToMessage", 30, ", content: \"好的\"").await;
    assert_eq!(answered.as_deref(), Some("SPAM"));
    shift.done(second, "unmarkAsSpam", 30, "").await;
    shift.assert_counts([26, 10, 0, 3, 1]).await;

    // The administrator deletes one, restores it, and deletes it for good.
    shift.done(&shift.admin, "deleteMessage", 31, "").await;
    shift.assert_counts([25, 10, 0, 3, 1]).await;
    assert_eq!(shift.seen_by_visitor(31).await, Value::Null);
    shift.done(&shift.admin, "restoreMessage", 31, "").await;
    shift.assert_counts([26, 10, 0, 3, 1]).await;
    shift.done(&shift.admin, "deleteMessage", 31, "").await;
    shift.desk.clock.advance(7 * 24 * HOUR);
    // Nobody stays signed in for a week.
    shift.admin = shift.desk.sign_in("admin@localhost").await;
    soon("its words are destroyed", || async { shift.read(31, "content").await["content"].is_null() }).await;
    let gone = shift.read(31, "erased deleted content").await;
    assert_eq!(gone, json!({"erased": true, "deleted": true, "content": null}));
    assert_eq!(shift.work(&shift.admin, "restoreMessage", 31, "").await.as_deref(), Some("ERASED"));
    assert_eq!(shift.last_told(31).await, "已删除留言的内容被销毁");
    shift.assert_counts([25, 10, 0, 3, 1]).await;

    // Whoever still waits has waited too long by now.
    let query =
        "{ messages(filter: {status: [OPEN], overdue: true}) { totalCount } messageCounts { overdue } }";
    soon("all that waited are overdue", || async {
        // Message 0 was reopened by its agent: nobody waits for a word there.
        let answer = shift.desk.ask(Some(&shift.admin), query, json!({})).await.data();
        answer == json!({"messages": {"totalCount": 24}, "messageCounts": {"overdue": 24}})
    })
    .await;
}

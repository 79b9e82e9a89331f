//! What an auditor reads: the log, the history as a story, and a message as it stood.

use super::Desk;
use crate::kill::environment::leaveword;
use domain::access::Role;
use serde_json::{Value, json};
use store::{DatabaseUrl, Dialect, on_both_databases, testing::soon};

on_both_databases!(
    the_history_of_a_message_reads_as_a_story,
    the_log_is_found_by_who_what_and_when,
    only_whoever_may_audit_everything_reads_the_log,
    a_message_is_shown_as_it_stood,
);

/// A desk, its administrator, and a message that something happened to.
struct Scene {
    desk: Desk,
    staff: String,
    id: String,
}

impl Scene {
    async fn open(dialect: Dialect) -> Self {
        let desk = Desk::start(dialect).await;
        let staff = desk.administrator().await;
        let (_, id) = desk.submit().await;
        Self { desk, staff, id }
    }

    async fn mutate(&self, mutation: &str, more: &str) -> Value {
        let query = format!(
            "mutation($id: ID!) {{ {mutation}(input: {{messageId: $id{more}}}) {{ receipt {{ position }} userErrors {{ code }} }} }}"
        );
        let answer = self.desk.ask(Some(&self.staff), &query, json!({"id": self.id})).await.data();
        assert_eq!(answer[mutation]["userErrors"], json!([]), "{mutation}");
        answer[mutation]["receipt"]["position"].clone()
    }

    async fn query(&self, query: &str) -> Value {
        self.desk.ask(Some(&self.staff), query, json!({"id": self.id})).await.data()
    }

    async fn told(&self, language: &str) -> Vec<String> {
        let query = "query($id: ID!) { message(id: $id) { history { nodes { story } } } }";
        let answer = self.desk.ask_in(language, &self.staff, query, json!({"id": self.id})).await;
        let nodes = answer["message"]["history"]["nodes"].as_array().cloned().unwrap_or_default();
        nodes.iter().map(|node| node["story"].as_str().expect("a sentence").to_owned()).collect()
    }
}

impl Desk {
    /// What `leaveword log show` prints.
    async fn shown(&self, reference: &str, locale: &str) -> String {
        let mut command = tokio::process::Command::new(leaveword());
        command.args(["log", "show", "--message", reference, "--locale", locale]);
        command.env("LEAVEWORD_MASTER_KEY_FILE", &self.database.config.master_key_file);
        match &self.database.config.database {
            DatabaseUrl::Sqlite(data) => command.env("LEAVEWORD_DATA_DIR", data),
            DatabaseUrl::Postgres(url) => command.env("LEAVEWORD_DATABASE_URL", url),
        };
        let output = command.output().await.expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }
}

async fn the_history_of_a_message_reads_as_a_story(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    scene.mutate("claimMessage", "").await;
    scene.mutate("prioritizeMessage", ", priority: HIGH").await;
    scene.mutate("tagMessage", ", add: [\"refund\", \"complaint\"]").await;
    scene.mutate("replyToMessage", ", content: \"今天发货。\"").await;
    scene.mutate("unassignMessage", ", reason: \"下班了\"").await;
    scene.mutate("closeMessage", "").await;
    let reference =
        scene.query("query($id: ID!) { message(id: $id) { reference } }").await["message"]["reference"]
            .as_str()
            .expect("a reference")
            .to_owned();
    let english = [
        format!("the visitor left the message {reference}"),
        "Admin claimed the message".to_owned(),
        "Admin changed the priority from normal to high".to_owned(),
        "Admin added the tags complaint, refund".to_owned(),
        "Admin replied (waiting for a reply → replied)".to_owned(),
        "Admin put the message back into the queue; Admin had it: “下班了”".to_owned(),
        "Admin closed the message (replied → closed)".to_owned(),
    ];
    assert_eq!(scene.told("en").await, english);
    let chinese = [
        format!("访客提交了留言 {reference}"),
        "Admin认领了留言".to_owned(),
        "Admin把优先级从普通改为高".to_owned(),
        "Admin添加了标签 complaint、refund".to_owned(),
        "Admin回复了访客（待回复 → 已回复）".to_owned(),
        "Admin把留言放回待分派队列，原负责人Admin：“下班了”".to_owned(),
        "Admin关闭了留言（已回复 → 已关闭）".to_owned(),
    ];
    assert_eq!(scene.told("zh-CN").await, chinese);
    let printed = scene.desk.shown(&reference, "zh-CN").await;
    let sentences: Vec<&str> =
        printed.lines().map(|line| line.split("UTC  ").nth(1).expect("a sentence")).collect();
    assert_eq!(sentences, chinese, "as the command line prints it");
    assert_eq!(scene.told("zh-Hant-HK").await[1], "Admin認領了留言");
    assert_eq!(scene.told("de-CH").await[1], "Admin übernahm die Nachricht");
}

async fn the_log_is_found_by_who_what_and_when(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    let replied = scene.mutate("replyToMessage", ", content: \"今天发货。\"").await;
    let head = scene.query("{ logHead { position at } }").await["logHead"].clone();
    assert_eq!(head["position"], replied);
    let last = "{ log(filter: {type: [\"MessageReplied\"]}) { totalCount \
                nodes { position recordedAt correlationId actor { id kind } } } }";
    // What the index follows is seen a moment later.
    soon("the reply", || async { scene.query(last).await["log"]["totalCount"] == 1 }).await;
    let entry = scene.query(last).await["log"]["nodes"][0].clone();
    assert_eq!(
        (entry["position"].clone(), entry["actor"]["kind"].clone()),
        (replied.clone(), json!("MEMBER"))
    );
    let noon = entry["recordedAt"].as_str().expect("an instant");
    let (member, correlation) = (&entry["actor"]["id"], &entry["correlationId"]);
    let id = json!(scene.id);
    let filters = [
        format!("actorId: {member}, type: [\"MessageReplied\"]"),
        format!("correlationId: {correlation}"),
        format!("aggregateType: \"Message\", aggregateId: {id}, actorId: {member}"),
        format!("aggregateId: {id}, correlationId: {correlation}"),
        format!("aggregateType: \"Message\", recorded: {{from: \"{noon}\"}}"),
        "aggregateType: \"Message\", type: [\"MessageReplied\", \"VisitorArrived\"]".to_owned(),
    ];
    for filter in filters {
        let query = format!("{{ log(filter: {{{filter}}}) {{ totalCount nodes {{ position }} }} }}");
        let only = json!({"totalCount": 1, "nodes": [{"position": replied}]});
        assert_eq!(scene.query(&query).await["log"], only, "{filter}");
    }
    let before = format!(
        "{{ log(filter: {{recorded: {{until: \"{noon}\"}}}}, first: 100) {{ totalCount nodes {{ type }} }} }}"
    );
    let before = scene.query(&before).await["log"].clone();
    let types: Vec<&str> =
        before["nodes"].as_array().expect("a list").iter().filter_map(|node| node["type"].as_str()).collect();
    assert_eq!(before["totalCount"], json!(types.len()));
    assert!(types.contains(&"MessageSubmitted") && !types.contains(&"MessageReplied"), "{types:?}");
    let none = "{ log(filter: {aggregateType: \"Visitor\", type: [\"MessageReplied\"]}) { totalCount nodes { position } } }";
    assert_eq!(scene.query(none).await["log"], json!({"totalCount": 0, "nodes": []}));
}

async fn only_whoever_may_audit_everything_reads_the_log(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    for role in Role::ALL {
        let allowed = matches!(role, Role::Auditor | Role::Admin);
        let token = scene.desk.member(role).await;
        for query in ["{ log { totalCount } }", "{ logHead { position } }"] {
            let answer = scene.desk.ask(Some(&token), query, json!({})).await;
            match allowed {
                true => assert!(answer.data().is_object()),
                false => assert_eq!(answer.code(), "FORBIDDEN", "{role:?} {query}"),
            }
        }
    }
}

async fn a_message_is_shown_as_it_stood(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    let history = "query($id: ID!) { message(id: $id) { history { nodes { recordedAt } } } }";
    let asked = scene.query(history).await["message"]["history"]["nodes"][0]["recordedAt"].clone();
    let claimed = scene.mutate("claimMessage", "").await;
    scene.mutate("replyToMessage", ", content: \"今天发货。\"").await;
    let closed = scene.mutate("closeMessage", "").await;
    let fields = "{ status version assignee { name } entries { __typename } history { totalCount } }";
    let at = |when: String| format!("query($id: ID!) {{ message(id: $id, asOf: {{{when}}}) {fields} }}");
    let then = scene.query(&at(format!("at: {asked}"))).await["message"].clone();
    let words = json!([{"__typename": "VisitorWords"}]);
    let expected = json!({"status": "OPEN", "version": 1, "assignee": null, "entries": words, "history": {"totalCount": 1}});
    assert_eq!(then, expected);
    let then = scene.query(&at(format!("position: {claimed}"))).await["message"].clone();
    let expected = json!({"status": "OPEN", "version": 2, "assignee": {"name": "Admin"}, "entries": words, "history": {"totalCount": 2}});
    assert_eq!(then, expected);
    // What was written without asking for the message is in the list a moment later.
    scene.desk.nothing_stands_still().await;
    let now =
        scene.query(&format!("query($id: ID!) {{ message(id: $id) {fields} }}")).await["message"].clone();
    assert_eq!(scene.query(&at(format!("position: {closed}"))).await["message"], now);
    let ahead = at("position: \"999999\"".to_owned());
    let ahead = scene.desk.ask(Some(&scene.staff), &ahead, json!({"id": scene.id})).await;
    assert_eq!(ahead.code(), "BAD_REQUEST", "nobody knows that yet");
    assert_eq!(scene.query(&at("position: \"1\"".to_owned())).await["message"], Value::Null, "not there yet");
}

//! The desk itself revised, by one at a time; and what it answers by itself when it is closed.

use super::{Desk, SUBMIT, input};
use domain::access::Role;
use serde_json::{Value, json};
use std::sync::Arc;
use store::{Dialect, on_both_databases, testing::soon};
use tokio::{sync::Barrier, task::JoinSet};

on_both_databases!(
    a_desk_is_revised_and_what_cannot_be_is_told_field_by_field,
    who_looks_at_an_older_desk_overwrites_nothing,
    a_closed_desk_answers_each_visitor_once_and_says_when_it_opens,
);

const DESK: &str = "mutation($input: ReviseDeskInput!) { reviseDesk(input: $input) { \
    desk { version name locales timeZone phoneRegion daysUntilShredding figuresPerMember \
    uploads { bytes perMessage files fileBytes } } userErrors { code field message } } }";
const ENTRIES: &str = "{ visitor { messages { nodes { id status canRate unreadReplies entries { own automatic author content } } } } }";

impl Desk {
    async fn revise_desk(&self, token: &str, input: Value) -> Value {
        self.ask(Some(token), DESK, json!({"input": input})).await.data()["reviseDesk"].clone()
    }

    /// Leaves a message: the payload.
    async fn left_by(&self, token: Option<&str>, more: Value) -> Value {
        let mut input = input();
        for (name, value) in more.as_object().expect("fields") {
            input[name] = value.clone();
        }
        let payload = self.ask(token, SUBMIT, json!({"input": input})).await.data()["submitMessage"].clone();
        assert_eq!(payload["userErrors"], json!([]));
        payload
    }

    /// A visitor's messages, the newest first.
    async fn own_messages(&self, token: &str) -> Vec<Value> {
        let answer = self.ask(Some(token), ENTRIES, json!({})).await.data();
        answer["visitor"]["messages"]["nodes"].as_array().expect("messages").clone()
    }

    async fn soon_answered(&self, token: &str) -> Value {
        soon("an automatic reply", || async {
            self.own_messages(token).await[0]["entries"].as_array().is_some_and(|said| said.len() == 2)
        })
        .await;
        self.own_messages(token).await[0].clone()
    }
}

async fn a_desk_is_revised_and_what_cannot_be_is_told_field_by_field(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let input = json!({"name": " 小店 ", "locales": ["de", "en"], "timeZone": "Europe/Berlin", "phoneRegion": "de",
        "daysUntilShredding": 0, "uploadBytes": 10240, "uploadsPerMessage": 1,
        "files": ["MP4"], "fileBytes": 1_048_576, "figuresPerMember": false});
    let revised = desk.revise_desk(&staff, input).await;
    let uploads = json!({"bytes": 10240, "perMessage": 1, "files": ["MP4"], "fileBytes": 1_048_576});
    let wanted = json!({"version": 7, "name": "小店", "locales": ["de", "en"], "timeZone": "Europe/Berlin",
        "phoneRegion": "DE", "daysUntilShredding": 0, "figuresPerMember": false, "uploads": uploads});
    assert_eq!(
        (&revised["desk"], &revised["userErrors"]),
        (&wanted, &json!([])),
        "hours went into the zone with it"
    );
    let again = desk.revise_desk(&staff, json!({"name": "小店"})).await;
    assert_eq!(again["userErrors"][0]["code"], "ALREADY_SO");
    let wrong =
        json!({"name": "", "locales": [], "phoneRegion": "XX", "uploadBytes": 1, "uploadsPerMessage": 21});
    let refused = desk.revise_desk(&staff, wrong).await;
    let fields: Vec<_> = refused["userErrors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| error["field"][0].clone())
        .collect();
    assert_eq!(fields, ["name", "locales", "phoneRegion", "uploadBytes", "uploadsPerMessage"]);
    // A number without a region is one of the desk's, now.
    let (agent, _) =
        (desk.member(Role::Agent).await, desk.left_by(None, json!({"contact": "030 901820"})).await);
    assert_eq!(desk.ask(Some(&agent), DESK, json!({"input": {"name": "x"}})).await.code(), "FORBIDDEN");
}

async fn who_looks_at_an_older_desk_overwrites_nothing(dialect: Dialect) {
    let desk = Arc::new(Desk::start(dialect).await);
    let staff = desk.administrator().await;
    let version = desk.ask(None, "{ desk { version } }", json!({})).await.data()["desk"]["version"].clone();
    let (start, mut both) = (Arc::new(Barrier::new(2)), JoinSet::new());
    for name in ["Anna's", "Ben's"] {
        let (desk, staff, version, start) = (desk.clone(), staff.clone(), version.clone(), start.clone());
        both.spawn(async move {
            start.wait().await;
            desk.revise_desk(&staff, json!({"name": name, "expectedVersion": version})).await
        });
    }
    let payloads = both.join_all().await;
    let (won, lost): (Vec<_>, Vec<_>) =
        payloads.iter().partition(|payload| payload["userErrors"] == json!([]));
    assert_eq!((won.len(), lost.len()), (1, 1), "{payloads:?}");
    let error = &lost[0]["userErrors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!("CONFLICT"), &json!(["expectedVersion"])));
    let stands = desk.ask(None, "{ desk { name version } }", json!({})).await.data()["desk"].clone();
    assert_eq!(stands["name"], won[0]["desk"]["name"]);
    let form = "mutation($version: Int!) { reviseForm(input: {requireName: false, expectedVersion: $version}) { \
                userErrors { code } } }";
    let late = desk.ask(Some(&staff), form, json!({"version": version})).await.data();
    assert_eq!(late["reviseForm"]["userErrors"][0]["code"], "CONFLICT");
    let now = desk.ask(Some(&staff), form, json!({"version": stands["version"]})).await.data();
    assert_eq!(now["reviseForm"]["userErrors"], json!([]));
}

/// It is a Monday night in Shanghai.
async fn a_closed_desk_answers_each_visitor_once_and_says_when_it_opens(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let by = "2026-09-21T15:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().expect("an instant")
        - desk.clock.now();
    desk.clock.advance(by.to_std().expect("later"));
    let staff = desk.administrator().await;
    let hours = "mutation { reviseOpeningHours(input: {desk: {preset: CHINA}}) { userErrors { code } } }";
    desk.ask(Some(&staff), hours, json!({})).await.data();
    let reply = "mutation($input: ReviseAutoReplyInput!) { reviseAutoReply(input: $input) { \
                 desk { autoReply { enabled texts { text } } } userErrors { code field } } }";
    let on = json!({"input": {"enabled": true}});
    let refused = desk.ask(Some(&staff), reply, on).await.data()["reviseAutoReply"].clone();
    assert_eq!(refused["userErrors"][0], json!({"code": "REQUIRED", "field": ["text"]}));
    let texts = |text: &str| json!([{"locale": "en", "text": text}, {"locale": "zh-CN", "text": "我们 {{desk.name}} 休息"}]);
    let input = json!({"enabled": true, "text": texts("We open at {{opensAt}}."), "textWithoutTime": texts("Closed.")});
    let revised =
        desk.ask(Some(&staff), reply, json!({"input": input})).await.data()["reviseAutoReply"].clone();
    assert_eq!(
        (&revised["userErrors"], &revised["desk"]["autoReply"]["enabled"]),
        (&json!([]), &json!(true))
    );

    let anna = desk.left_by(None, json!({"locale": "en"})).await["visitorToken"]
        .as_str()
        .expect("a token")
        .to_owned();
    let told = desk.soon_answered(&anna).await;
    let said = json!({"own": false, "automatic": true, "author": null,
        "content": "We open at 2026-09-22 09:00 (Asia/Shanghai)."});
    assert_eq!(told["entries"][1], said);
    // It is no answer: they wait on, and have nothing to rate or to read.
    assert_eq!(told["status"], "AWAITING_REPLY");
    assert_eq!((&told["canRate"], &told["unreadReplies"]), (&json!(false), &json!(0)));
    let staffs = "query($id: ID!) { message(id: $id) { status firstRepliedAt entries { ... on Reply { automatic author { name } } } \
                  history { nodes { type story actor { kind rule } causationId } } } }";
    let seen = desk.ask_in("en", &staff, staffs, json!({"id": told["id"]})).await["message"].clone();
    assert_eq!((&seen["status"], &seen["firstRepliedAt"]), (&json!("OPEN"), &Value::Null));
    assert_eq!(seen["entries"][1], json!({"automatic": true, "author": null}));
    let event = &seen["history"]["nodes"][1];
    assert_eq!((&event["type"], &event["actor"]["rule"]), (&json!("AutoReplySent"), &json!("auto-reply")));
    assert!(event["causationId"].is_string(), "{event}");

    // A second message in the same closing, one that a member writes for somebody, and then another visitor's.
    desk.clock.advance(std::time::Duration::from_secs(1));
    desk.left_by(Some(&anna), json!({})).await;
    let called =
        desk.left_by(Some(&staff), json!({"onBehalf": {"visitorId": null}})).await["receipt"]["id"].clone();
    let ben = desk.left_by(None, json!({})).await["visitorToken"].as_str().expect("a token").to_owned();
    assert_eq!(desk.soon_answered(&ben).await["entries"][1]["content"], "我们 Leaveword 休息");
    // What was left before was looked at before.
    assert_eq!(desk.own_messages(&anna).await[0]["entries"].as_array().map(Vec::len), Some(1));
    let entries = "query($id: ID!) { message(id: $id) { entries { ... on Reply { automatic } } } }";
    let called = desk.ask(Some(&staff), entries, json!({"id": called})).await.data();
    assert_eq!(called["message"]["entries"].as_array().map(Vec::len), Some(1));

    // The next night is another closing.
    desk.clock.advance(std::time::Duration::from_secs(24 * 60 * 60));
    desk.left_by(Some(&anna), json!({})).await;
    let content = desk.soon_answered(&anna).await["entries"][1]["content"].clone();
    assert!(content.as_str().is_some_and(|text| text.contains("Leaveword")), "{content}");
}

//! What else a message tells: whom a note is meant for, what its visitor has not answered, and how far it has come.

use super::{Desk, SUBMIT};
use domain::access::Role;
use serde_json::{Value, json};
use std::time::Duration;
use store::{Dialect, on_both_databases};

on_both_databases!(
    a_note_says_whom_it_is_meant_for_now_and_as_of_then,
    a_visitor_is_told_how_many_replies_they_have_said_nothing_after,
    a_visitor_can_rate_what_was_replied_to_until_a_month_after_its_end,
    a_conflict_says_whether_more_happened_than_it_tells,
    a_version_that_never_was_is_not_called_a_change,
    everything_that_is_wrong_with_a_form_is_said_at_once,
);

async fn a_note_says_whom_it_is_meant_for_now_and_as_of_then(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let ((mei, by_mei), (hua, _)) = (desk.hire("mei", Role::Agent).await, desk.hire("hua", Role::Lead).await);
    let (_, id) = desk.submit().await;
    let note = |more: &str| format!("addNote(input: {{messageId: \"{id}\", content: \"看看\"{more}}})");
    let mentions = format!(", mentions: [\"{mei}\", \"{hua}\"]");
    let fields =
        "receipt { position } message { entries { ... on Note { author { name } mentions { name } } } }";
    let noted = desk.mutate(&admin, &note(&mentions), fields).await;
    let named = |note: &Value| {
        let names = note["mentions"].as_array().expect("a list").iter();
        let mut names: Vec<String> =
            names.map(|of| of["name"].as_str().expect("a name").to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(named(&noted["message"]["entries"][1]), ["hua", "mei"]);
    let noted_at = noted["receipt"]["position"].as_str().expect("a position");
    let second = desk.mutate(&by_mei, &note(""), fields).await;
    assert_eq!(named(&second["message"]["entries"][2]), Vec::<String>::new());
    let then = format!(
        "{{ message(id: \"{id}\", asOf: {{position: \"{noted_at}\"}}) {{ entries {{ ... on Note {{ mentions {{ name }} }} }} }} }}"
    );
    let then = desk.ask(Some(&by_mei), &then, json!({})).await.data()["message"]["entries"].clone();
    assert_eq!(
        (then.as_array().map(Vec::len), named(&then[1])),
        (Some(2), vec!["hua".to_owned(), "mei".to_owned()])
    );
}

/// What the visitor is told of their message.
async fn told(desk: &Desk, visitor: &str, id: &str) -> Value {
    let query = "query($id: ID!) { visitor { message(id: $id) { canRate unreadReplies } } }";
    desk.nothing_stands_still().await;
    desk.ask(Some(visitor), query, json!({"id": id})).await.data()["visitor"]["message"].clone()
}

async fn a_visitor_is_told_how_many_replies_they_have_said_nothing_after(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (visitor, id) = desk.submit().await;
    let unread = async || told(&desk, &visitor, &id).await["unreadReplies"].clone();
    let reply = format!("replyToMessage(input: {{messageId: \"{id}\", content: \"好的\"}})");
    assert_eq!(unread().await, 0);
    for replies in [1, 2] {
        desk.clock.advance(Duration::from_secs(1));
        desk.mutate(&admin, &reply, "userErrors { code }").await;
        assert_eq!(unread().await, replies);
    }
    let note = format!("addNote(input: {{messageId: \"{id}\", content: \"看看\"}})");
    desk.mutate(&admin, &note, "userErrors { code }").await;
    assert_eq!(unread().await, 2, "a note is no reply");
    let more = format!("continueMessage(input: {{messageId: \"{id}\", content: \"谢谢\"}})");
    desk.mutate(&visitor, &more, "userErrors { code }").await;
    assert_eq!(unread().await, 0, "who writes has read");
    desk.clock.advance(Duration::from_secs(1));
    desk.mutate(&admin, &reply, "userErrors { code }").await;
    assert_eq!(unread().await, 1);
    let rate = format!("rateMessage(input: {{messageId: \"{id}\", rating: 5}})");
    desk.mutate(&visitor, &rate, "userErrors { code }").await;
    assert_eq!(unread().await, 0, "who rates has read");
}

async fn a_visitor_can_rate_what_was_replied_to_until_a_month_after_its_end(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (visitor, id) = desk.submit().await;
    let can_rate = async || told(&desk, &visitor, &id).await["canRate"].clone();
    let rated = async || {
        let rate = format!("rateMessage(input: {{messageId: \"{id}\", rating: 5}})");
        let rated = desk.mutate(&visitor, &rate, "userErrors { code }").await;
        json!(rated["userErrors"] == json!([]))
    };
    assert_eq!((can_rate().await, rated().await), (json!(false), json!(false)), "nobody has replied");
    for (mutation, after) in [("replyToMessage", 0), ("closeMessage", 30 * 24 * 60 * 60)] {
        let content = if mutation == "replyToMessage" { ", content: \"好的\"" } else { "" };
        let work = format!("{mutation}(input: {{messageId: \"{id}\"{content}}})");
        desk.mutate(&admin, &work, "userErrors { code }").await;
        desk.clock.advance(Duration::from_secs(after));
        assert_eq!((can_rate().await, rated().await), (json!(true), json!(true)), "after {mutation}");
    }
    desk.clock.advance(Duration::from_secs(1));
    assert_eq!((can_rate().await, rated().await), (json!(false), json!(false)), "it ended too long ago");
}

const CLAIM: &str = "mutation($id: ID!, $seen: Int) { claimMessage(input: {messageId: $id, expectedVersion: $seen}) { \
    conflict { version eventsSince { sequence } eventsSinceTruncated } userErrors { code field message } } }";

async fn a_conflict_says_whether_more_happened_than_it_tells(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (_, id) = desk.submit().await;
    for n in 0..101 {
        let priority = ["HIGH", "LOW"][n % 2];
        let work = format!("prioritizeMessage(input: {{messageId: \"{id}\", priority: {priority}}})");
        desk.mutate(&admin, &work, "userErrors { code }").await;
    }
    for (seen, told, truncated) in [(1, 100, true), (2, 100, false), (100, 2, false)] {
        let answer = desk.ask(Some(&admin), CLAIM, json!({"id": id, "seen": seen})).await.data();
        let conflict = &answer["claimMessage"]["conflict"];
        let count = conflict["eventsSince"].as_array().map(Vec::len);
        assert_eq!(
            (count, &conflict["eventsSinceTruncated"]),
            (Some(told), &json!(truncated)),
            "since {seen}"
        );
        assert_eq!(conflict["version"], 102);
    }
}

async fn a_version_that_never_was_is_not_called_a_change(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (_, id) = desk.submit().await;
    let answer = desk.ask(Some(&admin), CLAIM, json!({"id": id, "seen": 7})).await.data();
    let message = "this message has no version 7; it is at version 1 now";
    let error = json!({"code": "UNKNOWN", "field": ["expectedVersion"], "message": message});
    assert_eq!(answer["claimMessage"], json!({"conflict": null, "userErrors": [error]}));
}

async fn everything_that_is_wrong_with_a_form_is_said_at_once(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    for (form, wrong) in [
        (json!({"name": " ", "contact": "call me", "content": ""}), vec!["name", "contact", "content"]),
        (json!({"contact": "", "content": "你好", "categoryId": "x"}), vec!["name", "contact", "categoryId"]),
        (json!({"name": "李雷", "contact": "call me", "content": "你好"}), vec!["contact"]),
        (
            json!({"name": "李雷", "contact": "13800138000", "content": "你好", "categoryId": "x"}),
            vec!["categoryId"],
        ),
    ] {
        let refused = desk.ask(None, SUBMIT, json!({"input": form})).await.data()["submitMessage"].clone();
        let errors = refused["userErrors"].as_array().expect("a list").iter();
        let fields: Vec<&str> = errors.map(|error| error["field"][0].as_str().expect("a field")).collect();
        assert_eq!((fields, &refused["receipt"]), (wrong, &Value::Null), "{form}");
    }
}

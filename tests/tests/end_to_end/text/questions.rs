//! The texts of questions: whatever is asked for, the answer is that there is no such thing, or that it cannot be asked.

use super::{Desk, texts::texts};
use domain::access::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::{Dialect, on_both_databases};

on_both_databases!(a_question_with_any_text_is_answered_or_refused);

/// Where a text can be asked with: the type and its field, the argument, and a question.
const QUESTIONS: [(&str, &str, &str); 35] = [
    ("Query.explain", "messageId", "query($text: ID!) { explain(messageId: $text) { messageId } }"),
    (
        "Statistics.firstResponseDifferences",
        "after",
        "query($text: ID) { statistics(range: {from: \"2026-11-01\", until: \"2026-12-01\"}) { \
         firstResponseDifferences(after: $text) { count } } }",
    ),
    ("Query.message", "id", "query($text: ID) { message(id: $text) { id } }"),
    ("Query.message", "reference", "query($text: String) { message(reference: $text) { id } }"),
    (
        "Query.messages",
        "after",
        "query($text: String) { messages(first: 1, after: $text) { edges { cursor } } }",
    ),
    (
        "Query.messages",
        "before",
        "query($text: String) { messages(last: 1, before: $text) { edges { cursor } } }",
    ),
    (
        "Query.erasureRequests",
        "after",
        "query($text: String) { erasureRequests(first: 1, after: $text) { edges { cursor } } }",
    ),
    (
        "Query.deliveries",
        "after",
        "query($text: String) { deliveries(first: 1, after: $text) { edges { cursor } } }",
    ),
    (
        "DeliveryFilter",
        "channelId",
        "query($text: ID!) { deliveries(filter: {channelId: [$text]}) { totalCount edges { cursor } } }",
    ),
    (
        "DeliveryFilter",
        "messageId",
        "query($text: ID!) { deliveries(filter: {messageId: $text}) { totalCount edges { cursor } } }",
    ),
    ("Query.desk", "locale", "query($text: Locale) { desk(locale: $text) { name } }"),
    (
        "Desk.availability",
        "at",
        "query($text: DateTime) { desk { availability(at: $text) { open reason opensAt closesAt text } } }",
    ),
    (
        "Desk.availability",
        "categoryId",
        "query($text: ID) { desk { availability(categoryId: $text) { open text } } }",
    ),
    (
        "Desk.availability",
        "timeZone",
        "query($text: TimeZone) { desk { availability(timeZone: $text) { open text } } }",
    ),
    (
        "Message.history",
        "after",
        "query($id: ID, $text: LogPosition) { message(id: $id) { history(after: $text) { totalCount } } }",
    ),
    (
        "MessageFilter",
        "categoryId",
        "query($text: ID!) { messages(filter: {categoryId: [$text]}) { totalCount edges { cursor } } }",
    ),
    (
        "MessageFilter",
        "assigneeId",
        "query($text: ID!) { messages(filter: {assigneeId: [$text]}) { totalCount edges { cursor } } }",
    ),
    (
        "MessageFilter",
        "teamId",
        "query($text: ID!) { messages(filter: {teamId: [$text]}) { totalCount edges { cursor } } }",
    ),
    (
        "MessageFilter",
        "visitorId",
        "query($text: ID!) { messages(filter: {visitorId: $text}) { totalCount edges { cursor } } }",
    ),
    (
        "DateTimeRange",
        "from",
        "query($text: DateTime) { messages(filter: {submitted: {from: $text}}) { totalCount } }",
    ),
    (
        "DateTimeRange",
        "until",
        "query($text: DateTime) { messages(filter: {submitted: {until: $text}}) { totalCount } }",
    ),
    ("Query.log", "after", "query($text: LogPosition) { log(after: $text, first: 1) { edges { cursor } } }"),
    (
        "AsOf",
        "position",
        "query($id: ID, $text: LogPosition!) { message(id: $id, asOf: {position: $text}) { id } }",
    ),
    ("AsOf", "at", "query($id: ID, $text: DateTime!) { message(id: $id, asOf: {at: $text}) { id } }"),
    (
        "MessageFilter",
        "search",
        "query($text: String!) { messages(filter: {search: $text}) { totalCount edges { cursor } } }",
    ),
    ("MessageFilter", "tag", "query($text: String!) { messages(filter: {tag: [$text]}) { totalCount } }"),
    (
        "LogFilter",
        "aggregateType",
        "query($text: String) { log(filter: {aggregateType: $text}) { totalCount edges { cursor } } }",
    ),
    (
        "LogFilter",
        "aggregateId",
        "query($text: ID) { log(filter: {aggregateId: $text}) { totalCount edges { cursor } } }",
    ),
    (
        "LogFilter",
        "actorId",
        "query($text: ID) { log(filter: {actorId: $text}) { totalCount edges { cursor } } }",
    ),
    (
        "LogFilter",
        "correlationId",
        "query($id: ID, $text: ID) { log(filter: {correlationId: $text}) { totalCount } \
         message(id: $id) { history(filter: {correlationId: $text}) { totalCount } } }",
    ),
    (
        "LogFilter",
        "type",
        "query($id: ID, $text: String!) { message(id: $id) { history(filter: {type: [$text]}) { totalCount edges { cursor } } } }",
    ),
    (
        "Visitor.messages",
        "after",
        "query($text: String) { visitor { messages(first: 1, after: $text) { edges { cursor } } } }",
    ),
    (
        "Query.members",
        "after",
        "query($text: String) { members(first: 1, after: $text) { edges { cursor } } }",
    ),
    ("Visitor.message", "id", "query($text: ID!) { visitor { message(id: $text) { id } } }"),
    ("", "", "query Named($text: String) { desk { name } messages(after: $text) { totalCount } }"),
];

async fn a_question_with_any_text_is_answered_or_refused(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let (visitor, id) = desk.submit().await;
    every_text_is_asked_with(&desk).await;
    for (of, argument, question) in QUESTIONS {
        let token = if of.starts_with("Visitor.") { &visitor } else { &staff };
        for text in asked(argument) {
            let answer = desk.ask(Some(token), question, json!({"id": id, "text": text})).await;
            if answer.json()["errors"].is_array() {
                assert_eq!(answer.code(), "BAD_REQUEST", "{of}({argument}: {text:?}): {}", answer.body);
            }
        }
    }
    for text in texts(10) {
        let answer = desk
            .ask(
                Some(&text.replace(|c: char| !(' '..='~').contains(&c), "~")),
                "{ viewer { id } }",
                json!({}),
            )
            .await;
        assert_eq!(answer.data(), json!({"viewer": null}), "{text:?}");
    }
    desk.nothing_stands_still().await;
}

/// Texts, and for a cursor those inside of what looks like one.
fn asked(argument: &str) -> Vec<String> {
    let mut asked = texts(200);
    if ["after", "before"].contains(&argument) {
        let inside: Vec<String> = asked
            .iter()
            .flat_map(|text| ["newest", "own"].map(|list| base64(&format!("1|{list}|5|{text}"))))
            .collect();
        asked.extend(inside);
    }
    asked
}

/// For addresses, without padding (RFC 4648, section 5).
fn base64(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let encode = |chunk: &[u8]| {
        let bits =
            (0..3).fold(0_u32, |bits, n| bits << 8 | u32::from(chunk.get(n).copied().unwrap_or_default()));
        let sign = move |n| char::from(ALPHABET[(bits >> (18 - 6 * n) & 63) as usize]);
        (0..=chunk.len()).map(sign).collect::<String>()
    };
    text.as_bytes().chunks(3).map(encode).collect()
}

/// The table above is the schema's: a question that is added has its texts tried.
async fn every_text_is_asked_with(desk: &Desk) {
    let kind = "type { name ofType { name ofType { name ofType { name } } } }";
    let types = format!(
        "{{ __schema {{ types {{ name fields {{ name args {{ name {kind} }} }} inputFields {{ name {kind} }} }} }} }}"
    );
    let auditor = desk.member(Role::Auditor).await;
    let schema = desk.ask(Some(&auditor), &types, json!({})).await.data();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let name = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    let mut texts = BTreeSet::new();
    for of in list(&schema["__schema"]["types"]) {
        let of_name = name(&of);
        // What is asked on the socket is tried in `socket.rs`.
        let elsewhere = ["Mutation", "Subscription"].contains(&of_name.as_str());
        if of_name.starts_with("__") || elsewhere || of_name.ends_with("Input") {
            continue;
        }
        let own = list(&of["inputFields"]).into_iter().map(|field| (of_name.clone(), field));
        let asked = list(&of["fields"]).into_iter().flat_map(|field| {
            let of = format!("{of_name}.{}", name(&field));
            list(&field["args"]).into_iter().map(move |argument| (of.clone(), argument))
        });
        let all = own.chain(asked).filter(|(_, argument)| is_text(&argument["type"]));
        texts.extend(all.map(|(of, argument)| (of, name(&argument))));
    }
    let tried = QUESTIONS.iter().filter(|(of, ..)| !of.is_empty());
    assert_eq!(texts, tried.map(|(of, argument, _)| ((*of).to_owned(), (*argument).to_owned())).collect());
}

fn is_text(kind: &Value) -> bool {
    match (&kind["name"], &kind["ofType"]) {
        (Value::String(name), _) => {
            ["String", "ID", "Locale", "LogPosition", "TimeZone", "DateTime", "JSON"].contains(&name.as_str())
        }
        (_, Value::Null) => false,
        (_, inner) => is_text(inner),
    }
}

//! The texts of mutations about channels: whatever is sent, it is taken and read back, or refused by its name.

use super::{Desk, texts::few};
use serde_json::{Value, json};
use store::{Dialect, on_both_databases};

on_both_databases!(every_text_about_channels_is_read_back_as_it_was_taken_or_refused);

/// A text of a mutation, and how it is sent: `$text` is the text, `$channel` one that is connected. `shown` is where the
/// payload shows what was taken.
struct Try {
    mutation: &'static str,
    field: &'static str,
    document: &'static str,
    shown: &'static str,
}

const fn tried(
    mutation: &'static str,
    field: &'static str,
    document: &'static str,
    shown: &'static str,
) -> Try {
    Try { mutation, field, document, shown }
}

macro_rules! connect {
    ($field:literal, $kind:literal, $input:literal, $shown:literal) => {
        tried(
            "connectChannel",
            $field,
            concat!(
                "mutation($text: ",
                $kind,
                ") { connectChannel(input: {kind: EMAIL, ",
                $input,
                "}) { channel { id name rules } userErrors { code field } } }"
            ),
            $shown,
        )
    };
}

macro_rules! revise {
    ($field:literal, $input:literal, $shown:literal) => {
        tried(
            "reviseChannel",
            $field,
            concat!(
                "mutation($text: String!, $channel: ID!) { reviseChannel(input: {id: $channel, ",
                $input,
                "}) { channel { name rules } userErrors { code field } } }"
            ),
            $shown,
        )
    };
}

macro_rules! by_id {
    ($mutation:literal) => {
        tried(
            $mutation,
            "id",
            concat!("mutation($text: ID!) { ", $mutation, "(id: $text) { userErrors { code } } }"),
            "",
        )
    };
}

const TRIES: [Try; 33] = [
    connect!("name", "String!", "name: $text, emails: [\"a@example.org\"]", "/channel/name"),
    tried(
        "connectChannel",
        "kind",
        "mutation($text: ChannelKind!) { connectChannel(input: {kind: $text, name: \"x\"}) { userErrors { code } } }",
        "",
    ),
    tried(
        "connectChannel",
        "url",
        "mutation($text: String!) { connectChannel(input: {kind: WECOM, name: \"x\", url: $text}) { userErrors { code field } } }",
        "",
    ),
    tried(
        "connectChannel",
        "secret",
        "mutation($text: String!) { connectChannel(input: {kind: WEBHOOK, name: \"x\", url: \"https://example.org/\", \
         secret: $text}) { channel { id } userErrors { code field } } }",
        "",
    ),
    connect!("emails", "String!", "name: \"x\", emails: [$text]", ""),
    connect!("rules", "String!", "name: \"x\", emails: [\"a@example.org\"], rules: {events: [$text]}", ""),
    connect!("rules", "ID!", "name: \"x\", emails: [\"a@example.org\"], rules: {categoryIds: [$text]}", ""),
    connect!(
        "rules",
        "String!",
        "name: \"x\", emails: [\"a@example.org\"], rules: {requireKeywords: [$text]}",
        "/channel/rules/requireKeywords/0"
    ),
    connect!(
        "rules",
        "String!",
        "name: \"x\", emails: [\"a@example.org\"], rules: {skipKeywords: [$text]}",
        "/channel/rules/skipKeywords/0"
    ),
    connect!(
        "rules",
        "String!",
        "name: \"x\", emails: [\"a@example.org\"], rules: {mentions: [$text]}",
        "/channel/rules/mentions/0"
    ),
    connect!(
        "rules",
        "String!",
        "name: \"x\", emails: [\"a@example.org\"], rules: {categoryMentions: [{categoryId: \"x\", mentions: [$text]}]}",
        "/channel/rules/categoryMentions/0/mentions/0"
    ),
    connect!("rules", "String!", "name: \"x\", emails: [\"a@example.org\"], rules: {format: $text}", ""),
    connect!(
        "rules",
        "String!",
        "name: \"x\", emails: [\"a@example.org\"], rules: {template: $text}",
        "/channel/rules/template"
    ),
    connect!("rules", "Locale!", "name: \"x\", emails: [\"a@example.org\"], rules: {locale: $text}", ""),
    connect!(
        "rules",
        "String!",
        "name: \"x\", emails: [\"a@example.org\"], rules: {quietHours: [{days: [1], from: $text, until: \"08:00\"}]}",
        ""
    ),
    connect!(
        "rules",
        "String!",
        "name: \"x\", emails: [\"a@example.org\"], rules: {quietHours: [{days: [1], from: \"22:00\", until: $text}]}",
        ""
    ),
    tried(
        "reviseChannel",
        "id",
        "mutation($text: ID!) { reviseChannel(input: {id: $text, name: \"x\"}) { userErrors { code } } }",
        "",
    ),
    revise!("name", "name: $text", "/channel/name"),
    // Mail has no address of that kind, and nothing changes.
    revise!("url", "url: $text", ""),
    revise!("secret", "secret: $text", ""),
    revise!("emails", "emails: [$text]", ""),
    revise!("rules", "rules: {template: $text}", "/channel/rules/template"),
    by_id!("pauseChannel"),
    by_id!("resumeChannel"),
    by_id!("disconnectChannel"),
    by_id!("rotateChannelSecret"),
    by_id!("testChannel"),
    tried(
        "previewNotification",
        "channelId",
        "mutation($text: ID!) { previewNotification(channelId: $text, messageId: \"x\") }",
        "",
    ),
    tried(
        "previewNotification",
        "messageId",
        "mutation($text: ID!, $channel: ID!) { previewNotification(channelId: $channel, messageId: $text) }",
        "",
    ),
    tried(
        "redeliver",
        "deliveryId",
        "mutation($text: ID!) { redeliver(input: {deliveryId: $text}) { deliveries userErrors { code } } }",
        "",
    ),
    tried(
        "redeliver",
        "deadOfChannel",
        "mutation($text: ID!) { redeliver(input: {deadOfChannel: $text}) { deliveries userErrors { code } } }",
        "",
    ),
    tried(
        "redeliver",
        "range",
        "mutation($text: ID!) { redeliver(input: {range: {channelId: $text, from: \"1\", until: \"9\"}}) { deliveries userErrors { code } } }",
        "",
    ),
    tried(
        "redeliver",
        "range",
        "mutation($text: LogPosition!) { redeliver(input: {range: {channelId: \"x\", from: $text, until: \"9\"}}) { deliveries userErrors { code } } }",
        "",
    ),
];

/// What this file tries.
pub(super) fn fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    TRIES.iter().map(|one| (one.mutation, one.field))
}

async fn every_text_about_channels_is_read_back_as_it_was_taken_or_refused(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let connect = "connectChannel(input: {name: \"x\", kind: EMAIL, emails: [\"a@example.org\"]})";
    let connected = desk.mutate(&admin, connect, "channel { id }").await;
    let channel = connected["channel"]["id"].clone();
    for one in &TRIES {
        for text in few(100).step_by(3) {
            one.try_with(&desk, &admin, &text, &channel).await;
        }
    }
    desk.nothing_stands_still().await;
}

impl Try {
    async fn try_with(&self, desk: &Desk, admin: &str, text: &str, channel: &Value) {
        let said = format!("{}({}: {text:?})", self.mutation, self.field);
        let variables = json!({"text": text, "channel": channel});
        let answer = desk.ask(Some(admin), self.document, variables).await;
        if answer.json()["errors"].is_array() {
            let code = answer.code();
            return assert!(["BAD_REQUEST", "NOT_FOUND"].contains(&code.as_str()), "{said}: {}", answer.body);
        }
        let payload = answer.data()[self.mutation].clone();
        let errors = payload["userErrors"].as_array().cloned().unwrap_or_default();
        if let Some(error) = errors.first() {
            let named = [json!([self.field]), json!(["template"]), Value::Null];
            let listed = error["field"].as_array().is_some_and(|field| field.len() == 1);
            return assert!(named.contains(&error["field"]) || listed, "{said}: {payload}");
        }
        if !self.shown.is_empty() {
            let kept = text.replace("\r\n", "\n").replace('\r', "\n");
            assert_eq!(payload.pointer(self.shown), Some(&json!(kept.trim())), "{said}: {payload}");
        }
        if let ("connectChannel", Value::String(id)) = (self.mutation, &payload["channel"]["id"]) {
            // A desk has so many.
            let disconnect = format!("disconnectChannel(id: \"{id}\")");
            desk.mutate(admin, &disconnect, "userErrors { code }").await;
        }
    }
}

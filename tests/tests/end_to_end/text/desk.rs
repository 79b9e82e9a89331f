//! The texts of mutations about the desk: whatever is sent, it is taken and read back, or refused by the way to its field.

use super::{Desk, texts::few};
use serde_json::{Value, json};
use store::{Dialect, on_both_databases};

on_both_databases!(every_text_about_the_desk_is_read_back_as_it_was_taken_or_refused);

/// A text of a mutation, and how it is sent: `$text` is the text. `shown` is where the payload shows what was taken.
pub(super) struct Try {
    pub(super) mutation: &'static str,
    pub(super) field: &'static str,
    pub(super) document: &'static str,
    pub(super) shown: &'static str,
}

macro_rules! hours {
    ($field:literal, $kind:literal, $input:literal, $shown:literal) => {
        Try {
            mutation: "reviseOpeningHours",
            field: $field,
            document: concat!(
                "mutation($text: ",
                $kind,
                ") { reviseOpeningHours(input: {",
                $input,
                "}) { userErrors { code field } desk { openingHours { desk { timeZone holidays { name } workingDays { name } } } } } }"
            ),
            shown: $shown,
        }
    };
}

macro_rules! revise {
    ($mutation:literal, $field:literal, $kind:literal, $input:literal, $asked:literal, $shown:literal) => {
        Try {
            mutation: $mutation,
            field: $field,
            document: concat!(
                "mutation($text: ",
                $kind,
                ") { ",
                $mutation,
                "(input: {",
                $input,
                "}) { userErrors { code field } desk { name ",
                $asked,
                " } } }"
            ),
            shown: $shown,
        }
    };
}

macro_rules! answer {
    ($kind:literal, $answer:literal, $shown:literal) => {
        Try {
            mutation: "submitMessage",
            field: "fields",
            document: concat!(
                "mutation($text: ",
                $kind,
                ") { submitMessage(input: {contact: \"anna@example.org\", content: \"When?\", name: \"Anna\", \
                 onBehalf: {}, fields: [",
                $answer,
                "]}) { userErrors { code field } message { fields { value } } } }"
            ),
            shown: $shown,
        }
    };
}

const TRIES: [Try; 36] = [
    answer!("String!", "{fieldId: \"order\", value: $text}", "/message/fields/0/value"),
    answer!("String!", "{fieldId: \"pieces\", value: $text}", ""),
    answer!("ID!", "{fieldId: $text, value: \"1\"}", ""),
    revise!("reviseDesk", "name", "String!", "name: $text", "", "/desk/name"),
    revise!("reviseDesk", "locales", "Locale!", "locales: [$text]", "", ""),
    revise!("reviseDesk", "timeZone", "TimeZone!", "timeZone: $text", "", ""),
    revise!("reviseDesk", "phoneRegion", "String!", "phoneRegion: $text", "", ""),
    revise!("reviseDesk", "files", "FileKind!", "files: [$text]", "", ""),
    revise!(
        "reviseForm",
        "guidance",
        "String!",
        "guidance: [{locale: \"en\", text: $text}]",
        "form { guidances { text } }",
        "/desk/form/guidances/0/text"
    ),
    revise!("reviseForm", "guidance", "Locale!", "guidance: [{locale: $text, text: \"x\"}]", "", ""),
    revise!("reviseForm", "fields", "ID!", "fields: [{id: $text, kind: TEXT, label: []}]", "", ""),
    revise!("reviseForm", "fields", "FieldKind!", "fields: [{id: \"a\", kind: $text, label: []}]", "", ""),
    revise!(
        "reviseForm",
        "fields",
        "String!",
        "fields: [{id: \"a\", kind: TEXT, label: [{locale: \"en\", text: $text}]}]",
        "form { fields { labels { text } } }",
        "/desk/form/fields/0/labels/0/text"
    ),
    revise!(
        "reviseForm",
        "fields",
        "String!",
        "fields: [{id: \"a\", kind: TEXT, label: [{locale: \"en\", text: \"A\"}], help: [{locale: \"en\", text: $text}]}]",
        "form { fields { helps { text } } }",
        "/desk/form/fields/0/helps/0/text"
    ),
    revise!(
        "reviseForm",
        "fields",
        "String!",
        "fields: [{id: \"c\", kind: CHOICE, label: [{locale: \"en\", text: \"C\"}], \
         options: [[{locale: \"en\", text: \"A\"}], [{locale: \"en\", text: $text}]]}]",
        "form { fields { optionTexts { texts { text } } } }",
        "/desk/form/fields/0/optionTexts/1/texts/0/text"
    ),
    revise!("reviseCategories", "categories", "ID!", "categories: [{id: $text, name: []}]", "", ""),
    revise!(
        "reviseCategories",
        "categories",
        "String!",
        "categories: [{id: \"sales\", name: [{locale: \"en\", text: $text}]}]",
        "categories { names { text } }",
        "/desk/categories/0/names/0/text"
    ),
    revise!("reviseCategories", "tags", "String!", "tags: [$text]", "tags", "/desk/tags/0"),
    revise!(
        "reviseCategories",
        "criteria",
        "String!",
        "criteria: [{id: \"SPEED\", name: [{locale: \"en\", text: $text}]}]",
        "criteria { names { text } }",
        "/desk/criteria/0/names/0/text"
    ),
    revise!(
        "revisePrivacyNotice",
        "text",
        "String!",
        "text: [{locale: \"en\", text: $text}]",
        "privacyNotices { text }",
        "/desk/privacyNotices/0/text"
    ),
    revise!(
        "reviseBlockedWords",
        "words",
        "String!",
        "words: [$text]",
        "blockedWords",
        "/desk/blockedWords/0"
    ),
    revise!(
        "reviseAutoReply",
        "text",
        "String!",
        "text: [{locale: \"en\", text: $text}]",
        "autoReply { texts { text } }",
        "/desk/autoReply/texts/0/text"
    ),
    revise!(
        "reviseAutoReply",
        "textWithoutTime",
        "String!",
        "textWithoutTime: [{locale: \"en\", text: $text}]",
        "autoReply { textsWithoutTime { text } }",
        "/desk/autoReply/textsWithoutTime/0/text"
    ),
    hours!("desk", "TimeZone!", "desk: {timeZone: $text}", ""),
    hours!("desk", "HoursPreset!", "desk: {preset: $text}", ""),
    hours!("desk", "String!", "desk: {iCalendar: $text}", ""),
    hours!("desk", "String!", "desk: {specialDays: $text}", ""),
    hours!("desk", "String!", "desk: {weekly: [{days: [1], from: $text, until: \"08:00\"}]}", ""),
    hours!("desk", "String!", "desk: {weekly: [{days: [1], from: \"22:00\", until: $text}]}", ""),
    hours!("desk", "Date!", "desk: {holidays: [{date: $text, name: \"x\"}]}", ""),
    hours!(
        "desk",
        "String!",
        "desk: {holidays: [{date: \"2026-10-01\", name: $text}]}",
        "/desk/openingHours/desk/holidays/0/name"
    ),
    hours!(
        "desk",
        "String!",
        "desk: {workingDays: [{date: \"2026-10-10\", name: $text, like: 1}]}",
        "/desk/openingHours/desk/workingDays/0/name"
    ),
    hours!("categories", "ID!", "categories: [{categoryId: $text, hours: {}}]", ""),
    hours!("availability", "Int!", "availability: {mostWaitingPerMember: $text}", ""),
    Try {
        mutation: "reviseServiceTarget",
        field: "exceptions",
        document: "mutation($text: ID!) { reviseServiceTarget(input: {exceptions: [{categoryId: $text, \
                   answerWithinSeconds: 60}]}) { userErrors { code field } } }",
        shown: "",
    },
    Try {
        mutation: "reviseServiceTarget",
        field: "exceptions",
        document: "mutation($text: Priority!) { reviseServiceTarget(input: {exceptions: [{priority: $text, \
                   answerWithinSeconds: 60}]}) { userErrors { code field } } }",
        shown: "",
    },
];

/// What this file tries.
pub(super) fn fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    TRIES.iter().map(|one| (one.mutation, one.field))
}

async fn every_text_about_the_desk_is_read_back_as_it_was_taken_or_refused(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let label = |id: &str| json!([{"locale": "en", "text": id}]);
    let order = json!({"id": "order", "kind": "TEXT", "label": label("order")});
    desk.revise_form(&admin, json!([order, {"id": "pieces", "kind": "NUMBER", "label": label("pieces")}]))
        .await;
    let mut taken = 0;
    for one in &TRIES {
        for text in few(100).step_by(3) {
            taken += usize::from(one.try_with(&desk, &admin, &text).await);
        }
    }
    assert!(taken > 10, "{taken} names were taken");
    desk.nothing_stands_still().await;
}

impl Try {
    /// Was it taken?
    pub(super) async fn try_with(&self, desk: &Desk, admin: &str, text: &str) -> bool {
        let said = format!("{}({}: {text:?})", self.mutation, self.field);
        let answer = desk.ask(Some(admin), self.document, json!({"text": text})).await;
        if answer.json()["errors"].is_array() {
            assert_eq!(answer.code(), "BAD_REQUEST", "{said}: {}", answer.body);
            return false;
        }
        let payload = answer.data()[self.mutation].clone();
        let errors = payload["userErrors"].as_array().cloned().unwrap_or_default();
        if let Some(error) = errors.first() {
            let so = error["code"] == "ALREADY_SO" && error["field"] == Value::Null;
            assert!(so || error["field"][0] == json!(self.field), "{said}: {payload}");
            return false;
        }
        let shown = payload.pointer(self.shown);
        let trimmed = text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned();
        if self.mutation == "submitMessage" && (payload["message"].is_null() || trimmed.is_empty()) {
            // White space is no answer; and on a busy machine the payload comes without the message.
            return false;
        }
        assert!(!self.shown.is_empty(), "{said} was taken: {payload}");
        let kept = [json!(text), json!(trimmed)];
        assert!(shown.is_some_and(|shown| kept.contains(shown)), "{said}: {payload}");
        true
    }
}

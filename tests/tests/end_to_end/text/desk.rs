//! The texts of mutations about the desk: whatever is sent, it is taken and read back, or refused by the way to its field.

use super::{Desk, texts::few};
use serde_json::{Value, json};
use store::{Dialect, on_both_databases};

on_both_databases!(every_text_about_the_desk_is_read_back_as_it_was_taken_or_refused);

/// A text of a mutation, and how it is sent: `$text` is the text. `shown` is where the payload shows what was taken.
struct Try {
    mutation: &'static str,
    field: &'static str,
    document: &'static str,
    shown: &'static str,
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

const TRIES: [Try; 12] = [
    hours!("desk", "TimeZone!", "desk: {timeZone: $text}", ""),
    hours!("desk", "HoursPreset!", "desk: {preset: $text}", ""),
    hours!("desk", "String!", "desk: {iCalendar: $text}", ""),
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
    async fn try_with(&self, desk: &Desk, admin: &str, text: &str) -> bool {
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
        assert!(!self.shown.is_empty(), "{said} was taken: {payload}");
        assert_eq!(payload.pointer(self.shown), Some(&json!(text)), "{said}: {payload}");
        true
    }
}

//! The texts of mutations about people and teams: each is tried with an input that would be accepted otherwise.

use super::{
    Desk,
    rules::{Fate, Field, Rule, field},
    texts::few,
};
use serde_json::{Value, json};
use store::{Dialect, on_both_databases};

on_both_databases!(every_text_about_people_is_read_back_as_it_was_taken_or_refused_by_its_name);

/// A text of a mutation, what is to become of it, and how it is sent: `$text` is the text, `$team` a team of nobody,
/// `$member` somebody who has just been hired. `shown` is where the payload shows it.
struct Try {
    field: Field,
    document: &'static str,
    shown: &'static str,
}

const fn tried(field: Field, document: &'static str, shown: &'static str) -> Try {
    Try { field, document, shown }
}

const ABSENT: Rule = Rule::Fault("NOT_FOUND");

const TRIES: [Try; 8] = [
    tried(
        field("formTeam", "name", Rule::Required(100)),
        "mutation($text: String!) { formTeam(name: $text) { team { id name } userErrors { code field } } }",
        "/team/name",
    ),
    tried(
        field("renameTeam", "name", Rule::Required(100)),
        "mutation($team: ID!, $text: String!) { renameTeam(id: $team, name: $text) { \
         team { name } userErrors { code field } } }",
        "/team/name",
    ),
    tried(
        field("renameTeam", "id", ABSENT),
        "mutation($text: ID!) { renameTeam(id: $text, name: \"x\") { userErrors { code field } } }",
        "",
    ),
    tried(
        field("joinTeam", "teamId", ABSENT),
        "mutation($text: ID!, $member: ID!) { joinTeam(teamId: $text, memberId: $member) { \
         userErrors { code field } } }",
        "",
    ),
    tried(
        field("joinTeam", "memberId", Rule::Unknown),
        "mutation($text: ID!, $team: ID!) { joinTeam(teamId: $team, memberId: $text) { \
         userErrors { code field } } }",
        "",
    ),
    tried(
        field("leaveTeam", "teamId", ABSENT),
        "mutation($text: ID!, $member: ID!) { leaveTeam(teamId: $text, memberId: $member) { \
         userErrors { code field } } }",
        "",
    ),
    tried(
        field("leaveTeam", "memberId", Rule::NothingToDo),
        "mutation($text: ID!, $team: ID!) { leaveTeam(teamId: $team, memberId: $text) { \
         userErrors { code field } } }",
        "",
    ),
    tried(
        field("disbandTeam", "id", ABSENT),
        "mutation($text: ID!) { disbandTeam(id: $text) { userErrors { code field } } }",
        "",
    ),
];

/// What this file tries.
pub(super) fn fields() -> impl Iterator<Item = Field> {
    TRIES.iter().map(|one| one.field)
}

async fn every_text_about_people_is_read_back_as_it_was_taken_or_refused_by_its_name(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let member = desk.ask(Some(&admin), "{ viewer { id } }", json!({})).await.data()["viewer"]["id"].clone();
    for one in &TRIES {
        for text in texts(one.field.rule) {
            let formed = desk.mutate(&admin, "formTeam(name: \"x\")", "team { id }").await;
            let team = formed["team"]["id"].clone();
            one.try_with(&desk, &admin, &text, &json!({"text": text, "team": team, "member": member})).await;
            let disband = format!("disbandTeam(id: {team})");
            desk.mutate(&admin, &disband, "userErrors { code }").await;
        }
    }
    desk.nothing_stands_still().await;
}

/// Some of everything, for each takes three mutations.
fn texts(rule: Rule) -> Vec<String> {
    match rule {
        Rule::Required(limit) | Rule::Optional(limit) => few(limit).collect(),
        _ => few(200).step_by(6).collect(),
    }
}

impl Try {
    async fn try_with(&self, desk: &Desk, admin: &str, text: &str, variables: &Value) {
        let Field { mutation, name, rule } = self.field;
        let said = format!("{mutation}({name}: {text:?})");
        let answer = desk.ask(Some(admin), self.document, variables.clone()).await;
        let fate = rule.fate(text, false);
        if let Fate::Fault(code) = fate {
            return assert_eq!(answer.code(), code, "{said}");
        }
        let payload = answer.data()[mutation].clone();
        match fate {
            Fate::Refused(code) => {
                let named = if rule == Rule::NothingToDo { Value::Null } else { json!([name]) };
                assert_eq!(payload["userErrors"], json!([{"code": code, "field": named}]), "{said}");
            }
            Fate::Kept(kept) => {
                assert_eq!(payload.pointer(self.shown), Some(&json!(kept)), "{said}: {payload}");
                if let ("formTeam", Value::String(team)) = (mutation, &payload["team"]["id"]) {
                    let disband = format!("disbandTeam(id: \"{team}\")");
                    desk.mutate(admin, &disband, "userErrors { code }").await;
                }
            }
            Fate::LeftOut => assert_eq!(payload["userErrors"], json!([]), "{said}"),
            fate => panic!("{said}: {fate:?} is not expected here"),
        }
    }
}

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
/// `$member` somebody who works here, `$email` an address that nobody has. `shown` is where the payload shows it.
struct Try {
    field: Field,
    document: &'static str,
    shown: &'static str,
}

const fn tried(field: Field, document: &'static str, shown: &'static str) -> Try {
    Try { field, document, shown }
}

const ABSENT: Rule = Rule::Fault("NOT_FOUND");

const TRIES: [Try; 34] = [
    tried(
        field("createUpload", "fileName", Rule::Forgotten(255)),
        "mutation($text: String!) { createUpload(input: {fileName: $text, contentType: \"image/png\", bytes: 1}) { upload { id } userErrors { code field } } }",
        "",
    ),
    tried(
        field("createUpload", "contentType", Rule::NotAnImage),
        "mutation($text: String!) { createUpload(input: {fileName: \"x\", contentType: $text, bytes: 1}) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("submitMessage", "onBehalf", ABSENT),
        "mutation($text: ID!) { submitMessage(input: {name: \"x\", contact: \"x@example.org\", content: \"x\", onBehalf: {visitorId: $text}}) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("inviteMember", "name", Rule::Required(100)),
        "mutation($text: String!, $email: String!) { inviteMember(input: {name: $text, email: $email, roleId: \"AGENT\"}) { member { name } userErrors { code field } } }",
        "/member/name",
    ),
    tried(
        field("inviteMember", "email", Rule::Invalid),
        "mutation($text: String!) { inviteMember(input: {name: \"x\", email: $text, roleId: \"AGENT\"}) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("inviteMember", "roleId", Rule::Unknown),
        "mutation($text: ID!, $email: String!) { inviteMember(input: {name: \"x\", email: $email, roleId: $text}) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("inviteMember", "teamIds", Rule::UnknownOf),
        "mutation($text: ID!, $email: String!) { inviteMember(input: {name: \"x\", email: $email, roleId: \"AGENT\", teamIds: [$text]}) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("acceptInvitation", "token", Rule::Invalid),
        "mutation($text: String!) { acceptInvitation(input: {token: $text, newPassword: \"correct horse\"}) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("reviseMember", "memberId", ABSENT),
        "mutation($text: ID!) { reviseMember(input: {memberId: $text, name: \"x\"}) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("reviseMember", "name", Rule::Required(100)),
        "mutation($text: String!) { reviseMember(input: {name: $text}) { member { name } userErrors { code field } } }",
        "/member/name",
    ),
    tried(
        field("reviseMember", "wecom", Rule::Optional(100)),
        "mutation($text: String!) { reviseMember(input: {wecom: $text}) { member { handles { wecom } } userErrors { code field } } }",
        "/member/handles/wecom",
    ),
    tried(
        field("reviseMember", "feishu", Rule::Optional(100)),
        "mutation($text: String!) { reviseMember(input: {feishu: $text}) { member { handles { feishu } } userErrors { code field } } }",
        "/member/handles/feishu",
    ),
    tried(
        field("reviseMember", "dingtalk", Rule::Optional(100)),
        "mutation($text: String!) { reviseMember(input: {dingtalk: $text}) { member { handles { dingtalk } } userErrors { code field } } }",
        "/member/handles/dingtalk",
    ),
    tried(
        field("reviseMember", "mobile", Rule::Optional(100)),
        "mutation($text: String!) { reviseMember(input: {mobile: $text}) { member { handles { mobile } } userErrors { code field } } }",
        "/member/handles/mobile",
    ),
    tried(
        field("changeMemberRole", "memberId", ABSENT),
        "mutation($text: ID!) { changeMemberRole(input: {memberId: $text, roleId: \"LEAD\"}) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("changeMemberRole", "roleId", Rule::Unknown),
        "mutation($text: ID!, $member: ID!) { changeMemberRole(input: {memberId: $member, roleId: $text}) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("deactivateMember", "id", ABSENT),
        "mutation($text: ID!) { deactivateMember(id: $text) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("reactivateMember", "id", ABSENT),
        "mutation($text: ID!) { reactivateMember(id: $text) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("createSignInLink", "memberId", ABSENT),
        "mutation($text: ID!) { createSignInLink(memberId: $text) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("setPresence", "presence", Rule::Fault("BAD_REQUEST")),
        "mutation($text: Presence!) { setPresence(presence: $text) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("createApiKey", "name", Rule::Required(100)),
        "mutation($text: String!) { createApiKey(input: {name: $text, permissions: [\"messages.read\"]}) { apiKey { id name } userErrors { code field } } }",
        "/apiKey/name",
    ),
    tried(
        field("createApiKey", "permissions", Rule::UnknownOf),
        "mutation($text: String!) { createApiKey(input: {name: \"x\", permissions: [$text]}) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("createApiKey", "expiresAt", Rule::Fault("BAD_REQUEST")),
        "mutation($text: DateTime!) { createApiKey(input: {name: \"x\", permissions: [\"messages.read\"], expiresAt: $text}) { userErrors { code field } } }",
        "",
    ),
    tried(
        field("revokeApiKey", "id", Rule::NothingToDo),
        "mutation($text: ID!) { revokeApiKey(id: $text) }",
        "",
    ),
    tried(
        field("revokeSession", "id", Rule::NothingToDo),
        "mutation($text: ID!) { revokeSession(id: $text) }",
        "",
    ),
    tried(
        field("changePassword", "currentPassword", Rule::Invalid),
        "mutation($text: String!) { changePassword(input: {currentPassword: $text, newPassword: \"correct horse\"}) { userErrors { code field } } }",
        "",
    ),
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
    let mut number = 0;
    for one in &TRIES {
        for text in texts(one.field.rule) {
            let formed = desk.mutate(&admin, "formTeam(name: \"x\")", "team { id }").await;
            let team = formed["team"]["id"].clone();
            number += 1;
            let email = format!("p{number}@example.org");
            let variables = json!({"text": text, "team": team, "member": member, "email": email});
            one.try_with(&desk, &admin, &text, &variables).await;
            let disband = format!("disbandTeam(id: {team})");
            desk.mutate(&admin, &disband, "userErrors { code }").await;
        }
    }
    desk.nothing_stands_still().await;
}

/// Some of everything, for each takes three mutations.
fn texts(rule: Rule) -> Vec<String> {
    match rule {
        Rule::Required(limit) | Rule::Optional(limit) | Rule::Forgotten(limit) => few(limit).collect(),
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
        if payload.is_boolean() {
            return assert_eq!((payload, rule), (json!(false), Rule::NothingToDo), "{said}: there is none");
        }
        match fate {
            Fate::Refused(code) => {
                // Which of the two is wrong is not said of a password.
                let unnamed = rule == Rule::NothingToDo || name == "currentPassword";
                let named = if unnamed { Value::Null } else { json!([name]) };
                assert_eq!(payload["userErrors"], json!([{"code": code, "field": named}]), "{said}");
            }
            Fate::Kept(kept) => {
                assert_eq!(payload.pointer(self.shown), Some(&json!(kept)), "{said}: {payload}");
                // A desk has so many teams, and a member so many keys.
                if let ("formTeam", Value::String(team)) = (mutation, &payload["team"]["id"]) {
                    let disband = format!("disbandTeam(id: \"{team}\")");
                    desk.mutate(admin, &disband, "userErrors { code }").await;
                }
                if let ("createApiKey", Value::String(key)) = (mutation, &payload["apiKey"]["id"]) {
                    let revoke = format!("mutation {{ revokeApiKey(id: \"{key}\") }}");
                    let revoked = desk.ask(Some(admin), &revoke, json!({})).await.data();
                    assert_eq!(revoked["revokeApiKey"], true);
                }
            }
            Fate::LeftOut => assert_eq!(payload["userErrors"], json!([]), "{said}"),
            fate => panic!("{said}: {fate:?} is not expected here"),
        }
    }
}

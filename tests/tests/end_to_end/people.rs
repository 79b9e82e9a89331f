//! Members over HTTP: invited, in, revised, away; their sessions and their programs.

use super::Desk;
use domain::access::Role;
use serde_json::{Value, json};
use store::{Dialect, on_both_databases, testing::TestDatabase};

on_both_databases!(
    an_invitation_leads_in_once,
    members_are_listed_page_by_page_with_what_is_theirs_to_see,
    a_member_who_is_deactivated_is_out_with_the_next_request,
    the_last_administrator_is_told_so,
    a_program_acts_by_its_key_and_stands_in_the_history,
    sessions_are_seen_and_ended_and_a_new_password_ends_all_others,
    presence_is_said_and_seen,
    a_link_lets_somebody_in_who_forgot_their_password,
);

const ERRORS: &str = "userErrors { code field }";

async fn invite(desk: &Desk, by: &str, who: &str, more: &str) -> Value {
    let invite = format!(
        "inviteMember(input: {{name: \"{who}\", email: \"{who}@example.com\", roleId: \"AGENT\"{more}}})"
    );
    let fields = "member { id name active joined teams { name } } invitation { token url expiresAt } \
                  receipt { version } userErrors { code field }";
    desk.mutate(by, &invite, fields).await
}

/// The session that an invitation leads to.
async fn accept(desk: &Desk, token: &Value) -> Value {
    let query = "mutation($token: String!) { acceptInvitation(input: {token: $token, newPassword: \
                 \"correct horse battery\"}) { token member { name active } userErrors { code field message } } }";
    desk.ask(None, query, json!({"token": token})).await.data()["acceptInvitation"].clone()
}

async fn an_invitation_leads_in_once(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let formed = desk.mutate(&admin, "formTeam(name: \"售后\")", "team { id }").await;
    let teams = format!(", teamIds: [{}]", formed["team"]["id"]);
    let invited = invite(&desk, &admin, "mei", &teams).await;
    let member = json!({"id": invited["member"]["id"], "name": "mei", "active": false, "joined": false,
        "teams": [{"name": "售后"}]});
    assert_eq!(invited["member"], member);
    assert_eq!(invited["invitation"]["url"], Value::Null, "nobody has said where the desk is");
    let token = &invited["invitation"]["token"];
    let accepted = accept(&desk, token).await;
    assert_eq!(accepted["member"], json!({"name": "mei", "active": true}));
    let session = accepted["token"].as_str().expect("a session");
    assert_eq!(
        desk.ask(Some(session), "{ viewer { name } }", json!({})).await.data()["viewer"]["name"],
        "mei"
    );
    let again = accept(&desk, token).await;
    let told = "this invitation has been accepted or has expired; ask for another one";
    assert_eq!(again["userErrors"], json!([{"code": "INVALID", "field": ["token"], "message": told}]));
    let twice = invite(&desk, &admin, "mei", "").await;
    assert_eq!(twice["userErrors"], json!([{"code": "ALREADY_SO", "field": ["email"]}]));
    let role = "inviteMember(input: {name: \"x\", email: \"x@example.com\", roleId: \"KING\"})";
    let role = desk.mutate(&admin, role, ERRORS).await;
    assert_eq!(role["userErrors"], json!([{"code": "UNKNOWN", "field": ["roleId"]}]));
    let by_agent = "mutation { inviteMember(input: {name: \"x\", email: \"x@example.com\", roleId: \"AGENT\"}) \
                    { receipt { id } } }";
    assert_eq!(desk.ask(Some(session), by_agent, json!({})).await.code(), "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_names_the_address_that_the_desk_is_said_to_have() {
    let (database, clock) = (TestDatabase::new(Dialect::Sqlite).await, TestDatabase::clock());
    let public_url = Some("https://desk.example.com".to_owned());
    let desk = Desk::start_with(database, clock, |config| config.public_url = public_url).await;
    let admin = desk.administrator().await;
    let invited = invite(&desk, &admin, "mei", "").await["invitation"].clone();
    let token = invited["token"].as_str().expect("a token");
    assert_eq!(invited["url"], format!("https://desk.example.com/sign-in#{token}"));
}

async fn members_are_listed_page_by_page_with_what_is_theirs_to_see(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (mei, by_mei) = desk.hire("mei", Role::Agent).await;
    desk.hire("hua", Role::Lead).await;
    let own = "reviseMember(input: {name: \"韩梅梅\", wecom: \"HanMeiMei\", mobile: \" 13800138000 \"})";
    let handles = "member { name handles { wecom feishu dingtalk mobile } } userErrors { code }";
    let revised = desk.mutate(&by_mei, own, handles).await;
    let expected = json!({"wecom": "HanMeiMei", "feishu": null, "dingtalk": null, "mobile": "13800138000"});
    assert_eq!(revised["member"], json!({"name": "韩梅梅", "handles": expected}));
    let none = desk.mutate(&by_mei, "reviseMember(input: {wecom: \"\"})", handles).await;
    assert_eq!(none["member"]["handles"]["wecom"], Value::Null);
    assert_eq!(none["member"]["handles"]["mobile"], "13800138000", "what was left out stays");
    let list = "query($after: String) { members(first: 2, after: $after) { totalCount pageInfo { hasNextPage \
                endCursor } edges { node { name role { id } handles { mobile } apiKeys { id } sessions { id } } } } }";
    let first = desk.ask(Some(&by_mei), list, json!({})).await.data()["members"].clone();
    assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
    let [someone, herself] = [0, 1].map(|n| first["edges"][n]["node"].clone());
    let hidden = json!({"name": "Admin", "role": {"id": "ADMIN"}, "handles": {"mobile": null}, "apiKeys": null,
        "sessions": null});
    assert_eq!(someone, hidden);
    assert_eq!((&herself["name"], &herself["handles"]["mobile"]), (&json!("韩梅梅"), &json!("13800138000")));
    assert_eq!((&herself["apiKeys"], herself["sessions"].as_array().map(Vec::len)), (&json!([]), Some(1)));
    let after = json!({"after": first["pageInfo"]["endCursor"]});
    let rest = desk.ask(Some(&admin), list, after).await.data()["members"].clone();
    assert_eq!(rest["edges"].as_array().map(Vec::len), Some(1));
    assert_eq!(rest["edges"][0]["node"]["name"], "hua");
    let other = format!("reviseMember(input: {{memberId: \"{mei}\", name: \"x\"}})");
    let by_admin = desk.mutate(&admin, &other, handles).await;
    assert_eq!(by_admin["member"]["handles"]["mobile"], "13800138000", "whoever manages members sees them");
    let roles =
        desk.ask(Some(&by_mei), "{ roles { id permissions { permission scope } } }", json!({})).await.data();
    let ids: Vec<&Value> = roles["roles"].as_array().expect("roles").iter().map(|role| &role["id"]).collect();
    assert_eq!(ids, ["AGENT", "LEAD", "ADMIN", "AUDITOR", "ANALYST"]);
    let read = json!({"permission": "messages.read", "scope": "TEAM"});
    assert_eq!(roles["roles"][0]["permissions"][0], read);
    for question in ["{ members { totalCount } }", "{ roles { id } }"] {
        assert_eq!(desk.ask(None, question, json!({})).await.code(), "UNAUTHENTICATED");
        let (visitor, _) = desk.submit().await;
        assert_eq!(desk.ask(Some(&visitor), question, json!({})).await.code(), "FORBIDDEN");
    }
}

async fn a_member_who_is_deactivated_is_out_with_the_next_request(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (mei, by_mei) = desk.hire("mei", Role::Agent).await;
    let (_, message) = desk.submit().await;
    let viewer = "{ messages { totalCount } }";
    assert_eq!(desk.ask(Some(&by_mei), viewer, json!({})).await.data()["messages"]["totalCount"], 1);
    let fields = "member { active } userErrors { code field }";
    let gone = desk.mutate(&admin, &format!("deactivateMember(id: \"{mei}\")"), fields).await;
    assert_eq!(gone["member"]["active"], false);
    assert_eq!(desk.ask(Some(&by_mei), viewer, json!({})).await.code(), "UNAUTHENTICATED");
    let assign = format!("assignMessage(input: {{messageId: \"{message}\", memberId: \"{mei}\"}})");
    let assigned = desk.mutate(&admin, &assign, ERRORS).await;
    assert_eq!(assigned["userErrors"], json!([{"code": "INACTIVE_ASSIGNEE", "field": ["memberId"]}]));
    let again = desk.mutate(&admin, &format!("deactivateMember(id: \"{mei}\")"), fields).await;
    assert_eq!(again["userErrors"], json!([{"code": "ALREADY_SO", "field": null}]));
    let back = desk.mutate(&admin, &format!("reactivateMember(id: \"{mei}\")"), fields).await;
    assert_eq!(back["member"]["active"], true);
    assert_eq!(desk.ask(Some(&by_mei), viewer, json!({})).await.code(), "UNAUTHENTICATED");
    assert_eq!(desk.mutate(&admin, &assign, ERRORS).await["userErrors"], json!([]));
}

async fn the_last_administrator_is_told_so(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let id = desk.ask(Some(&admin), "{ viewer { id } }", json!({})).await.data()["viewer"]["id"].clone();
    let demote = format!("changeMemberRole(input: {{memberId: {id}, roleId: \"AGENT\"}})");
    let fields = "member { role { id } } userErrors { code message }";
    let last = desk.mutate(&admin, &demote, fields).await;
    assert_eq!(last["userErrors"][0]["code"], "NOT_ALLOWED");
    let message = last["userErrors"][0]["message"].as_str().expect("a sentence");
    assert!(message.contains("last administrator"), "{message}");
    let (hua, by_hua) = desk.hire("hua", Role::Lead).await;
    let promote = format!("changeMemberRole(input: {{memberId: \"{hua}\", roleId: \"ADMIN\"}})");
    assert_eq!(desk.mutate(&admin, &promote, fields).await["member"]["role"]["id"], "ADMIN");
    assert_eq!(desk.mutate(&by_hua, &demote, fields).await["member"]["role"]["id"], "AGENT");
}

async fn a_program_acts_by_its_key_and_stands_in_the_history(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (_, by_mei) = desk.hire("mei", Role::Lead).await;
    let (_, message) = desk.submit().await;
    let create =
        "createApiKey(input: {name: \"报表\", permissions: [\"messages.read\", \"messages.reply\"]})";
    let fields = "apiKey { id name permissions expiresAt } secret userErrors { code }";
    let created = desk.mutate(&by_mei, create, fields).await;
    assert_eq!(created["apiKey"]["permissions"], json!(["messages.read", "messages.reply"]));
    let secret = created["secret"].as_str().expect("shown once");
    let reply = format!("replyToMessage(input: {{messageId: \"{message}\", content: \"好的。\"}})");
    let entries = "message { entries { ... on Reply { author { name } } } }";
    let replied = desk.mutate(secret, &reply, entries).await;
    assert_eq!(replied["message"]["entries"][1]["author"]["name"], "mei");
    let close =
        format!("mutation {{ closeMessage(input: {{messageId: \"{message}\"}}) {{ receipt {{ id }} }} }}");
    assert_eq!(desk.ask(Some(secret), &close, json!({})).await.code(), "FORBIDDEN");
    assert_eq!(desk.ask(Some(secret), "{ viewer { id } }", json!({})).await.data()["viewer"], Value::Null);
    let again =
        "mutation { createApiKey(input: {name: \"x\", permissions: [\"messages.read\"]}) { secret } }";
    assert_eq!(desk.ask(Some(secret), again, json!({})).await.code(), "FORBIDDEN");
    let history =
        "query($id: ID!) { message(id: $id) { history { edges { node { type actor { kind id } } } } } }";
    let history = desk.ask(Some(&admin), history, json!({"id": message})).await.data();
    let actor = json!({"kind": "INTEGRATION", "id": created["apiKey"]["id"]});
    assert_eq!(history["message"]["history"]["edges"][1]["node"]["actor"], actor);
    let keys = desk.ask(Some(&by_mei), "{ viewer { apiKeys { name } } }", json!({})).await.data();
    assert_eq!(keys["viewer"]["apiKeys"], json!([{"name": "报表"}]));
    let beyond = "createApiKey(input: {name: \"x\", permissions: [\"settings.manage\"]})";
    let beyond = desk.mutate(&by_mei, beyond, ERRORS).await;
    assert_eq!(beyond["userErrors"], json!([{"code": "NOT_ALLOWED", "field": ["permissions"]}]));
    let revoke = format!("mutation {{ revokeApiKey(id: {}) }}", created["apiKey"]["id"]);
    assert_eq!(desk.ask(Some(&by_mei), &revoke, json!({})).await.data()["revokeApiKey"], true);
    assert_eq!(desk.ask(Some(secret), "{ teams { id } }", json!({})).await.code(), "UNAUTHENTICATED");
}

async fn sessions_are_seen_and_ended_and_a_new_password_ends_all_others(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (_, first) = desk.hire("mei", Role::Agent).await;
    let sign_in = "mutation($password: String!) { signIn(input: {email: \"mei@example.com\", password: $password}) \
                   { token userErrors { code } } }";
    let password = json!({"password": "correct horse battery"});
    let second = desk.ask(None, sign_in, password.clone()).await.data()["signIn"]["token"].clone();
    let second = second.as_str().expect("a session").to_owned();
    let list = "{ viewer { sessions { id current } } }";
    let sessions =
        async |token: &str| desk.ask(Some(token), list, json!({})).await.data()["viewer"]["sessions"].clone();
    let listed = sessions(&first).await;
    let other = listed.as_array().expect("sessions").iter().find(|session| session["current"] == false);
    let revoke = format!("mutation {{ revokeSession(id: {}) }}", other.expect("the second")["id"]);
    assert_eq!(desk.ask(Some(&first), &revoke, json!({})).await.data()["revokeSession"], true);
    assert!(desk.ask(Some(&second), list, json!({})).await.data()["viewer"].is_null());
    let change =
        "changePassword(input: {currentPassword: \"correct horse battery\", newPassword: \"another horse\"})";
    let changed = desk.mutate(&first, change, "token userErrors { code }").await;
    let third = changed["token"].as_str().expect("a session");
    assert!(desk.ask(Some(&first), list, json!({})).await.data()["viewer"].is_null());
    assert_eq!(sessions(third).await.as_array().map(Vec::len), Some(1));
    let old = desk.ask(None, sign_in, password).await.data();
    assert_eq!(old["signIn"]["userErrors"][0]["code"], "INVALID");
}

async fn presence_is_said_and_seen(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (_, by_mei) = desk.hire("mei", Role::Agent).await;
    let said = desk.mutate(&by_mei, "setPresence(presence: PRESENT)", "member { name presence }").await;
    assert_eq!(said["member"], json!({"name": "mei", "presence": "PRESENT"}));
    let list = "{ members { edges { node { name presence } } } }";
    let seen = desk.ask(Some(&admin), list, json!({})).await.data()["members"]["edges"].clone();
    assert_eq!(seen[0]["node"], json!({"name": "Admin", "presence": "AWAY"}));
    assert_eq!(seen[1]["node"], json!({"name": "mei", "presence": "PRESENT"}));
    let gone = desk.mutate(&by_mei, "setPresence(presence: AWAY)", "member { presence }").await;
    assert_eq!(gone["member"]["presence"], "AWAY");
}

async fn a_link_lets_somebody_in_who_forgot_their_password(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (mei, by_mei) = desk.hire("mei", Role::Agent).await;
    let create = format!("createSignInLink(memberId: \"{mei}\")");
    let link = desk.mutate(&admin, &create, "token url expiresAt userErrors { code }").await;
    let session = desk.redeem(link["token"].as_str().expect("a token")).await;
    let viewer = "{ viewer { name } }";
    assert_eq!(desk.ask(Some(&session), viewer, json!({})).await.data()["viewer"]["name"], "mei");
    assert!(
        desk.ask(Some(&by_mei), viewer, json!({})).await.data()["viewer"].is_null(),
        "earlier ones ended"
    );
    let forbidden = format!("mutation {{ {create} {{ token }} }}");
    assert_eq!(desk.ask(Some(&session), &forbidden, json!({})).await.code(), "FORBIDDEN");
}

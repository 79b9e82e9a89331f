//! Roles of the desk's own: what somebody sees and does is what their role says, and stops the moment it says otherwise.

mod giving;
mod races;

use super::{Desk, socket::Socket};
use domain::access::{Role, RoleId};
use serde_json::{Value, json};
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    a_role_is_named_in_each_language_and_gives_what_was_said,
    somebody_sees_and_does_exactly_what_their_role_says,
    what_a_role_loses_is_lost_at_once_by_session_key_and_socket,
    what_is_wrong_with_roles_is_told_by_the_way_to_its_field,
);

const CHANGES: &str =
    "subscription($after: LogPosition) { messageChanged(after: $after) { position messageId } }";
const REPLY: &str = "mutation($id: ID!) { replyToMessage(input: {messageId: $id, content: \"好的\"}) { \
    receipt { version } message { id } userErrors { code } } }";

/// `reviseRoles` with these roles: the payload.
async fn revise(desk: &Desk, token: &str, roles: Value) -> Value {
    let answer = desk.ask(Some(token), REVISE, json!({"roles": roles})).await.data();
    answer["reviseRoles"].clone()
}

const REVISE: &str = "mutation($roles: [RoleInput!]!) { reviseRoles(input: {roles: $roles}) { \
    receipt { version position } desk { name } userErrors { code message field } } }";

fn role(id: &str, permissions: &[(&str, &str)]) -> Value {
    let grant = |(permission, scope): &(&str, &str)| json!({"permission": permission, "scope": scope});
    json!({"id": id, "name": "主管", "permissions": permissions.iter().map(grant).collect::<Vec<_>>()})
}

fn supervisor(permissions: &[(&str, &str)]) -> Value {
    json!([role("SUPERVISOR", permissions)])
}

/// Carried out: where in the log.
async fn revised(desk: &Desk, token: &str, roles: Value) -> i64 {
    let payload = revise(desk, token, roles).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload["receipt"]["position"].as_str().expect("a position").parse().expect("a number")
}

fn id(role: &str) -> RoleId {
    role.parse().expect("an id")
}

/// The ids that a list has, in order, and that its count says so.
async fn listed(desk: &Desk, token: &str) -> Vec<String> {
    let query =
        "{ messages(order: OLDEST_FIRST) { totalCount edges { node { id } } } messageCounts { total } }";
    let list = desk.ask(Some(token), query, json!({})).await.data();
    let edges = list["messages"]["edges"].as_array().expect("edges").clone();
    assert_eq!(list["messages"]["totalCount"], json!(edges.len()));
    assert_eq!(list["messageCounts"]["total"], json!(edges.len()), "counts are within the scope, too");
    edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").to_owned()).collect()
}

/// A desk with a supervisor in a team, and four messages, the oldest first: theirs, a colleague's, a stranger's, nobody's.
struct Scene {
    desk: Desk,
    admin: String,
    mei: String,
    by_mei: String,
    messages: Vec<String>,
}

const SEES: [(&str, &str); 3] =
    [("messages.read", "TEAM"), ("messages.reply", "OWN"), ("contacts.read", "OWN")];

impl Scene {
    async fn set(dialect: Dialect) -> Self {
        let desk = Desk::start(dialect).await;
        let admin = desk.administrator().await;
        revised(&desk, &admin, supervisor(&SEES)).await;
        let (mei, by_mei) = desk.hire("mei", id("SUPERVISOR")).await;
        let ((hua, _), (lei, _)) = (desk.hire("hua", Role::Agent).await, desk.hire("lei", Role::Agent).await);
        desk.form(&admin, "售后", &[&mei, &hua]).await;
        desk.form(&admin, "物流", &[&lei]).await;
        let mut messages = Vec::new();
        for holder in [Some(&mei), Some(&hua), Some(&lei), None] {
            desk.clock.advance(std::time::Duration::from_secs(1));
            let message = desk.submit().await.1;
            if let Some(holder) = holder {
                let assign =
                    format!("assignMessage(input: {{messageId: \"{message}\", memberId: \"{holder}\"}})");
                let assigned = desk.mutate(&admin, &assign, "userErrors { code }").await;
                assert_eq!(assigned["userErrors"], json!([]));
            }
            messages.push(message);
        }
        Self { desk, admin, mei, by_mei, messages }
    }

    fn message(&self, index: usize) -> Value {
        json!({"id": self.messages[index]})
    }

    async fn note(&self, index: usize) {
        let note = format!("addNote(input: {{messageId: \"{}\", content: \"x\"}})", self.messages[index]);
        let noted = self.desk.mutate(&self.admin, &note, "userErrors { code }").await;
        assert_eq!(noted["userErrors"], json!([]));
    }
}

async fn a_role_is_named_in_each_language_and_gives_what_was_said(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let mut given = role("SUPERVISOR", &SEES);
    given["names"] = json!([{"locale": "en", "name": "Supervisor"}]);
    let payload = revise(&desk, &admin, json!([given])).await;
    assert_eq!((&payload["userErrors"], payload["desk"].is_object()), (&json!([]), true));
    let query = "{ roles { id name builtIn names { locale name } permissions { permission scope } } }";
    for (language, name) in [("de", "主管"), ("en-GB", "Supervisor"), ("zh-CN", "主管")] {
        let roles = desk.ask_in(language, &admin, query, json!({})).await["roles"].clone();
        let ids: Vec<&Value> = roles.as_array().expect("roles").iter().map(|role| &role["id"]).collect();
        assert_eq!(ids, ["AGENT", "LEAD", "ADMIN", "AUDITOR", "ANALYST", "SUPERVISOR"]);
        let own = &roles[5];
        assert_eq!(
            (&own["name"], &own["builtIn"], &roles[0]["builtIn"]),
            (&json!(name), &json!(false), &json!(true))
        );
        let names = json!([{"locale": "en", "name": "Supervisor"}, {"locale": "zh-CN", "name": "主管"}]);
        assert_eq!(own["names"], names);
        let grants: Vec<Value> = own["permissions"].as_array().expect("grants").clone();
        let mut said: Vec<Value> = SEES
            .iter()
            .map(|(permission, scope)| json!({"permission": permission, "scope": scope}))
            .collect();
        assert!(grants.iter().all(|grant| said.contains(grant)));
        said.retain(|grant| !grants.contains(grant));
        assert_eq!(said, [] as [Value; 0]);
    }
    // Somebody is invited to it, and joins with it; their story tells its name.
    let invite = "inviteMember(input: {name: \"mei\", email: \"mei@example.com\", roleId: \"SUPERVISOR\"})";
    let fields = "member { id role { id name } } invitation { token } userErrors { code }";
    let invited = desk.mutate(&admin, invite, fields).await;
    assert_eq!(invited["member"]["role"], json!({"id": "SUPERVISOR", "name": "主管"}), "{invited}");
    let accept = "mutation($token: String!) { acceptInvitation(input: {token: $token, \
                  newPassword: \"correct horse battery\"}) { token member { role { id } } userErrors { code } } }";
    let accepted = desk.ask(None, accept, json!({"token": invited["invitation"]["token"]})).await.data();
    let accepted = &accepted["acceptInvitation"];
    assert_eq!(accepted["member"]["role"]["id"], "SUPERVISOR");
    let by_mei = accepted["token"].as_str().expect("a session");
    assert_eq!(listed(&desk, by_mei).await, [""; 0]);
    let (hua, _) = desk.hire("hua", Role::Agent).await;
    let change = format!("changeMemberRole(input: {{memberId: \"{hua}\", roleId: \"supervisor\"}})");
    let changed = desk.mutate(&admin, &change, "member { role { id } } userErrors { code }").await;
    assert_eq!(changed["member"]["role"]["id"], "SUPERVISOR", "an id is typed as one likes: {changed}");
    let stories =
        "{ log(filter: {type: [\"RolesRevised\", \"MemberRoleChanged\"]}, first: 10) { nodes { story } } }";
    soon("the index of the log has both", || async {
        let told = desk.ask_in("en", &admin, stories, json!({})).await["log"]["nodes"].clone();
        told == json!([
            {"story": "Admin revised the desk’s own roles"},
            {"story": "Admin gave hua the role Supervisor"},
        ])
    })
    .await;
}

async fn somebody_sees_and_does_exactly_what_their_role_says(dialect: Dialect) {
    let scene = Scene::set(dialect).await;
    let (desk, by_mei) = (&scene.desk, scene.by_mei.as_str());
    let [own, colleagues, strangers, nobodys] = scene.messages.as_slice() else { panic!("four messages") };
    assert_eq!(listed(desk, by_mei).await, [own.clone(), colleagues.clone(), nobodys.clone()]);
    // A contact is shown as far as that permission reaches, and no further than messages are read.
    let contact = "query($id: ID!) { message(id: $id) { visitor { contact { masked } } } }";
    for (index, masked) in [(0, json!(false)), (1, json!(true)), (2, Value::Null), (3, json!(true))] {
        let seen = desk.ask(Some(by_mei), contact, scene.message(index)).await.data();
        assert_eq!(seen["message"]["visitor"]["contact"]["masked"], masked, "{index}");
    }
    let list = "{ messages(order: OLDEST_FIRST) { edges { node { visitor { contact { masked } } } } } }";
    let seen = desk.ask(Some(by_mei), list, json!({})).await.data();
    let masked = |index: usize| &seen["messages"]["edges"][index]["node"]["visitor"]["contact"]["masked"];
    assert_eq!((masked(0), masked(1), masked(2)), (&json!(false), &json!(true), &json!(true)));
    // They reply to what is their own; what is not is as if it were not there, whether they see it or not.
    let replied = desk.ask(Some(by_mei), REPLY, scene.message(0)).await.data();
    assert_eq!(replied["replyToMessage"]["message"]["id"], json!(own));
    let absent = desk.ask(Some(by_mei), REPLY, json!({"id": "x"})).await;
    for index in 1..4 {
        let refused = desk.ask(Some(by_mei), REPLY, scene.message(index)).await;
        assert_eq!((refused.code(), &refused.body), ("NOT_FOUND".to_owned(), &absent.body), "{index}");
    }
    let read = "query($id: ID!) { message(id: $id) { id } }";
    let hidden = desk.ask(Some(by_mei), read, json!({"id": strangers})).await;
    assert_eq!(hidden.body, desk.ask(Some(by_mei), read, json!({"id": "x"})).await.body);
    // What the role does not say it does not give.
    let close = "mutation($id: ID!) { closeMessage(input: {messageId: $id}) { receipt { id } } }";
    let history = "query($id: ID!) { message(id: $id) { history { totalCount } } }";
    let log = "{ log(first: 1) { nodes { position } } }";
    for query in [close, history, log, "{ channels { id } }", "{ erasureRequests { totalCount } }"] {
        assert_eq!(desk.ask(Some(by_mei), query, scene.message(0)).await.code(), "FORBIDDEN", "{query}");
    }
    let revise = desk.ask(Some(by_mei), REVISE, json!({"roles": []})).await;
    assert_eq!(revise.code(), "FORBIDDEN");
}

async fn what_a_role_loses_is_lost_at_once_by_session_key_and_socket(dialect: Dialect) {
    let scene = Scene::set(dialect).await;
    let (desk, admin, by_mei) = (&scene.desk, &scene.admin, scene.by_mei.as_str());
    let [own, colleagues, _, nobodys] = scene.messages.as_slice() else { panic!("four messages") };
    let create = "createApiKey(input: {name: \"x\", permissions: [\"messages.read\", \"messages.reply\"]})";
    let key = desk.mutate(by_mei, create, "secret userErrors { code }").await;
    let key = key["secret"].as_str().expect("a key").to_owned();
    let beyond = "createApiKey(input: {name: \"x\", permissions: [\"messages.work\"]})";
    let beyond = desk.mutate(by_mei, beyond, "userErrors { code }").await;
    assert_eq!(beyond["userErrors"], json!([{"code": "NOT_ALLOWED"}]));
    let all = [own.clone(), colleagues.clone(), nobodys.clone()];
    assert_eq!((listed(desk, by_mei).await, listed(desk, &key).await), (all.to_vec(), all.to_vec()));
    let head = desk.ask(Some(admin), "{ logHead { position } }", json!({})).await.data();
    let mut sockets = [Socket::by(desk, Some(by_mei)).await, Socket::by(desk, Some(&key)).await];
    for socket in &mut sockets {
        socket.subscribe("s", CHANGES, json!({"after": head["logHead"]["position"]})).await;
    }
    scene.note(1).await;
    for socket in &mut sockets {
        assert_eq!(told(socket).await, json!(colleagues), "a colleague's");
    }
    // Less far: what happens to a colleague's message from then on is told to nobody but their own.
    revised(desk, admin, supervisor(&[("messages.read", "OWN"), ("messages.reply", "OWN")])).await;
    for token in [by_mei, &key] {
        assert_eq!(listed(desk, token).await, std::slice::from_ref(own));
    }
    scene.note(1).await;
    scene.note(0).await;
    for socket in &mut sockets {
        assert_eq!(told(socket).await, json!(own), "the colleague's is passed over");
    }
    // Not at all.
    revised(desk, admin, supervisor(&[("statistics.read", "OWN")])).await;
    for token in [by_mei, &key] {
        assert_eq!(desk.ask(Some(token), "{ messages { totalCount } }", json!({})).await.code(), "FORBIDDEN");
        assert_eq!(desk.ask(Some(token), REPLY, scene.message(0)).await.code(), "FORBIDDEN");
    }
    scene.note(0).await;
    for socket in &mut sockets {
        let last = socket.hear().await;
        assert_eq!((&last["type"], &last["id"]), (&json!("error"), &json!("s")));
        assert_eq!(last["payload"][0]["extensions"]["code"], "FORBIDDEN");
    }
    let viewer =
        desk.ask(Some(by_mei), "{ viewer { id role { permissions { permission } } } }", json!({})).await;
    let role = json!({"permissions": [{"permission": "statistics.read"}]});
    assert_eq!(viewer.data()["viewer"], json!({"id": scene.mei, "role": role}));
    // And more again: by the key only what it was given.
    revised(desk, admin, supervisor(&[("messages.read", "ALL"), ("messages.work", "ALL")])).await;
    assert_eq!((listed(desk, by_mei).await.len(), listed(desk, &key).await.len()), (4, 4));
    let close = "mutation($id: ID!) { closeMessage(input: {messageId: $id}) { userErrors { code } } }";
    assert_eq!(desk.ask(Some(&key), close, scene.message(2)).await.code(), "FORBIDDEN");
    let closed = desk.ask(Some(by_mei), close, scene.message(2)).await.data();
    assert_eq!(closed["closeMessage"]["userErrors"], json!([]));
}

async fn told(socket: &mut Socket) -> Value {
    let said = socket.hear().await;
    assert_eq!(said["type"], "next", "{said}");
    said["payload"]["data"]["messageChanged"]["messageId"].clone()
}

async fn what_is_wrong_with_roles_is_told_by_the_way_to_its_field(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let read = [("messages.read", "OWN")];
    for (wrong, code, field) in [
        (role("no id", &read), "INVALID", json!(["roles", "0", "id"])),
        (role("ADMIN", &read), "INVALID", json!(["roles", "0", "id"])),
        (role("X1", &[]), "REQUIRED", json!(["roles", "0", "permissions"])),
        (
            role("X1", &[("messages.fly", "OWN")]),
            "UNKNOWN",
            json!(["roles", "0", "permissions", "0", "permission"]),
        ),
        (
            role("X1", &[("members.manage", "TEAM")]),
            "INVALID",
            json!(["roles", "0", "permissions", "0", "scope"]),
        ),
        (json!({"id": "X1", "name": "", "permissions": []}), "REQUIRED", json!(["roles", "0", "name"])),
    ] {
        let payload = revise(&desk, &admin, json!([wrong])).await;
        let error = &payload["userErrors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!(code), &field), "{payload}");
        assert_eq!(payload["receipt"], Value::Null);
    }
    let many: Vec<Value> = (0..51).map(|n| role(&format!("R{n}"), &read)).collect();
    let payload = revise(&desk, &admin, json!(many)).await;
    assert_eq!(
        (&payload["userErrors"][0]["code"], &payload["userErrors"][0]["field"]),
        (&json!("TOO_LONG"), &json!(["roles"]))
    );
    let same = revise(&desk, &admin, json!([])).await;
    assert_eq!(same["userErrors"][0]["code"], "ALREADY_SO");
    assert_eq!(desk.ask(None, REVISE, json!({"roles": []})).await.code(), "UNAUTHENTICATED");
    // A program revises no roles, whatever it was given.
    let create = "createApiKey(input: {name: \"x\", permissions: [\"members.manage\", \"settings.manage\"]})";
    let key = desk.mutate(&admin, create, "secret").await;
    let by_key = desk.ask(key["secret"].as_str(), REVISE, json!({"roles": [role("X1", &read)]})).await;
    assert_eq!(by_key.code(), "FORBIDDEN");
}

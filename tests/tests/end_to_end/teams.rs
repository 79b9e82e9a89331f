//! Teams over HTTP: who sees what, and to whom a message can be given.

use super::Desk;
use commands::{Caller, Commands, NewMember};
use domain::{
    access::{Role, RoleId},
    member::MemberEmail,
    text::Name,
};
use serde_json::{Value, json};
use std::time::Duration;
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    a_team_is_formed_joined_renamed_left_and_disbanded,
    a_member_of_a_team_sees_the_queue_and_what_their_team_has,
    a_message_is_given_to_a_member_or_to_a_team_and_never_to_both,
);

const FIELDS: &str =
    "team { id name disbanded members { name } } receipt { version } userErrors { code field }";

impl Desk {
    /// Somebody who works here, signed in: their id and their session.
    pub(super) async fn hire(&self, name: &str, role: impl Into<RoleId>) -> (String, String) {
        // Nobody is hired in the very moment in which somebody else was: lists are in order of time.
        self.clock.advance(Duration::from_secs(1));
        let store = self.database.open(self.clock.clone()).await;
        let commands = Commands::new(store.clone());
        let email = MemberEmail::parse(&format!("{name}@example.com")).expect("an address");
        let new =
            NewMember { name: Name::parse(name).expect("a name"), email: email.clone(), role: role.into() };
        let id = commands.add_member(&Caller::system("test"), new, Some("correct horse battery")).await;
        let (id, anyone) = (id.expect("hired"), Caller::system("test"));
        let session = commands.sign_in(&anyone, email.as_str(), "correct horse battery").await;
        store.close().await;
        let token = session.expect("signs in").token;
        soon("they are listed", || async {
            self.ask(Some(&token), "{ viewer { id } }", json!({})).await.data()["viewer"].is_object()
        })
        .await;
        (id.to_string(), token)
    }

    /// The payload of a mutation.
    pub(super) async fn mutate(&self, token: &str, mutation: &str, fields: &str) -> Value {
        let name = mutation.split('(').next().unwrap_or_default().to_owned();
        let query = format!("mutation {{ {mutation} {{ {fields} }} }}");
        self.ask(Some(token), &query, json!({})).await.data()[name].clone()
    }

    pub(super) async fn form(&self, token: &str, name: &str, members: &[&str]) -> String {
        let formed = self.mutate(token, &format!("formTeam(name: \"{name}\")"), FIELDS).await;
        let team = formed["team"]["id"].as_str().expect("a team").to_owned();
        for member in members {
            let join = format!("joinTeam(teamId: \"{team}\", memberId: \"{member}\")");
            assert_eq!(self.mutate(token, &join, FIELDS).await["userErrors"], json!([]));
        }
        team
    }
}

async fn a_team_is_formed_joined_renamed_left_and_disbanded(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (mei, by_mei) = desk.hire("mei", Role::Agent).await;
    let team = desk.form(&admin, " 售后 ", &[&mei]).await;
    let teams = "{ teams { id name disbanded members { id name teams { name } } } }";
    let listed = desk.ask(Some(&by_mei), teams, json!({})).await.data();
    let member = json!({"id": mei, "name": "mei", "teams": [{"name": "售后"}]});
    let expected = json!([{"id": team, "name": "售后", "disbanded": false, "members": [member]}]);
    assert_eq!(listed["teams"], expected);
    let again =
        desk.mutate(&admin, &format!("joinTeam(teamId: \"{team}\", memberId: \"{mei}\")"), FIELDS).await;
    assert_eq!(again["userErrors"], json!([{"code": "ALREADY_SO", "field": null}]));
    let renamed = desk.mutate(&admin, &format!("renameTeam(id: \"{team}\", name: \"物流\")"), FIELDS).await;
    assert_eq!((&renamed["team"]["name"], &renamed["receipt"]["version"]), (&json!("物流"), &json!(3)));
    let left =
        desk.mutate(&admin, &format!("leaveTeam(teamId: \"{team}\", memberId: \"{mei}\")"), FIELDS).await;
    assert_eq!(left["team"]["members"], json!([]));
    let gone = desk.mutate(&admin, &format!("disbandTeam(id: \"{team}\")"), FIELDS).await;
    assert_eq!(gone["team"]["disbanded"], true);
    assert_eq!(desk.ask(Some(&admin), "{ teams { id } }", json!({})).await.data()["teams"], json!([]));
    let refused =
        desk.ask(Some(&by_mei), "mutation { formTeam(name: \"x\") { receipt { id } } }", json!({})).await;
    assert_eq!(refused.code(), "FORBIDDEN");
    assert_eq!(desk.ask(None, "{ teams { id } }", json!({})).await.code(), "UNAUTHENTICATED");
    let (visitor, _) = desk.submit().await;
    assert_eq!(desk.ask(Some(&visitor), "{ teams { id } }", json!({})).await.code(), "FORBIDDEN");
    let absent =
        desk.ask(Some(&admin), "mutation { disbandTeam(id: \"x\") { receipt { id } } }", json!({})).await;
    assert_eq!(absent.code(), "NOT_FOUND");
}

/// The ids of the messages that somebody sees with this filter, the oldest first.
async fn seen(desk: &Desk, token: &str, filter: &str) -> Vec<String> {
    let list = format!(
        "{{ messages(order: OLDEST_FIRST, filter: {{{filter}}}) {{ totalCount edges {{ node {{ id }} }} }} }}"
    );
    let list = desk.ask(Some(token), &list, json!({})).await.data()["messages"].clone();
    let edges = list["edges"].as_array().expect("edges");
    assert_eq!(list["totalCount"], json!(edges.len()));
    edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").to_owned()).collect()
}

async fn a_member_of_a_team_sees_the_queue_and_what_their_team_has(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let ((mei, by_mei), (hua, by_hua)) =
        (desk.hire("mei", Role::Agent).await, desk.hire("hua", Role::Lead).await);
    let first = desk.submit().await.1;
    desk.clock.advance(Duration::from_secs(1));
    let second = desk.submit().await.1;
    assert_eq!(seen(&desk, &by_mei, "").await, [first.clone(), second.clone()], "of no team: the whole desk");
    let (service, logistics) =
        (desk.form(&admin, "售后", &[&mei]).await, desk.form(&admin, "物流", &[&hua]).await);
    let give = format!("assignMessage(input: {{messageId: \"{first}\", teamId: \"{logistics}\"}})");
    let given = desk.mutate(&admin, &give, "message { team { name } assignee { id } }").await;
    assert_eq!(given["message"], json!({"team": {"name": "物流"}, "assignee": null}));
    assert_eq!(seen(&desk, &by_mei, "").await, std::slice::from_ref(&second));
    assert_eq!(seen(&desk, &by_hua, "").await, [first.clone(), second.clone()]);
    assert_eq!(
        seen(&desk, &by_hua, &format!("teamId: [\"{logistics}\"]")).await,
        std::slice::from_ref(&first)
    );
    assert_eq!(seen(&desk, &by_mei, &format!("teamId: [\"{logistics}\"]")).await, [""; 0]);
    assert_eq!(seen(&desk, &by_hua, "unassigned: true").await, [second]);
    // What is not theirs and what is not there: the same bytes.
    let read = "query($id: ID!) { message(id: $id) { id } }";
    let hidden = desk.ask(Some(&by_mei), read, json!({"id": first})).await;
    let absent = desk.ask(Some(&by_mei), read, json!({"id": "x"})).await;
    assert_eq!((hidden.status, &hidden.body), (absent.status, &absent.body));
    let close = "mutation($id: ID!) { closeMessage(input: {messageId: $id}) { receipt { id } } }";
    let hidden = desk.ask(Some(&by_mei), close, json!({"id": first})).await;
    let absent = desk.ask(Some(&by_mei), close, json!({"id": "x"})).await;
    assert_eq!((hidden.code(), &hidden.body), ("NOT_FOUND".to_owned(), &absent.body));
    // A lead claims it for their team, and is one of them.
    let claim = format!("claimMessage(input: {{messageId: \"{first}\"}})");
    let claimed = desk.mutate(&by_hua, &claim, "message { assignee { name } team { name } }").await;
    assert_eq!(claimed["message"], json!({"assignee": {"name": "hua"}, "team": null}));
    let join = format!("joinTeam(teamId: \"{service}\", memberId: \"{hua}\")");
    desk.mutate(&admin, &join, FIELDS).await;
    assert_eq!(seen(&desk, &by_mei, "").await.len(), 2, "what a colleague has, at once");
}

async fn a_message_is_given_to_a_member_or_to_a_team_and_never_to_both(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (mei, by_mei) = desk.hire("mei", Role::Agent).await;
    let team = desk.form(&admin, "售后", &[&mei]).await;
    let (_, id) = desk.submit().await;
    let assign = async |to: String| {
        let assign = format!("assignMessage(input: {{messageId: \"{id}\"{to}}})");
        // Whoever asks for the message waits until the list has it.
        desk.mutate(&admin, &assign, "message { version } userErrors { code field }").await["userErrors"]
            .clone()
    };
    let neither = json!([{"code": "REQUIRED", "field": ["memberId"]}]);
    assert_eq!(assign(String::new()).await, neither);
    assert_eq!(assign(format!(", memberId: \"{mei}\", teamId: \"{team}\"")).await, neither);
    assert_eq!(
        assign(format!(", teamId: \"{mei}\"")).await,
        json!([{"code": "UNKNOWN", "field": ["teamId"]}])
    );
    assert_eq!(assign(format!(", teamId: \"{team}\"")).await, json!([]));
    assert_eq!(assign(format!(", memberId: \"{mei}\"")).await, json!([]));
    let claim = format!("claimMessage(input: {{messageId: \"{id}\"}})");
    let claimed = desk.mutate(&admin, &claim, "userErrors { code message }").await;
    assert_eq!(claimed["userErrors"][0]["code"], "ALREADY_ASSIGNED");
    desk.mutate(&admin, &format!("disbandTeam(id: \"{team}\")"), FIELDS).await;
    let gone = assign(format!(", teamId: \"{team}\"")).await;
    assert_eq!(gone, json!([{"code": "INACTIVE_ASSIGNEE", "field": ["teamId"]}]));
    assert_eq!(seen(&desk, &by_mei, &format!("assigneeId: [\"{mei}\"]")).await, [id]);
}

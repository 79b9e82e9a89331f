//! Every text that a caller can send, with everything that a text can hold: taken and read back as it is documented, or
//! refused by the name of its field. Never a fault of ours, and no view stops on it.

mod channels;
mod desk;
mod escapes;
mod members;
mod people;
mod questions;
mod roles;
mod rules;
mod texts;
mod visitors;

use super::{Answer, Desk};
use domain::access::Role;
use rules::{Fate, Field, Rule, fields};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};
use store::{Dialect, on_both_databases, testing::soon};
use tokio::task::JoinSet;

on_both_databases!(every_text_of_a_message_is_read_back_as_it_was_taken_or_refused_by_its_name);

/// Requests at once.
const LANES: usize = 16;
async fn every_text_of_a_message_is_read_back_as_it_was_taken_or_refused_by_its_name(dialect: Dialect) {
    let desk = Arc::new(Desk::start(dialect).await);
    let staff = Arc::new(desk.administrator().await);
    every_text_is_tried(&desk).await;
    let tries: Vec<(Field, String)> = fields()
        .into_iter()
        .flat_map(|field| {
            // Steps are read by one piece of code: one is tried with everything, the others with some.
            // What is submitted is tried with everything on both databases, everything else on one of them.
            let some = match field.mutation {
                "submitMessage" => 1,
                mutation if rules::STEPS[1..].contains(&mutation) => 9,
                _ => 2,
            };
            let first = usize::from(some == 2 && dialect == Dialect::Postgres);
            field.rule.texts().into_iter().skip(first).step_by(some).map(move |text| (field, text))
        })
        .collect();
    let (mut lanes, tries) = (JoinSet::new(), Arc::new(tries));
    for lane in 0..LANES {
        let (desk, staff, tries) = (desk.clone(), staff.clone(), tries.clone());
        lanes.spawn(async move {
            for (field, text) in tries.iter().skip(lane).step_by(LANES) {
                field.try_with(&desk, &staff, text).await;
            }
        });
    }
    lanes.join_all().await;
    desk.nothing_stands_still().await;
}

impl Field {
    async fn try_with(&self, desk: &Desk, staff: &str, text: &str) {
        let said = format!("{}.{} = {text:?}", self.mutation, self.name);
        let (token, mut input) = self.prepared(desk, staff).await;
        input[self.name] = if self.rule == Rule::UnknownOf || self.rule == Rule::NothingToDo {
            json!([text])
        } else {
            json!(text)
        };
        let answer = self.send(desk, token.as_deref(), &input).await;
        let fate = self.rule.fate(text, token.is_none());
        let payload = match (&fate, answer.json()["errors"].is_array()) {
            (Fate::Fault(code), true) => return assert_eq!(answer.code(), *code, "{said}"),
            (_, false) => answer.data()[self.mutation].clone(),
            (_, true) => panic!("{said}: {}", answer.body),
        };
        let errors = payload["userErrors"].as_array().expect("errors");
        let receipt = &payload["receipt"];
        if receipt.is_null() {
            let [error] = errors.as_slice() else { panic!("{said}: {payload}") };
            let named = if self.rule == Rule::NothingToDo { Value::Null } else { json!([self.name]) };
            assert_eq!(error["field"], named, "{said}: {error}");
            match fate {
                Fate::Refused(code) => assert_eq!(error["code"], code, "{said}"),
                Fate::KeptOrRefused(_) => {}
                fate => panic!("{said} was refused with {error}; expected {fate:?}"),
            }
            return;
        }
        let kept = match fate {
            Fate::Kept(kept) | Fate::KeptOrRefused(kept) => json!(kept),
            Fate::LeftOut if self.rule == Rule::NotKept => return,
            Fate::LeftOut => Value::Null,
            fate => panic!("{said} was taken; expected {fate:?}"),
        };
        if self.rule == Rule::Key {
            let again = self.send(desk, token.as_deref(), &input).await.data()[self.mutation].clone();
            return assert_eq!(&again["receipt"], receipt, "{said}: the second use is answered as the first");
        }
        self.read_back(desk, staff, receipt, &kept, &said).await;
        if let (Some(token), "name" | "contact") = (payload["visitorToken"].as_str(), self.name) {
            let own = format!("{{ visitor {{ {} }} }}", self.name);
            soon("what they gave is remembered", || async {
                desk.ask(Some(token), &own, json!({})).await.data()["visitor"][self.name] == kept
            })
            .await;
        }
    }

    /// Who sends it, and an input that would be accepted.
    async fn prepared(&self, desk: &Desk, staff: &str) -> (Option<String>, Value) {
        if self.mutation == "submitMessage" {
            return (None, json!({"name": "Anna", "contact": "anna@example.org", "content": "When?"}));
        }
        // A message of its own, when it is not the message that is absent.
        let (visitor, own) = desk.submit().await;
        let id = if self.name == "messageId" { String::new() } else { own };
        let input = json!({"messageId": id});
        let before = match self.mutation {
            "unassignMessage" => Some("claimMessage"),
            "completeFollowUp" => Some("scheduleFollowUp"),
            "reopenMessage" => Some("closeMessage"),
            "unmarkAsSpam" => Some("markAsSpam"),
            "unarchiveMessage" => Some("archiveMessage"),
            "restoreMessage" => Some("deleteMessage"),
            "rateMessage" => Some("replyToMessage"),
            _ => None,
        };
        if let Some(before) = before.filter(|_| !id.is_empty()) {
            let before = rules::field(before, "", self.rule);
            let done = before.send(desk, Some(staff), &before.filled(desk, staff, input.clone()).await).await;
            assert!(done.data()[before.mutation]["receipt"].is_object(), "{}", done.body);
        }
        let token = if self.is_of_visitors() { visitor } else { staff.to_owned() };
        (Some(token), self.filled(desk, staff, input).await)
    }

    fn is_of_visitors(&self) -> bool {
        ["continueMessage", "rateMessage"].contains(&self.mutation)
    }

    /// With what the mutation requires beside the message.
    async fn filled(&self, desk: &Desk, staff: &str, mut input: Value) -> Value {
        match self.mutation {
            "replyToMessage" | "continueMessage" | "addNote" => input["content"] = json!("Soon."),
            "rateMessage" => input["rating"] = json!(5),
            "scheduleFollowUp" => input["dueAt"] = json!("2126-01-01T00:00:00Z"),
            "categorizeMessage" => input["categoryId"] = json!("complaint"),
            "tagMessage" if self.name != "remove" => input["add"] = json!(["praise"]),
            "prioritizeMessage" => input["priority"] = json!("HIGH"),
            "assignMessage" if self.name != "teamId" => {
                let viewer = desk.ask(Some(staff), "{ viewer { id } }", json!({})).await.data();
                input["memberId"] = viewer["viewer"]["id"].clone();
            }
            "reviewReply" => {
                input["scores"] = json!([{"criterion": "ACCURACY", "score": 5}]);
                input["replyId"] = match input["messageId"].as_str() {
                    Some(id) if !id.is_empty() => replied_by_another(desk, id).await,
                    _ => json!("absent"),
                };
            }
            _ => {}
        }
        input
    }

    async fn send(&self, desk: &Desk, token: Option<&str>, input: &Value) -> Answer {
        let mutation = self.mutation;
        let kind = match rules::STEPS.contains(&mutation) {
            true => "MessageRefInput".to_owned(),
            false => format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]),
        };
        // Asking for the message makes the server wait for its views.
        let document = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ receipt {{ id version position }} visitorToken \
             message {{ id }} visitorMessage {{ id }} userErrors {{ code field message }} }} }}"
        );
        desk.ask(token, &document, json!({"input": input})).await
    }

    /// In every place where the text is shown.
    async fn read_back(&self, desk: &Desk, staff: &str, receipt: &Value, kept: &Value, said: &str) {
        let read = "query($id: ID!) { message(id: $id) { version content visitor { name contact { value } } \
                    entries { ... on VisitorWords { content } ... on Reply { content } ... on Note { content } } \
                    history { edges { node { type payload } } } } }";
        let message = Mutex::new(Value::Null);
        soon("the list shows it", || async {
            let answer = desk.ask(Some(staff), read, json!({"id": receipt["id"]})).await.data();
            *message.lock().expect("held by nobody") = answer["message"].clone();
            answer["message"]["version"] == receipt["version"]
        })
        .await;
        let message = message.into_inner().expect("held by nobody");
        let edges = message["history"]["edges"].as_array().expect("a history");
        let last = &edges.last().expect("an event")["node"];
        let event = &last["payload"][last["type"].as_str().expect("a type")];
        let shown = match (self.mutation, self.name) {
            ("submitMessage", "name") => vec![&message["visitor"]["name"], &event["name"]],
            ("submitMessage", "contact") => {
                vec![&message["visitor"]["contact"]["value"], &event["contact"]["given"]]
            }
            ("submitMessage", "content") => {
                vec![&message["content"], &message["entries"][0]["content"], &event["content"]]
            }
            ("submitMessage", "pageUrl") => vec![&event["page_url"]],
            (_, "content") => vec![&message["entries"][1]["content"], &event["content"]],
            (_, "reason" | "note" | "comment") => vec![&event[self.name]],
            _ => panic!("{said} was taken and is shown nowhere"),
        };
        assert!(
            shown.iter().all(|shown| *shown == kept),
            "{said}: {shown:?} instead of {kept:?} in {message}"
        );
    }
}

/// Nobody reviews their own reply: another member's, its id.
async fn replied_by_another(desk: &Desk, id: &str) -> Value {
    let agent = desk.colleague.get_or_init(|| desk.member(Role::Agent)).await;
    let reply = "mutation($id: ID!) { replyToMessage(input: {messageId: $id, content: \"Soon.\"}) { \
                 message { entries { ... on Reply { id } } } } }";
    desk.ask(Some(agent), reply, json!({"id": id})).await.data();
    // On a busy machine the answer comes without the message, which its view has not seen.
    let entries = "query($id: ID!) { message(id: $id) { entries { ... on Reply { id } } } }";
    let asked = async || {
        let answer = desk.ask(Some(agent), entries, json!({"id": id})).await.data();
        answer["message"]["entries"][1]["id"].clone()
    };
    soon("the reply is seen", || async { asked().await.is_string() }).await;
    asked().await
}

/// The table above is the schema's: a mutation that is added has its texts tried.
async fn every_text_is_tried(desk: &Desk) {
    let types = "{ __schema { mutationType { fields { name args { name type { name ofType { name \
                 inputFields { name type { name ofType { name ofType { name ofType { name } } } } } } } } } } } }";
    let auditor = desk.member(Role::Auditor).await;
    let schema = desk.ask(Some(&auditor), types, json!({})).await.data();
    let mut texts = BTreeSet::new();
    for mutation in schema["__schema"]["mutationType"]["fields"].as_array().expect("mutations") {
        for argument in mutation["args"].as_array().expect("arguments") {
            // What has no input object has its arguments themselves.
            let alone = std::slice::from_ref(argument);
            let input = argument["type"]["ofType"]["inputFields"].as_array().map(Vec::as_slice);
            for field in input.unwrap_or(alone) {
                let mut kind = &field["type"];
                while kind["name"].is_null() {
                    kind = &kind["ofType"];
                }
                if !["Int", "Boolean"].contains(&kind["name"].as_str().expect("a scalar")) {
                    texts.insert((
                        mutation["name"].as_str().expect("a name"),
                        field["name"].as_str().expect("a name"),
                    ));
                }
            }
        }
    }
    let mut tried: BTreeSet<_> = fields().iter().map(|field| (field.mutation, field.name)).collect();
    tried.extend(visitors::ARGUMENTS.iter().map(|(mutation, argument, _)| (*mutation, *argument)));
    tried.extend(visitors::OF_A_VISIT.iter().map(|(field, _)| ("startVisit", *field)));
    tried.extend(visitors::OF_A_RECOVERY.iter().map(|(mutation, field, _)| (*mutation, *field)));
    for mutation in ["redeemSignInLink", "acceptInvitation", "changePassword"] {
        tried.insert((mutation, "newPassword"));
    }
    tried.extend(channels::fields());
    tried.extend(desk::fields());
    tried.extend(roles::fields());
    tried.extend(people::fields().map(|field| (field.mutation, field.name)));
    assert_eq!(texts, tried);
}

impl Desk {
    /// Every view has seen everything, and none has stopped.
    pub(super) async fn nothing_stands_still(&self) {
        soon("every view is up to date", || async {
            let answer = self.http.get(self.url("/health")).send().await.expect("an answer");
            let (status, report) = (answer.status(), answer.json::<Value>().await.expect("JSON"));
            let views = report["views"].as_array().expect("views");
            for view in views {
                assert!(view["error"].is_null(), "{view}");
            }
            status == 200 && views.iter().all(|view| view["lag"] == 0)
        })
        .await;
    }
}

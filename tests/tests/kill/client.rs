//! A caller: sends one command after the other, writes down what became of each, and asks again when nobody said.

use super::{
    journal::{Journal, Outcome, Receipt},
    random::Random,
    workload::{By, Command, Messages},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};

/// A request that is not answered within this is a fault of the server's, whatever became of it.
const PATIENCE: Duration = Duration::from_secs(60);
/// A command with a key has an outcome within this, however often it has to be sent.
const SETTLED: Duration = Duration::from_secs(90);
/// Out of a hundred acknowledged commands with a key, so many are sent again to see whether the answer is the same.
const REPEATED: u64 = 3;

/// What the callers have in common.
pub(crate) struct Desk {
    pub(crate) http: reqwest::Client,
    /// The servers that can be reached; none while the only one is being replaced.
    pub(crate) servers: watch::Sender<Vec<String>>,
    /// A member's session.
    pub(crate) staff: String,
    pub(crate) journal: Journal,
    pub(crate) messages: Messages,
    /// So many commands are begun in all; for the next one callers wait until this rises.
    pub(crate) at_most: watch::Sender<u64>,
    /// Callers begin nothing new once this is true.
    pub(crate) ending: watch::Sender<bool>,
}

/// One caller.
pub(crate) struct Client {
    desk: Arc<Desk>,
    number: usize,
    random: Random,
}

/// What a server said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Receipt {
        receipt: Receipt,
        token: Option<String>,
    },
    Refusal(String),
    /// Whatever leaves the outcome in doubt.
    Fault(String),
}

impl Desk {
    /// One with no servers yet.
    pub(crate) fn new() -> Self {
        let http = crate::http::client().no_proxy().timeout(PATIENCE).build().expect("a client");
        Self {
            http,
            servers: watch::Sender::new(Vec::new()),
            staff: String::new(),
            journal: Journal::new(),
            messages: Messages::default(),
            at_most: watch::Sender::new(u64::MAX),
            ending: watch::Sender::new(false),
        }
    }

    /// Asks a server that can be reached; waits until there is one.
    pub(crate) async fn ask(
        &self,
        number: usize,
        token: Option<&str>,
        body: &Value,
    ) -> reqwest::Result<Value> {
        let mut servers = self.servers.subscribe();
        let url = {
            let servers = servers.wait_for(|servers| !servers.is_empty()).await.expect("the desk is there");
            format!("{}/graphql", servers[number % servers.len()])
        };
        let mut request = self.http.post(url).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await?.json().await
    }

    /// Whatever a member asks from now on is asked in this one's name. Nobody may be calling yet.
    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) {
        let query = "mutation($email: String!, $password: String!) { \
                     signIn(input: {email: $email, password: $password}) { token } }";
        let body = json!({"query": query, "variables": {"email": email, "password": password}});
        let answer = self.ask(0, None, &body).await.expect("an answer");
        let token = answer["data"]["signIn"]["token"].as_str();
        token.unwrap_or_else(|| panic!("{answer}")).clone_into(&mut self.staff);
    }
}

impl Client {
    /// One that has sent nothing.
    pub(crate) fn new(desk: Arc<Desk>, number: usize, random: Random) -> Self {
        Self { desk, number, random }
    }

    /// Works until it is told to end; what it has begun it brings to an end.
    pub(crate) async fn work(mut self) {
        let mut at_most = self.desk.at_most.subscribe();
        while !*self.desk.ending.borrow() {
            let desk = &self.desk;
            at_most.wait_for(|most| desk.journal.begun() < *most).await.expect("the desk is there");
            let command = Command::choose(&mut self.random, &self.desk.messages);
            self.carry_out(&command).await;
        }
    }

    async fn carry_out(&mut self, command: &Command) {
        let desk = self.desk.clone();
        let number = desk.journal.begin(command.kind.mutation, command.kind.by == By::Nobody);
        let body = command.body(number);
        let answer = self.insist(command, number, &body).await;
        let repeated = command.keyed && self.random.percent(REPEATED);
        match answer.clone() {
            Answer::Receipt { receipt, token } => {
                desk.messages.learn(command, &receipt, token.as_deref());
                desk.journal.settle(number, Outcome::Acknowledged(receipt));
                if repeated {
                    let again = self.insist(command, number, &body).await;
                    if again != answer {
                        desk.journal
                            .complain(format!("{number} was first answered {answer:?}, then {again:?}"));
                    }
                }
            }
            Answer::Refusal(code) => desk.journal.settle(number, Outcome::Refused(code)),
            Answer::Fault(_) => desk.journal.settle(number, Outcome::Unknown),
        }
    }

    /// Sends it; with a key, until its outcome is known.
    async fn insist(&self, command: &Command, number: u64, body: &Value) -> Answer {
        let begin = Instant::now();
        loop {
            let answer = self.send(command, number, body).await;
            if !matches!(answer, Answer::Fault(_)) || !command.keyed {
                return answer;
            }
            if begin.elapsed() > SETTLED {
                self.desk.journal.complain(format!("{number} did not settle within {SETTLED:?}: {answer:?}"));
                return answer;
            }
        }
    }

    async fn send(&self, command: &Command, number: u64, body: &Value) -> Answer {
        let desk = &self.desk;
        let token = match command.kind.by {
            By::Nobody => None,
            By::Visitor => command.token.as_deref(),
            By::Member => Some(desk.staff.as_str()),
        };
        desk.journal.sent();
        let answer = match desk.ask(self.number, token, body).await {
            Ok(answer) => read(&answer, command.kind.mutation),
            Err(error) if error.is_timeout() => {
                desk.journal.complain(format!("{number} was not answered within {PATIENCE:?}"));
                Answer::Fault("no answer in time".to_owned())
            }
            Err(error) if error.is_connect() => Answer::Fault("no connection".to_owned()),
            Err(_) => Answer::Fault("connection lost".to_owned()),
        };
        if let Answer::Refusal(code) = &answer
            && disowns(code)
        {
            desk.journal.complain(format!("{number} ({}) was refused as {code}", command.kind.mutation));
        }
        desk.journal.returned(match &answer {
            Answer::Fault(fault) => Some(fault),
            Answer::Receipt { .. } | Answer::Refusal(_) => None,
        });
        answer
    }
}

/// Callers send what they were told is there, in the name of somebody who may: these deny that it was so.
fn disowns(code: &str) -> bool {
    ["NOT_FOUND", "UNAUTHENTICATED", "FORBIDDEN", "BAD_REQUEST", "UNKNOWN", "IDEMPOTENCY_KEY_REUSED"]
        .contains(&code)
}

/// What an answer to a mutation says.
pub(crate) fn read(answer: &Value, mutation: &str) -> Answer {
    if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
        return match code {
            "UNAVAILABLE" | "INTERNAL" => Answer::Fault(code.to_owned()),
            _ => Answer::Refusal(code.to_owned()),
        };
    }
    let payload = &answer["data"][mutation];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let receipt = &payload["receipt"];
    let position = receipt["position"].as_i64().or_else(|| receipt["position"].as_str()?.parse().ok());
    match (text(&receipt["id"]), receipt["version"].as_i64(), position) {
        (Some(id), Some(version), Some(position)) => Answer::Receipt {
            receipt: Receipt { id, version, position },
            token: text(&payload["visitorToken"]),
        },
        _ => match text(&payload["userErrors"][0]["code"]) {
            Some(code) => Answer::Refusal(code),
            None => Answer::Fault(format!("no answer that can be read: {answer}")),
        },
    }
}

#[test]
fn an_answer_is_a_receipt_a_refusal_or_leaves_doubt() {
    let of = |payload: Value| read(&json!({"data": {"closeMessage": payload}}), "closeMessage");
    let receipt = Receipt { id: "a".to_owned(), version: 2, position: 7 };
    let told = json!({"visitorToken": null, "receipt": {"id": "a", "version": 2, "position": "7"}, "userErrors": []});
    assert_eq!(of(told), Answer::Receipt { receipt, token: None });
    let refused = json!({"receipt": null, "userErrors": [{"code": "ALREADY_CLOSED"}]});
    assert_eq!(of(refused), Answer::Refusal("ALREADY_CLOSED".to_owned()));
    let fault = |code: &str| json!({"errors": [{"extensions": {"code": code}}]});
    assert_eq!(read(&fault("UNAVAILABLE"), "closeMessage"), Answer::Fault("UNAVAILABLE".to_owned()));
    assert_eq!(read(&fault("NOT_FOUND"), "closeMessage"), Answer::Refusal("NOT_FOUND".to_owned()));
    assert!(matches!(read(&json!({}), "closeMessage"), Answer::Fault(_)));
}

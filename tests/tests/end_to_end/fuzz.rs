//! Everything that the schema has, asked for by everybody with whatever a property-based tester thinks of (`PyPI`
//! `schemathesis`): no fault of ours, no 5xx, an answer in time, and no view that stands still.
//!
//! A few examples of each operation here; `cargo xtask fuzz` asks for two hundred.

#![expect(clippy::print_stdout, reason = "by its seed a run can be had again")]

use super::{Desk, SUBMIT, input, python};
use domain::access::Role;
use serde_json::{Value, json};
use std::{collections::BTreeMap, env, time::Duration};
use store::{Dialect, on_both_databases, testing::TestDatabase};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    time::timeout,
};

on_both_databases!(nothing_that_can_be_asked_is_a_fault_of_ours);

/// Examples of each operation for each caller, unless said otherwise.
const EXAMPLES: u64 = 5;
/// How long one caller may take, and how much longer for each example.
const PATIENCE: Duration = Duration::from_secs(300);
const PATIENCE_EACH: Duration = Duration::from_secs(12);
/// How long an answer waits for what follows what was written: less than whoever asks waits for it (`schemathesis/fuzz.py`).
const SEEN: Duration = Duration::from_secs(8);

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Nobody,
    Visitor,
    Member(Role),
}

async fn nothing_that_can_be_asked_is_a_fault_of_ours(dialect: Dialect) {
    let examples = told("LEAVEWORD_TEST_FUZZ_EXAMPLES").map_or(EXAMPLES, |text| number(&text));
    let seed = told("LEAVEWORD_TEST_FUZZ_SEED").map(|text| number(&text));
    let seed = seed.unwrap_or_else(|| u64::from(u32::from_be_bytes(store::random::bytes())));
    let only = told("LEAVEWORD_TEST_FUZZ_AS");
    println!("fuzz on {dialect:?}: {examples} examples an operation, LEAVEWORD_TEST_FUZZ_SEED={seed}");
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    let desk = Desk::start_with(database, clock, |config| config.edge.bounds.seen = SEEN).await;
    desk.submit().await;
    let everybody = [Who::Nobody, Who::Visitor].into_iter().chain(Role::ALL.map(Who::Member));
    let mut asked = 0;
    for who in everybody.filter(|who| only.as_ref().is_none_or(|only| only.eq_ignore_ascii_case(who.name())))
    {
        let told = Fuzz { desk: &desk, who, admin: None, token: None }.run(examples, seed).await;
        let (counts, broken) = (&told["counts"], told["broken"].as_array().expect("a list"));
        let kinds = kinds(counts);
        println!("{}: {kinds:?}", who.name());
        assert!(broken.is_empty(), "as {} with seed {seed}: {broken:#?}", who.name());
        // All of it was asked for, and it was not only refused.
        let operations = counts.as_object().expect("an object").len();
        assert!(operations >= 50, "{operations} operations");
        assert!(kinds.get("ok").is_some_and(|ok| *ok > 0), "{kinds:?}");
        asked += 1;
    }
    assert!(asked > 0, "LEAVEWORD_TEST_FUZZ_AS names nobody");
    desk.nothing_stands_still().await;
}

impl Who {
    fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Visitor => "visitor",
            Self::Member(role) => role.id(),
        }
    }
}

struct Fuzz<'a> {
    desk: &'a Desk,
    who: Who,
    /// Whoever looks up what there is. What is asked for as an administrator can cost others their sessions.
    admin: Option<String>,
    token: Option<String>,
}

impl Fuzz<'_> {
    async fn run(mut self, examples: u64, seed: u64) -> Value {
        let mut script = python::script("schemathesis", "fuzz.py");
        let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../graphql/schema.graphql");
        script.env("DESK_URL", self.desk.url("/graphql")).env("DESK_SCHEMA", schema);
        script.env("DESK_EXAMPLES", examples.to_string()).env("DESK_SEED", seed.to_string());
        let mut script = script.spawn().expect("python runs");
        let mut input = script.stdin.take().expect("an input");
        let mut lines = BufReader::new(script.stdout.take().expect("an output")).lines();
        let patience = PATIENCE + PATIENCE_EACH * u32::try_from(examples).expect("not so many");
        let conversation = async {
            loop {
                let line =
                    lines.next_line().await.expect("text").expect("more: it says at the end what it did");
                let said: Value =
                    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                let Some(caller) = said.get("caller") else { return said };
                let caller = self.caller(caller["another"] == true).await;
                input.write_all(format!("{caller}\n").as_bytes()).await.expect("heard");
            }
        };
        let said = timeout(patience, conversation).await.expect("it ends in time");
        assert!(script.wait().await.expect("it ends").success());
        said
    }

    /// Who asks next, and ids of what there is.
    async fn caller(&mut self, another: bool) -> Value {
        if another {
            self.token = None;
        }
        let mut known = Vec::new();
        match self.who {
            Who::Nobody => {}
            Who::Visitor => {
                let (visitor, id) = self.desk.submit().await;
                self.token.get_or_insert(visitor);
                known.push(json!(id));
            }
            Who::Member(role) => {
                // Whoever may has perhaps made a form that this does not fulfil: there are messages all the same.
                self.desk.ask(None, SUBMIT, json!({"input": input()})).await;
                if self.token.is_none() {
                    self.token = Some(self.desk.member(role).await);
                }
            }
        }
        known.extend(self.known().await);
        let role = if let Who::Member(role) = self.who { json!(role.id()) } else { Value::Null };
        json!({"token": self.token, "role": role, "known": known})
    }

    async fn known(&mut self) -> Vec<Value> {
        let query = "{ messages(first: 3) { nodes { id reference visitor { id } } } members(first: 2) { nodes { id } } \
                     teams { id } desk { categories { id } tags } roles { id } viewer { id sessions { id } } }";
        loop {
            let admin = match self.admin.clone() {
                Some(admin) => admin,
                None => self.admin.insert(self.desk.member(Role::Admin).await).clone(),
            };
            let answer = self.desk.ask(Some(&admin), query, json!({})).await;
            if answer.json().get("errors").is_none() {
                let mut found = Vec::new();
                texts(&answer.data(), &mut found);
                return found;
            }
            self.admin = None;
        }
    }
}

/// Every text that an answer holds.
fn texts(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::String(_) => found.push(value.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}

/// How often which answer was given, over all operations.
fn kinds(counts: &Value) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for operation in counts.as_object().into_iter().flat_map(|counts| counts.values()) {
        for (kind, count) in operation.as_object().into_iter().flatten() {
            *all.entry(kind.clone()).or_default() += count.as_u64().unwrap_or_default();
        }
    }
    all
}

fn told(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests are told by xtask what to run")]
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

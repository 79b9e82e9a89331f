//! The documents of `docs/api.md`, sent as they stand.

use super::Desk;
use domain::access::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{Dialect, on_both_databases};

on_both_databases!(every_document_of_the_guide_is_answered_without_an_error);

const GUIDE: &str = include_str!("../../../docs/api.md");

/// A document, who sends it, and its variables.
struct Example {
    by: &'static str,
    document: &'static str,
    variables: Value,
}

fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    for block in GUIDE.split("```graphql ").skip(1) {
        let (by, rest) = block.split_once('\n').expect("whose it is");
        let (document, rest) = rest.split_once("```").expect("an end");
        let variables = rest.trim_start().strip_prefix("```json").and_then(|rest| rest.split("```").next());
        let variables = variables.map_or_else(|| json!({}), |text| serde_json::from_str(text).expect("JSON"));
        examples.push(Example { by, document, variables });
    }
    examples
}

async fn every_document_of_the_guide_is_answered_without_an_error(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let mut tokens = BTreeMap::from([
        ("agent", desk.member(Role::Agent).await),
        ("auditor", desk.member(Role::Auditor).await),
        ("administrator", desk.administrator().await),
    ]);
    // What the documents name after what an earlier one made.
    let mut known: BTreeMap<&str, Value> = BTreeMap::new();
    let examples = examples();
    assert!(examples.len() >= 20, "{}", examples.len());
    for Example { by, document, mut variables } in examples {
        for (name, value) in &known {
            if document.contains(&format!("${name}:")) {
                variables[*name] = value.clone();
            }
        }
        // Whoever asks is not always whoever wrote.
        desk.nothing_stands_still().await;
        let answer = desk.ask(tokens.get(by).map(String::as_str), document, variables).await.data();
        assert!(tokens.contains_key(by) || by == "nobody", "who is {by}?");
        for payload in answer.as_object().expect("fields").values() {
            assert!(!payload.is_null(), "{document}: {answer}");
            if let Some(refused) = payload["userErrors"].as_array() {
                assert!(refused.is_empty(), "{document}: {answer}");
            }
            for (name, made) in [
                ("teamId", "/team/id"),
                ("memberId", "/member/id"),
                ("invitation", "/invitation/token"),
                ("visitorId", "/edges/0/node/visitor/id"),
                ("version", "/message/version"),
            ] {
                if let Some(made) = payload.pointer(made) {
                    known.insert(name, made.clone());
                }
            }
            // All were hired at one instant: who is first in the list is chance.
            let listed =
                answer["members"]["edges"].as_array().into_iter().flatten().map(|edge| &edge["node"]);
            for colleague in listed.filter(|node| node["name"] == "Admin") {
                known.insert("colleagueId", colleague["id"].clone());
            }
            if let Some(token) = payload["visitorToken"].as_str() {
                tokens.insert("visitor", token.to_owned());
                known.insert("messageId", payload["receipt"]["id"].clone());
                known.insert("position", payload["receipt"]["position"].clone());
            }
        }
    }
}

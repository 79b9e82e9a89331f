//! Programs that leave messages: what gives them away, and what slows them down.

use super::{ask_with, desk_with, submission};
use crate::end_to_end::{Desk, SUBMIT, input};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::access::Role;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use server::{Limits, edge::Edge};
use std::time::Duration;
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    what_is_taken_for_spam_looks_accepted_and_is_nobodys_work_until_somebody_takes_the_mark_away,
    blocked_words_are_the_administrators_and_nobody_elses_to_see,
    a_desk_that_is_pressed_asks_for_a_proof_in_the_visitors_language,
);

const CHALLENGE: &str = "{ challenge { algorithm challenge maxnumber salt signature } }";

/// A solved challenge of this desk, as a client of ALTCHA sends it.
pub(super) async fn proof(desk: &Desk) -> String {
    let challenge = desk.ask(None, CHALLENGE, json!({})).await.data()["challenge"].clone();
    let text = |field: &str| challenge[field].as_str().expect("a text").to_owned();
    let (salt, wanted) = (text("salt"), text("challenge"));
    let found = |number: &u64| {
        let hash = digest(&SHA256, format!("{salt}{number}").as_bytes());
        hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat() == wanted
    };
    let most = challenge["maxnumber"].as_u64().expect("a number");
    let number = (0..=most).find(found).expect("it can be solved");
    let mut solution = challenge;
    solution["number"] = json!(number);
    STANDARD.encode(solution.to_string())
}

async fn leave(desk: &Desk, token: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut input = input();
    change(&mut input);
    desk.ask(Some(token), SUBMIT, json!({"input": input})).await.data()["submitMessage"].clone()
}

async fn what_is_taken_for_spam_looks_accepted_and_is_nobodys_work_until_somebody_takes_the_mark_away(
    dialect: Dialect,
) {
    let desk = Desk::start(dialect).await;
    let (staff, visitor) = (desk.administrator().await, desk.visit().await);
    let payload = leave(&desk, &visitor, |input| input["website"] = json!("https://example.com")).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(payload["visitorMessage"]["status"], "AWAITING_REPLY", "{payload}");
    let id = payload["receipt"]["id"].as_str().expect("an id").to_owned();
    let told = leave(&desk, &visitor, |input| input["filledInSeconds"] = json!(2)).await;
    let other = told["receipt"]["id"].as_str().expect("an id").to_owned();

    let list = "query($spam: Boolean!) { messages(filter: {spam: $spam}, first: 10) { nodes { id } } }";
    let listed = async |spam: bool| {
        let answer = desk.ask(Some(&staff), list, json!({"spam": spam})).await.data();
        answer["messages"]["nodes"].clone()
    };
    let (work, spam) = (json!([{"id": other}]), json!([{"id": id}]));
    soon("both are listed", async || listed(false).await == work && listed(true).await == spam).await;

    let story =
        "query($id: ID!) { message(id: $id) { spam history { nodes { type story actor { kind rule } } } } }";
    let read = desk.ask_in("zh-CN", &staff, story, json!({"id": id})).await["message"].clone();
    let marked = &read["history"]["nodes"][1];
    assert_eq!(marked["type"], "MessageMarkedAsSpam");
    assert_eq!(marked["actor"], json!({"kind": "SYSTEM", "rule": "honeypot"}));
    assert_eq!(marked["story"], "Leaveword 将留言判为垃圾留言：填写了正常访客看不到的字段");

    let unmark = "mutation($id: ID!) { unmarkAsSpam(input: {messageId: $id}) { message { spam status } userErrors { code } } }";
    let unmarked = desk.ask(Some(&staff), unmark, json!({"id": id})).await.data();
    assert_eq!(unmarked["unmarkAsSpam"]["message"], json!({"spam": false, "status": "OPEN"}), "{unmarked}");
    let both = async || listed(false).await.as_array().is_some_and(|nodes| nodes.len() == 2);
    soon("it is work like the other", both).await;
}

async fn blocked_words_are_the_administrators_and_nobody_elses_to_see(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (staff, visitor) = (desk.administrator().await, desk.visit().await);
    let revise = "mutation($words: [String!]!) { reviseBlockedWords(input: {words: $words}) { desk { blockedWords } \
                  userErrors { code field message } } }";
    let wrong = desk.ask(Some(&staff), revise, json!({"words": ["casino", "…"]})).await.data();
    let errors = &wrong["reviseBlockedWords"]["userErrors"];
    assert_eq!(
        (&errors[0]["code"], &errors[0]["field"]),
        (&json!("INVALID"), &json!(["words", "1"])),
        "{wrong}"
    );
    let revised = desk.ask(Some(&staff), revise, json!({"words": ["casino", "代开发票"]})).await.data();
    assert_eq!(revised["reviseBlockedWords"]["desk"]["blockedWords"], json!(["casino", "代开发票"]));

    let agent = desk.member(Role::Agent).await;
    for token in [None, Some(visitor.as_str()), Some(agent.as_str())] {
        let seen = desk.ask(token, "{ desk { blockedWords } }", json!({})).await.data();
        assert_eq!(seen["desk"]["blockedWords"], Value::Null);
    }
    let payload = leave(&desk, &visitor, |input| input["content"] = json!("可以代開發票")).await;
    assert_eq!(payload["visitorMessage"]["status"], "AWAITING_REPLY");
    let id = payload["receipt"]["id"].clone();
    let spam =
        desk.ask(Some(&staff), "query($id: ID!) { message(id: $id) { spam } }", json!({"id": id})).await;
    assert_eq!(spam.data()["message"]["spam"], true);
}

async fn a_desk_that_is_pressed_asks_for_a_proof_in_the_visitors_language(dialect: Dialect) {
    let desk = desk_with(dialect, |config| {
        config.edge = Edge { limits: Limits { submits_per_minute: 5, ..Limits::NONE }, ..Edge::default() };
    })
    .await;
    let ask = async |change: &dyn Fn(&mut Value)| {
        let mut body = submission();
        change(&mut body["variables"]["input"]);
        let heard = ask_with(&desk, &[("accept-language", "de")], &body).await;
        assert_eq!(heard.status, 200, "a refusal, no fault: {}", heard.body);
        heard.json()["data"]["submitMessage"].clone()
    };
    for _ in 0..3 {
        assert_eq!(ask(&|_| {}).await["userErrors"], json!([]));
    }
    let refused = ask(&|input| input["contact"] = json!("b@example.org")).await;
    let error = &refused["userErrors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!("PROOF_REQUIRED"), &json!(["proof"])), "{refused}");
    assert!(error["message"].as_str().is_some_and(|told| told.starts_with("dieser Desk")), "{error}");
    let proof = proof(&desk).await;
    let proven = |input: &mut Value| {
        input["contact"] = json!("b@example.org");
        input["proof"] = json!(proof);
    };
    assert_eq!(ask(&proven).await["userErrors"], json!([]));
    assert_eq!(ask(&proven).await["userErrors"][0]["code"], "PROOF_REQUIRED", "it is good once");
    desk.clock.advance(Duration::from_secs(60));
    assert_eq!(ask(&|_| {}).await["userErrors"], json!([]), "pressed no more");
}

//! A proof of work is asked for when the desk is pressed, and good once; what gives a program away is the rule's doing.

use super::{Desk, anonymous, words};
use base64::{Engine, engine::general_purpose::STANDARD};
use commands::{Caller, Challenge, CommandError, Commands, Limits, SubmitInput};
use domain::{access::Role, message::FilledIn};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use std::time::Duration;
use store::{Dialect, LogFilter, on_both_databases};

on_both_databases!(
    a_pressed_desk_asks_for_a_proof_that_is_good_once_whatever_process_it_is_shown,
    a_form_with_mistakes_does_not_spend_its_proof,
    a_proof_that_is_made_up_changed_or_over_proves_nothing,
    a_repeat_that_was_answered_needs_no_proof,
    whoever_writes_for_others_proves_nothing,
    what_gives_a_program_away_is_marked_by_the_rule_that_found_it,
);

fn from(address: &str) -> Caller {
    Caller { address: address.parse().ok(), ..anonymous() }
}

/// Five a minute: one address has to prove itself from its fourth message on.
fn limited(desk: &Desk) -> Commands {
    let limits = Limits { submits_per_minute: 5, ..Limits::NONE };
    desk.commands.clone().limited(limits)
}

/// What an address leaves without a proof.
async fn press(commands: &Commands, by: &Caller) {
    for n in 0..3 {
        let who = by.address.map(|address| address.to_string().replace('.', "-")).unwrap_or_default();
        let input = SubmitInput { contact: format!("{n}@{who}.example"), ..words() };
        commands.submit_message(by, input).await.expect("it needs no proof");
    }
}

/// The solution, as ALTCHA's clients send it.
pub(crate) fn solved(challenge: &Challenge) -> String {
    let hash = |number: &u32| {
        let hash = digest(&SHA256, format!("{}{number}", challenge.salt).as_bytes());
        hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    };
    let number = (0..=challenge.most).find(|number| hash(number) == challenge.challenge).expect("a number");
    encoded(&json!({
        "algorithm": challenge.algorithm, "challenge": challenge.challenge, "number": number,
        "salt": challenge.salt, "signature": challenge.signature, "took": 12,
    }))
}

fn encoded(solution: &Value) -> String {
    STANDARD.encode(solution.to_string())
}

fn proving(proof: Option<String>) -> SubmitInput {
    SubmitInput { proof, ..words() }
}

fn asks_for_a_proof<T>(answer: &Result<T, CommandError>) -> bool {
    matches!(answer, Err(CommandError::ProofRequired))
}

async fn a_pressed_desk_asks_for_a_proof_that_is_good_once_whatever_process_it_is_shown(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (one, other) = (limited(&desk), limited(&desk));
    let here = from("192.0.2.1");
    press(&one, &here).await;
    press(&other, &from("192.0.2.9")).await;
    assert!(asks_for_a_proof(&one.submit_message(&here, words()).await));
    assert_eq!(desk.count("MessageSubmitted").await, 6, "nothing was written");
    let proof = solved(&one.challenge());
    one.submit_message(&here, proving(Some(proof.clone()))).await.expect("proven");
    assert!(asks_for_a_proof(&one.submit_message(&here, proving(Some(proof.clone()))).await));
    let there = from("192.0.2.9");
    assert!(asks_for_a_proof(&other.submit_message(&there, proving(Some(proof))).await), "spent for all");
    let another = solved(&one.challenge());
    other.submit_message(&there, proving(Some(another))).await.expect("good at any process");
    desk.clock.advance(Duration::from_secs(60));
    one.submit_message(&here, words()).await.expect("the desk is pressed no more");
}

async fn a_form_with_mistakes_does_not_spend_its_proof(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let commands = limited(&desk);
    let here = from("192.0.2.1");
    press(&commands, &here).await;
    let proof = Some(solved(&commands.challenge()));
    let wrong = SubmitInput { name: None, ..proving(proof.clone()) };
    assert!(matches!(commands.submit_message(&here, wrong).await, Err(CommandError::Message(_))));
    commands.submit_message(&here, proving(proof)).await.expect("with the same proof");
}

async fn a_proof_that_is_made_up_changed_or_over_proves_nothing(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let commands = limited(&desk);
    let challenge = commands.challenge();
    let good = solved(&challenge);
    let solution: Value = serde_json::from_slice(&STANDARD.decode(&good).expect("base64")).expect("JSON");
    let changed = |field: &str, value: Value| {
        let mut changed = solution.clone();
        changed[field] = value;
        encoded(&changed)
    };
    // The digits of the number moved behind the salt: the same hash, another challenge to spend.
    let number = solution["number"].as_u64().expect("a number").to_string();
    let (moved, rest) = number.split_at(number.len().min(1));
    let mut spliced = solution.clone();
    spliced["salt"] = json!(format!("{}{moved}", challenge.salt));
    spliced["number"] = json!(rest.parse::<u32>().unwrap_or_default());
    let later = challenge.salt.replace("expires=1", "expires=2");
    let own = Challenge { signature: "00".repeat(32), ..commands.challenge() };
    let wrong = [
        None,
        Some(String::new()),
        Some("%%%".to_owned()),
        Some("é".repeat(3_000)),
        Some(STANDARD.encode("[]")),
        Some(changed("number", json!(50_001))),
        Some(changed("number", json!(-1))),
        Some(changed("algorithm", json!("SHA-1"))),
        Some(changed("salt", json!(later))),
        Some(changed("signature", json!(""))),
        Some(encoded(&spliced)),
        Some(solved(&own)),
    ];
    let mut tried = 0;
    for proof in wrong {
        tried += 1;
        let caller = from(&format!("192.0.2.{tried}"));
        press(&commands, &caller).await;
        let answer = commands.submit_message(&caller, proving(proof.clone())).await;
        assert!(asks_for_a_proof(&answer), "{proof:?}: {answer:?}");
        desk.clock.advance(Duration::from_secs(60));
    }
    let caller = from("198.51.100.1");
    let late = solved(&challenge);
    desk.clock.advance(Duration::from_secs(20 * 60));
    press(&commands, &caller).await;
    assert!(asks_for_a_proof(&commands.submit_message(&caller, proving(Some(late))).await), "it is over");
}

async fn a_repeat_that_was_answered_needs_no_proof(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let commands = limited(&desk);
    let here = from("192.0.2.1");
    let key = || Some("0123456789abcdef0123456789abcdef".to_owned());
    press(&commands, &here).await;
    let proof = Some(solved(&commands.challenge()));
    let keyed = |proof| SubmitInput { idempotency_key: key(), ..proving(proof) };
    let first = commands.submit_message(&here, keyed(proof.clone())).await.expect("proven");
    assert_eq!(
        commands.submit_message(&here, keyed(proof)).await.expect("answered"),
        first,
        "spent, and told again"
    );
    assert_eq!(commands.submit_message(&here, keyed(None)).await.expect("answered"), first);
}

async fn whoever_writes_for_others_proves_nothing(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let commands = limited(&desk);
    let member = Caller { address: "192.0.2.1".parse().ok(), ..super::member(Role::Agent) };
    for _ in 0..5 {
        let on_behalf = Some(commands::OnBehalf { visitor_id: None });
        let filled_in = FilledIn { honeypot: true, after: None };
        let input = SubmitInput { on_behalf, filled_in, ..words() };
        commands.submit_message(&member, input).await.expect("submitted");
    }
    assert_eq!(desk.count("MessageMarkedAsSpam").await, 0, "a member is no program");
}

async fn what_gives_a_program_away_is_marked_by_the_rule_that_found_it(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let admin = super::member(Role::Admin);
    let blocked = vec!["代开发票".to_owned()];
    desk.commands.revise_blocked_words(&admin, None, blocked).await.expect("revised");
    let filled = |honeypot, after: Option<u64>| FilledIn { honeypot, after: after.map(Duration::from_secs) };
    let said = |text| SubmitInput { content: domain::text::Words::parse(text).expect("words"), ..words() };
    let inputs = [
        (SubmitInput { filled_in: filled(true, None), ..words() }, Some("system:honeypot")),
        (SubmitInput { filled_in: filled(false, Some(1)), ..words() }, Some("system:fill-time")),
        (said("可代開發票，加微信"), Some("system:blocked-words")),
        (SubmitInput { filled_in: filled(false, Some(2)), ..words() }, None),
    ];
    for (input, rule) in inputs {
        let submitted = desk.commands.submit_message(&anonymous(), input).await.expect("accepted");
        let of = LogFilter::stream("Message", &submitted.receipt.id);
        let events = desk.store.read(&of, 0, 10).await.expect("readable");
        let visitor = format!("visitor:{}", submitted.visitor_id);
        let told = events.iter().map(|event| {
            let metadata = event.metadata().expect("JSON");
            (event.event_type.clone(), metadata["actor"].clone(), metadata["commandId"].clone())
        });
        let told: Vec<_> = told.collect();
        let command = told[0].2.clone();
        let left = ("MessageSubmitted".to_owned(), visitor, command.clone());
        let marked = rule.map(|rule| ("MessageMarkedAsSpam".to_owned(), rule.to_owned(), command));
        assert_eq!(told, [left].into_iter().chain(marked).collect::<Vec<_>>());
    }
}

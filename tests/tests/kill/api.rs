//! Some of what was acknowledged, asked for as a member would: the words in the message, and the event in its history.

use super::{
    client::Desk,
    journal::{Entry, Outcome},
    log::words,
    random::Random,
};
use serde_json::json;

const SAMPLES: usize = 40;

const QUERY: &str = "query($id: ID!, $after: LogPosition) { message(id: $id) { entries { \
    ... on VisitorWords { content } ... on Reply { content } } \
    history(first: 1, after: $after) { nodes { position sequence payload } } } }";

/// Asks for some of them, and complains about what is not there.
pub(crate) async fn ask_for_some(desk: &Desk, entries: &[Entry], random: &mut Random) {
    for _ in 0..SAMPLES {
        let Some(entry) = random.pick(entries) else { return };
        let Outcome::Acknowledged(receipt) = &entry.outcome else { continue };
        let variables = json!({"id": receipt.id, "after": (receipt.position - 1).to_string()});
        let body = json!({"query": QUERY, "variables": variables});
        let answer = desk.ask(0, Some(&desk.staff), &body).await.expect("an answer");
        let message = &answer["data"]["message"];
        let (words, event) = (words(entry.number), &message["history"]["nodes"][0]);
        let says = |value: &serde_json::Value| value.to_string().contains(&words);
        let is_there = event["sequence"] == receipt.version && says(event);
        // What was said stands among the entries, reasons do not.
        let is_entry = ["submitMessage", "replyToMessage"].contains(&entry.mutation);
        if !is_there || (is_entry && !says(&message["entries"])) {
            desk.journal.complain(format!("{entry:?} is not what the API has: {answer}"));
        }
    }
}

//! Visitors who leave a message each, however often they have to send it.

use super::check::Left;
use crate::kill::{
    client::{Answer, Desk, read},
    log::words,
    random::Random,
};
use futures_util::{StreamExt, stream};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::timeout};

/// Visitors at once.
const VISITORS: usize = 16;
/// A message is left within this, restarts of the server included.
const PATIENCE: Duration = Duration::from_secs(120);

/// Leaves so many messages, each once its number may be: where each of them stands in the log.
pub(crate) async fn leave_all(
    desk: Arc<Desk>,
    messages: u64,
    mut random: Random,
    may: watch::Receiver<u64>,
) -> Vec<Left> {
    let one = |number| {
        let (desk, key, mut may) = (desk.clone(), random.key(), may.clone());
        async move {
            may.wait_for(|below| number < *below).await.expect("the storm holds its sender");
            leave(&desk, number, &key).await
        }
    };
    stream::iter(0..messages).map(one).buffer_unordered(VISITORS).collect().await
}

/// Leaves the message of this number, with a key: it is left once, whatever becomes of the answers.
pub(crate) async fn leave(desk: &Desk, number: u64, key: &str) -> Left {
    let query = "mutation($input: SubmitMessageInput!) { submitMessage(input: $input) { visitorToken \
                 receipt { id version position } userErrors { code } } }";
    let input =
        json!({"name": "李雷", "contact": "13800138000", "content": words(number), "idempotencyKey": key});
    let body = json!({"query": query, "variables": {"input": input}});
    let insisted = async {
        loop {
            let Ok(answer) = desk.ask(0, None, &body).await else { continue };
            match read(&answer, "submitMessage") {
                Answer::Receipt { receipt, .. } => return Left { number, position: receipt.position },
                Answer::Fault(_) => {}
                Answer::Refusal(code) => panic!("{number} was refused as {code}: {answer}"),
            }
        }
    };
    timeout(PATIENCE, insisted).await.unwrap_or_else(|_| panic!("{number} was not left within {PATIENCE:?}"))
}

//! Visitors who leave a message each, over HTTP, so many a second whatever the server does.

use crate::connection::{Connection, request};
use benches::streams::{CONTACT, NAME, WORDS};
use serde_json::json;
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

const SUBMIT: &str = "mutation($input: SubmitMessageInput!) { submitMessage(input: $input) { \
    receipt { position } userErrors { code } } }";

/// As many connections as ask at once.
const CONNECTIONS: usize = 32;

/// Leaves so many messages, each when it is its time: how long that took.
pub(crate) async fn submit(address: SocketAddr, count: usize, a_second: u32) -> Result<Duration, String> {
    let input = json!({"name": NAME, "contact": CONTACT, "content": WORDS});
    let body = json!({"query": SUBMIT, "variables": {"input": input}});
    let request: Arc<str> = request(address, None, &body).into();
    let (begin, mut asking) = (Instant::now(), JoinSet::new());
    for first in 0..CONNECTIONS.min(count) {
        let request = request.clone();
        asking.spawn(async move {
            let mut connection = Connection::open(address).await?;
            for number in (first..count).step_by(CONNECTIONS) {
                let due = Duration::from_secs_f64(to_f64(number) / f64::from(a_second));
                tokio::time::sleep_until((begin + due).into()).await;
                let answer = connection.ask(&request, "submitMessage").await?;
                if answer["receipt"]["position"].is_null() {
                    return Err(format!("not acknowledged: {answer}"));
                }
            }
            Ok(())
        });
    }
    while let Some(asked) = asking.join_next().await {
        asked.map_err(|panic| panic.to_string())??;
    }
    Ok(begin.elapsed())
}

pub(crate) fn to_f64(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

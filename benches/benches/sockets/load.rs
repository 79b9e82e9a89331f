//! What happens meanwhile: replies and what visitors write to them, over HTTP, so many a second whatever the server does.

use crate::{
    connection::{Connection, request},
    desk::Desk,
};
use benches::streams::WORDS;
use serde_json::json;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

const REPLY: &str = "mutation($id: ID!, $content: String!) { replyToMessage(input: {messageId: $id, content: $content}) { \
    receipt { position } userErrors { code } } }";
const CONTINUE: &str = "mutation($id: ID!, $content: String!) { continueMessage(input: {messageId: $id, content: $content}) { \
    receipt { position } userErrors { code } } }";

/// As many connections as ask at once.
const CONNECTIONS: usize = 32;

/// Makes so many changes, each when it is its time: how long that took.
pub(crate) async fn change(
    address: SocketAddr,
    desk: &Desk,
    count: usize,
    a_second: u32,
) -> Result<Duration, String> {
    let (begin, mut asking) = (Instant::now(), JoinSet::new());
    for connection in 0..CONNECTIONS {
        let mut plan = Vec::new();
        for number in (connection..count).step_by(CONNECTIONS) {
            let message = desk.message(number);
            // By turns, each message from one to the next.
            let (token, query, mutation) = match (number / desk.messages.len()).is_multiple_of(2) {
                true => (desk.token(0), REPLY, "replyToMessage"),
                false => (Some(message.token.as_str()), CONTINUE, "continueMessage"),
            };
            let body = json!({"query": query, "variables": {"id": message.id, "content": WORDS}});
            let due = Duration::from_secs_f64(to_f64(number) / f64::from(a_second));
            plan.push((due, request(address, token, &body), mutation));
        }
        asking.spawn(async move {
            let mut connection = Connection::open(address).await?;
            for (due, request, mutation) in plan {
                tokio::time::sleep_until((begin + due).into()).await;
                let answer = connection.ask(&request, mutation).await?;
                if answer["receipt"]["position"].is_null() {
                    return Err(format!("{mutation} was answered with {answer}"));
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

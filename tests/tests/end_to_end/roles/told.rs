//! Who may subscribe to what: the first that each is told, or why they are told nothing.

use super::{Desk, cell};
use crate::end_to_end::socket::Socket;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::testing::soon;
use tokio::time::timeout;

/// Until something is told, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a subscription is worth to the holder of a token, as `cell` says it of a question.
pub(super) async fn told(desk: &Desk, token: Option<&str>, question: &str) -> &'static str {
    let mut socket = Socket::by(desk, token).await;
    socket.subscribe("a", question, json!({})).await;
    let (asked, mut waited) = (Instant::now(), 0);
    let first = loop {
        assert!(asked.elapsed() < PATIENCE, "{question}: nothing was told");
        waited += 1;
        // Of what has happened they are told at once; deliveries are told as they change, so one changes until it is.
        match timeout(Duration::from_millis(200), socket.hear()).await {
            Ok(first) => break first,
            Err(_) if question.contains("deliveryChanged") => deliver(desk, waited).await,
            Err(_) => {}
        }
    };
    drop(socket);
    soon("its seat is free again", || async { desk.server.open_sockets() == 0 }).await;
    let answer = match first["type"].as_str() {
        Some("next") => first["payload"].clone(),
        Some("error") => json!({"errors": first["payload"]}),
        _ => Value::Null,
    };
    cell(&answer, question)
}

/// A delivery that is dead from the beginning, of a channel that there is not: nobody sends it.
async fn deliver(desk: &Desk, number: i64) {
    let store = desk.database.open(desk.clock.clone()).await;
    let sql = "INSERT INTO deliveries (delivery_id, channel_id, position, event_type, message_id, state, tries, next_at, \
               alone, created_at, changed_at) VALUES ($1, $2, $3, 'message.submitted', NULL, 'DEAD', 0, NULL, 0, $4, $4)";
    let id = || store::random::uuid(desk.clock.now()).to_string();
    let values: [store::Value; 4] = [id().into(), id().into(), number.into(), desk.clock.micros().into()];
    store.database().log.execute(sql, &values).await.expect("delivered");
    store.close().await;
}

//! When the connection dies during a commit nobody knows whether it went through: the log does.

use super::{command::Command, queue::Waiting, steps::lock_head};
use crate::{error::StoreError, sql::Value, store::Store};
use std::{collections::HashMap, time::Duration};
use tokio::time::{Instant, sleep, timeout};

/// How long the outcome is looked for before the callers are told that it is unknown.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(100);

/// Which of these commands are in the log, by their tickets, with the position of their last event; `None`: the database
/// did not say in time.
pub(crate) async fn outcomes(store: &Store, batch: &[Waiting]) -> Option<HashMap<u64, i64>> {
    let deadline = Instant::now() + patience(store);
    while Instant::now() < deadline {
        match timeout(deadline - Instant::now(), positions(store, batch)).await {
            Ok(Ok(found)) => return Some(found),
            Ok(Err(error)) => tracing::warn!(%error, "the outcome of a commit is not known yet"),
            Err(_) => return None,
        }
        sleep(PAUSE).await;
    }
    None
}

#[cfg(not(feature = "testing"))]
fn patience(_store: &Store) -> Duration {
    PATIENCE
}

#[cfg(feature = "testing")]
fn patience(store: &Store) -> Duration {
    store.losses().patience().unwrap_or(PATIENCE)
}

/// Under the head lock: a transaction that might still commit would hold it.
async fn positions(store: &Store, batch: &[Waiting]) -> Result<HashMap<u64, i64>, StoreError> {
    let mut tx = store.database().log.begin().await?;
    lock_head(&mut tx, store.clock()).await?;
    let mut found = HashMap::new();
    for waiting in batch {
        let Some((first, last)) = ends(&waiting.command) else { continue };
        let sql =
            "SELECT COUNT(*) AS events, MAX(position) AS position FROM events WHERE event_id IN ($1, $2)";
        let row = tx.row(sql, &[first, last]).await?;
        if let Some(row) = row.filter(|row| row.int("events").is_ok_and(|events| events > 0)) {
            found.insert(waiting.ticket, row.int("position")?);
        }
    }
    Ok(found)
}

fn ends(command: &Command) -> Option<(Value, Value)> {
    let (first, last) = (command.events.first()?, command.events.last()?);
    Some((first.event_id.as_bytes().as_slice().into(), last.event_id.as_bytes().as_slice().into()))
}

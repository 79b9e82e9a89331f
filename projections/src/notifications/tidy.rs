//! Rows that nobody needs: deliveries of channels that are no more, and what is over for long. A few at a time, so that nobody
//! waits for them.

use super::{RETRY, Shared, visitors};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::ChannelId;
use std::{sync::Arc, time::Duration};
use store::{Store, StoreError, Value, placeholders};
use tokio_util::sync::CancellationToken;

/// How often old deliveries are swept.
const SWEEP: Duration = Duration::from_secs(3_600);
/// For how long what is over can be looked at.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Nobody hears what waits for a channel that is no more. Here and not where it is disconnected: the projector may still be on
/// its way there, and make more.
pub(super) async fn skip(shared: Arc<Shared>, stop: CancellationToken) {
    let mut changed = shared.channels.subscribe();
    while !stop.is_cancelled() {
        let gone: Vec<ChannelId> = changed.borrow_and_update().disconnected().collect();
        if let Some(Err(error)) = stop.run_until_cancelled(skip_all(shared.store(), &gone)).await {
            tracing::warn!(%error, "what waits for a channel that is no more still waits, and will be skipped");
            let _ = tokio::time::timeout(RETRY, stop.cancelled()).await;
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            _ = changed.changed() => {}
        }
    }
}

/// Skips all that waits for these channels.
pub(crate) async fn skip_all(store: &Store, channels: &[ChannelId]) -> Result<(), StoreError> {
    let sql = "UPDATE deliveries SET state = 'SKIPPED', next_at = NULL, changed_at = $2 WHERE delivery_id IN \
               (SELECT delivery_id FROM deliveries WHERE channel_id = $1 AND next_at IS NOT NULL LIMIT 500)";
    for id in channels {
        let values = [id.to_string().into(), store.clock().micros().into()];
        while store.database().log.execute(sql, &values).await? == 500 {}
    }
    Ok(())
}

/// Forgets now and then what is over for long.
pub(super) async fn sweep(shared: Arc<Shared>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let before = shared.store().clock().now() - KEPT;
        let told = (shared.store().clock().now() - visitors::PAUSE).timestamp_micros();
        if let Err(error) = shared.store().forget_told(told).await {
            tracing::warn!(%error, "whom visitors' channels told was not forgotten, and will be");
        }
        if let Err(error) = forget(shared.store(), before).await {
            tracing::warn!(%error, "old deliveries were not swept, and will be");
        }
        let _ = tokio::time::timeout(SWEEP, stop.cancelled()).await;
    }
}

/// Forgets what is over for long: as many rows as one statement takes.
async fn forget(store: &Store, before: DateTime<Utc>) -> Result<(), StoreError> {
    let before: Value = before.timestamp_micros().into();
    let log = &store.database().log;
    let old = "SELECT delivery_id FROM deliveries WHERE changed_at < $1 AND next_at IS NULL ORDER BY changed_at LIMIT 500";
    loop {
        let rows = log.rows(old, std::slice::from_ref(&before)).await?;
        let ids: Vec<Value> =
            rows.iter().map(|row| row.text("delivery_id").map(Value::from)).collect::<Result<_, _>>()?;
        if ids.is_empty() {
            break;
        }
        let mut tx = log.begin().await?;
        for table in ["delivery_tries", "deliveries"] {
            let sql = format!("DELETE FROM {table} WHERE delivery_id IN ({})", placeholders(1, ids.len()));
            tx.execute(&sql, &ids).await?;
        }
        tx.commit().await?;
    }
    // Attempts that no delivery is left of.
    let sql = "DELETE FROM delivery_attempts WHERE attempt_id IN (SELECT attempt_id FROM delivery_attempts \
               WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM delivery_tries \
               WHERE delivery_tries.attempt_id = delivery_attempts.attempt_id) LIMIT 500)";
    while log.execute(sql, std::slice::from_ref(&before)).await? == 500 {}
    Ok(())
}

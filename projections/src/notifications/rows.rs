//! The rows of deliveries and attempts: beside the log, so that no rebuild makes or loses one.

#[cfg(test)]
mod tests;

use super::schedule::{Health, Sign};
use chrono::{DateTime, TimeDelta, Utc};
use store::{Column, Kind, Row, Store, StoreError, Tx, Value, micros};

/// A delivery that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewDelivery {
    pub(crate) delivery_id: String,
    pub(crate) channel_id: String,
    pub(crate) position: i64,
    pub(crate) event_type: String,
    pub(crate) message_id: Option<String>,
    pub(crate) next_at: DateTime<Utc>,
}

/// A delivery that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) delivery_id: String,
    pub(crate) position: i64,
    pub(crate) event_type: String,
    /// Attempts that failed since it was last asked for.
    pub(crate) tries: i64,
    /// When it became due; somebody else has changed it when it is another by now.
    pub(crate) next_at: DateTime<Utc>,
    /// Never again in a digest.
    pub(crate) alone: bool,
    /// Which picture is next; 0: the notice is.
    pub(crate) picture: i64,
}

/// What became of a delivery by one attempt, or without any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct After {
    pub(crate) delivery_id: String,
    /// When it was due as it was read.
    pub(crate) was: DateTime<Utc>,
    /// PENDING, DELIVERED, RETRYING, DEAD or SKIPPED.
    pub(crate) state: &'static str,
    pub(crate) tries: i64,
    pub(crate) next_at: Option<DateTime<Utc>>,
    pub(crate) alone: bool,
    pub(crate) picture: i64,
}

/// A request that was made, and what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) id: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) http_status: Option<u16>,
    pub(crate) vendor_code: Option<String>,
    pub(crate) outcome: &'static str,
    pub(crate) detail: String,
    pub(crate) milliseconds: i64,
}

const DELIVERY: [Column; 11] = [
    ("delivery_id", Kind::Text),
    ("channel_id", Kind::Text),
    ("position", Kind::Int),
    ("event_type", Kind::Text),
    ("message_id", Kind::Text),
    ("state", Kind::Text),
    ("tries", Kind::Int),
    ("next_at", Kind::Int),
    ("alone", Kind::Int),
    ("created_at", Kind::Int),
    ("changed_at", Kind::Int),
];
const TRY: [Column; 2] = [("delivery_id", Kind::Text), ("attempt_id", Kind::Text)];

/// Up to which position deliveries have been made.
pub(crate) async fn notified(store: &Store) -> Result<i64, StoreError> {
    let row = store.database().log.row("SELECT position FROM notified WHERE id = 1", &[]).await?;
    Ok(row.map(|row| row.int("position")).transpose()?.unwrap_or_default())
}

/// Makes deliveries and moves on, in one transaction; `false`: somebody else has moved on, and nothing was made.
pub(crate) async fn make(
    store: &Store,
    (from, to): (i64, i64),
    new: Vec<NewDelivery>,
) -> Result<bool, StoreError> {
    let now: Value = store.clock().micros().into();
    let mut tx = store.database().log.begin().await?;
    let sql = "UPDATE notified SET position = $2 WHERE id = 1 AND position = $1";
    if tx.execute(sql, &[from.into(), to.into()]).await? == 0 {
        return Ok(false);
    }
    let row = |new: NewDelivery| {
        vec![
            new.delivery_id.into(),
            new.channel_id.into(),
            new.position.into(),
            new.event_type.into(),
            new.message_id.into(),
            "PENDING".into(),
            0.into(),
            new.next_at.timestamp_micros().into(),
            0.into(),
            now.clone(),
            now.clone(),
        ]
    };
    // Nothing is made twice, whoever makes it: the rows themselves say so.
    let once = "ON CONFLICT (channel_id, position) DO NOTHING";
    tx.insert_many("deliveries", &DELIVERY, new.into_iter().map(row).collect(), once).await?;
    tx.commit().await?;
    Ok(true)
}

/// What is due in a channel, the longest due first.
pub(crate) async fn due(
    store: &Store,
    channel_id: &str,
    now: DateTime<Utc>,
    most: usize,
) -> Result<Vec<Due>, StoreError> {
    let sql = "SELECT delivery_id, position, event_type, tries, next_at, alone, picture FROM deliveries \
               WHERE channel_id = $1 AND next_at IS NOT NULL AND next_at <= $2 \
               ORDER BY next_at, position LIMIT $3";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let values = [channel_id.into(), now.timestamp_micros().into(), most.into()];
    let read = |row: &Row| -> sqlx::Result<Due> {
        Ok(Due {
            delivery_id: row.text("delivery_id")?,
            position: row.int("position")?,
            event_type: row.text("event_type")?,
            tries: row.int("tries")?,
            next_at: micros(row.int("next_at")?),
            alone: row.int("alone")? == 1,
            picture: row.int("picture")?,
        })
    };
    let rows = store.database().log.rows(sql, &values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// When the next delivery of a channel is due.
pub(crate) async fn next_due(store: &Store, channel_id: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let sql = "SELECT next_at FROM deliveries WHERE channel_id = $1 AND next_at IS NOT NULL ORDER BY next_at LIMIT 1";
    let row = store.database().log.row(sql, &[channel_id.into()]).await?;
    Ok(row.map(|row| row.int("next_at")).transpose()?.map(micros))
}

const HEALTH: &str =
    "SELECT failures, failing_since, succeeded_at, quiet_until FROM channel_health WHERE channel_id = $1";

/// How a channel is doing.
pub(crate) async fn health(store: &Store, channel_id: &str) -> Result<Health, StoreError> {
    let row = store.database().log.row(HEALTH, &[channel_id.into()]).await?;
    Ok(row.as_ref().map(read_health).transpose()?.unwrap_or_default())
}

fn read_health(row: &Row) -> sqlx::Result<Health> {
    let instant = |column| row.int_or_null(column).map(|at| at.map(micros));
    Ok(Health {
        failures: row.int("failures")?,
        failing_since: instant("failing_since")?,
        succeeded_at: instant("succeeded_at")?,
        quiet_until: instant("quiet_until")?,
    })
}

/// Everything that requests came to, in one transaction: how the channel is doing after them.
pub(crate) async fn record(
    store: &Store,
    channel_id: &str,
    attempts: &[(Attempt, Vec<After>)],
    signs: &[Sign],
) -> Result<Health, StoreError> {
    let mut tx = store.database().log.begin().await?;
    let now = store.clock().now();
    for (attempt, after) in attempts {
        write_attempt(&mut tx, channel_id, attempt).await?;
        let tries =
            after.iter().map(|after| vec![after.delivery_id.as_str().into(), attempt.id.as_str().into()]);
        tx.insert_many("delivery_tries", &TRY, tries.collect(), "").await?;
        write_after(&mut tx, after, now.timestamp_micros()).await?;
    }
    let health = fold_health(&mut tx, channel_id, signs, now).await?;
    tx.commit().await?;
    Ok(health)
}

/// What became of deliveries for which no request was made.
pub(crate) async fn settle(store: &Store, after: &[After]) -> Result<(), StoreError> {
    let mut tx = store.database().log.begin().await?;
    write_after(&mut tx, after, store.clock().micros()).await?;
    Ok(tx.commit().await?)
}

async fn write_attempt(tx: &mut Tx, channel_id: &str, attempt: &Attempt) -> Result<(), StoreError> {
    let sql = "INSERT INTO delivery_attempts \
               (attempt_id, channel_id, at, http_status, vendor_code, outcome, detail, milliseconds) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        attempt.id.as_str().into(),
        channel_id.into(),
        attempt.at.timestamp_micros().into(),
        attempt.http_status.map(i64::from).into(),
        attempt.vendor_code.clone().into(),
        attempt.outcome.into(),
        attempt.detail.as_str().into(),
        attempt.milliseconds.into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// A delivery that is not as it was read stays so: its channel was disconnected meanwhile, or somebody wants it once more.
async fn write_after(tx: &mut Tx, after: &[After], now: i64) -> Result<(), StoreError> {
    for after in after {
        let sql = "UPDATE deliveries SET state = $2, tries = $3, next_at = $4, alone = $5, changed_at = $6, \
                   picture = $7 WHERE delivery_id = $1 AND next_at = $8";
        let values = [
            after.delivery_id.as_str().into(),
            after.state.into(),
            after.tries.into(),
            after.next_at.map(|at| at.timestamp_micros()).into(),
            i64::from(after.alone).into(),
            now.into(),
            after.picture.into(),
            after.was.timestamp_micros().into(),
        ];
        tx.execute(sql, &values).await?;
    }
    Ok(())
}

/// On the row as it is now, and locked: a channel that was resumed during the request begins anew all the same.
async fn fold_health(
    tx: &mut Tx,
    channel_id: &str,
    signs: &[Sign],
    now: DateTime<Utc>,
) -> Result<Health, StoreError> {
    let lock = "INSERT INTO channel_health (channel_id, failures) VALUES ($1, 0) \
                ON CONFLICT (channel_id) DO UPDATE SET failures = channel_health.failures";
    tx.execute(lock, &[channel_id.into()]).await?;
    let row = tx.row(HEALTH, &[channel_id.into()]).await?;
    let before = row.as_ref().map(read_health).transpose()?.unwrap_or_default();
    let health = signs.iter().fold(before, |health, sign| health.after(*sign, now));
    write_health(tx, channel_id, health).await?;
    Ok(health)
}

async fn write_health(tx: &mut Tx, channel_id: &str, health: Health) -> Result<(), StoreError> {
    let sql = "UPDATE channel_health SET failures = $2, failing_since = $3, succeeded_at = $4, quiet_until = $5 \
               WHERE channel_id = $1";
    let instant = |at: Option<DateTime<Utc>>| Value::from(at.map(|at| at.timestamp_micros()));
    let values = [
        channel_id.into(),
        health.failures.into(),
        instant(health.failing_since),
        instant(health.succeeded_at),
        instant(health.quiet_until),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// The latest that requests of a channel can have been counted, as far as they matter.
pub(crate) async fn sent(
    store: &Store,
    channel_id: &str,
    since: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    let sql = "SELECT at FROM channel_sends WHERE channel_id = $1 AND at > $2";
    let rows = store.database().log.rows(sql, &[channel_id.into(), since.timestamp_micros().into()]).await?;
    Ok(rows.iter().map(|row| row.int("at").map(micros)).collect::<Result<_, _>>()?)
}

/// A request is about to be made: it counts as made as late as it can be. What matters no more is forgotten.
pub(crate) async fn count_send(
    store: &Store,
    (channel_id, send_id): (&str, &str),
    at: DateTime<Utc>,
    memory: TimeDelta,
) -> Result<(), StoreError> {
    let mut tx = store.database().log.begin().await?;
    let old = (store.clock().now() - memory).timestamp_micros();
    tx.execute(
        "DELETE FROM channel_sends WHERE channel_id = $1 AND at <= $2",
        &[channel_id.into(), old.into()],
    )
    .await?;
    let sql = "INSERT INTO channel_sends (channel_id, send_id, at) VALUES ($1, $2, $3) \
               ON CONFLICT (channel_id, send_id) DO UPDATE SET at = excluded.at";
    tx.execute(sql, &[channel_id.into(), send_id.into(), at.timestamp_micros().into()]).await?;
    Ok(tx.commit().await?)
}

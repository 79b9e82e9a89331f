//! The steps of one append transaction, one statement each. SQLite takes them always, PostgreSQL when somebody signs in
//! or loses by more than a stream that has moved.

use super::{
    command::{Command, StreamId},
    facts,
    judge::{Verdict, judge, survivors},
};
use crate::{
    clock::Clock,
    error::{AppendError, StoreError},
    idempotency::REMEMBERED,
    many::{Column, Kind},
    sql::{Tx, Value},
    store::Store,
};
use std::collections::HashSet;

/// How far this machine's clock and the database's may be apart: five minutes, in microseconds.
pub(crate) const FARTHEST_APART: i64 = 5 * 60 * 1_000_000;

/// The head of the log, locked.
pub(crate) struct Head {
    pub(crate) position: i64,
    pub(crate) recorded_at: i64,
    /// The database's clock, the process's on SQLite.
    pub(crate) now: i64,
}

/// A batch that was carried out: what became of each command, and the position before its first event.
pub(crate) struct Done {
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) head_was: i64,
    /// The streams that did not stand where a loser saw them, when it is known which; `None`: any of a loser's may be it.
    pub(crate) moved: Option<HashSet<StreamId>>,
}

/// How far a batch had come when the database failed.
pub(crate) enum Failed {
    /// Nothing was written.
    NotWritten(AppendError),
    /// The commit was sent and not answered.
    Unknown(StoreError),
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::NotWritten(error.into())
    }
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::NotWritten(error.into())
    }
}

/// A batch that is written but for the commit; `None`: nobody of it is written.
pub(crate) async fn write(store: &Store, batch: &[&Command]) -> Result<(Option<Tx>, Done), Failed> {
    let mut tx = store.database().log.begin().await?;
    let head = lock_head(&mut tx, store.clock()).await?;
    let verdicts = judge(batch, facts::read(&mut tx, batch, head.now).await?);
    let done = Done { verdicts, head_was: head.position, moved: None };
    let survivors = survivors(batch, &done.verdicts);
    if survivors.is_empty() {
        return Ok((None, done));
    }
    let mut recorded_at = head.now.max(head.recorded_at + 1)..;
    let mut instants = || recorded_at.next().unwrap_or(i64::MAX);
    insert(&mut tx, &survivors, &head, &mut instants).await.map_err(Failed::NotWritten)?;
    Ok((Some(tx), done))
}

/// The first lock of whoever writes the log or destroys a key.
pub(crate) async fn lock_head(tx: &mut Tx, clock: &Clock) -> Result<Head, StoreError> {
    let row = if let Tx::Postgres(_) = tx {
        // Only then is an acknowledged event durable; a stricter server setting stays.
        tx.execute(
            "SELECT set_config('synchronous_commit', 'on', true) \
             WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')",
            &[],
        )
        .await?;
        tx.row(
            "SELECT position, recorded_at, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now \
             FROM log_head WHERE id = 1 FOR UPDATE",
            &[],
        )
        .await?
    } else {
        tx.row(
            "SELECT position, recorded_at, CAST($1 AS INTEGER) AS now FROM log_head WHERE id = 1",
            &[clock.micros().into()],
        )
        .await?
    };
    let row = row.ok_or_else(|| StoreError::Setup("the log has no head row".to_owned()))?;
    let now = row.int("now")?;
    if clock.is_system() && (now - clock.micros()).abs() > FARTHEST_APART {
        return Err(StoreError::Setup(
            "this machine's clock and the database's are more than five minutes apart: set them right, then \
             appending goes on"
                .to_owned(),
        ));
    }
    Ok(Head { position: row.int("position")?, recorded_at: row.int("recorded_at")?, now })
}

const EVENTS: &[Column] = &[
    ("aggregate_type", Kind::Text),
    ("aggregate_id", Kind::Text),
    ("sequence", Kind::Int),
    ("event_type", Kind::Text),
    ("event_version", Kind::Text),
    ("payload", Kind::Json),
    ("metadata", Kind::Json),
    ("position", Kind::Int),
    ("event_id", Kind::Bytes),
    ("recorded_at", Kind::Int),
];
const KEYS: &[Column] =
    &[("key_id", Kind::Text), ("parent_id", Kind::Text), ("wrapped", Kind::Bytes), ("created_at", Kind::Int)];
const RECEIPTS: &[Column] = &[
    ("scope", Kind::Bytes),
    ("input", Kind::Bytes),
    ("id", Kind::Text),
    ("version", Kind::Int),
    ("position", Kind::Int),
    ("recorded_at", Kind::Int),
];
const RESERVATIONS: &[Column] = &[("kind", Kind::Text), ("value", Kind::Text), ("holder", Kind::Text)];
/// A key that was used more than seven days ago and not swept yet.
const FORGOTTEN: &str = "ON CONFLICT (scope) DO UPDATE SET input = excluded.input, id = excluded.id, \
     version = excluded.version, position = excluded.position, recorded_at = excluded.recorded_at";

/// Writes them behind the head, each event recorded at the next of these instants, which rise.
pub(crate) async fn insert(
    tx: &mut Tx,
    written: &[&Command],
    head: &Head,
    instants: &mut (dyn FnMut() -> i64 + Send),
) -> Result<(), AppendError> {
    let mut recorded_at = head.recorded_at;
    let (mut events, mut keys, mut receipts, mut reservations) = (vec![], vec![], vec![], vec![]);
    let mut count = 0;
    for command in written {
        for event in &command.events {
            recorded_at = instants();
            events.push(vec![
                event.aggregate_type.into(),
                event.aggregate_id.as_str().into(),
                event.sequence.into(),
                event.event_type.as_str().into(),
                event.event_version.as_str().into(),
                Value::Json(event.payload.clone()),
                Value::Json(command.metadata(event).to_owned()),
                (head.position + 1 + count).into(),
                event.event_id.as_bytes().as_slice().into(),
                recorded_at.into(),
            ]);
            count += 1;
        }
        let texts = |key: &crate::keys::NewKey| {
            vec![
                key.id.as_str().into(),
                key.parent_id.as_str().into(),
                key.wrapped.as_slice().into(),
                head.now.into(),
            ]
        };
        keys.extend(command.new_keys.iter().map(texts));
        receipts.extend(command.idempotency.as_ref().map(|key| {
            vec![
                key.scope.as_slice().into(),
                key.input.as_slice().into(),
                command.id.as_str().into(),
                command.version.into(),
                (head.position + count).into(),
                head.now.into(),
            ]
        }));
        reservations.extend(
            command
                .reservations
                .iter()
                .map(|row| vec![row.kind.into(), row.value.as_str().into(), row.holder.as_str().into()]),
        );
    }
    tx.insert_many("events", EVENTS, events, "").await?;
    tx.insert_many("keys", KEYS, keys, "").await?;
    tx.insert_many("idempotency", RECEIPTS, receipts, FORGOTTEN).await?;
    tx.insert_many("reservations", RESERVATIONS, reservations, "").await?;
    for credential in written.iter().flat_map(|command| &command.credentials) {
        credential.write(tx).await?;
    }
    let last = (head.position + count, recorded_at);
    tx.execute(
        "UPDATE log_head SET position = $1, recorded_at = $2 WHERE id = 1",
        &[last.0.into(), last.1.into()],
    )
    .await?;
    Ok(())
}

/// How many rows are swept in one transaction: the log's writer waits for it.
const SWEPT: u64 = 1_000;

/// Forgets receipts and tokens whose time is over. Nothing reads them any more; they only take space.
pub(crate) async fn sweep(store: &Store) -> Result<(), StoreError> {
    let now = store.clock().micros();
    for (table, key, instant, until) in [
        ("idempotency", "scope", "recorded_at", now - REMEMBERED),
        ("visitor_tokens", "token_hash", "expires_at", now),
        ("sessions", "token_hash", "expires_at", now),
        ("sign_in_links", "token_hash", "expires_at", now),
        ("api_keys", "token_hash", "expires_at", now),
        ("restore_links", "token_hash", "expires_at", now),
        ("recovery_codes", "contact", "expires_at", now),
        ("limits", "bucket", "ends_at", now),
    ] {
        let sql = format!(
            "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {instant} <= $1 LIMIT {SWEPT})"
        );
        while store.database().log.execute(&sql, &[until.into()]).await? == SWEPT {}
    }
    Ok(())
}

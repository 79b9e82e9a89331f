//! Appending: one transaction, the head row first, positions without a hole, everything or nothing.

use crate::{
    accounts::CredentialRow,
    database::Dialect,
    error::{AppendError, StoreError},
    idempotency::{self, Idempotency},
    keys::KeyPlan,
    random,
    seal::{self, Place},
    sql::{Tx, Value},
    store::Store,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt::Write};
use uuid::Uuid;

/// How far this machine's clock and the database's may be apart: five minutes, in microseconds.
const FARTHEST_APART: u64 = 5 * 60 * 1_000_000;

/// Everything that one command appends.
pub struct Append {
    /// The streams, in the order in which their keys are made; the last one is what the receipt is about.
    pub streams: Vec<StreamAppend>,
    /// The metadata of all its events.
    pub metadata: BTreeMap<String, String>,
    /// Values that must be unique.
    pub reservations: Vec<Reservation>,
    /// Credentials that are committed with it.
    pub credentials: Vec<CredentialRow>,
    /// The caller's idempotency key, when there is one.
    pub idempotency: Option<Idempotency>,
}

/// Events for one stream.
pub struct StreamAppend {
    /// The type of the aggregate.
    pub aggregate_type: &'static str,
    /// Its id.
    pub aggregate_id: String,
    /// The sequence of its last event as the decision knew it; 0 for a new stream.
    pub after: i64,
    /// What its personal data is sealed with; none for a stream that holds none.
    pub key: Option<StreamKey>,
    /// What happened.
    pub events: Vec<NewEvent>,
}

/// The key of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamKey {
    /// Its id, such as `message/…`.
    pub id: String,
    /// The key it is made under when it is new; `None`: the master key.
    pub parent: Option<String>,
}

/// An event to be written; its personal data still stands in the clear.
pub struct NewEvent {
    /// What happened.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: String,
    /// The event.
    pub payload: serde_json::Value,
}

/// A value that must be unique over all streams, and who holds it.
#[derive(Clone, Debug)]
pub struct Reservation {
    /// The kind of value.
    pub kind: &'static str,
    /// The value; for personal data its HMAC.
    pub value: String,
    /// The id of the holder.
    pub holder: String,
}

/// What a command is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The id of the aggregate.
    pub id: String,
    /// The sequence of its last event.
    pub version: i64,
    /// The position of the last event appended.
    pub position: i64,
}

/// What became of an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is in the log.
    Now(Receipt),
    /// It was in the log already: the idempotency key was used with the same input.
    Before(Receipt),
}

impl Appended {
    /// The receipt, the same in both cases.
    pub fn receipt(self) -> Receipt {
        match self {
            Self::Now(receipt) | Self::Before(receipt) => receipt,
        }
    }
}

struct Head {
    position: i64,
    recorded_at: i64,
    now: i64,
}

impl Store {
    /// Appends all of it, or nothing. Once it is under way it is not cancelled by a caller who goes away.
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let store = self.clone();
        let under_way = tokio::spawn(async move { store.append_in_transaction(append).await });
        match under_way.await {
            Ok(outcome) => outcome,
            Err(error) => Err(StoreError::Setup(format!("the append did not finish: {error}")).into()),
        }
    }

    async fn append_in_transaction(&self, append: Append) -> Result<Appended, AppendError> {
        #[cfg(feature = "testing")]
        let turn = crate::testing::turn_to_answer_before_commit().await;
        let keys: Vec<&StreamKey> = append.streams.iter().filter_map(|stream| stream.key.as_ref()).collect();
        let plan = KeyPlan::make(&self.database().log, self.master(), &keys).await?;
        let mut events = self.sealed_events(&append, &plan);

        let mut tx = self.database().log.begin().await?;
        let head = self.lock_head(&mut tx).await?;
        if let Some(receipt) = idempotency::earlier(&mut tx, append.idempotency.as_ref(), head.now).await? {
            return Ok(Appended::Before(receipt));
        }
        for stream in &append.streams {
            refuse_moved_stream(&mut tx, stream).await?;
        }
        plan.commit(&mut tx, head.now).await?;
        for reservation in &append.reservations {
            reserve(&mut tx, reservation).await?;
        }
        let recorded_at = head.now.max(head.recorded_at + 1);
        let appended = i64::try_from(events.len()).unwrap_or(i64::MAX);
        for (index, event) in (0..).zip(&mut events) {
            event.position = head.position + 1 + index;
            event.recorded_at = recorded_at + index;
        }
        insert_events(&mut tx, &events, &append.metadata).await?;
        for credential in &append.credentials {
            credential.write(&mut tx).await?;
        }
        let receipt = receipt(&append, head.position + appended);
        idempotency::remember(&mut tx, append.idempotency.as_ref(), &receipt, head.now).await?;
        tx.execute(
            "UPDATE log_head SET position = $1, recorded_at = $2 WHERE id = 1",
            &[receipt.position.into(), (recorded_at + appended - 1).max(head.recorded_at).into()],
        )
        .await?;
        #[cfg(feature = "testing")]
        if let Some(turn) = turn {
            let (store, position) = (self.clone(), receipt.position);
            tokio::spawn(async move {
                let _turn = turn;
                tokio::time::sleep(crate::testing::COMMITS_LATER).await;
                if tx.commit().await.is_ok() {
                    store.announce(position);
                }
            });
            return Ok(Appended::Now(receipt));
        }
        tx.commit().await?;
        self.announce(receipt.position);
        Ok(Appended::Now(receipt))
    }

    /// The rows to be written, their personal data sealed, but for what only the head lock can give.
    fn sealed_events<'a>(&self, append: &'a Append, plan: &KeyPlan) -> Vec<EventRow<'a>> {
        let mut rows = Vec::new();
        for stream in &append.streams {
            for (index, event) in (1..).zip(&stream.events) {
                let (sequence, event_id) = (stream.after + index, random::uuid(self.clock().now()));
                let mut payload = event.payload.clone();
                let key = stream.key.as_ref().and_then(|key| Some((key.id.as_str(), plan.key(&key.id)?)));
                if let Some((key_id, key)) = key {
                    let place = Place {
                        aggregate_type: stream.aggregate_type,
                        aggregate_id: &stream.aggregate_id,
                        sequence,
                        event_id,
                        event_type: &event.event_type,
                        event_version: &event.event_version,
                    };
                    seal::seal(&mut payload, &place, key_id, key);
                }
                assert!(!seal::has_clear(&mut payload), "{} would be written in the clear", event.event_type);
                let payload = payload.to_string();
                rows.push(EventRow {
                    stream,
                    event,
                    sequence,
                    event_id,
                    payload,
                    position: 0,
                    recorded_at: 0,
                });
            }
        }
        rows
    }

    /// The first lock of whoever writes the log or destroys a key.
    async fn lock_head(&self, tx: &mut Tx) -> Result<Head, StoreError> {
        let row = match self.database().dialect() {
            Dialect::Postgres => {
                // Only then is an acknowledged event durable; a stricter server setting stays.
                tx.execute(
                    "SELECT set_config('synchronous_commit', 'on', true) \
                     WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')",
                    &[],
                )
                .await?;
                tx.row(
                    "SELECT position, recorded_at, \
                     (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now \
                     FROM log_head WHERE id = 1 FOR UPDATE",
                    &[],
                )
                .await?
            }
            Dialect::Sqlite => {
                tx.row(
                    "SELECT position, recorded_at, CAST($1 AS INTEGER) AS now FROM log_head WHERE id = 1",
                    &[self.clock().micros().into()],
                )
                .await?
            }
        };
        let row = row.ok_or_else(|| StoreError::Setup("the log has no head row".to_owned()))?;
        let now = row.int("now")?;
        if self.clock().is_system() && now.abs_diff(self.clock().micros()) > FARTHEST_APART {
            return Err(StoreError::Setup(
                "this machine's clock and the database's are more than five minutes apart: set them right, then \
                 appending goes on"
                    .to_owned(),
            ));
        }
        Ok(Head { position: row.int("position")?, recorded_at: row.int("recorded_at")?, now })
    }

    /// Destroys a key: what it and the keys below it sealed can never be read again, in no replica and no backup
    /// of the log. The row stays as a tombstone. Doing it again changes nothing.
    pub async fn destroy_key(&self, key_id: &str) -> Result<(), StoreError> {
        let mut tx = self.database().log.begin().await?;
        let head = self.lock_head(&mut tx).await?;
        tx.execute(
            "UPDATE keys SET wrapped = NULL, destroyed_at = $2 WHERE key_id = $1 AND destroyed_at IS NULL",
            &[key_id.into(), head.now.into()],
        )
        .await?;
        tx.commit().await?;
        // SQLite's write-ahead log still holds the old page.
        Ok(self.database().log.truncate_write_ahead_log().await?)
    }
}

struct EventRow<'a> {
    stream: &'a StreamAppend,
    event: &'a NewEvent,
    sequence: i64,
    event_id: Uuid,
    payload: String,
    position: i64,
    recorded_at: i64,
}

async fn refuse_moved_stream(tx: &mut Tx, stream: &StreamAppend) -> Result<(), AppendError> {
    let row = tx
        .row(
            "SELECT sequence FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 \
             ORDER BY sequence DESC LIMIT 1",
            &[stream.aggregate_type.into(), stream.aggregate_id.as_str().into()],
        )
        .await?;
    let last = row.map(|row| row.int("sequence")).transpose()?.unwrap_or_default();
    if last == stream.after { Ok(()) } else { Err(AppendError::Conflict) }
}

async fn reserve(tx: &mut Tx, reservation: &Reservation) -> Result<(), AppendError> {
    let written = tx
        .execute(
            "INSERT INTO reservations (kind, value, holder) VALUES ($1, $2, $3) \
             ON CONFLICT (kind, value) DO NOTHING",
            &[reservation.kind.into(), reservation.value.as_str().into(), reservation.holder.as_str().into()],
        )
        .await?;
    if written == 1 { Ok(()) } else { Err(AppendError::Taken { kind: reservation.kind }) }
}

async fn insert_events(
    tx: &mut Tx,
    events: &[EventRow<'_>],
    metadata: &BTreeMap<String, String>,
) -> Result<(), AppendError> {
    if events.is_empty() {
        return Ok(());
    }
    let metadata = serde_json::json!(metadata).to_string();
    let mut sql = "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, \
                   payload, metadata, position, event_id, recorded_at) VALUES "
        .to_owned();
    let mut values: Vec<Value> = Vec::with_capacity(events.len() * 10);
    for (index, row) in events.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(sql, "{comma}({})", crate::sql::placeholders(index * 10 + 1, 10));
        values.extend([
            row.stream.aggregate_type.into(),
            row.stream.aggregate_id.as_str().into(),
            row.sequence.into(),
            row.event.event_type.as_str().into(),
            row.event.event_version.as_str().into(),
            Value::Json(row.payload.clone()),
            Value::Json(metadata.clone()),
            row.position.into(),
            row.event_id.as_bytes().as_slice().into(),
            row.recorded_at.into(),
        ]);
    }
    tx.execute(&sql, &values).await?;
    Ok(())
}

/// A receipt is about the last stream of a command.
fn receipt(append: &Append, position: i64) -> Receipt {
    let Some(stream) = append.streams.last() else {
        return Receipt { id: String::new(), version: 0, position };
    };
    let appended = i64::try_from(stream.events.len()).unwrap_or(i64::MAX);
    Receipt { id: stream.aggregate_id.clone(), version: stream.after + appended, position }
}

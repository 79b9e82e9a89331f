//! The ceiling: nothing but multi-row inserts under a head row, one connection, batches as large as ours were.

use crate::measure::Sample;
use benches::streams;
use std::time::{Duration, Instant};
use store::{Column, Dialect, Kind, Store, Value, random};

const COLUMNS: &[Column] = &[
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

/// So many of our rows serve as its rows' contents.
const CONTENTS: i64 = 500;

/// What stands in a row.
struct Content {
    event_type: String,
    payload: String,
    metadata: String,
}

/// Makes a table like ours, with the same indexes, and a head row like ours.
pub(crate) async fn prepare(store: &Store) -> Result<(), String> {
    let json = if store.database().dialect() == Dialect::Postgres { "json" } else { "text" };
    let bytes = if store.database().dialect() == Dialect::Postgres { "bytea" } else { "blob" };
    let hot = match store.database().dialect() {
        Dialect::Postgres => {
            "WITH (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0)"
        }
        Dialect::Sqlite => "",
    };
    for sql in [
        format!(
            "CREATE TABLE ceiling (aggregate_type text NOT NULL, aggregate_id text NOT NULL, \
             sequence bigint NOT NULL CHECK (sequence >= 0), event_type text NOT NULL, \
             event_version text NOT NULL, payload {json} NOT NULL, metadata {json} NOT NULL, \
             position bigint NOT NULL, event_id {bytes} NOT NULL, recorded_at bigint NOT NULL, \
             PRIMARY KEY (aggregate_type, aggregate_id, sequence))"
        ),
        "CREATE UNIQUE INDEX ceiling_position ON ceiling (position)".to_owned(),
        "CREATE UNIQUE INDEX ceiling_event_id ON ceiling (event_id)".to_owned(),
        format!("CREATE TABLE ceiling_head (id bigint PRIMARY KEY, position bigint NOT NULL) {hot}"),
        "INSERT INTO ceiling_head (id, position) VALUES (1, 0)".to_owned(),
    ] {
        store.database().log.execute(&sql, &[]).await.map_err(|error| format!("ceiling: {error}"))?;
    }
    Ok(())
}

/// Appends batches of so many events, one after another; what is counted is events.
pub(crate) async fn measure(store: &Store, batch: usize, window: Duration) -> Result<Sample, String> {
    let measured = async {
        let contents = contents(store).await?;
        let mut sample = Sample { window, ..Sample::default() };
        let started = Instant::now();
        let mut sent = 0;
        while started.elapsed() < window {
            let began = Instant::now();
            append(store, &contents, batch, &mut sent).await?;
            if started.elapsed() < window {
                sample.done += batch as u64;
                sample.latencies.count(began.elapsed());
            }
        }
        Ok::<_, sqlx::Error>(sample)
    };
    measured.await.map_err(|error| format!("ceiling: {error}"))
}

async fn append(store: &Store, contents: &[Content], batch: usize, sent: &mut usize) -> sqlx::Result<()> {
    let lock = match store.database().dialect() {
        Dialect::Postgres => "SELECT position FROM ceiling_head WHERE id = 1 FOR UPDATE",
        Dialect::Sqlite => "SELECT position FROM ceiling_head WHERE id = 1",
    };
    let mut tx = store.database().log.begin().await?;
    let head = tx.row(lock, &[]).await?.map_or(Ok(0), |row| row.int("position"))?;
    let at = store.clock().micros();
    let mut rows = Vec::with_capacity(batch);
    for position in (head + 1..).take(batch) {
        let content = &contents[*sent % contents.len()];
        *sent += 1;
        let id = streams::id(7, u64::try_from(position).unwrap_or_default());
        rows.push(vec![
            "Message".into(),
            id.to_string().into(),
            1.into(),
            content.event_type.as_str().into(),
            "1".into(),
            Value::Json(content.payload.clone()),
            Value::Json(content.metadata.clone()),
            position.into(),
            random::uuid(store.clock().now()).as_bytes().as_slice().into(),
            at.into(),
        ]);
    }
    tx.insert_many("ceiling", COLUMNS, rows, "").await?;
    let head = head + i64::try_from(batch).unwrap_or_default();
    tx.execute("UPDATE ceiling_head SET position = $1 WHERE id = 1", &[head.into()]).await?;
    tx.commit().await
}

/// Our own newest rows: as long as ours are, since they are ours.
async fn contents(store: &Store) -> sqlx::Result<Vec<Content>> {
    let sql = "SELECT event_type, payload, metadata FROM events ORDER BY position DESC LIMIT $1";
    let rows = store.database().log.rows(sql, &[CONTENTS.into()]).await?;
    let content = |row: &store::Row| {
        Ok(Content {
            event_type: row.text("event_type")?,
            payload: row.text("payload")?,
            metadata: row.text("metadata")?,
        })
    };
    rows.iter().map(content).collect()
}

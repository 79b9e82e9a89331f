//! What the head lock shows of everything that a batch touches. Each look-up goes through an index by construction:
//! `= ANY($1)` got a plan while the tables were small, and scanned them whole ever after.

use super::{
    Reservation, Stood,
    command::{Command, StreamId},
    judge::Facts,
};
use crate::{
    idempotency::{self, REMEMBERED},
    sql::{Array, Row, Tx, Value, placeholders},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The last event of each stream, on PostgreSQL; `$1` and `$2` are arrays of types and ids.
pub(crate) const LAST_EVENTS: &str = "SELECT wanted.n, last.sequence, last.event_id \
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (type, id, n) \
     CROSS JOIN LATERAL (SELECT events.sequence, events.event_id FROM events \
         WHERE events.aggregate_type = wanted.type AND events.aggregate_id = wanted.id \
         ORDER BY events.sequence DESC LIMIT 1) AS last";

/// The same on SQLite. CROSS JOIN is how it is told which table comes first.
fn last_events(streams: usize) -> String {
    let wanted: Vec<String> =
        (0..streams).map(|n| format!("({}, ${}, ${})", n + 1, n * 2 + 1, n * 2 + 2)).collect();
    format!(
        "WITH wanted (n, type, id) AS (VALUES {}) \
         SELECT wanted.n, events.sequence, events.event_id FROM wanted CROSS JOIN events \
         ON events.aggregate_type = wanted.type AND events.aggregate_id = wanted.id \
         AND events.sequence = (SELECT MAX(sequence) FROM events \
             WHERE aggregate_type = wanted.type AND aggregate_id = wanted.id)",
        wanted.join(", ")
    )
}

/// Reads them; the head lock is held.
pub(crate) async fn read(tx: &mut Tx, batch: &[&Command], now: i64) -> Result<Facts, crate::StoreError> {
    let mut facts = Facts::default();
    let streams: BTreeSet<&StreamId> =
        batch.iter().flat_map(|command| &command.stands).map(|stand| &stand.stream).collect();
    let streams: Vec<&StreamId> = streams.into_iter().collect();
    let rows = if let Tx::Postgres(_) = tx {
        let types = streams.iter().map(|stream| Some(stream.0.to_owned())).collect();
        let ids = streams.iter().map(|stream| Some(stream.1.clone())).collect();
        tx.rows_of_arrays(LAST_EVENTS, vec![Array::Text(types), Array::Text(ids)]).await?
    } else {
        let wanted: Vec<Value> =
            streams.iter().flat_map(|stream| [stream.0.into(), stream.1.as_str().into()]).collect();
        tx.rows(&last_events(streams.len()), &wanted).await?
    };
    for row in rows {
        let index = usize::try_from(row.int("n")? - 1).unwrap_or_default();
        facts.streams.extend(streams.get(index).map(|stream| (*stream).clone()).zip(stood(&row)));
    }
    let scopes: BTreeSet<[u8; 32]> =
        batch.iter().filter_map(|command| Some(command.idempotency.as_ref()?.scope)).collect();
    let columns = "SELECT scope, input, id, version, position FROM idempotency";
    for row in found(tx, columns, "scope", scopes.iter().map(|scope| scope.as_slice().into()), now).await? {
        if let Ok(scope) = <[u8; 32]>::try_from(row.bytes("scope")?) {
            facts.receipts.insert(scope, (row.bytes("input")?, idempotency::receipt(&row)?));
        }
    }
    let keys: BTreeSet<&str> = batch
        .iter()
        .flat_map(|command| {
            let new = command.new_keys.iter().map(|key| key.id.as_str());
            command.living.iter().map(String::as_str).chain(new)
        })
        .collect();
    let columns =
        "SELECT key_id, CAST(CASE WHEN destroyed_at IS NULL THEN 1 ELSE 0 END AS bigint) AS alive FROM keys";
    for row in found(tx, columns, "key_id", keys.into_iter().map(Value::from), now).await? {
        facts.keys.insert(row.text("key_id")?, row.int("alive")? == 1);
    }
    let reservations: Vec<&Reservation> = batch.iter().flat_map(|command| &command.reservations).collect();
    if !reservations.is_empty() {
        let pairs: Vec<String> =
            (0..reservations.len()).map(|n| format!("(${}, ${})", n * 2 + 1, n * 2 + 2)).collect();
        let sql = format!(
            "SELECT kind, value FROM reservations WHERE (kind, value) IN (VALUES {})",
            pairs.join(", ")
        );
        let values: Vec<Value> =
            reservations.iter().flat_map(|row| [row.kind.into(), row.value.as_str().into()]).collect();
        for row in tx.rows(&sql, &values).await? {
            let (kind, value) = (row.text("kind")?, row.text("value")?);
            let wanted = reservations.iter().find(|wanted| wanted.kind == kind && wanted.value == value);
            facts.taken.extend(wanted.map(|wanted| (wanted.kind, value)));
        }
    }
    Ok(facts)
}

fn stood(row: &Row) -> Option<Stood> {
    let event_id = Uuid::from_slice(&row.bytes("event_id").ok()?).ok();
    Some(Stood { sequence: row.int("sequence").ok()?, event_id })
}

/// Rows by their keys; of `idempotency` only those that are still remembered.
async fn found(
    tx: &mut Tx,
    columns: &str,
    key: &str,
    keys: impl Iterator<Item = Value>,
    now: i64,
) -> sqlx::Result<Vec<Row>> {
    let mut keys: Vec<Value> = keys.collect();
    if keys.is_empty() {
        return Ok(vec![]);
    }
    let mut sql = format!("{columns} WHERE {key} IN ({})", placeholders(1, keys.len()));
    if key == "scope" {
        sql += &format!(" AND recorded_at > ${}", keys.len() + 1);
        keys.push((now - REMEMBERED).into());
    }
    tx.rows(&sql, &keys).await
}

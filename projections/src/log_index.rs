//! The log by what its readers ask for: who acted, in the course of which request, and what kind of thing happened.
//!
//! Holds ids only. An auditor's question about a stream of its own goes to the log itself.

use crate::{Projections, error::QueryError, history::HistoryFilter};
use domain::{
    channel::ChannelEvent, desk::DeskEvent, member::MemberEvent, message::MessageEvent, team::TeamEvent,
    visitor::VisitorEvent,
};
use serde::Deserialize;
use std::borrow::Cow;
use store::{BoxFuture, Column, HandleError, Kind, RecordedEvent, Tx, Value, placeholders};

/// Where the rows stand.
pub(crate) const TABLE: &str = "log_index";

const COLUMNS: [Column; 4] =
    [("position", Kind::Int), ("event_type", Kind::Int), ("actor", Kind::Int), ("correlation_id", Kind::Int)];

/// Every aggregate that has events, with their types.
pub(crate) const AGGREGATES: &[(&str, &[(&str, &str)])] = &[
    ("Message", MessageEvent::TYPES),
    ("Visitor", VisitorEvent::TYPES),
    ("Member", MemberEvent::TYPES),
    ("Team", TeamEvent::TYPES),
    ("Desk", DeskEvent::TYPES),
    ("Channel", ChannelEvent::TYPES),
];

/// Takes a run of events into the index.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let mut rows = Vec::with_capacity(run.len());
        for recorded in run {
            let metadata: Metadata<'_> = recorded.metadata_as()?;
            rows.push(vec![
                recorded.position.into(),
                hash(&recorded.event_type).into(),
                hash(&metadata.actor).into(),
                metadata.correlation_id.as_deref().map(hash).into(),
            ]);
        }
        tx.insert_many(TABLE, &COLUMNS, rows, "").await?;
        Ok(())
    })
}

/// What the index knows of an event's metadata.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow, default)]
    actor: Cow<'a, str>,
    #[serde(borrow)]
    correlation_id: Option<Cow<'a, str>>,
}

/// FNV-1a of 64 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>): the same in every version of the program, and rows of
/// numbers are written and sorted in a third of the time. Two texts with the same hash cost a look at an event too many.
fn hash(text: &str) -> i64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.cast_signed()
}

/// ` AND …` for the index, with its values, numbered from `from`.
fn conditions(filter: &HistoryFilter, from: usize) -> (String, Vec<Value>) {
    let mut sql = String::new();
    let mut values: Vec<Value> = Vec::new();
    let mut one_of = |column: &str, wanted: Vec<String>| {
        sql += &format!(" AND {column} IN ({})", placeholders(from + values.len(), wanted.len()));
        values.extend(wanted.iter().map(|text| Value::from(hash(text))));
    };
    if let Some(types) = filter.types_in(AGGREGATES) {
        match types.is_empty() {
            // No event is of any of these.
            true => return (" AND 1 = 0".to_owned(), vec![]),
            false => one_of("event_type", types),
        }
    }
    if let Some(id) = &filter.actor_id {
        one_of("actor", ["member", "visitor", "key"].map(|kind| format!("{kind}:{id}")).to_vec());
    }
    if let Some(id) = &filter.correlation_id {
        one_of("correlation_id", vec![id.clone()]);
    }
    (sql, values)
}

impl Projections {
    /// The positions after one and up to another of events that the filter allows, at most so many.
    pub(crate) async fn positions(
        &self,
        filter: &HistoryFilter,
        after: i64,
        until: i64,
        limit: i64,
    ) -> Result<Vec<i64>, QueryError> {
        let (conditions, values) = conditions(filter, 4);
        let sql = format!(
            "SELECT position FROM {TABLE} WHERE position > $1 AND position <= $2{conditions} \
             ORDER BY position LIMIT $3"
        );
        let values: Vec<Value> =
            [after.into(), until.into(), limit.into()].into_iter().chain(values).collect();
        let rows = self.store.database().views.rows(&sql, &values).await?;
        Ok(rows.iter().map(|row| row.int("position")).collect::<Result<_, _>>()?)
    }

    /// How many such events there are.
    pub(crate) async fn position_count(
        &self,
        filter: &HistoryFilter,
        after: i64,
        until: i64,
    ) -> Result<i64, QueryError> {
        let (conditions, values) = conditions(filter, 3);
        let sql = format!(
            "SELECT COUNT(*) AS events FROM {TABLE} WHERE position > $1 AND position <= $2{conditions}"
        );
        let values: Vec<Value> = [after.into(), until.into()].into_iter().chain(values).collect();
        let row = self.store.database().views.row(&sql, &values).await?;
        Ok(row.map(|row| row.int("events")).transpose()?.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(hash("").cast_unsigned(), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("a").cast_unsigned(), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash("foobar").cast_unsigned(), 0x8594_4171_f739_67e8);
    }
}

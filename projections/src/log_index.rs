//! The log by what its readers ask for: who acted, in the course of which request, and what kind of thing happened.
//!
//! Holds ids only. An auditor's question about a stream of its own goes to the log itself.

use crate::{Projections, error::QueryError, history::HistoryFilter};
use domain::{
    desk::DeskEvent, member::MemberEvent, message::MessageEvent, team::TeamEvent, visitor::VisitorEvent,
};
use store::{BoxFuture, Column, HandleError, Kind, RecordedEvent, Tx, Value, placeholders};

/// Where the rows stand.
pub(crate) const TABLE: &str = "log_index";

const COLUMNS: [Column; 4] = [
    ("position", Kind::Int),
    ("event_type", Kind::Text),
    ("actor", Kind::Text),
    ("correlation_id", Kind::Text),
];

/// Every aggregate that has events, with their types.
pub(crate) const AGGREGATES: &[(&str, &[(&str, &str)])] = &[
    ("Message", MessageEvent::TYPES),
    ("Visitor", VisitorEvent::TYPES),
    ("Member", MemberEvent::TYPES),
    ("Team", TeamEvent::TYPES),
    ("Desk", DeskEvent::TYPES),
];

/// Takes a run of events into the index.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let mut rows = Vec::with_capacity(run.len());
        for recorded in run {
            let mut metadata = recorded.metadata()?;
            rows.push(vec![
                recorded.position.into(),
                recorded.event_type.as_str().into(),
                metadata.remove("actor").unwrap_or_default().into(),
                metadata.remove("correlationId").into(),
            ]);
        }
        tx.insert_many(TABLE, &COLUMNS, rows, "").await?;
        Ok(())
    })
}

/// ` AND …` for the index, with its values, numbered from `from`.
fn conditions(filter: &HistoryFilter, from: usize) -> (String, Vec<Value>) {
    let mut sql = String::new();
    let mut values: Vec<Value> = Vec::new();
    let mut one_of = |column: &str, wanted: Vec<String>| {
        sql += &format!(" AND {column} IN ({})", placeholders(from + values.len(), wanted.len()));
        values.extend(wanted.into_iter().map(Value::from));
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

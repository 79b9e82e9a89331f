//! Messages that are deleted and whose words are still there: a row each, as long as that is so.
//!
//! A view of its own, for whoever asks the clock: few messages are ever deleted, and the others have no row here.

use crate::{Projections, error::QueryError, event::event_of};
use cqrs_es::Aggregate;
use domain::{
    desk::Grace,
    message::{Due, DueKind, Message, MessageEvent},
};
use std::collections::{BTreeMap, BTreeSet};
use store::{
    BoxFuture, Column, HandleError, Kind, RecordedEvent, Row, StoreError, Tx, Value, micros, placeholders,
};

/// Where the rows stand.
pub(crate) const TABLE: &str = "deletions";

const COLUMNS: [Column; 3] = [("message_id", Kind::Text), ("deletion", Kind::Int), ("deleted_at", Kind::Int)];
/// Rows that are taken away by one statement.
const AT_ONCE: usize = 500;

/// Takes a run of events into the view.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let mut touched = BTreeMap::new();
        for recorded in run.iter().filter(|recorded| concerns(recorded)) {
            #[expect(clippy::wildcard_enum_match_arm, reason = "no other event is of concern")]
            let row = match event_of::<Message>(recorded)? {
                MessageEvent::MessageDeleted(event) => Some((recorded.sequence, event.at.timestamp_micros())),
                _ => None,
            };
            touched.insert(recorded.aggregate_id.as_str(), row);
        }
        let ids: Vec<Value> = touched.keys().map(|id| (*id).into()).collect();
        for ids in ids.chunks(AT_ONCE) {
            let list = placeholders(1, ids.len());
            tx.execute(&format!("DELETE FROM {TABLE} WHERE message_id IN ({list})"), ids).await?;
        }
        let rows = touched.into_iter().filter_map(|(id, row)| {
            let (deletion, deleted_at) = row?;
            Some(vec![id.into(), deletion.into(), deleted_at.into()])
        });
        tx.insert_many(TABLE, &COLUMNS, rows.collect(), "").await?;
        Ok(())
    })
}

/// Is a message deleted by it, or not deleted any more, or past restoring? Others are not even read.
fn concerns(recorded: &RecordedEvent) -> bool {
    recorded.aggregate_type == Message::TYPE
        && ["MessageDeleted", "MessageRestored", "MessageShredded"].contains(&recorded.event_type.as_str())
}

impl Projections {
    /// Which of the messages that these events are of are deleted, and not shredded yet.
    pub(crate) async fn deleted(&self, events: &[RecordedEvent]) -> Result<BTreeSet<String>, QueryError> {
        let messages = events.iter().filter(|event| event.aggregate_type == Message::TYPE);
        let of: BTreeSet<&str> = messages.map(|event| event.aggregate_id.as_str()).collect();
        if of.is_empty() {
            return Ok(BTreeSet::new());
        }
        let sql =
            format!("SELECT message_id FROM {TABLE} WHERE message_id IN ({})", placeholders(1, of.len()));
        let values: Vec<Value> = of.into_iter().map(Into::into).collect();
        let rows = self.store.database().views.rows(&sql, &values).await?;
        Ok(rows.iter().map(|row| row.text("message_id")).collect::<Result<_, _>>()?)
    }

    /// When words go, the earliest first, beginning after what fell due there: by the days that the desk has now.
    pub(crate) async fn shreddings(&self, after: Option<Due>, limit: usize) -> Result<Vec<Due>, QueryError> {
        let mut values: Vec<Value> = vec![i64::try_from(limit).unwrap_or(i64::MAX).into()];
        let (mut grace, mut beyond) = (None, String::new());
        if let Some(after) = after {
            let Some(days) = self.desk().await?.grace() else { return Ok(vec![]) };
            grace = Some(days);
            // At the same instant of the same message it comes after everything else.
            let operator = if DueKind::Shredding > after.kind { ">=" } else { ">" };
            beyond = format!(" WHERE (deleted_at, message_id) {operator} ($2, $3)");
            let deleted_at = days.before(after.due_at).timestamp_micros();
            values.extend([deleted_at.into(), after.message_id.to_string().into()]);
        }
        let sql = format!(
            "SELECT message_id, deletion, deleted_at FROM {TABLE}{beyond} ORDER BY deleted_at, message_id LIMIT $1"
        );
        let rows = self.store.database().views.rows(&sql, &values).await?;
        if rows.is_empty() {
            return Ok(vec![]);
        }
        // Only a desk with something to shred is asked for its days.
        let grace = match grace {
            Some(grace) => grace,
            None => match self.desk().await?.grace() {
                Some(grace) => grace,
                None => return Ok(vec![]),
            },
        };
        rows.iter().map(|row| due(row, grace)).collect()
    }
}

fn due(row: &Row, grace: Grace) -> Result<Due, QueryError> {
    let bad = |what: &str| StoreError::Setup(format!("{TABLE} holds a bad {what}"));
    Ok(Due {
        due_at: grace.after(micros(row.int("deleted_at")?)),
        message_id: row.text("message_id")?.parse().map_err(|_| bad("message_id"))?,
        kind: DueKind::Shredding,
        sequence: u32::try_from(row.int("deletion")?).map_err(|_| bad("deletion"))?,
    })
}

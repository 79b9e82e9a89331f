//! Reading the log in order.

use crate::{
    error::StoreError,
    event::{COLUMNS, RecordedEvent, micros},
    sql::{Value, placeholders},
    store::Store,
};
use chrono::{DateTime, Utc};

/// Events that one statement reads when all of a kind are wanted.
const AT_ONCE: i64 = 1_000;

/// Which events of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Of this type of aggregate.
    pub aggregate_type: Option<String>,
    /// Of this aggregate.
    pub aggregate_id: Option<String>,
    /// Of these event types; empty: of all.
    pub types: Vec<String>,
    /// Up to this position.
    pub until: Option<i64>,
}

impl LogFilter {
    /// The events of one stream.
    pub fn stream(aggregate_type: &str, aggregate_id: &str) -> Self {
        Self {
            aggregate_type: Some(aggregate_type.to_owned()),
            aggregate_id: Some(aggregate_id.to_owned()),
            ..Self::default()
        }
    }

    /// ` AND …` with its values, numbered from `from`.
    fn conditions(&self, from: usize) -> (String, Vec<Value>) {
        let mut sql = String::new();
        let mut values = Vec::new();
        for (column, wanted) in
            [("aggregate_type", &self.aggregate_type), ("aggregate_id", &self.aggregate_id)]
        {
            if let Some(wanted) = wanted {
                sql += &format!(" AND {column} = ${}", from + values.len());
                values.push(wanted.as_str().into());
            }
        }
        if let Some(until) = self.until {
            sql += &format!(" AND position <= ${}", from + values.len());
            values.push(until.into());
        }
        // Whoever reads names the types: one with U+0000 is no event's, and PostgreSQL would not take it as a text.
        let types: Vec<&String> = self.types.iter().filter(|wanted| !wanted.contains('\0')).collect();
        if !types.is_empty() {
            let list = placeholders(from + values.len(), types.len());
            sql += &format!(" AND event_type IN ({list})");
            values.extend(types.iter().map(|wanted| Value::from(wanted.as_str())));
        } else if !self.types.is_empty() {
            sql += " AND 1 = 0";
        }
        (sql, values)
    }
}

impl Store {
    /// The position of the last event; 0 for an empty log.
    pub async fn head(&self) -> Result<i64, StoreError> {
        let row = self.database().log.row("SELECT position FROM log_head WHERE id = 1", &[]).await?;
        Ok(row.map(|row| row.int("position")).transpose()?.unwrap_or_default())
    }

    /// At most `limit` events after a position, in order. Personal data is sealed.
    pub async fn read(
        &self,
        filter: &LogFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let (conditions, values) = filter.conditions(3);
        // A stream's own index gives its events in order too; sorting by sequence lets it.
        let order = if filter.aggregate_id.is_some() { "sequence" } else { "position" };
        let sql =
            format!("SELECT {COLUMNS} FROM events WHERE position > $1{conditions} ORDER BY {order} LIMIT $2");
        let values: Vec<Value> = [after.into(), limit.into()].into_iter().chain(values).collect();
        let rows = self.database().log.rows(&sql, &values).await?;
        rows.iter().map(RecordedEvent::from_row).collect()
    }

    /// All events of a type of aggregate of which a desk has few, by stream and in the order of each. Personal data is
    /// sealed.
    pub async fn read_type(&self, aggregate_type: &str) -> Result<Vec<RecordedEvent>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE aggregate_type = $1 AND (aggregate_id, sequence) > ($2, $3) \
             ORDER BY aggregate_id, sequence LIMIT {AT_ONCE}"
        );
        let (mut all, mut after) = (vec![], (String::new(), 0));
        loop {
            let values = [aggregate_type.into(), after.0.as_str().into(), after.1.into()];
            let rows = self.database().log.rows(&sql, &values).await?;
            let page = rows.iter().map(RecordedEvent::from_row).collect::<Result<Vec<_>, _>>()?;
            let Some(last) = page.last() else { return Ok(all) };
            after = (last.aggregate_id.clone(), last.sequence);
            all.extend(page);
        }
    }

    /// The events at these positions, in order; at most 1,000 positions. Personal data is sealed.
    pub async fn read_at(&self, positions: &[i64]) -> Result<Vec<RecordedEvent>, StoreError> {
        if positions.is_empty() {
            return Ok(vec![]);
        }
        let list = placeholders(1, positions.len());
        let sql = format!("SELECT {COLUMNS} FROM events WHERE position IN ({list}) ORDER BY position");
        let values: Vec<Value> = positions.iter().map(|position| (*position).into()).collect();
        let rows = self.database().log.rows(&sql, &values).await?;
        rows.iter().map(RecordedEvent::from_row).collect()
    }

    /// The position of the last event that had been recorded by an instant; 0 when there was none. What is recorded
    /// rises with the position, so about twenty look-ups find it in a million events, without an index of its own.
    pub async fn position_at(&self, instant: DateTime<Utc>) -> Result<i64, StoreError> {
        let (mut recorded, mut later) = (0, self.head().await? + 1);
        while later - recorded > 1 {
            let middle = recorded + (later - recorded) / 2;
            match self.recorded_at(middle).await? {
                Some(at) if at > instant => later = middle,
                // The log has no holes; a position that is missing is not there yet.
                None => later = middle,
                Some(_) => recorded = middle,
            }
        }
        Ok(recorded)
    }

    /// When the event at a position was recorded.
    pub async fn recorded_at(&self, position: i64) -> Result<Option<DateTime<Utc>>, StoreError> {
        let sql = "SELECT recorded_at FROM events WHERE position = $1";
        let row = self.database().log.row(sql, &[position.into()]).await?;
        Ok(row.map(|row| row.int("recorded_at")).transpose()?.map(micros))
    }

    /// How many events there are of these after a position.
    pub async fn count(&self, filter: &LogFilter, after: i64) -> Result<i64, StoreError> {
        let (conditions, values) = filter.conditions(2);
        let sql = format!("SELECT COUNT(*) AS events FROM events WHERE position > $1{conditions}");
        let values: Vec<Value> = [Value::from(after)].into_iter().chain(values).collect();
        let row = self.database().log.row(&sql, &values).await?;
        Ok(row.map(|row| row.int("events")).transpose()?.unwrap_or_default())
    }

    /// The events of a stream after a sequence, in order. Personal data is sealed.
    pub async fn read_stream_after(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        sequence: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events \
             WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence > $3 ORDER BY sequence LIMIT $4"
        );
        let values = [aggregate_type.into(), aggregate_id.into(), sequence.into(), limit.into()];
        let rows = self.database().log.rows(&sql, &values).await?;
        rows.iter().map(RecordedEvent::from_row).collect()
    }

    /// At most `limit` events of these streams after a position and up to another, in order of the log. Personal data is
    /// sealed.
    pub async fn read_streams(
        &self,
        aggregate_type: &str,
        aggregate_ids: &[String],
        (after, until): (i64, i64),
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        if aggregate_ids.is_empty() {
            return Ok(vec![]);
        }
        let list = placeholders(5, aggregate_ids.len());
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE aggregate_type = $1 AND aggregate_id IN ({list}) \
             AND position > $2 AND position <= $3 ORDER BY position LIMIT $4"
        );
        let values = [aggregate_type.into(), after.into(), until.into(), limit.into()];
        let ids = aggregate_ids.iter().map(|id| Value::from(id.as_str()));
        let values: Vec<Value> = values.into_iter().chain(ids).collect();
        let rows = self.database().log.rows(&sql, &values).await?;
        rows.iter().map(RecordedEvent::from_row).collect()
    }

    /// The last of these events.
    pub async fn last(&self, filter: &LogFilter) -> Result<Option<RecordedEvent>, StoreError> {
        let (conditions, values) = filter.conditions(1);
        let order = if filter.aggregate_id.is_some() { "sequence" } else { "position" };
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE position > 0{conditions} ORDER BY {order} DESC LIMIT 1"
        );
        let row = self.database().log.row(&sql, &values).await?;
        row.as_ref().map(RecordedEvent::from_row).transpose()
    }

    /// The event of these that so many come before.
    pub async fn nth(&self, filter: &LogFilter, before: i64) -> Result<Option<RecordedEvent>, StoreError> {
        let (conditions, values) = filter.conditions(2);
        let order = if filter.aggregate_id.is_some() { "sequence" } else { "position" };
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE position > 0{conditions} ORDER BY {order} LIMIT 1 OFFSET $1"
        );
        let values: Vec<Value> = [Value::from(before)].into_iter().chain(values).collect();
        let row = self.database().log.row(&sql, &values).await?;
        row.as_ref().map(RecordedEvent::from_row).transpose()
    }

    /// The last event of a type in a stream.
    pub async fn last_of_type(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        event_type: &str,
    ) -> Result<Option<RecordedEvent>, StoreError> {
        let types = vec![event_type.to_owned()];
        self.last(&LogFilter { types, ..LogFilter::stream(aggregate_type, aggregate_id) }).await
    }
}

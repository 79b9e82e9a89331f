//! Reading the log in order.

use crate::{
    error::StoreError,
    event::{COLUMNS, RecordedEvent},
    sql::Value,
    store::Store,
};

/// Which events of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Of this type of aggregate.
    pub aggregate_type: Option<String>,
    /// Of this aggregate.
    pub aggregate_id: Option<String>,
    /// Of these event types; empty: of all.
    pub types: Vec<String>,
}

impl LogFilter {
    /// The events of one stream.
    pub fn stream(aggregate_type: &str, aggregate_id: &str) -> Self {
        Self {
            aggregate_type: Some(aggregate_type.to_owned()),
            aggregate_id: Some(aggregate_id.to_owned()),
            types: Vec::new(),
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
        // Whoever reads names the types: one with U+0000 is no event's, and PostgreSQL would not take it as a text.
        let types: Vec<&String> = self.types.iter().filter(|wanted| !wanted.contains('\0')).collect();
        if !types.is_empty() {
            let list = crate::sql::placeholders(from + values.len(), types.len());
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

    /// How many events there are of these.
    pub async fn count(&self, filter: &LogFilter) -> Result<i64, StoreError> {
        let (conditions, values) = filter.conditions(1);
        let sql = format!("SELECT COUNT(*) AS events FROM events WHERE position > 0{conditions}");
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

    /// The last event of a type in a stream.
    pub async fn last_of_type(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
        event_type: &str,
    ) -> Result<Option<RecordedEvent>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 AND event_type = $3 \
             ORDER BY sequence DESC LIMIT 1"
        );
        let values = [aggregate_type.into(), aggregate_id.into(), event_type.into()];
        let row = self.database().log.row(&sql, &values).await?;
        row.as_ref().map(RecordedEvent::from_row).transpose()
    }
}

//! What falls due: the waits of the list that have not become overdue.

use crate::{Projections, error::QueryError, message_list::TABLE};
use domain::message::DueReply;
use store::{Row, StoreError, Value, micros};

impl Projections {
    /// At most so many waits that have not become overdue, the earliest due first, beginning after the one given. For
    /// the clock, which is nobody's eyes: nothing of a person is in it.
    pub async fn replies_due(
        &self,
        after: Option<DueReply>,
        limit: usize,
    ) -> Result<Vec<DueReply>, QueryError> {
        let mut values: Vec<Value> = vec![i64::try_from(limit).unwrap_or(i64::MAX).into()];
        let mut beyond = "";
        if let Some(after) = after {
            beyond = " AND (due_at, message_id) > ($2, $3)";
            values.extend([after.due_at.timestamp_micros().into(), after.message_id.to_string().into()]);
        }
        let sql = format!(
            "SELECT message_id, wait, due_at FROM {TABLE} WHERE due_at IS NOT NULL AND overdue = 0{beyond} \
             ORDER BY due_at, message_id LIMIT $1"
        );
        let rows = self.store.database().views.rows(&sql, &values).await?;
        rows.iter().map(due_reply).collect()
    }
}

fn due_reply(row: &Row) -> Result<DueReply, QueryError> {
    let bad = |what: &str| StoreError::Setup(format!("{TABLE} holds a bad {what}"));
    Ok(DueReply {
        message_id: row.text("message_id")?.parse().map_err(|_| bad("message_id"))?,
        wait: u32::try_from(row.int("wait")?).map_err(|_| bad("wait"))?,
        due_at: micros(row.int("due_at")?),
    })
}

//! What falls due: waits that have not become overdue, follow-ups, and the end of what was deleted.

use crate::{
    Projections,
    error::QueryError,
    message_list::{NEVER, TABLE},
};
use domain::message::{Due, DueKind};
use store::{Row, StoreError, Value, micros};

/// Where the list says what falls due of a kind: the columns of the instant and of the sequence, and the condition.
fn parts(kind: DueKind) -> Option<(&'static str, &'static str, String)> {
    match kind {
        DueKind::Reply => Some(("due_at", "wait", format!("overdue = 0 AND due_at < {NEVER}"))),
        DueKind::FollowUp => {
            Some(("follow_up_due_at", "follow_up", "follow_up_due_at IS NOT NULL".to_owned()))
        }
        // Another view's: `deletions`.
        DueKind::Shredding => None,
    }
}

impl Projections {
    /// At most so many instants that have not been told of, the earliest first, beginning after the one given. For the
    /// clock, which is nobody's eyes: nothing of a person is in it.
    pub async fn due(&self, after: Option<Due>, limit: usize) -> Result<Vec<Due>, QueryError> {
        let mut due = self.due_of(DueKind::Reply, after, limit).await?;
        due.extend(self.due_of(DueKind::FollowUp, after, limit).await?);
        due.extend(self.due_of(DueKind::Shredding, after, limit).await?);
        due.sort_unstable();
        due.truncate(limit);
        Ok(due)
    }

    async fn due_of(&self, kind: DueKind, after: Option<Due>, limit: usize) -> Result<Vec<Due>, QueryError> {
        let Some((due_at, sequence, condition)) = parts(kind) else {
            return self.shreddings(after, limit).await;
        };
        let mut values: Vec<Value> = vec![i64::try_from(limit).unwrap_or(i64::MAX).into()];
        let mut beyond = String::new();
        if let Some(after) = after {
            // At the same instant of the same message an answer comes before a follow-up.
            let operator = if kind > after.kind { ">=" } else { ">" };
            beyond = format!(" AND ({due_at}, message_id) {operator} ($2, $3)");
            values.extend([after.due_at.timestamp_micros().into(), after.message_id.to_string().into()]);
        }
        let sql = format!(
            "SELECT message_id, {sequence} AS sequence, {due_at} AS due_at FROM {TABLE} \
             WHERE {condition}{beyond} ORDER BY {due_at}, message_id LIMIT $1"
        );
        let rows = self.store.database().views.rows(&sql, &values).await?;
        rows.iter().map(|row| due_row(row, kind)).collect()
    }
}

fn due_row(row: &Row, kind: DueKind) -> Result<Due, QueryError> {
    let bad = |what: &str| StoreError::Setup(format!("{TABLE} holds a bad {what}"));
    Ok(Due {
        due_at: micros(row.int("due_at")?),
        message_id: row.text("message_id")?.parse().map_err(|_| bad("message_id"))?,
        kind,
        sequence: u32::try_from(row.int("sequence")?).map_err(|_| bad("sequence"))?,
    })
}

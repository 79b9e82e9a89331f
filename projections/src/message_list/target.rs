//! The service target and the hours that the list's due instants are told by: the desk's, as far as the list has followed.

use crate::event::event_of;
use cqrs_es::Aggregate;
use domain::{
    desk::{Desk, ServiceTarget},
    ids::CategoryId,
    message::Priority,
};
use store::{HandleError, Kind, RecordedEvent, Row, Tx, micros};

/// One row, once the desk has hours or a target.
pub(super) const TABLE: &str = "message_list_5_target";

/// One row while others are put in force: the last of those who wait that it has come to.
pub(super) const REVISION: &str = "message_list_5_revision";

/// How many of those who wait are made due by another target in one transaction.
const STEP: usize = 400;

/// Does this event make answers due at other times?
pub(super) fn is_revised(recorded: &RecordedEvent) -> bool {
    recorded.aggregate_type == Desk::TYPE && ServiceTarget::EVENTS.contains(&recorded.event_type.as_str())
}

/// What is in force.
pub(super) async fn stored(tx: &mut Tx) -> Result<ServiceTarget, HandleError> {
    let row = tx.row(&format!("SELECT target FROM {TABLE} WHERE id = 1"), &[]).await?;
    row.map_or_else(|| Ok(ServiceTarget::default()), |row| Ok(serde_json::from_str(&row.text("target")?)?))
}

/// Those who wait already are due by another target or other hours, too, unless it was told that theirs has passed. A step
/// of that: `None` says that there is more to do for this event, in another transaction.
pub(super) async fn revise(
    tx: &mut Tx,
    mut target: ServiceTarget,
    recorded: &RecordedEvent,
) -> Result<Option<ServiceTarget>, HandleError> {
    target.apply(event_of::<Desk>(recorded)?);
    let begun = format!("SELECT waiting_since, message_id FROM {REVISION} WHERE id = 1");
    let after = match tx.row(&begun, &[]).await? {
        Some(row) => (row.int("waiting_since")?, row.text("message_id")?),
        None => (i64::MIN, String::new()),
    };
    // In the order in which they began to wait, which no revision changes. To what is hidden no answer is due; what is
    // shown again is due by what is in force then.
    let waiting = format!(
        "SELECT message_id, waiting_since, due_at, category_id, priority FROM {} \
         WHERE waiting_since IS NOT NULL AND overdue = 0 AND spam = 0 AND deleted = 0 \
         AND (waiting_since, message_id) > ($1, $2) ORDER BY waiting_since, message_id LIMIT {STEP}",
        super::TABLE,
    );
    let rows = tx.rows(&waiting, &[after.0.into(), after.1.into()]).await?;
    let mut due = Vec::new();
    for row in &rows {
        let due_at = due_at(&target, row)?;
        if due_at != row.int("due_at")? {
            due.push(vec![row.text("message_id")?.into(), due_at.into()]);
        }
    }
    tx.update_many(super::TABLE, &[("message_id", Kind::Text), ("due_at", Kind::Int)], due).await?;
    if let Some(last) = rows.last().filter(|_| rows.len() == STEP) {
        let sql = format!(
            "INSERT INTO {REVISION} (id, waiting_since, message_id) VALUES (1, $1, $2) ON CONFLICT (id) \
             DO UPDATE SET waiting_since = excluded.waiting_since, message_id = excluded.message_id"
        );
        tx.execute(&sql, &[last.int("waiting_since")?.into(), last.text("message_id")?.into()]).await?;
        return Ok(None);
    }
    tx.execute(&format!("DELETE FROM {REVISION}"), &[]).await?;
    let sql = format!(
        "INSERT INTO {TABLE} (id, target) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET target = excluded.target"
    );
    tx.execute(&sql, &[serde_json::to_string(&target)?.into()]).await?;
    Ok(Some(target))
}

/// When an answer to a message in the list is due, as its column has it.
fn due_at(target: &ServiceTarget, row: &Row) -> Result<i64, HandleError> {
    let category_id = row.text_or_null("category_id")?.map(CategoryId);
    let priority = Priority::named(&row.text("priority")?).ok_or("a message in the list has a priority")?;
    let due_at = target.due_at(micros(row.int("waiting_since")?), category_id.as_ref(), priority);
    Ok(super::instant(due_at))
}

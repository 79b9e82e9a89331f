//! The service target that the list's due instants are told by: the desk's, as far as the list has followed.

use crate::event::event_of;
use domain::desk::{Desk, DeskEvent, ServiceTarget};
use store::{HandleError, Kind, RecordedEvent, Tx, micros};

/// One row, once the desk has a target.
pub(super) const TABLE: &str = "message_list_4_target";

/// One row while another target is put in force: the last of those who wait that it has come to.
pub(super) const REVISION: &str = "message_list_4_revision";

/// How many of those who wait are made due by another target in one transaction.
const STEP: usize = 400;

/// Does this event set the target anew?
pub(super) fn is_revised(recorded: &RecordedEvent) -> bool {
    recorded.event_type == "ServiceTargetRevised"
}

/// The target in force.
pub(super) async fn stored(tx: &mut Tx) -> Result<Option<ServiceTarget>, HandleError> {
    let row = tx.row(&format!("SELECT seconds FROM {TABLE} WHERE id = 1"), &[]).await?;
    let seconds = row.map(|row| row.int("seconds")).transpose()?;
    Ok(seconds.map(|seconds| ServiceTarget::of_seconds(seconds.unsigned_abs())))
}

/// Those who wait already are due by another target, too, unless it was told that theirs has passed. A step of that:
/// `None` says that there is more to do for this event, in another transaction.
pub(super) async fn revise(
    tx: &mut Tx,
    recorded: &RecordedEvent,
) -> Result<Option<ServiceTarget>, HandleError> {
    let DeskEvent::ServiceTargetRevised(revised) = event_of::<Desk>(recorded)? else {
        return Err("this event sets no service target".into());
    };
    let target = revised.target();
    let begun = format!("SELECT due_at, message_id FROM {REVISION} WHERE id = 1");
    let after = match tx.row(&begun, &[]).await? {
        Some(row) => (row.int("due_at")?, row.text("message_id")?),
        None => (i64::MIN, String::new()),
    };
    // What is due later by the new target is met again there, and is right then.
    let waiting = format!(
        "SELECT message_id, waiting_since, due_at FROM {} WHERE overdue = 0 AND due_at < {NEVER} \
         AND (due_at, message_id) > ($1, $2) ORDER BY due_at, message_id LIMIT {STEP}",
        super::TABLE,
        NEVER = super::NEVER,
    );
    let rows = tx.rows(&waiting, &[after.0.into(), after.1.into()]).await?;
    let mut due = Vec::new();
    for row in &rows {
        let due_at = target.after(micros(row.int("waiting_since")?)).timestamp_micros();
        if due_at != row.int("due_at")? {
            due.push(vec![row.text("message_id")?.into(), due_at.into()]);
        }
    }
    tx.update_many(super::TABLE, &[("message_id", Kind::Text), ("due_at", Kind::Int)], due).await?;
    if let Some(last) = rows.last().filter(|_| rows.len() == STEP) {
        let sql = format!(
            "INSERT INTO {REVISION} (id, due_at, message_id) VALUES (1, $1, $2) \
             ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, message_id = excluded.message_id"
        );
        tx.execute(&sql, &[last.int("due_at")?.into(), last.text("message_id")?.into()]).await?;
        return Ok(None);
    }
    tx.execute(&format!("DELETE FROM {REVISION}"), &[]).await?;
    let seconds = i64::try_from(revised.answer_within_seconds).unwrap_or(i64::MAX);
    let sql = format!(
        "INSERT INTO {TABLE} (id, seconds) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET seconds = excluded.seconds"
    );
    tx.execute(&sql, &[seconds.into()]).await?;
    Ok(Some(target))
}

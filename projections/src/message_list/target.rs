//! The service target that the list's due instants are told by: the desk's, as far as the list has followed.

use crate::event::event_of;
use domain::desk::{Desk, DeskEvent, ServiceTarget};
use store::{HandleError, Kind, RecordedEvent, Tx, micros};

/// One row, once the desk has a target.
pub(super) const TABLE: &str = "message_list_4_target";

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

/// Puts another target in force: for those who wait already, too, unless it was told that theirs has passed.
pub(super) async fn revise(
    tx: &mut Tx,
    recorded: &RecordedEvent,
) -> Result<Option<ServiceTarget>, HandleError> {
    let DeskEvent::ServiceTargetRevised(revised) = event_of::<Desk>(recorded)? else {
        return Err("this event sets no service target".into());
    };
    let seconds = i64::try_from(revised.answer_within_seconds).unwrap_or(i64::MAX);
    let sql = format!(
        "INSERT INTO {TABLE} (id, seconds) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET seconds = excluded.seconds"
    );
    tx.execute(&sql, &[seconds.into()]).await?;
    let target = revised.target();
    let waiting = format!(
        "SELECT message_id, waiting_since FROM {} WHERE waiting_since IS NOT NULL AND overdue = 0 AND due_at < {NEVER}",
        super::TABLE,
        NEVER = super::NEVER,
    );
    let mut due = Vec::new();
    for row in tx.rows(&waiting, &[]).await? {
        let due_at = target.after(micros(row.int("waiting_since")?)).timestamp_micros();
        due.push(vec![row.text("message_id")?.into(), due_at.into()]);
    }
    tx.update_many(super::TABLE, &[("message_id", Kind::Text), ("due_at", Kind::Int)], due).await?;
    Ok(Some(target))
}

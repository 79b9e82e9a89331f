//! The waits of visitors that have ended, a row each: for analysts' own tools, which read tables and not our facts.

use super::metric::Step;
use domain::message::MessageEvent;
use store::{Column, HandleError, Kind, Tx, Value};

/// Where the rows stand.
pub(super) const TABLE: &str = "statistics_waits_3";

const COLUMNS: [Column; 12] = [
    ("message_id", Kind::Text),
    ("ended_with", Kind::Int),
    ("began_with", Kind::Int),
    ("began_at", Kind::Int),
    ("ended_at", Kind::Int),
    ("local_day", Kind::Text),
    ("how", Kind::Text),
    ("member_id", Kind::Text),
    ("wall_seconds", Kind::Int),
    ("desk_seconds", Kind::Int),
    ("due_at", Kind::Int),
    ("in_time", Kind::Int),
];

/// A wait that has ended: what its row says after the message's id.
pub(super) struct Wait([Value; 11]);

impl Wait {
    /// The wait that an event ended, if it did.
    pub(super) fn ended(step: &Step<'_>) -> Option<Self> {
        let before = step.before?;
        let wait = before.wait.filter(|_| step.after.wait.is_none())?;
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else ends one")]
        let how = match step.event {
            MessageEvent::MessageReplied(_) => "REPLIED",
            MessageEvent::MessageResolved(_) => "RESOLVED",
            MessageEvent::MessageClosed(_) => "CLOSED",
            _ => "ERASED",
        };
        let took = step.rules.took(step.after.category_id.as_ref(), wait.began_at, step.at);
        let seconds = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
        let due_at = wait.overdue_since.or_else(|| step.rules.due_at(before));
        Some(Self([
            i64::from(step.sequence).into(),
            i64::from(wait.began_with).into(),
            wait.began_at.timestamp_micros().into(),
            step.at.timestamp_micros().into(),
            step.rules.day(step.at).into(),
            how.into(),
            step.by.map(|by| by.to_string()).into(),
            seconds(took.wall).into(),
            seconds(took.desk).into(),
            due_at.map(|due_at| due_at.timestamp_micros()).into(),
            due_at.map(|due_at| i64::from(wait.overdue_since.is_none() && due_at > step.at)).into(),
        ]))
    }

    /// Writes the waits of messages.
    pub(super) async fn write(tx: &mut Tx, waits: Vec<(String, Self)>) -> Result<(), HandleError> {
        let row = |(id, Self(values)): (String, Self)| [Value::from(id)].into_iter().chain(values).collect();
        tx.insert_many(TABLE, &COLUMNS, waits.into_iter().map(row).collect(), "").await?;
        Ok(())
    }
}

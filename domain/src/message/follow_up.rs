//! Parking a message until a time.

use super::{Decided, FollowUpCameDue, FollowUpScheduled, MessageError, MessageEvent, Stage, Submitted};
use crate::{ids::MemberId, text::Reason};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Until when a message is parked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// The sequence of the event that scheduled it: which follow-up of the message it is.
    pub scheduled_with: u32,
    /// Until when.
    pub due_at: DateTime<Utc>,
    /// Has the visitor written since? Then it is open, and the follow-up stays.
    pub visitor_wrote: bool,
}

/// A member parks a message until a time; what was scheduled before is replaced.
#[derive(Clone, Debug)]
pub struct ScheduleFollowUp {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Who parks it.
    pub by: MemberId,
    /// Until when.
    pub due_at: DateTime<Utc>,
    /// What is to be done then.
    pub note: Option<Reason>,
}

/// The clock says that a follow-up has fallen due.
#[derive(Clone, Copy, Debug)]
pub struct BringUpFollowUp {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Which follow-up: the sequence of the event that scheduled it.
    pub follow_up: u32,
}

impl Submitted {
    pub(super) fn schedule_follow_up(&self, command: ScheduleFollowUp) -> Decided {
        match self.stage {
            Stage::Resolved => return Err(MessageError::AlreadyResolved),
            Stage::Closed => return Err(MessageError::AlreadyClosed),
            Stage::Active if self.spam => return Err(MessageError::Spam),
            Stage::Active => {}
        }
        let at = self.at(command.at);
        if command.due_at <= at {
            return Err(MessageError::InThePast);
        }
        let (by, due_at, note) = (command.by, command.due_at, command.note.map(Into::into));
        Ok(vec![MessageEvent::FollowUpScheduled(FollowUpScheduled { at, by, due_at, note })])
    }

    pub(super) fn bring_up_follow_up(&self, command: BringUpFollowUp) -> Decided {
        let scheduled = self.follow_up.filter(|it| it.scheduled_with == command.follow_up);
        let due_at = scheduled.ok_or(MessageError::NotScheduled)?.due_at;
        let at = self.at(command.at);
        if at < due_at {
            return Err(MessageError::NotDueYet);
        }
        let follow_up = command.follow_up;
        Ok(vec![MessageEvent::FollowUpCameDue(FollowUpCameDue { at, follow_up, due_at })])
    }
}

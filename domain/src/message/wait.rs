//! How long a visitor has waited for an answer.

use super::{Decided, MessageError, MessageEvent, ReplyBecameOverdue, Submitted};
use crate::desk::ServiceTarget;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A visitor's wait for an answer, as long as it lasts.
///
/// It begins with their words when the desk owes nothing yet: more words while the desk owes belong to the wait that is
/// under way. A reply ends it, and so do resolving and closing, whoever closes: nobody is waited for on what is over. To
/// park a message ends no wait: its visitor waits on. A message that
/// is reopened while the desk owes begins another wait, at that moment: the time that it lay closed is nobody's debt,
/// and the new wait can become overdue once more. A message that is reopened after the last word was the desk's is open,
/// but its visitor waits for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// The sequence of the event that began it: which wait of the message it is.
    pub began_with: u32,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When an answer was due, once it was told that it passed the desk's target: a target that is revised later
    /// changes that no more.
    pub overdue_since: Option<DateTime<Utc>>,
}

impl Wait {
    /// A wait that begins with the event of that sequence.
    pub(super) fn new(began_with: u32, began_at: DateTime<Utc>) -> Self {
        Self { began_with, began_at, overdue_since: None }
    }
}

/// The clock says that a wait has passed the desk's service target.
#[derive(Clone, Debug)]
pub struct BecomeOverdue {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Which wait: the sequence of the event that began it.
    pub wait: u32,
    /// When answers are due by the desk's settings in force.
    pub target: ServiceTarget,
}

impl Submitted {
    /// When an answer is due by that target to a message of this category and priority; `None`: its visitor waits for
    /// none, or it is never due.
    pub fn due_at(&self, target: &ServiceTarget) -> Option<DateTime<Utc>> {
        let wait = self.wait?;
        let due_at = || target.due_at(wait.began_at, self.category_id.as_ref(), self.priority);
        wait.overdue_since.or_else(due_at)
    }

    pub(super) fn become_overdue(&self, command: &BecomeOverdue) -> Decided {
        if self.spam {
            return Err(MessageError::Spam);
        }
        let wait = self.wait.filter(|wait| wait.began_with == command.wait);
        let wait = wait.ok_or(MessageError::WaitIsOver)?;
        if wait.overdue_since.is_some() {
            return Err(MessageError::AlreadyOverdue);
        }
        let at = self.at(command.at);
        let due_at = self.due_at(&command.target).filter(|due_at| *due_at <= at);
        let due_at = due_at.ok_or(MessageError::NotDueYet)?;
        Ok(vec![MessageEvent::ReplyBecameOverdue(ReplyBecameOverdue { at, wait: command.wait, due_at })])
    }
}

//! How long a visitor has waited for an answer.

use crate::{desk::ServiceTarget, ids::MessageId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A visitor's wait for an answer, as long as it lasts.
///
/// It begins with their words when the desk owes nothing yet: more words while the desk owes belong to the wait that is
/// under way. A reply ends it, and so does closing, whoever closes: nobody is waited for on what is over. A message that
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

    /// When an answer is due by that target.
    pub fn due_at(&self, target: ServiceTarget) -> DateTime<Utc> {
        self.overdue_since.unwrap_or_else(|| target.after(self.began_at))
    }
}

/// A wait and the instant at which an answer is due, as whoever watches the clock needs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueReply {
    /// To which message.
    pub message_id: MessageId,
    /// Which wait of it: the sequence of the event that began it.
    pub wait: u32,
    /// When.
    pub due_at: DateTime<Utc>,
}

//! What falls due, as whoever watches the clock needs it.

use crate::ids::MessageId;
use chrono::{DateTime, Utc};

/// An instant at which something happens to a message by itself. They are ordered by that instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// When.
    pub due_at: DateTime<Utc>,
    /// To which message.
    pub message_id: MessageId,
    /// What.
    pub kind: DueKind,
    /// Which of that kind: the sequence of the event that began the wait, scheduled the follow-up, or deleted it.
    pub sequence: u32,
}

/// What falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueKind {
    /// An answer.
    Reply,
    /// A follow-up.
    FollowUp,
    /// The end of the words of a deleted message.
    Shredding,
}

//! Steps that need nothing but a reason.

use super::{
    Decided, FollowUpCompleted, MessageArchived, MessageClosed, MessageDeleted, MessageError, MessageEvent,
    MessageMarkedAsSpam, MessageReopened, MessageResolved, MessageRestored, MessageUnarchived,
    MessageUnassigned, MessageUnmarkedAsSpam, Stage, Submitted,
};
use crate::text::Reason;
use chrono::{DateTime, Utc};

/// A step, and why.
#[derive(Clone, Debug)]
pub struct Step {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Which.
    pub kind: StepKind,
    /// Why.
    pub reason: Option<Reason>,
}

/// What can be done to a message without saying more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// `unassignMessage`.
    Unassign,
    /// `completeFollowUp`.
    CompleteFollowUp,
    /// `resolveMessage`.
    Resolve,
    /// `closeMessage`.
    Close,
    /// `reopenMessage`.
    Reopen,
    /// `markAsSpam`.
    MarkAsSpam,
    /// `unmarkAsSpam`.
    UnmarkAsSpam,
    /// `archiveMessage`.
    Archive,
    /// `unarchiveMessage`.
    Unarchive,
    /// `deleteMessage`.
    Delete,
    /// `restoreMessage`.
    Restore,
}

impl StepKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Unassign,
        Self::CompleteFollowUp,
        Self::Resolve,
        Self::Close,
        Self::Reopen,
        Self::MarkAsSpam,
        Self::UnmarkAsSpam,
        Self::Archive,
        Self::Unarchive,
        Self::Delete,
        Self::Restore,
    ];

    /// Its verb, the same through the whole stack.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Unassign => "unassignMessage",
            Self::CompleteFollowUp => "completeFollowUp",
            Self::Resolve => "resolveMessage",
            Self::Close => "closeMessage",
            Self::Reopen => "reopenMessage",
            Self::MarkAsSpam => "markAsSpam",
            Self::UnmarkAsSpam => "unmarkAsSpam",
            Self::Archive => "archiveMessage",
            Self::Unarchive => "unarchiveMessage",
            Self::Delete => "deleteMessage",
            Self::Restore => "restoreMessage",
        }
    }
}

impl Submitted {
    pub(super) fn step(&self, Step { at, kind, reason }: Step) -> Decided {
        self.allows(kind)?;
        let (at, reason) = (self.at(at), reason.map(Into::into));
        Ok(vec![match kind {
            StepKind::Unassign => MessageEvent::MessageUnassigned(MessageUnassigned { at, reason }),
            StepKind::CompleteFollowUp => MessageEvent::FollowUpCompleted(FollowUpCompleted { at, reason }),
            StepKind::Resolve => MessageEvent::MessageResolved(MessageResolved { at, reason }),
            StepKind::Close => MessageEvent::MessageClosed(MessageClosed { at, reason }),
            StepKind::Reopen => MessageEvent::MessageReopened(MessageReopened { at, reason }),
            StepKind::MarkAsSpam => MessageEvent::MessageMarkedAsSpam(MessageMarkedAsSpam { at, reason }),
            StepKind::UnmarkAsSpam => {
                MessageEvent::MessageUnmarkedAsSpam(MessageUnmarkedAsSpam { at, reason })
            }
            StepKind::Archive => MessageEvent::MessageArchived(MessageArchived { at, reason }),
            StepKind::Unarchive => MessageEvent::MessageUnarchived(MessageUnarchived { at, reason }),
            StepKind::Delete => MessageEvent::MessageDeleted(MessageDeleted { at, reason }),
            StepKind::Restore => MessageEvent::MessageRestored(MessageRestored { at, reason }),
        }])
    }

    fn allows(&self, kind: StepKind) -> Result<(), MessageError> {
        let refusal = match (kind, self.stage) {
            (StepKind::Unassign, _) => self.assignee.is_none().then_some(MessageError::NotAssigned),
            (StepKind::CompleteFollowUp, _) => self.follow_up.is_none().then_some(MessageError::NotScheduled),
            (StepKind::Resolve, Stage::Resolved) => Some(MessageError::AlreadyResolved),
            (StepKind::Resolve | StepKind::Close, Stage::Closed) => Some(MessageError::AlreadyClosed),
            (StepKind::Reopen, Stage::Active) => Some(MessageError::NotClosed),
            (StepKind::Resolve | StepKind::Close | StepKind::Reopen, _) => None,
            (StepKind::MarkAsSpam, _) => self.spam.then_some(MessageError::AlreadySo),
            (StepKind::UnmarkAsSpam, _) => (!self.spam).then_some(MessageError::AlreadySo),
            (StepKind::Archive, _) => self.archived.then_some(MessageError::AlreadySo),
            (StepKind::Unarchive, _) => (!self.archived).then_some(MessageError::AlreadySo),
            (StepKind::Delete, _) => self.deleted_at.is_some().then_some(MessageError::AlreadySo),
            (StepKind::Restore, _) => self.deleted_at.is_none().then_some(MessageError::AlreadySo),
        };
        refusal.map_or(Ok(()), Err)
    }
}

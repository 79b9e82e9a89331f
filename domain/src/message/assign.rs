//! Who is to answer a message.

use super::{Assignee, Decided, MessageAssigned, MessageError, MessageEvent, Submitted};
use crate::{ids::MemberId, text::Reason};
use chrono::{DateTime, Utc};

/// A member takes a message that nobody has.
#[derive(Clone, Debug)]
pub struct ClaimMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Who takes it.
    pub member: MemberId,
    /// Why.
    pub reason: Option<Reason>,
}

/// A member gives a message to somebody, whoever has it.
#[derive(Clone, Debug)]
pub struct AssignMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// To whom.
    pub to: Assignee,
    /// Who they turned out to be.
    pub standing: Standing,
    /// Why.
    pub reason: Option<Reason>,
}

/// What is known of somebody who is to answer a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They work at the desk.
    Active,
    /// They did, or do not yet.
    Inactive,
    /// There is nobody of that id.
    Absent,
}

impl Submitted {
    pub(super) fn claim(&self, command: ClaimMessage) -> Decided {
        if let Some(assignee) = self.assignee {
            return Err(MessageError::AlreadyAssigned(assignee));
        }
        Ok(vec![self.assigned(command.at, Assignee::Member(command.member), command.reason)])
    }

    pub(super) fn assign(&self, command: AssignMessage) -> Decided {
        match command.standing {
            Standing::Absent => Err(MessageError::AssigneeUnknown),
            Standing::Inactive => Err(MessageError::AssigneeInactive),
            Standing::Active if self.assignee == Some(command.to) => Err(MessageError::AlreadySo),
            Standing::Active => Ok(vec![self.assigned(command.at, command.to, command.reason)]),
        }
    }

    fn assigned(&self, at: DateTime<Utc>, to: Assignee, reason: Option<Reason>) -> MessageEvent {
        let (at, reason) = (self.at(at), reason.map(Into::into));
        MessageEvent::MessageAssigned(MessageAssigned { at, to, reason })
    }
}

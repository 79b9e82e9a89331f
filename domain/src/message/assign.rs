//! Who is to answer a message.

use super::{Assignee, Decided, MessageAssigned, MessageError, MessageEvent, Submitted};
use crate::{ids::MemberId, text::Reason};
use chrono::{DateTime, Utc};

/// A member takes a message that no other member has.
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
        // What a team has, one of those who see it takes: that is what it was given to a team for.
        if let Some(assignee @ Assignee::Member(_)) = self.assignee {
            return Err(MessageError::AlreadyAssigned(assignee));
        }
        Ok(vec![self.assigned(command.at, Assignee::Member(command.member), command.reason)])
    }

    pub(super) fn assign(&self, command: AssignMessage) -> Decided {
        match (command.standing, command.to) {
            (Standing::Absent, Assignee::Member(_)) => Err(MessageError::AssigneeUnknown),
            (Standing::Absent, Assignee::Team(_)) => Err(MessageError::TeamUnknown),
            (Standing::Inactive, Assignee::Member(_)) => Err(MessageError::AssigneeInactive),
            (Standing::Inactive, Assignee::Team(_)) => Err(MessageError::TeamDisbanded),
            (Standing::Active, _) if self.assignee == Some(command.to) => Err(MessageError::AlreadySo),
            (Standing::Active, _) => Ok(vec![self.assigned(command.at, command.to, command.reason)]),
        }
    }

    fn assigned(&self, at: DateTime<Utc>, to: Assignee, reason: Option<Reason>) -> MessageEvent {
        let (at, reason) = (self.at(at), reason.map(Into::into));
        MessageEvent::MessageAssigned(MessageAssigned { at, to, reason })
    }
}

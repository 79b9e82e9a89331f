//! How the words of a message go for ever: a while after it was deleted, or with its visitor.

use super::{
    Decided, MessageCommand, MessageErased, MessageError, MessageEvent, MessageShredded, StepKind, Submitted,
};
use crate::desk::Grace;
use chrono::{DateTime, Utc};

/// The clock says that a message has been deleted for long enough.
#[derive(Clone, Copy, Debug)]
pub struct ShredMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Which deletion: the sequence of the event that deleted it.
    pub deletion: u32,
    /// How long what is deleted can be restored.
    pub grace: Grace,
}

/// Its visitor was erased.
#[derive(Clone, Copy, Debug)]
pub struct EraseMessage {
    /// The clock.
    pub at: DateTime<Utc>,
}

impl Submitted {
    pub(super) fn shred(&self, command: ShredMessage) -> Decided {
        if self.shredded {
            return Err(MessageError::AlreadySo);
        }
        let deleted_at = self.deleted_at.filter(|_| self.deleted_with == command.deletion);
        let deleted_at = deleted_at.ok_or(MessageError::NotDeleted)?;
        let at = self.at(command.at);
        if at < command.grace.after(deleted_at) {
            return Err(MessageError::NotDueYet);
        }
        Ok(vec![MessageEvent::MessageShredded(MessageShredded { at, deletion: command.deletion })])
    }

    pub(super) fn erase(&self, command: EraseMessage) -> Decided {
        if self.erased {
            return Err(MessageError::AlreadySo);
        }
        Ok(vec![MessageEvent::MessageErased(MessageErased { at: self.at(command.at) })])
    }

    /// Are its words gone for ever?
    pub fn is_gone(&self) -> bool {
        self.shredded || self.erased
    }
}

/// Is it still possible once the words are gone?
pub(super) fn is_possible_after(command: &MessageCommand) -> bool {
    match command {
        MessageCommand::AddNote(_)
        | MessageCommand::BringUpFollowUp(_)
        | MessageCommand::BecomeOverdue(_)
        | MessageCommand::Shred(_)
        | MessageCommand::Erase(_) => true,
        MessageCommand::Step(step) => {
            matches!(step.kind, StepKind::Close | StepKind::Archive | StepKind::Delete)
        }
        MessageCommand::Submit(_)
        | MessageCommand::Continue(_)
        | MessageCommand::Reply(_)
        | MessageCommand::SendAutoReply(_)
        | MessageCommand::Rate(_)
        | MessageCommand::Review(_)
        | MessageCommand::Claim(_)
        | MessageCommand::Assign(_)
        | MessageCommand::ScheduleFollowUp(_)
        | MessageCommand::Categorize(_)
        | MessageCommand::Tag(_)
        | MessageCommand::Prioritize(_) => false,
    }
}

/// Is it possible although the message is deleted?
pub(super) fn is_possible_when_deleted(command: &MessageCommand) -> bool {
    match command {
        // Deleting says for itself that it is so already.
        MessageCommand::Step(step) => matches!(step.kind, StepKind::Delete | StepKind::Restore),
        MessageCommand::Shred(_) | MessageCommand::Erase(_) => true,
        MessageCommand::Submit(_)
        | MessageCommand::Continue(_)
        | MessageCommand::Reply(_)
        | MessageCommand::SendAutoReply(_)
        | MessageCommand::AddNote(_)
        | MessageCommand::Rate(_)
        | MessageCommand::Review(_)
        | MessageCommand::Claim(_)
        | MessageCommand::Assign(_)
        | MessageCommand::ScheduleFollowUp(_)
        | MessageCommand::BringUpFollowUp(_)
        | MessageCommand::Categorize(_)
        | MessageCommand::Tag(_)
        | MessageCommand::Prioritize(_)
        | MessageCommand::BecomeOverdue(_) => false,
    }
}

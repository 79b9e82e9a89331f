//! The visitor: somebody who leaves messages, known by a token only they hold.

mod command;
mod event;
mod identity;
#[cfg(test)]
mod tests;

pub use command::{VisitorCommand, VisitorError};
pub use event::{
    ContactRemembered, ErasureRequested, ReturnMeans, VisitorArrived, VisitorBlocked, VisitorCorrected,
    VisitorErased, VisitorEvent, VisitorIdentified, VisitorReturned, VisitorUnblocked,
};
pub use identity::{Identity, Subject};

use crate::decide::{self, Decide};
use chrono::{DateTime, Utc};
use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};

/// A visitor as decisions need them: no name, no contact, only how they stand with the desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visitor {
    /// Their stream is empty.
    #[default]
    NotArrived,
    /// They have a token.
    Arrived(Arrived),
}

/// What is known of a visitor who arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any of them can meet any other"
)]
pub struct Arrived {
    /// Did the host site say who they are?
    pub identified: bool,
    /// May they leave no messages?
    pub blocked: bool,
    /// Do they wait for an answer to their wish to be erased?
    pub erasure_requested: bool,
    /// Are they gone for ever?
    pub erased: bool,
    /// Business time of the last event.
    pub last_at: DateTime<Utc>,
}

/// What follows from a command: events, or the refusal.
type Decided = Result<Vec<VisitorEvent>, VisitorError>;

impl Decide for Visitor {
    fn decide(&self, command: VisitorCommand) -> Decided {
        match (command, self) {
            (VisitorCommand::Arrive { at, locale }, Self::NotArrived) => {
                Ok(vec![VisitorEvent::VisitorArrived(VisitorArrived { at, locale })])
            }
            (VisitorCommand::Arrive { .. }, Self::Arrived(_)) => Err(VisitorError::AlreadyArrived),
            (_, Self::NotArrived) => Err(VisitorError::NotArrived),
            (command, Self::Arrived(visitor)) => visitor.decide(command),
        }
    }
}

impl Arrived {
    fn decide(self, command: VisitorCommand) -> Decided {
        match command {
            VisitorCommand::Erase { .. } if self.erased => Err(VisitorError::AlreadySo),
            _ if self.erased => Err(VisitorError::Erased),
            VisitorCommand::Arrive { .. } => Err(VisitorError::AlreadyArrived),
            VisitorCommand::RememberContact { .. } if self.blocked => Err(VisitorError::Blocked),
            VisitorCommand::RememberContact { unchanged: true, .. } => Ok(vec![]),
            VisitorCommand::RememberContact { at, name, contact, .. } => {
                let (at, name, contact) = (self.at(at), name.map(Into::into), contact.into());
                Ok(vec![VisitorEvent::ContactRemembered(ContactRemembered { at, name, contact })])
            }
            VisitorCommand::Identify { at, identity, .. } if !self.identified => {
                Ok(vec![identity.identified(self.at(at))])
            }
            VisitorCommand::Identify { unchanged: true, .. } => Ok(vec![]),
            VisitorCommand::Identify { at, identity, .. } => Ok(vec![identity.corrected(self.at(at))]),
            VisitorCommand::Return { at, means } => {
                Ok(vec![VisitorEvent::VisitorReturned(VisitorReturned { at: self.at(at), means })])
            }
            VisitorCommand::Block { .. } if self.blocked => Err(VisitorError::AlreadySo),
            VisitorCommand::Block { at, reason } => {
                let (at, reason) = (self.at(at), reason.map(Into::into));
                Ok(vec![VisitorEvent::VisitorBlocked(VisitorBlocked { at, reason })])
            }
            VisitorCommand::Unblock { .. } if !self.blocked => Err(VisitorError::AlreadySo),
            VisitorCommand::Unblock { at } => {
                Ok(vec![VisitorEvent::VisitorUnblocked(VisitorUnblocked { at: self.at(at) })])
            }
            VisitorCommand::RequestErasure { .. } if self.erasure_requested => Err(VisitorError::AlreadySo),
            VisitorCommand::RequestErasure { at, reason } => {
                let (at, reason) = (self.at(at), reason.map(Into::into));
                Ok(vec![VisitorEvent::ErasureRequested(ErasureRequested { at, reason })])
            }
            VisitorCommand::Erase { at, reason } => {
                let (at, reason) = (self.at(at), reason.into());
                Ok(vec![VisitorEvent::VisitorErased(VisitorErased { at, reason })])
            }
        }
    }

    /// Business time never goes back within a visitor's stream.
    fn at(self, clock: DateTime<Utc>) -> DateTime<Utc> {
        clock.max(self.last_at)
    }

    fn apply(&mut self, event: &VisitorEvent) {
        self.last_at = event.at();
        match event {
            VisitorEvent::VisitorArrived(_)
            | VisitorEvent::ContactRemembered(_)
            | VisitorEvent::VisitorCorrected(_)
            | VisitorEvent::VisitorReturned(_) => {}
            VisitorEvent::VisitorIdentified(_) => self.identified = true,
            VisitorEvent::VisitorBlocked(_) => self.blocked = true,
            VisitorEvent::VisitorUnblocked(_) => self.blocked = false,
            VisitorEvent::ErasureRequested(_) => self.erasure_requested = true,
            VisitorEvent::VisitorErased(_) => self.erased = true,
        }
    }
}

impl Aggregate for Visitor {
    const TYPE: &'static str = "Visitor";
    type Command = VisitorCommand;
    type Event = VisitorEvent;
    type Error = VisitorError;
    type Services = ();

    async fn handle(
        &mut self,
        command: VisitorCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), VisitorError> {
        decide::handle(self, command, sink).await
    }

    fn apply(&mut self, event: VisitorEvent) {
        match self {
            Self::NotArrived => {
                let last_at = event.at();
                let arrived = Arrived {
                    identified: false,
                    blocked: false,
                    erasure_requested: false,
                    erased: false,
                    last_at,
                };
                *self = Self::Arrived(arrived);
            }
            Self::Arrived(visitor) => visitor.apply(&event),
        }
    }
}

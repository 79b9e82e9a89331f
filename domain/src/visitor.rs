//! The visitor: somebody who leaves messages, known by a token only they hold.

#[cfg(test)]
mod tests;

use crate::{
    contact::Contact,
    decide::{self, Decide},
    event::events,
    locale::Locale,
    personal::Personal,
    text::Name,
};
use chrono::{DateTime, Utc};
use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};

/// A visitor as decisions need them: that they arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visitor {
    /// Their stream is empty.
    #[default]
    NotArrived,
    /// They have a token.
    Arrived {
        /// Business time of the last event.
        last_at: DateTime<Utc>,
    },
}

/// A command to a visitor.
#[derive(Clone, Debug)]
pub enum VisitorCommand {
    /// A first message, or a first look: give them a stream.
    Arrive {
        /// The clock.
        at: DateTime<Utc>,
        /// Their language.
        locale: Option<Locale>,
    },
    /// Remember how they called themselves and how to reach them, for the next form.
    RememberContact {
        /// The clock.
        at: DateTime<Utc>,
        /// Their name, when they gave one.
        name: Option<Name>,
        /// How to reach them.
        contact: Contact,
        /// A fact looked up: is this what is remembered already? (The state holds no words to compare with.)
        unchanged: bool,
    },
}

events! {
    /// An event of a visitor.
    VisitorEvent {
        /// They got a token.
        VisitorArrived "1",
        /// Their name and contact fill the next form.
        ContactRemembered "1",
    }
}

/// A visitor got a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitorArrived {
    /// When.
    pub at: DateTime<Utc>,
    /// Their language.
    pub locale: Option<Locale>,
}

/// A visitor's name and contact are remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactRemembered {
    /// When.
    pub at: DateTime<Utc>,
    /// Their name.
    pub name: Option<Personal<Name>>,
    /// How to reach them.
    pub contact: Personal<Contact>,
}

/// Why a command to a visitor is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VisitorError {
    /// There is no such visitor.
    #[error("there is no such visitor")]
    NotArrived,
    /// They have arrived already.
    #[error("this visitor has arrived already")]
    AlreadyArrived,
}

impl Decide for Visitor {
    fn decide(&self, command: VisitorCommand) -> Result<Vec<VisitorEvent>, VisitorError> {
        match (command, self) {
            (VisitorCommand::Arrive { at, locale }, Self::NotArrived) => {
                Ok(vec![VisitorEvent::VisitorArrived(VisitorArrived { at, locale })])
            }
            (VisitorCommand::Arrive { .. }, Self::Arrived { .. }) => Err(VisitorError::AlreadyArrived),
            (VisitorCommand::RememberContact { .. }, Self::NotArrived) => Err(VisitorError::NotArrived),
            (VisitorCommand::RememberContact { unchanged: true, .. }, Self::Arrived { .. }) => Ok(vec![]),
            (VisitorCommand::RememberContact { at, name, contact, .. }, Self::Arrived { last_at }) => {
                Ok(vec![VisitorEvent::ContactRemembered(ContactRemembered {
                    at: at.max(*last_at),
                    name: name.map(Into::into),
                    contact: contact.into(),
                })])
            }
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
        *self = Self::Arrived { last_at: event.at() };
    }
}

//! The member: somebody who works at the desk. That they signed in is an event; what they sign in with is not.

mod event;
#[cfg(test)]
mod tests;

pub use event::{MemberEvent, MemberInvited, MemberJoined, MemberSignedIn, PasswordChanged, SignInMeans};

use crate::{
    access::Role,
    contact::{ContactError, canonical_email},
    decide::{self, Decide},
    message::Standing,
    text::Name,
};
use chrono::{DateTime, Utc};
use cqrs_es::{Aggregate, event_sink::EventSink};
use email_address::Options;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A member as decisions need them: their role, and whether they have joined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Member {
    /// Their stream is empty.
    #[default]
    NotInvited,
    /// Invited or joined.
    Invited {
        /// What they may do.
        role: Role,
        /// Have they chosen a password?
        joined: bool,
        /// Business time of the last event.
        last_at: DateTime<Utc>,
    },
}

/// A member's e-mail address, its domain in lower case.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemberEmail(String);

impl MemberEmail {
    /// Reads an address; `name@localhost` is one too, for the first administrator.
    pub fn parse(typed: &str) -> Result<Self, ContactError> {
        canonical_email(typed, Options::default().without_display_text()).map(Self)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes two addresses the same account: members are found without regard to case.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Debug for MemberEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A command to a member.
#[derive(Clone, Debug)]
pub enum MemberCommand {
    /// Make them a member.
    Invite {
        /// The clock.
        at: DateTime<Utc>,
        /// Their name.
        name: Name,
        /// Their address.
        email: MemberEmail,
        /// Their role.
        role: Role,
    },
    /// They choose a password: by a sign-in link, or an operator chooses it for them.
    ChoosePassword {
        /// The clock.
        at: DateTime<Utc>,
    },
    /// They sign in.
    SignIn {
        /// The clock.
        at: DateTime<Utc>,
        /// With what.
        means: SignInMeans,
    },
}

/// Why a command to a member is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// There is no such member.
    #[error("there is no such member")]
    NotInvited,
    /// They are a member already.
    #[error("this person is a member already")]
    AlreadyInvited,
    /// They have not chosen a password yet.
    #[error("this member has not joined yet")]
    NotJoined,
}

impl Member {
    /// May a message be assigned to them, and may they be in a team?
    pub fn standing(&self) -> Standing {
        match self {
            Self::NotInvited => Standing::Absent,
            Self::Invited { joined: false, .. } => Standing::Inactive,
            Self::Invited { joined: true, .. } => Standing::Active,
        }
    }
}

impl Decide for Member {
    fn decide(&self, command: MemberCommand) -> Result<Vec<MemberEvent>, MemberError> {
        match (command, self) {
            (MemberCommand::Invite { at, name, email, role }, Self::NotInvited) => {
                Ok(vec![MemberEvent::MemberInvited(MemberInvited {
                    at,
                    name: name.into(),
                    email: email.into(),
                    role,
                })])
            }
            (MemberCommand::Invite { .. }, Self::Invited { .. }) => Err(MemberError::AlreadyInvited),
            (MemberCommand::ChoosePassword { .. } | MemberCommand::SignIn { .. }, Self::NotInvited) => {
                Err(MemberError::NotInvited)
            }
            (MemberCommand::ChoosePassword { at }, Self::Invited { joined, last_at, .. }) => {
                let at = at.max(*last_at);
                let changed = MemberEvent::PasswordChanged(PasswordChanged { at });
                Ok(match joined {
                    true => vec![changed],
                    false => vec![MemberEvent::MemberJoined(MemberJoined { at }), changed],
                })
            }
            (MemberCommand::SignIn { .. }, Self::Invited { joined: false, .. }) => {
                Err(MemberError::NotJoined)
            }
            (MemberCommand::SignIn { at, means }, Self::Invited { last_at, .. }) => {
                Ok(vec![MemberEvent::MemberSignedIn(MemberSignedIn { at: at.max(*last_at), means })])
            }
        }
    }
}

impl Aggregate for Member {
    const TYPE: &'static str = "Member";
    type Command = MemberCommand;
    type Event = MemberEvent;
    type Error = MemberError;
    type Services = ();

    async fn handle(
        &mut self,
        command: MemberCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MemberError> {
        decide::handle(self, command, sink).await
    }

    fn apply(&mut self, event: MemberEvent) {
        let now = event.at();
        match (event, self) {
            (MemberEvent::MemberInvited(event), state) => {
                *state = Self::Invited { role: event.role, joined: false, last_at: now };
            }
            (MemberEvent::MemberJoined(_), Self::Invited { joined, last_at, .. }) => {
                *joined = true;
                *last_at = now;
            }
            (
                MemberEvent::PasswordChanged(_) | MemberEvent::MemberSignedIn(_),
                Self::Invited { last_at, .. },
            ) => *last_at = now,
            // A stream begins with its invitation; anything else before it changes nothing.
            (
                MemberEvent::MemberJoined(_)
                | MemberEvent::PasswordChanged(_)
                | MemberEvent::MemberSignedIn(_),
                Self::NotInvited,
            ) => {}
        }
    }
}

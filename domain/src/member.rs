//! The member: somebody who works at the desk. That they signed in is an event; what they sign in with is not.

mod command;
mod email;
mod event;
mod giving;
mod keys;
#[cfg(test)]
mod tests;

pub use command::{CreateKey, MOST_KEYS, MemberCommand, MemberError};
pub use email::{Handle, HandleRevised, MemberEmail, Vendor};
pub use event::{
    ApiKeyCreated, ApiKeyRevoked, MemberDeactivated, MemberEvent, MemberInvited, MemberJoined,
    MemberReactivated, MemberRevised, MemberRoleChanged, MemberSignedIn, PasswordChanged, SignInMeans,
    SignInRefused,
};
pub use giving::Giving;

use crate::{
    access::{Role, RoleId},
    decide::{self, Decide},
    ids::KeyId,
    message::Standing,
};
use chrono::{DateTime, Utc};
use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A member as decisions need them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Member {
    /// Their stream is empty.
    #[default]
    NotInvited,
    /// Everything after.
    Invited(Employed),
}

/// What is known of somebody who was invited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employed {
    /// What they may do.
    pub role: RoleId,
    /// Have they chosen a password?
    pub joined: bool,
    /// Do they work at the desk? False once they were deactivated.
    pub active: bool,
    /// Their keys that were not revoked, with when each ends; without those that had ended when the last was created.
    pub keys: BTreeMap<KeyId, DateTime<Utc>>,
    /// Business time of the last event.
    pub last_at: DateTime<Utc>,
}

impl Member {
    /// May a message be assigned to them, and may they be in a team?
    pub fn standing(&self) -> Standing {
        match self {
            Self::NotInvited => Standing::Absent,
            Self::Invited(member) if member.works() => Standing::Active,
            Self::Invited(_) => Standing::Inactive,
        }
    }

    /// Is it somebody who can change everything, and can sign in to do it?
    pub fn administers(&self) -> bool {
        match self {
            Self::NotInvited => false,
            Self::Invited(member) => member.works() && member.role == Role::Admin,
        }
    }
}

impl Decide for Member {
    fn decide(&self, command: MemberCommand) -> Result<Vec<MemberEvent>, MemberError> {
        match (command, self) {
            (MemberCommand::Invite { at, name, email, role, giving }, Self::NotInvited) => {
                giving.gives(&role)?;
                Ok(vec![MemberEvent::MemberInvited(MemberInvited {
                    at,
                    name: name.into(),
                    email: email.into(),
                    role,
                })])
            }
            (MemberCommand::Invite { .. }, Self::Invited(_)) => Err(MemberError::AlreadyInvited),
            (_, Self::NotInvited) => Err(MemberError::NotInvited),
            (command, Self::Invited(member)) => member.decide(command),
        }
    }
}

impl Employed {
    fn decide(&self, command: MemberCommand) -> Result<Vec<MemberEvent>, MemberError> {
        let away = !self.active
            && matches!(
                command,
                MemberCommand::ChoosePassword { .. }
                    | MemberCommand::SignIn { .. }
                    | MemberCommand::CreateKey(_)
            );
        if away {
            return Err(MemberError::Deactivated);
        }
        match command {
            MemberCommand::Invite { .. } => Err(MemberError::AlreadyInvited),
            MemberCommand::ChoosePassword { at } => Ok(self.choose_password(at)),
            MemberCommand::SignIn { .. } if !self.joined => Err(MemberError::NotJoined),
            MemberCommand::SignIn { at, means } => {
                one(MemberEvent::MemberSignedIn(MemberSignedIn { at: self.at(at), means }))
            }
            MemberCommand::CountRefusals { at, hour, count } => {
                one(MemberEvent::SignInRefused(SignInRefused { at: self.at(at), hour, count }))
            }
            MemberCommand::Revise { name: None, handles, .. } if handles.is_empty() => {
                Err(MemberError::AlreadySo)
            }
            MemberCommand::Revise { at, name, handles } => {
                let (at, name) = (self.at(at), name.map(Into::into));
                one(MemberEvent::MemberRevised(MemberRevised { at, name, handles }))
            }
            MemberCommand::ChangeRole { role, .. } if role == self.role => Err(MemberError::AlreadySo),
            MemberCommand::ChangeRole { at, role, giving, administered } => {
                giving.gives(&role)?;
                self.leaves(&giving, administered)?;
                one(MemberEvent::MemberRoleChanged(MemberRoleChanged { at: self.at(at), role }))
            }
            MemberCommand::Deactivate { .. } if !self.active => Err(MemberError::AlreadySo),
            MemberCommand::Deactivate { at, giving, administered } => {
                self.leaves(&giving, administered)?;
                let gone = MemberEvent::MemberDeactivated(MemberDeactivated { at: self.at(at) });
                Ok(self.revoke_all(at).chain([gone]).collect())
            }
            MemberCommand::Reactivate { .. } if self.active => Err(MemberError::AlreadySo),
            MemberCommand::Reactivate { at, giving } => {
                giving.gives_back(&self.role)?;
                one(MemberEvent::MemberReactivated(MemberReactivated { at: self.at(at) }))
            }
            MemberCommand::CreateKey(create) => self.create_key(create).and_then(one),
            MemberCommand::RevokeKey { at, key_id } => self.revoke_key(at, key_id).and_then(one),
        }
    }

    /// May the role that they have be taken from them?
    fn leaves(&self, giving: &Giving, administered: bool) -> Result<(), MemberError> {
        giving.manages(&self.role)?;
        if self.administers() && !administered { Err(MemberError::LastAdministrator) } else { Ok(()) }
    }

    fn choose_password(&self, at: DateTime<Utc>) -> Vec<MemberEvent> {
        let at = self.at(at);
        let changed = MemberEvent::PasswordChanged(PasswordChanged { at });
        match self.joined {
            true => vec![changed],
            false => vec![MemberEvent::MemberJoined(MemberJoined { at }), changed],
        }
    }

    fn works(&self) -> bool {
        self.joined && self.active
    }

    fn administers(&self) -> bool {
        self.works() && self.role == Role::Admin
    }

    /// Business time never goes back within a member's stream.
    fn at(&self, clock: DateTime<Utc>) -> DateTime<Utc> {
        clock.max(self.last_at)
    }

    fn apply(&mut self, event: MemberEvent) {
        let at = event.at();
        self.last_at = at;
        match event {
            // A stream begins with its invitation, and has one.
            MemberEvent::MemberInvited(_)
            | MemberEvent::PasswordChanged(_)
            | MemberEvent::MemberSignedIn(_)
            | MemberEvent::SignInRefused(_)
            | MemberEvent::MemberRevised(_) => {}
            MemberEvent::MemberJoined(_) => self.joined = true,
            MemberEvent::MemberRoleChanged(event) => self.role = event.role,
            MemberEvent::MemberDeactivated(_) => self.active = false,
            MemberEvent::MemberReactivated(_) => self.active = true,
            MemberEvent::ApiKeyCreated(event) => {
                self.keys.retain(|_, expires_at| *expires_at > at);
                self.keys.insert(event.key_id, event.expires_at);
            }
            MemberEvent::ApiKeyRevoked(event) => {
                self.keys.remove(&event.key_id);
            }
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it stands where a refusal may stand")]
fn one(event: MemberEvent) -> Result<Vec<MemberEvent>, MemberError> {
    Ok(vec![event])
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
        match (event, self) {
            (MemberEvent::MemberInvited(event), state) => {
                let (role, last_at, keys) = (event.role, event.at, BTreeMap::new());
                *state = Self::Invited(Employed { role, joined: false, active: true, keys, last_at });
            }
            (event, Self::Invited(member)) => member.apply(event),
            // A stream begins with its invitation; anything else before it changes nothing.
            (_, Self::NotInvited) => {}
        }
    }
}

//! Who reads, and how far they may see.

use crate::error::QueryError;
use domain::{
    access::{Permission, Scope, granted, holds},
    actor::Actor,
    contact::{Contact, ContactKind},
    personal::Personal,
};

/// How a visitor can be reached, as far as the reader may see it.
#[derive(Clone, PartialEq, Eq)]
pub struct ShownContact {
    /// Phone or e-mail.
    pub kind: ContactKind,
    /// As it was given, or its mask.
    pub value: String,
    /// Is it the mask?
    pub masked: bool,
}

/// A contact is never printed by accident.
impl std::fmt::Debug for ShownContact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// A member who reads messages. There are no teams yet, so whoever may read reads the whole desk's.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    actor: Actor,
}

impl Reader {
    /// Admits whoever holds `messages.read`.
    pub fn of_messages(actor: Actor) -> Result<Self, QueryError> {
        require(actor, Permission::MessagesRead)?;
        Ok(Self { actor })
    }

    /// May they see how a visitor can be reached?
    pub fn sees_contacts(self) -> bool {
        holds(self.actor, Permission::ContactsRead)
    }

    /// May they see what was deleted?
    pub(crate) fn sees_deleted(self) -> bool {
        holds(self.actor, Permission::MessagesDelete)
    }

    /// The contact as they may see it; `None` once it was erased.
    pub(crate) fn show(self, contact: &Personal<Contact>) -> Option<ShownContact> {
        let contact = contact.clear()?;
        let masked = !self.sees_contacts();
        let value = if masked { contact.masked() } else { contact.given.clone() };
        Some(ShownContact { kind: contact.kind, value, masked })
    }

    /// Admits them to everything that ever happened.
    pub(crate) fn reads_the_log(self) -> Result<(), QueryError> {
        require(self.actor, Permission::AuditRead)?;
        match self.actor {
            Actor::Member { role, .. } if granted(role, Permission::AuditRead) != Some(Scope::All) => {
                Err(QueryError::Forbidden(Permission::AuditRead))
            }
            Actor::Member { .. } | Actor::System(_) | Actor::Anonymous | Actor::Visitor(_) => Ok(()),
        }
    }

    /// Admits them to what only those may see who erase visitors.
    pub(crate) fn erases(self) -> Result<(), QueryError> {
        require(self.actor, Permission::VisitorsErase)
    }

    /// Admits them to the history as well.
    pub(crate) fn reads_history(self) -> Result<(), QueryError> {
        require(self.actor, Permission::AuditRead)
    }
}

fn require(actor: Actor, permission: Permission) -> Result<(), QueryError> {
    match actor {
        Actor::Anonymous => Err(QueryError::Unauthenticated),
        actor if holds(actor, permission) => Ok(()),
        Actor::Visitor(_) | Actor::Member { .. } | Actor::System(_) => Err(QueryError::Forbidden(permission)),
    }
}

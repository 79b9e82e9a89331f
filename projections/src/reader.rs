//! Who reads, and how far they may see.

use crate::error::QueryError;
use domain::{
    access::{Permission, Reach, Scope, holds, scope},
    actor::Actor,
    contact::{Contact, ContactKind},
    message::Assignee,
    personal::Personal,
};
use std::sync::Arc;
use store::{Dialect, Value, placeholders};

/// Who has what nobody has, as the list says it.
pub(crate) const NOBODY: &str = "";

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

/// Somebody who reads messages, and whose messages they see.
#[derive(Clone, Debug)]
pub struct Reader {
    actor: Actor,
    /// Who has what they see, as the list names holders; `None`: they see everything.
    holders: Option<Arc<[String]>>,
}

impl Reader {
    /// Admits whoever holds `messages.read`, as far as it reaches: `team` by their teams as they are now.
    pub fn of_messages(actor: Actor, reach: &Reach) -> Result<Self, QueryError> {
        require(actor, Permission::MessagesRead)?;
        let own = actor.member().map(|id| id.to_string());
        let holders: Option<Arc<[String]>> = match (scope(actor, Permission::MessagesRead), reach) {
            (Some(Scope::All), _) | (Some(Scope::Team), Reach::Desk) => None,
            (Some(Scope::Team), Reach::Teams { teams, members }) => {
                let theirs = members.iter().map(ToString::to_string);
                let teams = teams.iter().map(ToString::to_string);
                Some([NOBODY.to_owned()].into_iter().chain(own).chain(theirs).chain(teams).collect())
            }
            (Some(Scope::Own) | None, _) => Some(own.into_iter().collect()),
        };
        Ok(Self { actor, holders })
    }

    /// Admits whoever holds `audit.read` of everything to the log. Who holds no `messages.read` sees no message by it, and
    /// no word of one in the log.
    pub fn of_the_log(actor: Actor) -> Result<Self, QueryError> {
        let nobodys: Arc<[String]> = Arc::new([]);
        let holders = if holds(actor, Permission::MessagesRead) { None } else { Some(nobodys) };
        let reader = Self { actor, holders };
        reader.reads_the_log()?;
        Ok(reader)
    }

    /// Their scope as SQL that follows other conditions, and the values that it binds, numbered from `from`. `in_order`: the
    /// rows are wanted as the index of holders has them, or in no order.
    pub(crate) fn scope(&self, dialect: Dialect, in_order: bool, from: usize) -> (String, Vec<Value>) {
        let Some(holders) = &self.holders else { return (String::new(), vec![]) };
        if holders.is_empty() {
            return (" AND 1 = 0".to_owned(), vec![]);
        }
        // In any other order SQLite, which has no statistics, would gather all that the scope takes in and sort it: it is
        // told to go along the list's order instead. PostgreSQL knows what is cheaper.
        let column = if in_order || dialect == Dialect::Postgres { "holder" } else { "+holder" };
        let list = placeholders(from, holders.len());
        let values = holders.iter().map(|holder| holder.as_str().into()).collect();
        (format!(" AND {column} IN ({list})"), values)
    }

    /// Does their scope take in a message that this one has? As the condition above says it.
    pub(crate) fn sees(&self, assignee: Option<Assignee>) -> bool {
        let Some(holders) = &self.holders else { return true };
        let holder = match assignee {
            Some(Assignee::Member(id)) => id.to_string(),
            Some(Assignee::Team(id)) => id.to_string(),
            None => NOBODY.to_owned(),
        };
        holders.contains(&holder)
    }

    /// The same with no scope: what it finds is shown only to those whose scope takes it in.
    pub(crate) fn of_everybody(&self) -> Self {
        Self { actor: self.actor, holders: None }
    }

    /// Their id, as the list names holders.
    pub(crate) fn own(&self) -> Option<String> {
        self.actor.member().map(|id| id.to_string())
    }

    /// Do they see every message, whoever has it?
    pub fn sees_everybodys(&self) -> bool {
        self.holders.is_none()
    }

    /// May they see how a visitor can be reached?
    pub fn sees_contacts(&self) -> bool {
        holds(self.actor, Permission::ContactsRead)
    }

    /// May they see how a member can be reached elsewhere, and what their keys are for?
    pub(crate) fn manages_members(&self) -> bool {
        holds(self.actor, Permission::MembersManage)
    }

    /// May they see what is thought of others' replies?
    pub(crate) fn reviews(&self) -> bool {
        holds(self.actor, Permission::QualityReview)
    }

    /// May they see what is said in messages?
    pub(crate) fn reads_messages(&self) -> bool {
        holds(self.actor, Permission::MessagesRead)
    }

    /// May they see what was deleted?
    pub(crate) fn sees_deleted(&self) -> bool {
        holds(self.actor, Permission::MessagesDelete)
    }

    /// The contact as they may see it; `None` once it was erased.
    pub(crate) fn show(&self, contact: &Personal<Contact>) -> Option<ShownContact> {
        let contact = contact.clear()?;
        let masked = !self.sees_contacts();
        let value = if masked { contact.masked() } else { contact.given.clone() };
        Some(ShownContact { kind: contact.kind, value, masked })
    }

    /// Admits them to everything that ever happened.
    pub(crate) fn reads_the_log(&self) -> Result<(), QueryError> {
        require(self.actor, Permission::AuditRead)?;
        match scope(self.actor, Permission::AuditRead) {
            Some(Scope::All) => Ok(()),
            Some(Scope::Team | Scope::Own) | None => Err(QueryError::Forbidden(Permission::AuditRead)),
        }
    }

    /// Admits them to what only those may see who erase visitors.
    pub(crate) fn erases(&self) -> Result<(), QueryError> {
        require(self.actor, Permission::VisitorsErase)
    }

    /// Admits them to the history as well.
    pub(crate) fn reads_history(&self) -> Result<(), QueryError> {
        require(self.actor, Permission::AuditRead)
    }
}

fn require(actor: Actor, permission: Permission) -> Result<(), QueryError> {
    match actor {
        Actor::Anonymous => Err(QueryError::Unauthenticated),
        actor if holds(actor, permission) => Ok(()),
        Actor::Visitor(_) | Actor::Member { .. } | Actor::Key { .. } | Actor::System(_) => {
            Err(QueryError::Forbidden(permission))
        }
    }
}

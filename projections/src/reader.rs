//! Who reads, and how far they may see.

mod sight;

pub(crate) use sight::Sight;

use crate::error::QueryError;
use domain::{
    access::{Permission, Reach, Scope, holds, scope},
    actor::Actor,
    contact::ContactKind,
    ids::MemberId,
    message::Assignee,
};
use sight::Also;
use std::sync::Arc;
use store::{Dialect, Value, placeholders};
use uuid::Uuid;

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
    /// Of what they see, the messages whose visitors' contacts they see.
    contacts: Also,
    /// … which they see when they are deleted.
    deleted: Also,
    /// … whose replies they see reviewed.
    reviews: Also,
}

impl Reader {
    /// Admits whoever holds `messages.read`, as far as it reaches: `team` by their teams as they are now.
    pub fn of_messages(actor: Actor, reach: &Reach) -> Result<Self, QueryError> {
        require(actor, Permission::MessagesRead)?;
        let reads = scope(actor, Permission::MessagesRead);
        let also = |permission| Also::of(actor, permission, reads, reach);
        Ok(Self {
            actor,
            holders: holders(actor, reads, reach),
            contacts: also(Permission::ContactsRead),
            deleted: also(Permission::MessagesDelete),
            reviews: also(Permission::QualityReview),
        })
    }

    /// Admits whoever holds `audit.read` of everything to the log. Who does not read every message sees no message by it,
    /// and no word of one in the log; and so it is with contacts, with what was deleted, and with reviews.
    pub fn of_the_log(actor: Actor) -> Result<Self, QueryError> {
        let nobodys: Arc<[String]> = Arc::new([]);
        let reads = scope(actor, Permission::MessagesRead) == Some(Scope::All);
        let also = |permission| match scope(actor, permission) {
            Some(Scope::All) if reads => Also::Everything,
            _ => Also::Nothing,
        };
        let reader = Self {
            actor,
            holders: if reads { None } else { Some(nobodys) },
            contacts: also(Permission::ContactsRead),
            deleted: also(Permission::MessagesDelete),
            reviews: also(Permission::QualityReview),
        };
        reader.reads_the_log()?;
        Ok(reader)
    }

    /// Admits whoever holds `statistics.read` to the figures of the messages that it reaches. It shows no message: what is
    /// said in one, and how its visitor can be reached, is for others. What is thought of others' replies is for whoever reads
    /// all figures, or reviews those replies.
    pub fn of_statistics(actor: Actor, reach: &Reach) -> Result<Self, QueryError> {
        require(actor, Permission::StatisticsRead)?;
        let reads = scope(actor, Permission::StatisticsRead);
        let reviews = match reads {
            Some(Scope::All) => Also::Everything,
            Some(Scope::Team | Scope::Own) | None => Also::of(actor, Permission::QualityReview, reads, reach),
        };
        Ok(Self {
            actor,
            holders: holders(actor, reads, reach),
            contacts: Also::Nothing,
            deleted: Also::Nothing,
            reviews,
        })
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
        self.holders.as_ref().is_none_or(|holders| holders.contains(&holder(assignee)))
    }

    /// The same with no scope: what it finds is shown only to those whose scope takes it in.
    pub(crate) fn of_everybody(&self) -> Self {
        Self { holders: None, ..self.clone() }
    }

    /// Is it the service itself, on behalf of nobody who works here?
    pub(crate) fn is_system(&self) -> bool {
        matches!(self.actor, Actor::System(_))
    }

    /// Their id, as the list names holders.
    pub(crate) fn own(&self) -> Option<String> {
        self.actor.member().map(|id| id.to_string())
    }

    /// Do they see every message, whoever has it?
    pub fn sees_everybodys(&self) -> bool {
        self.holders.is_none()
    }

    /// What they see beside the words of a message that this one has.
    pub(crate) fn sight(&self, assignee: Option<Assignee>) -> Sight {
        let holder = holder(assignee);
        Sight {
            contacts: self.contacts.takes_in(&holder),
            deleted: self.deleted.takes_in(&holder),
            reviews: self.reviews.takes_in(&holder),
        }
    }

    /// Do they see what is thought of the replies in a message that this one has, as the list names holders?
    pub(crate) fn sees_reviews(&self, holder: &str) -> bool {
        self.reviews.takes_in(holder)
    }

    /// That, when it is the same of every message that they see; `None`: it depends on who has it.
    pub(crate) fn sees_all_reviews(&self) -> Option<bool> {
        self.reviews.is_everything()
    }

    /// The member whose figures alone they are told when they read those of what is their own; `None`: everybody's.
    pub(crate) fn alone(&self) -> Option<Uuid> {
        let own = scope(self.actor, Permission::StatisticsRead) == Some(Scope::Own);
        own.then(|| self.actor.member().map_or(Uuid::nil(), |member| member.0))
    }

    /// The member who reads.
    pub(crate) fn member(&self) -> Option<MemberId> {
        self.actor.member()
    }

    /// That, when it is the same of every message that they see; `None`: it depends on who has it.
    pub(crate) fn sight_of_all(&self) -> Option<Sight> {
        Some(Sight {
            contacts: self.contacts.is_everything()?,
            deleted: self.deleted.is_everything()?,
            reviews: self.reviews.is_everything()?,
        })
    }

    /// The same reader of a message that they see that much of, whoever had it at another time.
    pub(crate) fn seeing(&self, sight: Sight) -> Self {
        let (contacts, deleted) = (Also::all_or_nothing(sight.contacts), Also::all_or_nothing(sight.deleted));
        Self { contacts, deleted, reviews: Also::all_or_nothing(sight.reviews), ..self.clone() }
    }

    /// The reader of those messages alone whose visitors' contacts they see; `None`: there are none.
    pub fn of_contacts(&self) -> Option<Self> {
        match &self.contacts {
            Also::Nothing => None,
            Also::Everything => Some(self.clone()),
            Also::Of(holders) => Some(Self { holders: Some(holders.clone()), ..self.clone() }),
        }
    }

    /// May they see how a member can be reached elsewhere, and what their keys are for?
    pub(crate) fn manages_members(&self) -> bool {
        holds(self.actor, Permission::MembersManage)
    }

    /// May they see what is said in messages that they come upon in the log?
    pub(crate) fn reads_messages(&self) -> bool {
        self.holders.as_ref().is_none_or(|holders| !holders.is_empty())
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

/// Who has what that scope takes in, as the list names holders; `None`: it takes everything in.
fn holders(actor: Actor, scope: Option<Scope>, reach: &Reach) -> Option<Arc<[String]>> {
    let own = actor.member().map(|id| id.to_string());
    match (scope, reach) {
        (Some(Scope::All), _) | (Some(Scope::Team), Reach::Desk) => None,
        (Some(Scope::Team), Reach::Teams { teams, members }) => {
            let theirs = members.iter().map(ToString::to_string);
            let teams = teams.iter().map(ToString::to_string);
            Some([NOBODY.to_owned()].into_iter().chain(own).chain(theirs).chain(teams).collect())
        }
        (Some(Scope::Own), _) => Some(own.into_iter().collect()),
        (None, _) => Some(Arc::new([])),
    }
}

/// Whoever has a message, as the list names them.
fn holder(assignee: Option<Assignee>) -> String {
    match assignee {
        Some(Assignee::Member(id)) => id.to_string(),
        Some(Assignee::Team(id)) => id.to_string(),
        None => NOBODY.to_owned(),
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

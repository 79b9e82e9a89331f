//! May they? The table is `domain::access`; here it meets a message that may be absent.

use crate::{Caller, Commands, error::CommandError};
use domain::{
    access::{Permission, Reach, Scope, holds, scope},
    actor::Actor,
    ids::MemberId,
    message::{Assignee, Message},
};
use std::collections::BTreeSet;

/// Who may give a command to a message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Needs {
    /// A member who holds the permission.
    Member(Permission),
    /// A member who holds the permission, or the visitor whose message it is.
    MemberOrOwner(Permission),
    /// The visitor whose message it is.
    Owner,
}

/// The member who is signed in. A key acts for somebody, and is nobody: it makes no passwords, sessions or keys.
pub(crate) fn person(caller: &Caller) -> Result<MemberId, CommandError> {
    match caller.actor {
        Actor::Member { id, .. } => Ok(id),
        Actor::Anonymous if caller.token_unknown => Err(CommandError::TokenUnknown),
        Actor::Anonymous => Err(CommandError::Unauthenticated),
        Actor::Key { .. } => Err(CommandError::NotForYou("a key cannot do this: a member signs in for it")),
        Actor::Visitor(_) | Actor::System(_) => {
            Err(CommandError::NotForYou("this is for members of the desk"))
        }
    }
}

/// Refuses callers who may not, before anything is loaded: the answer is the same whatever there is.
pub(crate) fn admit(caller: &Caller, needs: Needs) -> Result<(), CommandError> {
    match (caller.actor, needs) {
        (Actor::Anonymous, _) if caller.token_unknown => Err(CommandError::TokenUnknown),
        (Actor::Anonymous, _) => Err(CommandError::Unauthenticated),
        (Actor::Visitor(_), Needs::Member(permission)) => Err(CommandError::Forbidden(permission)),
        (Actor::Visitor(_), Needs::MemberOrOwner(_) | Needs::Owner) => Ok(()),
        (_, Needs::Owner) => {
            Err(CommandError::NotForYou("only the visitor who left the message can do this"))
        }
        (actor, Needs::Member(permission) | Needs::MemberOrOwner(permission)) => {
            if holds(actor, permission) {
                Ok(())
            } else {
                Err(CommandError::Forbidden(permission))
            }
        }
    }
}

impl Commands {
    /// Refuses a message that is absent, somebody else's, or out of scope: always with the same answer.
    pub(crate) async fn reach(
        &self,
        caller: &Caller,
        needs: Needs,
        message: &Message,
    ) -> Result<(), CommandError> {
        let Message::Submitted(message) = message else { return Err(CommandError::NotFound) };
        let reached = match (caller.actor, needs) {
            // To its visitor a deleted message is absent.
            (Actor::Visitor(id), _) => id == message.visitor_id && message.deleted_at.is_none(),
            (actor, Needs::Member(permission) | Needs::MemberOrOwner(permission)) => {
                self.is_within(actor, permission, message.assignee).await?
            }
            (_, Needs::Owner) => false,
        };
        if reached { Ok(()) } else { Err(CommandError::NotFound) }
    }

    /// Is what is assigned like this within the actor's scope of a permission? Teams are looked up when they matter.
    async fn is_within(
        &self,
        actor: Actor,
        permission: Permission,
        assignee: Option<Assignee>,
    ) -> Result<bool, CommandError> {
        let Some(scope) = scope(actor, permission) else { return Ok(false) };
        // A rule is nobody, and is held back by nothing.
        let Some(of) = actor.member() else { return Ok(scope == Scope::All) };
        let nobodys = Reach::Teams { teams: BTreeSet::new(), members: BTreeSet::new() };
        if nobodys.takes_in(scope, of, assignee) || scope == Scope::Own {
            return Ok(nobodys.takes_in(scope, of, assignee));
        }
        Ok(self.reach_of(actor).await?.takes_in(scope, of, assignee))
    }
}

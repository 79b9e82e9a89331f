//! May they? The table is `domain::access`; here it meets a message that may be absent.

use crate::{Caller, error::CommandError};
use domain::{
    access::{Permission, holds, may},
    actor::Actor,
    ids::VisitorId,
};

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

/// Refuses a message that is absent, somebody else's, or out of scope: always with the same answer.
pub(crate) fn reach(caller: &Caller, needs: Needs, owner: Option<VisitorId>) -> Result<(), CommandError> {
    let owner = owner.ok_or(CommandError::NotFound)?;
    let reached = match (caller.actor, needs) {
        (Actor::Visitor(id), _) => id == owner,
        (actor, Needs::Member(permission) | Needs::MemberOrOwner(permission)) => {
            may(actor, permission, owner)
        }
        (_, Needs::Owner) => false,
    };
    if reached { Ok(()) } else { Err(CommandError::NotFound) }
}

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
}

/// Refuses callers who may not, before anything is loaded: the answer is the same whatever there is.
pub(crate) fn admit(caller: &Caller, needs: Needs) -> Result<(), CommandError> {
    let (Needs::Member(permission) | Needs::MemberOrOwner(permission)) = needs;
    match (caller.actor, needs) {
        (Actor::Anonymous, _) if caller.token_unknown => Err(CommandError::TokenUnknown),
        (Actor::Anonymous, _) => Err(CommandError::Unauthenticated),
        (Actor::Visitor(_), Needs::Member(_)) => Err(CommandError::Forbidden(permission)),
        (Actor::Visitor(_), Needs::MemberOrOwner(_)) => Ok(()),
        (actor @ (Actor::Member { .. } | Actor::System(_)), _) => match holds(actor, permission) {
            true => Ok(()),
            false => Err(CommandError::Forbidden(permission)),
        },
    }
}

/// Refuses a message that is absent, somebody else's, or out of scope: always with the same answer.
pub(crate) fn reach(caller: &Caller, needs: Needs, owner: Option<VisitorId>) -> Result<(), CommandError> {
    let owner = owner.ok_or(CommandError::NotFound)?;
    let (Needs::Member(permission) | Needs::MemberOrOwner(permission)) = needs;
    let reached = match caller.actor {
        Actor::Visitor(id) => id == owner,
        actor => may(actor, permission, owner),
    };
    if reached { Ok(()) } else { Err(CommandError::NotFound) }
}

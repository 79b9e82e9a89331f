//! Nobody gives what they do not hold, and nobody manages those who may do more.

use super::MemberError;
use crate::access::{Grants, RoleId, Roles};

/// What has to be known of whoever gives a role, or manages those who have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Giving {
    /// What they hold.
    pub by: Grants,
    /// The roles that there are.
    pub roles: Roles,
}

impl Giving {
    /// By somebody who holds everything, at a desk without roles of its own.
    pub fn everything() -> Self {
        Self { by: Grants::everything(), roles: Roles::default() }
    }

    /// May they give it?
    pub(super) fn gives(&self, role: &RoleId) -> Result<(), MemberError> {
        let grants = self.roles.grants(role).ok_or(MemberError::RoleUnknown)?;
        self.by.lacks(grants).map_or(Ok(()), |beyond| Err(MemberError::GivesBeyondOwn(beyond)))
    }

    /// May they manage somebody who has it? A role that is not there gives nothing, and holds nobody back.
    pub fn manages(&self, role: &RoleId) -> Result<(), MemberError> {
        let grants = self.roles.grants(role).unwrap_or_default();
        self.by.lacks(grants).map_or(Ok(()), |beyond| Err(MemberError::ManagesBeyondOwn(beyond)))
    }

    /// May they let somebody work again who had it?
    pub(super) fn gives_back(&self, role: &RoleId) -> Result<(), MemberError> {
        match self.roles.grants(role) {
            Some(_) => self.manages(role),
            None => Err(MemberError::RoleGone),
        }
    }
}

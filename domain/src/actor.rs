//! Who acts.

use crate::{
    access::{Permissions, Role},
    ids::{KeyId, MemberId, VisitorId},
};
use std::fmt;

/// Who sent a command or asks a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody we know: no token.
    Anonymous,
    /// The holder of a visitor token.
    Visitor(VisitorId),
    /// Staff, with the role they have now.
    Member {
        /// Who.
        id: MemberId,
        /// With which role.
        role: Role,
    },
    /// A program that holds an API key, and acts for its owner.
    Key {
        /// Which key.
        id: KeyId,
        /// For whom.
        owner: MemberId,
        /// With which role: the owner's, as it is now.
        role: Role,
        /// What of that the key may do.
        permissions: Permissions,
    },
    /// A rule or a clock, by name.
    System(&'static str),
}

impl Actor {
    /// The member who acts, or for whom a program does.
    pub fn member(self) -> Option<MemberId> {
        match self {
            Self::Member { id, .. } => Some(id),
            Self::Key { owner, .. } => Some(owner),
            Self::Anonymous | Self::Visitor(_) | Self::System(_) => None,
        }
    }
}

/// As it stands in an event's metadata: `member:ID`, `key:ID`, `visitor:ID`, `system:RULE`, `anonymous`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::Visitor(id) => write!(f, "visitor:{id}"),
            Self::Member { id, .. } => write!(f, "member:{id}"),
            Self::Key { id, .. } => write!(f, "key:{id}"),
            Self::System(rule) => write!(f, "system:{rule}"),
        }
    }
}

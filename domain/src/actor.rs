//! Who acts.

use crate::{
    access::Role,
    ids::{MemberId, VisitorId},
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
    /// A rule or a clock, by name.
    System(&'static str),
}

/// As it stands in an event's metadata: `member:ID`, `visitor:ID`, `system:RULE`, `anonymous`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::Visitor(id) => write!(f, "visitor:{id}"),
            Self::Member { id, .. } => write!(f, "member:{id}"),
            Self::System(rule) => write!(f, "system:{rule}"),
        }
    }
}

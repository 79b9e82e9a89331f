//! Who acts.

use crate::{
    access::Grants,
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
    /// Staff, with what their role gives them now.
    Member {
        /// Who.
        id: MemberId,
        /// What they hold.
        grants: Grants,
    },
    /// A program that holds an API key, and acts for its owner.
    Key {
        /// Which key.
        id: KeyId,
        /// For whom.
        owner: MemberId,
        /// What it holds: of what the owner holds now that which the key was given.
        grants: Grants,
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

/// Who acted, as an event's metadata says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acted<'a> {
    /// Nobody we know.
    Anonymous,
    /// A visitor, by their id.
    Visitor(&'a str),
    /// A member.
    Member(MemberId),
    /// An API key, by its id.
    Integration(&'a str),
    /// A rule or a clock, by name.
    System(&'a str),
}

impl<'a> Acted<'a> {
    /// Reads what `Actor` writes.
    pub fn read(text: &'a str) -> Self {
        match text.split_once(':') {
            Some(("member", id)) => id.parse().map_or(Self::System(text), Self::Member),
            Some(("visitor", id)) => Self::Visitor(id),
            Some(("key", id)) => Self::Integration(id),
            Some(("system", rule)) => Self::System(rule),
            _ if text == "anonymous" || text.is_empty() => Self::Anonymous,
            _ => Self::System(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn who_acted_is_read_as_it_was_written() {
        let id = MemberId(Uuid::from_u128(7));
        let written = Actor::Member { id, grants: Grants::NONE }.to_string();
        assert_eq!(Acted::read(&written), Acted::Member(id));
        assert_eq!(Acted::read(&Actor::System("clock").to_string()), Acted::System("clock"));
        assert_eq!(Acted::read(&Actor::Anonymous.to_string()), Acted::Anonymous);
        assert_eq!(Acted::read("key:k1"), Acted::Integration("k1"));
    }
}

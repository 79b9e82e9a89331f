//! What happened to a team. Wire names are pinned by the files in `golden/`. A team's name is a word of the desk's, and
//! is kept in the clear.

use crate::{event::events, ids::MemberId, text::Name};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a team.
    TeamEvent {
        /// There is such a team.
        TeamFormed "1",
        /// It is called otherwise.
        TeamRenamed "1",
        /// A member is in it.
        MemberJoinedTeam "1",
        /// A member is in it no more.
        MemberLeftTeam "1",
        /// It is no more, and nobody is in it.
        TeamDisbanded "1",
    }
}

/// A team was formed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TeamFormed {
    /// When.
    pub at: DateTime<Utc>,
    /// What it is called.
    pub name: Name,
}

/// A team was renamed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TeamRenamed {
    /// When.
    pub at: DateTime<Utc>,
    /// What it is called from then on.
    pub name: Name,
}

/// A member joined a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberJoinedTeam {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub member: MemberId,
}

/// A member left a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberLeftTeam {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub member: MemberId,
}

/// A team was disbanded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TeamDisbanded {
    /// When.
    pub at: DateTime<Utc>,
}

//! The team: members who share a queue. Messages can be assigned to one, and `team` scopes are told by them.
//!
//! A team is a word of the desk's, as a category is: its name is kept in the clear, and names nobody.

mod event;
#[cfg(test)]
mod tests;

pub use event::{MemberJoinedTeam, MemberLeftTeam, TeamDisbanded, TeamEvent, TeamFormed, TeamRenamed};

use crate::{
    decide::{self, Decide},
    ids::MemberId,
    message::Standing,
    text::Name,
};
use chrono::{DateTime, Utc};
use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// As many members as one team has: whoever reads by its scope looks up every one of them.
pub const MOST_MEMBERS: usize = 100;
/// As many teams as stand at once.
pub const MOST_TEAMS: usize = 100;

/// A team as decisions need it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Team {
    /// Its stream is empty.
    #[default]
    NotFormed,
    /// Everything after.
    Formed(Formed),
}

/// A team that was formed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formed {
    /// What it is called.
    pub name: Name,
    /// Who is in it; nobody once it was disbanded.
    pub members: BTreeSet<MemberId>,
    /// Is it no more?
    pub disbanded: bool,
    /// Business time of its last event.
    pub last_at: DateTime<Utc>,
}

/// A command to a team.
#[derive(Clone, Debug)]
pub enum TeamCommand {
    /// `formTeam`.
    Form {
        /// The clock.
        at: DateTime<Utc>,
        /// What it is called.
        name: Name,
        /// A fact looked up: how many teams stand already.
        standing: usize,
    },
    /// `renameTeam`.
    Rename {
        /// The clock.
        at: DateTime<Utc>,
        /// What it is called from now on.
        name: Name,
    },
    /// `joinTeam`.
    Join {
        /// The clock.
        at: DateTime<Utc>,
        /// Who.
        member: MemberId,
        /// Who they turned out to be.
        standing: Standing,
    },
    /// `leaveTeam`.
    Leave {
        /// The clock.
        at: DateTime<Utc>,
        /// Who.
        member: MemberId,
    },
    /// `disbandTeam`.
    Disband {
        /// The clock.
        at: DateTime<Utc>,
    },
}

/// Why a command to a team is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TeamError {
    /// There is no such team.
    #[error("there is no such team")]
    NotFormed,
    /// It was formed before.
    #[error("this team has been formed already")]
    AlreadyFormed,
    /// It is no more.
    #[error("this team was disbanded")]
    Disbanded,
    /// It is called so, they are in it, or they are not.
    #[error("this is so already")]
    AlreadySo,
    /// Nobody of that id works at the desk.
    #[error("there is no such member")]
    MemberUnknown,
    /// They do not work at the desk any more.
    #[error("this member does not work at the desk at present")]
    MemberInactive,
    /// A team has its limits.
    #[error("a team has at most {MOST_MEMBERS} members")]
    Full,
    /// A desk has its limits.
    #[error("a desk has at most {MOST_TEAMS} teams; disband one first")]
    TooMany,
}

impl Team {
    /// May a message be assigned to it?
    pub fn standing(&self) -> Standing {
        match self {
            Self::NotFormed => Standing::Absent,
            Self::Formed(team) if team.disbanded => Standing::Inactive,
            Self::Formed(_) => Standing::Active,
        }
    }
}

impl Decide for Team {
    fn decide(&self, command: TeamCommand) -> Result<Vec<TeamEvent>, TeamError> {
        match (command, self) {
            (TeamCommand::Form { standing, .. }, Self::NotFormed) if standing >= MOST_TEAMS => {
                Err(TeamError::TooMany)
            }
            (TeamCommand::Form { at, name, .. }, Self::NotFormed) => {
                Ok(vec![TeamEvent::TeamFormed(TeamFormed { at, name })])
            }
            (TeamCommand::Form { .. }, Self::Formed(_)) => Err(TeamError::AlreadyFormed),
            (_, Self::NotFormed) => Err(TeamError::NotFormed),
            (_, Self::Formed(team)) if team.disbanded => Err(TeamError::Disbanded),
            (command, Self::Formed(team)) => team.decide(command).map(|event| vec![event]),
        }
    }
}

impl Formed {
    fn decide(&self, command: TeamCommand) -> Result<TeamEvent, TeamError> {
        match command {
            TeamCommand::Form { .. } => Err(TeamError::AlreadyFormed),
            TeamCommand::Rename { name, .. } if name == self.name => Err(TeamError::AlreadySo),
            TeamCommand::Rename { at, name } => {
                Ok(TeamEvent::TeamRenamed(TeamRenamed { at: self.at(at), name }))
            }
            TeamCommand::Join { at, member, standing } => self.join(at, member, standing),
            TeamCommand::Leave { member, .. } if !self.members.contains(&member) => Err(TeamError::AlreadySo),
            TeamCommand::Leave { at, member } => {
                Ok(TeamEvent::MemberLeftTeam(MemberLeftTeam { at: self.at(at), member }))
            }
            TeamCommand::Disband { at } => Ok(TeamEvent::TeamDisbanded(TeamDisbanded { at: self.at(at) })),
        }
    }

    fn join(&self, at: DateTime<Utc>, member: MemberId, standing: Standing) -> Result<TeamEvent, TeamError> {
        match standing {
            Standing::Absent => Err(TeamError::MemberUnknown),
            Standing::Inactive => Err(TeamError::MemberInactive),
            Standing::Active if self.members.contains(&member) => Err(TeamError::AlreadySo),
            Standing::Active if self.members.len() >= MOST_MEMBERS => Err(TeamError::Full),
            Standing::Active => Ok(TeamEvent::MemberJoinedTeam(MemberJoinedTeam { at: self.at(at), member })),
        }
    }

    /// Business time never goes back within a team.
    fn at(&self, clock: DateTime<Utc>) -> DateTime<Utc> {
        clock.max(self.last_at)
    }
}

impl Aggregate for Team {
    const TYPE: &'static str = "Team";
    type Command = TeamCommand;
    type Event = TeamEvent;
    type Error = TeamError;
    type Services = ();

    async fn handle(
        &mut self,
        command: TeamCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), TeamError> {
        decide::handle(self, command, sink).await
    }

    fn apply(&mut self, event: TeamEvent) {
        let last_at = event.at();
        match (event, self) {
            (TeamEvent::TeamFormed(event), state) => {
                let (name, members) = (event.name, BTreeSet::new());
                *state = Self::Formed(Formed { name, members, disbanded: false, last_at });
            }
            (event, Self::Formed(team)) => {
                team.last_at = last_at;
                match event {
                    // A stream begins with it, and has one.
                    TeamEvent::TeamFormed(_) => {}
                    TeamEvent::TeamRenamed(event) => team.name = event.name,
                    TeamEvent::MemberJoinedTeam(event) => {
                        team.members.insert(event.member);
                    }
                    TeamEvent::MemberLeftTeam(event) => {
                        team.members.remove(&event.member);
                    }
                    TeamEvent::TeamDisbanded(_) => {
                        team.disbanded = true;
                        team.members.clear();
                    }
                }
            }
            // Anything before the beginning changes nothing.
            (_, Self::NotFormed) => {}
        }
    }
}

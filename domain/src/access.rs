//! Who may do what: one table, one function.

use crate::{actor::Actor, ids::VisitorId};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Declares the permissions, their names in the API, and how far each built-in role holds them: `A` all, `T` team,
/// `O` own, `-` not at all; in the order agent, lead, admin, auditor, analyst.
macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident $wire:literal $roles:literal),* $(,)?) => {
        /// Something that a role may allow.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Permission { $($(#[$doc])* $name),* }

        impl Permission {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in the API.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $wire),* }
            }

            /// Its row of the table.
            fn row(self) -> &'static str {
                match self { $(Self::$name => $roles),* }
            }
        }
    };
}

permissions! {
    /// See messages.
    MessagesRead "messages.read" "TTAA-",
    /// Reply to messages.
    MessagesReply "messages.reply" "TTA--",
    /// Assign messages to others.
    MessagesAssign "messages.assign" "TTA--",
    /// Claim, note, tag, categorize, prioritize, follow up, resolve, close, reopen, spam, archive.
    MessagesWork "messages.work" "TTA--",
    /// See how a visitor can be reached; otherwise it is masked.
    ContactsRead "contacts.read" "TTA--",
    /// Work on many messages at once.
    MessagesBulk "messages.bulk" "OTA--",
    /// Take messages away as a file.
    MessagesExport "messages.export" "-TAA-",
    /// Delete messages.
    MessagesDelete "messages.delete" "--A--",
    /// Erase a visitor.
    VisitorsErase "visitors.erase" "--A--",
    /// Block a visitor.
    VisitorsBlock "visitors.block" "-AA--",
    /// Publish and revise templates.
    TemplatesManage "templates.manage" "-TA--",
    /// Review replies.
    QualityReview "quality.review" "-TA--",
    /// Read statistics.
    StatisticsRead "statistics.read" "OTAAA",
    /// Read the history of what happened.
    AuditRead "audit.read" "OTAA-",
    /// Connect and revise channels.
    ChannelsManage "channels.manage" "--A--",
    /// Change the desk.
    SettingsManage "settings.manage" "--A--",
    /// Invite and change members.
    MembersManage "members.manage" "--A--",
}

/// How far a permission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// What is one's own.
    Own,
    /// What is one's teams', and the unassigned queue; the whole desk for a member of no team.
    Team,
    /// Everything.
    All,
}

/// The built-in roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Answers messages.
    Agent,
    /// Leads a team.
    Lead,
    /// Runs the desk.
    Admin,
    /// Reads everything that happened, contacts masked.
    Auditor,
    /// Reads statistics.
    Analyst,
}

impl Role {
    /// All of them, as listed in the manual.
    pub const ALL: [Self; 5] = [Self::Agent, Self::Lead, Self::Admin, Self::Auditor, Self::Analyst];

    /// Its id, the same on every installation.
    pub fn id(self) -> &'static str {
        match self {
            Self::Agent => "AGENT",
            Self::Lead => "LEAD",
            Self::Admin => "ADMIN",
            Self::Auditor => "AUDITOR",
            Self::Analyst => "ANALYST",
        }
    }
}

/// Not one of the built-in roles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a role; the roles are AGENT, LEAD, ADMIN, AUDITOR, ANALYST")]
pub struct NotARole;

impl FromStr for Role {
    type Err = NotARole;
    fn from_str(id: &str) -> Result<Self, NotARole> {
        Self::ALL.into_iter().find(|role| role.id().eq_ignore_ascii_case(id)).ok_or(NotARole)
    }
}

/// How far `role` holds `permission`; `None`: not at all.
pub fn granted(role: Role, permission: Permission) -> Option<Scope> {
    let column = Role::ALL.iter().position(|known| *known == role)?;
    match permission.row().as_bytes().get(column)? {
        b'A' => Some(Scope::All),
        b'T' => Some(Scope::Team),
        b'O' => Some(Scope::Own),
        _ => None,
    }
}

/// May this actor do this to a message of that visitor?
///
/// There are no teams yet, so every member is one of no team, whose `team` is the whole desk; `own` alone reaches the
/// history of messages one may read.
pub fn may(actor: Actor, permission: Permission, of: VisitorId) -> bool {
    match actor {
        Actor::Anonymous => false,
        Actor::Visitor(id) => id == of && permission == Permission::MessagesRead,
        Actor::Member { role, .. } => match granted(role, permission) {
            Some(Scope::All | Scope::Team) => true,
            Some(Scope::Own) => permission == Permission::AuditRead,
            None => false,
        },
        Actor::System(_) => true,
    }
}

/// Does a member with this role hold the permission, however far it reaches?
pub fn holds(actor: Actor, permission: Permission) -> bool {
    match actor {
        Actor::Member { role, .. } => granted(role, permission).is_some(),
        Actor::System(_) => true,
        Actor::Anonymous | Actor::Visitor(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_row_of_the_table_has_a_cell_for_every_role() {
        for permission in Permission::ALL {
            assert_eq!(permission.row().len(), Role::ALL.len(), "{}", permission.name());
            assert!(permission.row().bytes().all(|cell| b"ATO-".contains(&cell)), "{}", permission.name());
        }
    }

    #[test]
    fn an_agent_reads_their_teams_messages_and_an_analyst_none() {
        assert_eq!(granted(Role::Agent, Permission::MessagesRead), Some(Scope::Team));
        assert_eq!(granted(Role::Analyst, Permission::MessagesRead), None);
        assert_eq!(granted(Role::Agent, Permission::AuditRead), Some(Scope::Own));
        assert_eq!(granted(Role::Analyst, Permission::StatisticsRead), Some(Scope::All));
    }

    #[test]
    fn an_administrator_holds_everything_everywhere() {
        for permission in Permission::ALL {
            assert_eq!(granted(Role::Admin, *permission), Some(Scope::All), "{}", permission.name());
        }
    }

    #[test]
    fn an_auditor_changes_nothing() {
        let held: Vec<_> =
            Permission::ALL.iter().filter(|held| granted(Role::Auditor, **held).is_some()).collect();
        let reading = [
            &Permission::MessagesRead,
            &Permission::MessagesExport,
            &Permission::StatisticsRead,
            &Permission::AuditRead,
        ];
        assert_eq!(held, reading);
    }

    #[test]
    fn a_visitor_reaches_only_their_own() {
        let (mine, theirs) = (VisitorId(Uuid::from_u128(1)), VisitorId(Uuid::from_u128(2)));
        assert!(may(Actor::Visitor(mine), Permission::MessagesRead, mine));
        assert!(!may(Actor::Visitor(mine), Permission::MessagesRead, theirs));
        assert!(!may(Actor::Visitor(mine), Permission::MessagesReply, mine));
        assert!(!may(Actor::Anonymous, Permission::MessagesRead, mine));
    }
}

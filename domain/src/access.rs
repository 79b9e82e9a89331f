//! Who may do what: one table, one function.

use crate::{actor::Actor, ids::VisitorId};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Something that a role may allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See messages.
    MessagesRead,
    /// Reply to messages.
    MessagesReply,
    /// Assign messages to others.
    MessagesAssign,
    /// Claim, note, tag, categorize, prioritize, follow up, resolve, close, reopen, spam, archive.
    MessagesWork,
    /// See how a visitor can be reached; otherwise it is masked.
    ContactsRead,
    /// Read the history of what happened.
    AuditRead,
    /// Change the desk.
    SettingsManage,
    /// Invite and change members.
    MembersManage,
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

impl Permission {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::MessagesRead,
        Self::MessagesReply,
        Self::MessagesAssign,
        Self::MessagesWork,
        Self::ContactsRead,
        Self::AuditRead,
        Self::SettingsManage,
        Self::MembersManage,
    ];

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::MessagesRead => "messages.read",
            Self::MessagesReply => "messages.reply",
            Self::MessagesAssign => "messages.assign",
            Self::MessagesWork => "messages.work",
            Self::ContactsRead => "contacts.read",
            Self::AuditRead => "audit.read",
            Self::SettingsManage => "settings.manage",
            Self::MembersManage => "members.manage",
        }
    }
}

/// How far `role` holds `permission`; `None`: not at all. This is the whole table.
pub fn granted(role: Role, permission: Permission) -> Option<Scope> {
    use Permission as P;
    use Role as R;
    use Scope::{All, Own, Team};
    match permission {
        P::MessagesRead => match role {
            R::Agent | R::Lead => Some(Team),
            R::Admin | R::Auditor => Some(All),
            R::Analyst => None,
        },
        P::MessagesReply | P::MessagesAssign | P::MessagesWork | P::ContactsRead => match role {
            R::Agent | R::Lead => Some(Team),
            R::Admin => Some(All),
            R::Auditor | R::Analyst => None,
        },
        P::AuditRead => match role {
            R::Agent => Some(Own),
            R::Lead => Some(Team),
            R::Admin | R::Auditor => Some(All),
            R::Analyst => None,
        },
        P::SettingsManage | P::MembersManage => match role {
            R::Admin => Some(All),
            R::Agent | R::Lead | R::Auditor | R::Analyst => None,
        },
    }
}

/// May this actor do this to a message of that visitor?
///
/// There are no teams and no assignments yet, so every message is in the unassigned queue, which a team's scope
/// includes; `own` alone reaches the history of messages one may read.
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

    /// The table of `docs/` in its own notation, role by role: A all, T team, O own, - not granted.
    #[test]
    fn the_built_in_roles_hold_exactly_their_permissions() {
        let table = [
            (Permission::MessagesRead, "TTAA-"),
            (Permission::MessagesReply, "TTA--"),
            (Permission::MessagesAssign, "TTA--"),
            (Permission::MessagesWork, "TTA--"),
            (Permission::ContactsRead, "TTA--"),
            (Permission::AuditRead, "OTAA-"),
            (Permission::SettingsManage, "--A--"),
            (Permission::MembersManage, "--A--"),
        ];
        assert_eq!(table.len(), Permission::ALL.len());
        for (permission, row) in table {
            for (role, cell) in Role::ALL.into_iter().zip(row.chars()) {
                let expected = match cell {
                    'A' => Some(Scope::All),
                    'T' => Some(Scope::Team),
                    'O' => Some(Scope::Own),
                    _ => None,
                };
                assert_eq!(granted(role, permission), expected, "{role:?} {}", permission.name());
            }
        }
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

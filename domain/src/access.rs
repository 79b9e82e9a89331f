//! Who may do what: one table, one function.

mod grants;
mod permissions;
mod role;

pub use grants::Grants;
pub use permissions::Permissions;
pub use role::{NotARole, Role, RoleId, Roles};

use crate::{
    actor::Actor,
    ids::{MemberId, TeamId},
    message::Assignee,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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

impl Permission {
    /// The permission of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.name() == name)
    }

    /// Is it about the desk and not about messages, so that nobody holds it in part?
    pub fn is_of_the_whole_desk(self) -> bool {
        match self {
            Self::VisitorsErase
            | Self::VisitorsBlock
            | Self::ChannelsManage
            | Self::SettingsManage
            | Self::MembersManage => true,
            Self::MessagesRead
            | Self::MessagesReply
            | Self::MessagesAssign
            | Self::MessagesWork
            | Self::ContactsRead
            | Self::MessagesBulk
            | Self::MessagesExport
            | Self::MessagesDelete
            | Self::TemplatesManage
            | Self::QualityReview
            | Self::StatisticsRead
            | Self::AuditRead => false,
        }
    }
}

/// How far a permission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// What is one's own.
    Own,
    /// What is one's teams', and the unassigned queue; the whole desk for a member of no team.
    Team,
    /// Everything.
    All,
}

/// Everything that an actor holds, and how far. A visitor holds nothing: what is their own is theirs anyway.
pub fn held(actor: Actor) -> Grants {
    match actor {
        Actor::Anonymous | Actor::Visitor(_) => Grants::NONE,
        Actor::Member { grants, .. } | Actor::Key { grants, .. } => grants,
        Actor::System(_) => Grants::everything(),
    }
}

/// How far an actor holds a permission; `None`: not at all.
pub fn scope(actor: Actor, permission: Permission) -> Option<Scope> {
    held(actor).scope(permission)
}

/// Does an actor hold the permission, however far it reaches?
pub fn holds(actor: Actor, permission: Permission) -> bool {
    scope(actor, permission).is_some()
}

/// Whose messages somebody's `team` takes in, beside their own and the unassigned queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Everybody's: they are in no team.
    #[default]
    Desk,
    /// Those of their teams, and of everybody in them.
    Teams {
        /// Their teams, and teams that are no more: what was theirs is everybody's.
        teams: BTreeSet<TeamId>,
        /// Everybody who is in one of their teams.
        members: BTreeSet<MemberId>,
    },
}

impl Reach {
    /// Is a message that is assigned like this within that scope of this member's?
    pub fn takes_in(&self, scope: Scope, of: MemberId, assignee: Option<Assignee>) -> bool {
        match (scope, self, assignee) {
            (Scope::All, _, _) | (Scope::Team, Self::Desk, _) | (Scope::Team, _, None) => true,
            (_, _, Some(Assignee::Member(id))) if id == of => true,
            (Scope::Own, _, _) => false,
            (Scope::Team, Self::Teams { members, .. }, Some(Assignee::Member(id))) => members.contains(&id),
            (Scope::Team, Self::Teams { teams, .. }, Some(Assignee::Team(id))) => teams.contains(&id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{KeyId, VisitorId};
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
        let granted = |role: Role, permission| role.grants().scope(permission);
        assert_eq!(granted(Role::Agent, Permission::MessagesRead), Some(Scope::Team));
        assert_eq!(granted(Role::Analyst, Permission::MessagesRead), None);
        assert_eq!(granted(Role::Agent, Permission::AuditRead), Some(Scope::Own));
        assert_eq!(granted(Role::Analyst, Permission::StatisticsRead), Some(Scope::All));
    }

    #[test]
    fn an_administrator_holds_everything_everywhere() {
        for permission in Permission::ALL {
            assert_eq!(Role::Admin.grants().scope(*permission), Some(Scope::All), "{}", permission.name());
        }
        assert_eq!(Role::Admin.grants(), Grants::everything());
    }

    #[test]
    fn an_auditor_changes_nothing() {
        let held: Vec<_> = Role::Auditor.grants().iter().map(|(permission, _)| permission).collect();
        let reading = [
            Permission::MessagesRead,
            Permission::MessagesExport,
            Permission::StatisticsRead,
            Permission::AuditRead,
        ];
        assert_eq!(held, reading);
    }

    #[test]
    fn what_is_of_the_whole_desk_no_built_in_role_holds_in_part() {
        for permission in Permission::ALL.iter().filter(|permission| permission.is_of_the_whole_desk()) {
            for role in Role::ALL {
                let scope = role.grants().scope(*permission);
                assert!(scope.is_none_or(|scope| scope == Scope::All), "{role:?} {}", permission.name());
            }
        }
    }

    #[test]
    fn a_key_holds_what_it_was_given_and_its_owner_holds() {
        let given = Permissions::named(["messages.read", "messages.delete"]).expect("both are known");
        let (id, owner) = (KeyId(Uuid::from_u128(1)), MemberId(Uuid::from_u128(2)));
        let key = Actor::Key { id, owner, grants: Role::Agent.grants().only(given) };
        assert_eq!(scope(key, Permission::MessagesRead), Some(Scope::Team));
        assert!(!holds(key, Permission::MessagesDelete) && !holds(key, Permission::MessagesReply));
    }

    #[test]
    fn a_visitor_and_nobody_hold_no_permission_and_a_rule_every_one() {
        for permission in Permission::ALL {
            let visitor = Actor::Visitor(VisitorId(Uuid::from_u128(1)));
            assert!(!holds(visitor, *permission) && !holds(Actor::Anonymous, *permission));
            assert_eq!(scope(Actor::System("test"), *permission), Some(Scope::All));
        }
    }

    #[test]
    fn a_scope_takes_in_what_it_says_and_nothing_else() {
        let member = |n| MemberId(Uuid::from_u128(n));
        let team = |n| TeamId(Uuid::from_u128(n));
        let mine = Reach::Teams {
            teams: BTreeSet::from([team(10)]),
            members: BTreeSet::from([member(1), member(2)]),
        };
        let of = |id| Some(Assignee::Member(id));
        // Assigned like this: own, within the team, within the team of somebody in no team, everything.
        for (assignee, taken_in) in [
            (of(member(1)), [true, true, true, true]),
            (of(member(2)), [false, true, true, true]),
            (of(member(3)), [false, false, true, true]),
            (Some(Assignee::Team(team(10))), [false, true, true, true]),
            (Some(Assignee::Team(team(11))), [false, false, true, true]),
            (None, [false, true, true, true]),
        ] {
            let scopes = [
                mine.takes_in(Scope::Own, member(1), assignee),
                mine.takes_in(Scope::Team, member(1), assignee),
                Reach::Desk.takes_in(Scope::Team, member(1), assignee),
                mine.takes_in(Scope::All, member(1), assignee),
            ];
            assert_eq!(scopes, taken_in, "{assignee:?}");
        }
    }
}

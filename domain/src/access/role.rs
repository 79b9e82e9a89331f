//! Roles: those that every desk has, and those that a desk makes for itself.

use super::{Grants, Permission, Scope};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, ops::RangeInclusive, str::FromStr};

/// How long the id of a role is.
const LENGTH: RangeInclusive<usize> = 2..=50;

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

    /// What it gives, as the table says.
    pub fn grants(self) -> Grants {
        let column = Self::ALL.iter().position(|known| *known == self).unwrap_or(Self::ALL.len());
        let cell = |permission: Permission| match permission.row().as_bytes().get(column)? {
            b'A' => Some((permission, Scope::All)),
            b'T' => Some((permission, Scope::Team)),
            b'O' => Some((permission, Scope::Own)),
            _ => None,
        };
        Permission::ALL.iter().copied().filter_map(cell).collect()
    }
}

/// A role by its id, built in or of the desk's own: a short word such as `SUPERVISOR`. Whether there is such a role is
/// another question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleId(String);

/// What cannot be the id of a role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "is not the id of a role, such as AGENT: 2 to 50 capital letters, digits and _, beginning with a letter"
)]
pub struct NotARole;

impl RoleId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The built-in role of this id.
    pub fn built_in(&self) -> Option<Role> {
        Role::ALL.into_iter().find(|role| *self == *role)
    }
}

impl From<Role> for RoleId {
    fn from(role: Role) -> Self {
        Self(role.id().to_owned())
    }
}

impl PartialEq<Role> for RoleId {
    fn eq(&self, role: &Role) -> bool {
        self.0 == role.id()
    }
}

/// As somebody types it, in capitals or not.
impl FromStr for RoleId {
    type Err = NotARole;
    fn from_str(id: &str) -> Result<Self, NotARole> {
        id.to_ascii_uppercase().try_into()
    }
}

impl TryFrom<String> for RoleId {
    type Error = NotARole;
    fn try_from(id: String) -> Result<Self, NotARole> {
        let begins = id.starts_with(|first: char| first.is_ascii_uppercase());
        let rest = id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if begins && rest && LENGTH.contains(&id.len()) { Ok(Self(id)) } else { Err(NotARole) }
    }
}

impl From<RoleId> for String {
    fn from(role: RoleId) -> Self {
        role.0
    }
}

impl fmt::Display for RoleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The roles that there are: the built-in ones, and what each of the desk's own gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles(BTreeMap<RoleId, Grants>);

impl Roles {
    /// What a role gives; `None`: there is no such role.
    pub fn grants(&self, role: &RoleId) -> Option<Grants> {
        role.built_in().map(Role::grants).or_else(|| self.0.get(role).copied())
    }
}

/// The built-in ones and these.
impl FromIterator<(RoleId, Grants)> for Roles {
    fn from_iter<I: IntoIterator<Item = (RoleId, Grants)>>(own: I) -> Self {
        Self(own.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_role_is_a_short_word_in_capitals() {
        for good in ["AGENT", "SUPERVISOR", "L2", "NIGHT_SHIFT_2", &"A".repeat(50)] {
            assert_eq!(RoleId::try_from(good.to_owned()).map(|id| id.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "A", "2ND", "_A", "A B", "A-B", "ÄRGER", "主管", "A\n", &"A".repeat(51)] {
            assert_eq!(bad.parse::<RoleId>(), Err(NotARole), "{bad}");
        }
        assert_eq!("agent".parse::<RoleId>(), Ok(RoleId::from(Role::Agent)), "as somebody types it");
        assert!(serde_json::from_str::<RoleId>("\"agent\"").is_err());
    }

    #[test]
    fn a_role_gives_what_the_table_or_the_desk_says_and_one_that_is_not_there_nothing() {
        let id = |id: &str| id.parse::<RoleId>().expect("an id");
        let own = Grants::NONE.with(Permission::MessagesRead, Scope::Own);
        let roles: Roles = [(id("SUPERVISOR"), own)].into_iter().collect();
        assert_eq!(roles.grants(&id("SUPERVISOR")), Some(own));
        assert_eq!(roles.grants(&id("AGENT")), Some(Role::Agent.grants()));
        assert_eq!(roles.grants(&id("KING")), None);
        assert_eq!(RoleId::from(Role::Lead).built_in(), Some(Role::Lead));
        assert_eq!(id("SUPERVISOR").built_in(), None);
    }
}

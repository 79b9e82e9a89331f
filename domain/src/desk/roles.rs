//! The desk's own roles: named sets of permissions, each with how far it reaches.

mod reading;

use super::{CustomRole, DeskError, DeskEvent, RolesRevised, Settings};
use crate::{
    access::{Grants, Permission, RoleId, Roles, Scope},
    locale::Locale,
    text::TextError,
};
use chrono::{DateTime, Utc};
use reading::Reading;
use std::collections::BTreeMap;

/// The most roles that a desk has beside the built-in ones.
pub const MOST_ROLES: usize = 50;
/// The most languages beside the desk's own in which a role has a name.
pub const MOST_ROLE_NAMES: usize = 20;

/// Which roles the desk has beside the built-in ones.
#[derive(Clone, Debug)]
pub struct ReviseRoles {
    /// The clock.
    pub at: DateTime<Utc>,
    /// A fact looked up: what whoever revises them holds.
    pub by: Grants,
    /// A fact looked up: how many who work here, or are invited, have which of the desk's own roles.
    pub in_use: BTreeMap<RoleId, usize>,
    /// All of them.
    pub roles: Vec<RoleGiven>,
}

/// A role as it was given.
#[derive(Clone, Debug, Default)]
pub struct RoleGiven {
    /// Its id.
    pub id: String,
    /// Its name in the desk's own language.
    pub name: String,
    /// Its name in others.
    pub names: Vec<(Locale, String)>,
    /// Permissions by their names, and how far each reaches.
    pub permissions: Vec<(String, Scope)>,
}

/// Something that is wrong with roles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", field.join("."))]
pub struct RoleError {
    /// The way to the field, such as `roles`, `3`, `id`; entries of lists are counted from 0.
    pub field: Vec<String>,
    /// What is wrong with it.
    pub problem: RoleProblem,
}

/// What can be wrong with a field of a role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleProblem {
    /// Longer than allowed.
    #[error("has more than {0} entries")]
    TooMany(usize),
    /// No id.
    #[error("is not 2 to 50 capital letters, digits and _, beginning with a letter")]
    Id,
    /// The id of a role that every desk has.
    #[error("is a built-in role, which stays as it is")]
    BuiltIn,
    /// Two roles of one id.
    #[error("stands twice in the list")]
    Twice,
    /// A name that is none.
    #[error("{0}")]
    Name(TextError),
    /// Two names in one language.
    #[error("the name has another text in this language")]
    LanguageTwice,
    /// A role that gives nothing.
    #[error("a role gives at least one permission")]
    NoPermission,
    /// There is no such permission.
    #[error("there is no such permission")]
    PermissionUnknown,
    /// A permission that the role has already.
    #[error("the role has this permission already")]
    PermissionTwice,
    /// A part of what nobody holds in part.
    #[error("{} is for the whole desk: its scope is all", .0.name())]
    WholeDesk(Permission),
    /// Nobody gives, or takes, what they do not hold.
    #[error("you do not hold {} that far yourself", .0.name())]
    BeyondOwn(Permission),
    /// Somebody has it.
    #[error("{role} cannot go: so many members have it: {members}")]
    InUse {
        /// Which role.
        role: RoleId,
        /// How many have it.
        members: usize,
    },
}

impl Settings {
    /// The desk's own roles, in the order in which they were given.
    pub fn own_roles(&self) -> &[CustomRole] {
        self.roles.as_ref().map_or(&[], |revised| &revised.roles)
    }

    /// The roles that there are.
    pub fn roles(&self) -> Roles {
        self.own_roles().iter().map(|role| (role.id.clone(), role.grants)).collect()
    }

    pub(super) fn revise_roles(&self, command: ReviseRoles) -> Result<Vec<DeskEvent>, DeskError> {
        let own = self.desk.as_ref().and_then(|desk| desk.locales.first()).ok_or(DeskError::NotOpened)?;
        let ReviseRoles { at, by, in_use, roles: given } = command;
        let mut reading = Reading::default();
        // A list that is too long is not gone through.
        if given.len() > MOST_ROLES {
            reading.refuse(path(&["roles"]), RoleProblem::TooMany(MOST_ROLES));
            return Err(DeskError::Roles(reading.errors));
        }
        let read = given.into_iter().enumerate();
        let roles: Vec<CustomRole> =
            read.filter_map(|(index, given)| reading.role(index, given, own)).collect();
        let mut errors = reading.errors;
        if errors.is_empty() {
            errors = self.not_theirs_to_change(by, &roles, &in_use);
        }
        if !errors.is_empty() {
            return Err(DeskError::Roles(errors));
        }
        if self.own_roles() == roles {
            return Err(DeskError::AlreadySo);
        }
        Ok(vec![DeskEvent::RolesRevised(RolesRevised { at, roles })])
    }

    /// Why these may not take the place of those that stand: whoever revises a role holds all that it gives and gave, and
    /// nobody is left with a role that is gone.
    fn not_theirs_to_change(
        &self,
        by: Grants,
        roles: &[CustomRole],
        in_use: &BTreeMap<RoleId, usize>,
    ) -> Vec<RoleError> {
        let mut errors = vec![];
        let mut refuse = |field, problem| errors.push(RoleError { field, problem });
        for (index, role) in roles.iter().enumerate() {
            let stands = self.own_roles().iter().find(|stands| stands.id == role.id);
            if stands == Some(role) {
                continue;
            }
            let gave = stands.map(|stands| stands.grants).unwrap_or_default();
            if let Some(beyond) = by.lacks(role.grants).or_else(|| by.lacks(gave)) {
                refuse(path(&["roles", &index.to_string(), "permissions"]), RoleProblem::BeyondOwn(beyond));
            }
        }
        for gone in self.own_roles().iter().filter(|stands| roles.iter().all(|role| role.id != stands.id)) {
            if let Some(beyond) = by.lacks(gone.grants) {
                refuse(path(&["roles"]), RoleProblem::BeyondOwn(beyond));
            }
            if let Some(members) = in_use.get(&gone.id).copied().filter(|members| *members > 0) {
                refuse(path(&["roles"]), RoleProblem::InUse { role: gone.id.clone(), members });
            }
        }
        errors
    }
}

fn path(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|field| (*field).to_owned()).collect()
}

//! Roles as they were given, read with everything that is wrong with them.

use super::{MOST_ROLE_NAMES, RoleError, RoleGiven, RoleProblem, path};
use crate::{
    access::{Grants, Permission, RoleId, Scope},
    desk::{CustomRole, Localised},
    locale::Locale,
    text::Name,
};
use std::collections::{BTreeMap, BTreeSet};

/// Roles while they are read, with everything that is wrong with them.
#[derive(Default)]
pub(super) struct Reading {
    seen: BTreeSet<RoleId>,
    pub(super) errors: Vec<RoleError>,
}

impl Reading {
    pub(super) fn refuse(&mut self, field: Vec<String>, problem: RoleProblem) {
        self.errors.push(RoleError { field, problem });
    }

    pub(super) fn role(&mut self, index: usize, given: RoleGiven, own: &Locale) -> Option<CustomRole> {
        let at = index.to_string();
        let id = self.id(&path(&["roles", &at, "id"]), given.id);
        let name = self.names(&at, own, given.name, given.names);
        let grants = self.grants(&at, &given.permissions);
        Some(CustomRole { id: id?, name, grants })
    }

    fn id(&mut self, field: &[String], given: String) -> Option<RoleId> {
        let (id, problem) = match RoleId::try_from(given) {
            Ok(id) if id.built_in().is_some() => (None, RoleProblem::BuiltIn),
            Ok(id) if !self.seen.insert(id.clone()) => (None, RoleProblem::Twice),
            Ok(id) => return Some(id),
            Err(_) => (None, RoleProblem::Id),
        };
        self.refuse(field.to_vec(), problem);
        id
    }

    fn names(&mut self, at: &str, own: &Locale, name: String, names: Vec<(Locale, String)>) -> Localised {
        let mut all = BTreeMap::new();
        if names.len() > MOST_ROLE_NAMES {
            self.refuse(path(&["roles", at, "names"]), RoleProblem::TooMany(MOST_ROLE_NAMES));
            return Localised(all);
        }
        self.name(path(&["roles", at, "name"]), (own.clone(), name), &mut all);
        for (index, named) in names.into_iter().enumerate() {
            self.name(path(&["roles", at, "names", &index.to_string(), "name"]), named, &mut all);
        }
        Localised(all)
    }

    fn name(
        &mut self,
        field: Vec<String>,
        (locale, name): (Locale, String),
        all: &mut BTreeMap<Locale, String>,
    ) {
        match Name::parse(&name) {
            Ok(name) => {
                let stands = all.entry(locale).or_insert_with(|| name.as_str().to_owned());
                if stands != name.as_str() {
                    self.refuse(field, RoleProblem::LanguageTwice);
                }
            }
            Err(error) => self.refuse(field, RoleProblem::Name(error)),
        }
    }

    fn grants(&mut self, at: &str, permissions: &[(String, Scope)]) -> Grants {
        let field = path(&["roles", at, "permissions"]);
        let mut grants = Grants::NONE;
        if permissions.is_empty() {
            self.refuse(field, RoleProblem::NoPermission);
            return grants;
        }
        if permissions.len() > Permission::ALL.len() {
            self.refuse(field, RoleProblem::TooMany(Permission::ALL.len()));
            return grants;
        }
        for (index, (name, scope)) in permissions.iter().enumerate() {
            let (wrong, problem) = match Permission::named(name) {
                None => ("permission", RoleProblem::PermissionUnknown),
                Some(twice) if grants.scope(twice).is_some() => ("permission", RoleProblem::PermissionTwice),
                Some(whole) if whole.is_of_the_whole_desk() && *scope != Scope::All => {
                    ("scope", RoleProblem::WholeDesk(whole))
                }
                Some(permission) => {
                    grants = grants.with(permission, *scope);
                    continue;
                }
            };
            self.refuse([field.as_slice(), &[index.to_string(), wrong.to_owned()]].concat(), problem);
        }
        grants
    }
}

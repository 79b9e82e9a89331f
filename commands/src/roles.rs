//! The desk's own roles: which there are, what each gives whoever has it now, and how they are revised.

use crate::{
    Caller, Commands,
    access::{admit, person},
    error::CommandError,
    execute::ATTEMPTS,
    members::MANAGE,
    streams::stream,
};
use domain::{
    access::{Grants, Permissions, Role, RoleId, Roles, held},
    actor::Actor,
    decide::Decide,
    desk::{CustomRole, Desk, DeskCommand, DeskEvent, ReviseRoles, RoleGiven, Settings},
    ids::{DESK_ID, MemberId},
};
use std::collections::BTreeMap;
use store::{AppendError, Authority, CredentialRow, KeyRow, Receipt, RolesChange, StreamAppend};

impl Commands {
    /// `reviseRoles`: all of the desk's own roles. Whoever has one may do what it says from their next request on. Of two
    /// who revise them at once the one who comes second is decided on what the first one left.
    pub async fn revise_roles(
        &self,
        caller: &Caller,
        roles: Vec<RoleGiven>,
    ) -> Result<Receipt, CommandError> {
        person(caller)?;
        admit(caller, MANAGE)?;
        let (id, at, by) = (DESK_ID.to_string(), self.store.clock().now(), held(caller.actor));
        for _ in 0..ATTEMPTS {
            let loaded = self.store.load::<Desk>(&id).await?;
            let settings = loaded.aggregate.settings();
            let in_use = self.held_roles(settings).await?;
            let revise = ReviseRoles { at, by, in_use, roles: roles.clone() };
            let decided = loaded.aggregate.decide(DeskCommand::ReviseRoles(revise))?;
            let mut append =
                self.append(caller, vec![stream::<Desk>(id.clone(), &loaded, None, &decided)?], None);
            append.credentials = decided.iter().filter_map(|event| rows(settings, event)).collect();
            match self.store.append(append).await {
                Ok(appended) => return Ok(appended.receipt()),
                // The desk has been revised, or somebody has been given a role that is to go.
                Err(AppendError::Conflict) => {}
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
    }

    /// The roles that there are, and the desk's stream: an append that carries it along fails as a conflict when they have
    /// been revised meanwhile.
    pub(crate) async fn roles(&self) -> Result<(Roles, StreamAppend), CommandError> {
        let (desk, relied_on) = self.desk_as(true).await?;
        Ok((desk.settings().roles(), relied_on))
    }

    /// What a member holds now.
    pub(crate) async fn held_by(&self, id: MemberId) -> Result<Grants, CommandError> {
        let found = self.store.authority_of(&id.to_string()).await?;
        Ok(found.as_ref().map(grants).unwrap_or_default())
    }

    async fn held_roles(&self, settings: &Settings) -> Result<BTreeMap<RoleId, usize>, CommandError> {
        let own: Vec<&str> = settings.own_roles().iter().map(|role| role.id.as_str()).collect();
        let held = self.store.held_roles(&own).await?;
        let count = |(role, members): (String, i64)| {
            Some((role.parse().ok()?, usize::try_from(members).unwrap_or_default()))
        };
        Ok(held.into_iter().filter_map(count).collect())
    }
}

/// The rows that authority is read from, as this event leaves them.
pub(crate) fn rows(before: &Settings, event: &DeskEvent) -> Option<CredentialRow> {
    let DeskEvent::RolesRevised(event) = event else { return None };
    let row = |role: &CustomRole| (role.id.to_string(), role.grants.text());
    let is_gone = |role: &&CustomRole| event.roles.iter().all(|left| left.id != role.id);
    let gone = before.own_roles().iter().filter(is_gone).map(|role| role.id.to_string()).collect();
    Some(CredentialRow::Roles(RolesChange { roles: event.roles.iter().map(row).collect(), gone }))
}

/// A member with what their role gives them now: by the table when it is built in, by its row when it is the desk's own.
/// One that is not there gives nothing.
pub(crate) fn member(found: &Authority) -> Option<Actor> {
    Some(Actor::Member { id: found.member_id.parse().ok()?, grants: grants(found) })
}

/// A program, with that of what its owner holds now which it was given.
pub(crate) fn key(row: &KeyRow) -> Option<Actor> {
    let permissions = Permissions::named(row.permissions.split(' ')).ok()?;
    let (id, owner) = (row.key_id.parse().ok()?, row.owner.member_id.parse().ok()?);
    Some(Actor::Key { id, owner, grants: grants(&row.owner).only(permissions) })
}

fn grants(found: &Authority) -> Grants {
    let built_in = Role::ALL.into_iter().find(|role| role.id() == found.role);
    let own = || found.grants.as_deref().map(Grants::read).unwrap_or_default();
    built_in.map_or_else(own, Role::grants)
}

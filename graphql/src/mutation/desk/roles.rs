//! The desk's own roles, revised. Needs `members.manage`: a role says what members may do.

use super::DeskPayload;
use crate::{
    caller::Asks,
    fault::{self, Code},
    query::role::Scope,
    refusal,
    scalar::Locale,
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::{
    access::{Permission, holds},
    desk::{MOST_ROLES, RoleGiven},
};

#[derive(Default)]
pub(crate) struct RolesMutation;

/// The desk's own roles from now on.
#[derive(InputObject)]
struct ReviseRolesInput {
    /// All of them, at most 50: one that is left out is no more, unless somebody has it.
    roles: Vec<RoleInput>,
}

/// A role of the desk's own.
#[derive(InputObject)]
struct RoleInput {
    /// 2 to 50 capital letters, digits and `_`, beginning with a letter, such as `SUPERVISOR`; none of the built-in ones.
    id: ID,
    /// Its name in the desk's own language: 1 to 100 characters.
    name: String,
    /// Its name in other languages, at most 20.
    names: Option<Vec<RoleNameInput>>,
    /// What it allows: at least one permission, each once.
    permissions: Vec<GrantInput>,
}

/// What a role is called in another language.
#[derive(InputObject)]
struct RoleNameInput {
    /// Which language.
    locale: Locale,
    /// 1 to 100 characters.
    name: String,
}

/// A permission and how far it reaches.
#[derive(InputObject)]
struct GrantInput {
    /// Such as `messages.read`: `roles` lists them all at `ADMIN`.
    permission: String,
    /// How far; of what is for the whole desk (visitors, channels, settings, members) only `ALL`.
    scope: Scope,
}

#[Object]
impl RolesMutation {
    /// Changes the desk's own roles: whoever has one may do what it says from their next request on, open sockets and keys
    /// included. Nobody gives or takes what they do not hold, and a role that somebody has stays. Needs `members.manage`,
    /// and a session.
    async fn revise_roles(&self, ctx: &Context<'_>, input: ReviseRolesInput) -> Result<DeskPayload> {
        ctx.staff()?;
        if !holds(ctx.caller().actor, Permission::MembersManage) {
            return Err(fault::fault(Code::Forbidden, "this needs the permission members.manage"));
        }
        if input.roles.len() > MOST_ROLES {
            let user_errors = vec![refusal::too_many("roles", MOST_ROLES, ctx.locale())];
            return Ok(DeskPayload { user_errors, ..DeskPayload::default() });
        }
        let roles = input.roles.into_iter().map(RoleInput::read).collect();
        DeskPayload::of(ctx, ctx.commands().revise_roles(ctx.caller(), roles).await).await
    }
}

impl RoleInput {
    fn read(self) -> RoleGiven {
        let names = self.names.unwrap_or_default().into_iter().map(|named| (named.locale.0, named.name));
        let permission = |grant: GrantInput| (grant.permission, grant.scope.into());
        RoleGiven {
            id: self.id.to_string(),
            name: self.name,
            names: names.collect(),
            permissions: self.permissions.into_iter().map(permission).collect(),
        }
    }
}

//! Members: who works at the desk.

use super::team::Team;
use crate::{caller::Asks, fault};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::{
    access::{self, Permission, Scope as DomainScope},
    actor::Actor,
    member::MemberEmail,
};
use projections::MemberRow;

#[derive(Default)]
pub(crate) struct MemberQuery;

#[Object]
impl MemberQuery {
    /// The member who asks; null for everyone else.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        let Actor::Member { id, .. } = ctx.caller().actor else { return Ok(None) };
        let member = ctx.projections().member(id).await;
        Ok(member.map_err(|error| fault::of_query(ctx.caller(), &error))?.map(Member))
    }
}

/// A member.
pub(crate) struct Member(pub(crate) MemberRow);

/// A named set of permissions.
#[derive(SimpleObject)]
struct Role {
    /// `AGENT`, `LEAD`, `ADMIN`, `AUDITOR` or `ANALYST`.
    id: ID,
    /// Its name.
    name: String,
    /// What it allows.
    permissions: Vec<Grant>,
}

/// A permission and how far it reaches.
#[derive(SimpleObject)]
struct Grant {
    /// Such as `messages.read`.
    permission: String,
    /// How far.
    scope: Scope,
}

/// How far a permission reaches.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainScope")]
enum Scope {
    Own,
    Team,
    All,
}

/// Somebody who works at the desk.
#[Object]
impl Member {
    /// Their id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Their name; empty once erased.
    async fn name(&self) -> &str {
        self.0.name.text().unwrap_or_default()
    }

    /// Their address; null once erased.
    async fn email(&self) -> Option<&str> {
        self.0.email.clear().map(MemberEmail::as_str)
    }

    /// The teams that they are in.
    async fn teams(&self, ctx: &Context<'_>) -> Result<Vec<Team>> {
        Team::of(ctx, self.0.id).await
    }

    /// What they may do.
    async fn role(&self) -> Role {
        let role = self.0.role;
        let grant = |permission: Permission| {
            let scope = access::granted(role, permission)?.into();
            Some(Grant { permission: permission.name().to_owned(), scope })
        };
        let permissions = Permission::ALL.iter().copied().filter_map(grant).collect();
        Role { id: ID(role.id().to_owned()), name: role.id().to_owned(), permissions }
    }
}

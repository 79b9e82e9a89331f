//! Roles: what somebody may do, and how far.

use crate::{caller::Asks, scalar::Locale};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::{
    access::{Grants, Role as BuiltIn, RoleId, Scope as DomainScope},
    desk::{CustomRole, Settings},
    locale::Locale as DomainLocale,
};

#[derive(Default)]
pub(crate) struct RoleQuery;

#[Object]
impl RoleQuery {
    /// The roles that there are: first the built-in ones, then the desk's own. For members.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<Role>> {
        ctx.staff()?;
        let settings = ctx.request().desk(ctx.projections()).await?;
        let built_in = BuiltIn::ALL.into_iter().map(Role::of_every_desk);
        let own = settings.own_roles().iter().map(|role| Role::own(role, settings, ctx.locale()));
        Ok(built_in.chain(own).collect())
    }
}

/// A named set of permissions.
#[derive(SimpleObject)]
pub(crate) struct Role {
    /// `AGENT`, `LEAD`, `ADMIN`, `AUDITOR` or `ANALYST`, or the id of one of the desk's own.
    id: ID,
    /// Its name, in the request's language or the desk's own; of a built-in one its id.
    name: String,
    /// What it is called in each language, as `reviseRoles` takes it; of a built-in one nothing.
    names: Vec<RoleName>,
    /// Does every desk have it? Then it stays as it is.
    built_in: bool,
    /// What it allows.
    permissions: Vec<Grant>,
}

/// What a role is called in one language.
#[derive(SimpleObject)]
struct RoleName {
    /// Which language.
    locale: Locale,
    /// What it is called.
    name: String,
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
pub(crate) enum Scope {
    /// What is one's own.
    Own,
    /// What is one's teams', and the unassigned queue; the whole desk for a member of no team.
    Team,
    /// Everything.
    All,
}

impl Role {
    /// The role of this id as it stands; one that is no more gives nothing.
    pub(crate) async fn of(ctx: &Context<'_>, id: &RoleId) -> Result<Self> {
        if let Some(role) = id.built_in() {
            return Ok(Self::of_every_desk(role));
        }
        let settings = ctx.request().desk(ctx.projections()).await?;
        let own = settings.own_roles().iter().find(|role| role.id == *id);
        Ok(own.map_or_else(|| Self::gone(id), |role| Self::own(role, settings, ctx.locale())))
    }

    fn of_every_desk(role: BuiltIn) -> Self {
        let (id, name) = (ID(role.id().to_owned()), role.id().to_owned());
        Self { id, name, names: vec![], built_in: true, permissions: grants(role.grants()) }
    }

    fn own(role: &CustomRole, settings: &Settings, asked: Option<&DomainLocale>) -> Self {
        let own = settings.desk.as_ref().and_then(|desk| desk.locales.first());
        let name = own.map_or("", |own| role.name.text(asked, own)).to_owned();
        let in_language = |(locale, name): (&DomainLocale, &String)| RoleName {
            locale: Locale(locale.clone()),
            name: name.clone(),
        };
        let names = role.name.0.iter().map(in_language).collect();
        Self { id: ID(role.id.to_string()), name, names, built_in: false, permissions: grants(role.grants) }
    }

    fn gone(id: &RoleId) -> Self {
        let (id, name) = (ID(id.to_string()), id.to_string());
        Self { id, name, names: vec![], built_in: false, permissions: vec![] }
    }
}

fn grants(grants: Grants) -> Vec<Grant> {
    let grant = |(permission, scope): (domain::access::Permission, DomainScope)| Grant {
        permission: permission.name().to_owned(),
        scope: scope.into(),
    };
    grants.iter().map(grant).collect()
}

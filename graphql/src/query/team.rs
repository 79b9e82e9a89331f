//! Teams: members who share a queue.

use super::member::Member;
use crate::{caller::Asks, fault};
use async_graphql::{Context, ID, Object, Result};
use domain::ids::{MemberId, TeamId};
use projections::{MemberRow, TeamRow};
use std::{collections::BTreeSet, sync::Arc};

#[derive(Default)]
pub(crate) struct TeamQuery;

#[Object]
impl TeamQuery {
    /// The desk's teams, in the order in which they were formed. For members.
    async fn teams(&self, ctx: &Context<'_>) -> Result<Vec<Team>> {
        ctx.staff()?;
        let rows = ctx.teams().await?;
        let known = match ctx.look_ahead().field("members").exists() {
            true => Some(known(ctx, rows).await?),
            false => None,
        };
        Ok(rows.iter().map(|row| Team { row: row.clone(), known: known.clone() }).collect())
    }
}

/// Everybody who is in one of these teams, in one look-up.
async fn known(ctx: &Context<'_>, rows: &[TeamRow]) -> Result<Arc<[MemberRow]>> {
    let ids: BTreeSet<MemberId> = rows.iter().flat_map(|row| row.members.iter().copied()).collect();
    let members = ctx.projections().members(&ids).await;
    Ok(members.map_err(|error| fault::of_query(ctx.caller(), &error))?.into())
}

/// A team.
pub(crate) struct Team {
    row: TeamRow,
    /// Its members, when they were looked up already.
    known: Option<Arc<[MemberRow]>>,
}

impl Team {
    /// One team, also when it is no more.
    pub(crate) async fn load(ctx: &Context<'_>, id: TeamId) -> Result<Option<Self>> {
        if let Some(row) = ctx.teams().await?.iter().find(|row| row.id == id) {
            return Ok(Some(Self { row: row.clone(), known: None }));
        }
        let row = ctx.projections().team(id).await.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        Ok(row.map(|row| Self { row, known: None }))
    }

    /// What it is called.
    pub(crate) fn into_name(self) -> String {
        self.row.name.as_str().to_owned()
    }

    /// The teams that a member is in.
    pub(crate) async fn of(ctx: &Context<'_>, member: MemberId) -> Result<Vec<Self>> {
        let theirs = ctx.teams().await?.iter().filter(|row| row.members.contains(&member));
        Ok(theirs.map(|row| Self { row: row.clone(), known: None }).collect())
    }
}

/// Members who share a queue.
#[Object]
impl Team {
    /// Its id.
    async fn id(&self) -> ID {
        ID(self.row.id.to_string())
    }

    /// What it is called.
    async fn name(&self) -> &str {
        self.row.name.as_str()
    }

    /// Is it no more? What is assigned to it is in everybody's queue.
    async fn disbanded(&self) -> bool {
        self.row.disbanded
    }

    /// Who is in it.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<Member>> {
        let known = match &self.known {
            Some(known) => known.clone(),
            None => known(ctx, std::slice::from_ref(&self.row)).await?,
        };
        let own = known.iter().filter(|member| self.row.members.contains(&member.id));
        Ok(own.cloned().map(Member).collect())
    }
}

//! Mutations of teams. All of them need `members.manage`.

use super::{payload::Receipt, read};
use crate::{
    caller::Asks,
    fault,
    query::team::Team,
    refusal::{self, UserError},
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use commands::CommandError;
use domain::{
    ids::{MemberId, TeamId},
    text::Name,
};
use projections::TEAM_VIEWS;

#[derive(Default)]
pub(crate) struct TeamMutation;

/// The team as it is now, or why nothing happened.
#[derive(Default, SimpleObject)]
struct TeamPayload {
    /// The team; null when the view is behind: then the receipt stands alone.
    team: Option<Team>,
    /// What was recorded, and where.
    receipt: Option<Receipt>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

#[Object]
impl TeamMutation {
    /// Forms a team of nobody yet; its name has 1 to 100 characters. Needs `members.manage`.
    async fn form_team(&self, ctx: &Context<'_>, name: String) -> Result<TeamPayload> {
        let name = match Name::parse(&name) {
            Ok(name) => name,
            Err(error) => return Ok(TeamPayload::refused(read::of_text(ctx, &error, "name"))),
        };
        TeamPayload::of(ctx, ctx.commands().form_team(ctx.caller(), name).await).await
    }

    /// Calls a team otherwise. Needs `members.manage`.
    async fn rename_team(&self, ctx: &Context<'_>, id: ID, name: String) -> Result<TeamPayload> {
        let name = match Name::parse(&name) {
            Ok(name) => name,
            Err(error) => return Ok(TeamPayload::refused(read::of_text(ctx, &error, "name"))),
        };
        let renamed = ctx.commands().rename_team(ctx.caller(), TeamId::typed(&id), name).await;
        TeamPayload::of(ctx, renamed).await
    }

    /// Puts a member into a team: from the next request on they see what it has. Needs `members.manage`.
    async fn join_team(&self, ctx: &Context<'_>, team_id: ID, member_id: ID) -> Result<TeamPayload> {
        let (team, member) = (TeamId::typed(&team_id), MemberId::typed(&member_id));
        TeamPayload::of(ctx, ctx.commands().join_team(ctx.caller(), team, member).await).await
    }

    /// Takes a member out of a team. Needs `members.manage`.
    async fn leave_team(&self, ctx: &Context<'_>, team_id: ID, member_id: ID) -> Result<TeamPayload> {
        let (team, member) = (TeamId::typed(&team_id), MemberId::typed(&member_id));
        TeamPayload::of(ctx, ctx.commands().leave_team(ctx.caller(), team, member).await).await
    }

    /// Ends a team; what it has goes into everybody's queue. Needs `members.manage`.
    async fn disband_team(&self, ctx: &Context<'_>, id: ID) -> Result<TeamPayload> {
        let disbanded = ctx.commands().disband_team(ctx.caller(), TeamId::typed(&id)).await;
        TeamPayload::of(ctx, disbanded).await
    }
}

impl TeamPayload {
    fn refused(error: UserError) -> Self {
        Self { user_errors: vec![error], ..Self::default() }
    }

    async fn of(
        ctx: &Context<'_>,
        outcome: std::result::Result<commands::Receipt, CommandError>,
    ) -> Result<Self> {
        let receipt = match outcome {
            Ok(receipt) => receipt,
            Err(error) => match fault::of_command(ctx.caller(), &error) {
                Some(fault) => return Err(fault),
                None => return Ok(Self::refused(refusal::of_command(&error, ctx.locale()))),
            },
        };
        // What is written stays written: a fault from here on must not take the receipt away.
        let team = match ctx.projections().wait_for(TEAM_VIEWS, receipt.position).await {
            Ok(true) => Team::load(ctx, TeamId::typed(&receipt.id)).await.unwrap_or_else(|error| {
                tracing::warn!(error = error.message, "a team that was written could not be read back");
                None
            }),
            Ok(false) => None,
            Err(error) => {
                tracing::warn!(%error, "a team that was written cannot be read back yet");
                None
            }
        };
        Ok(Self { team, receipt: Some(receipt.into()), user_errors: vec![] })
    }
}

//! `startVisit`: a visitor gets a token, anonymous or with the host site's word.

use super::visitor::refused;
use crate::{caller::Asks, query::visitor::Visitor, refusal::UserError, scalar::Locale};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use commands::VisitInput;
use projections::VISITOR_VIEWS;

#[derive(Default)]
pub(crate) struct VisitMutation;

/// How a visitor comes.
#[derive(InputObject)]
struct StartVisitInput {
    /// The visitor's language.
    locale: Option<Locale>,
    /// The host site's signed token (JWT, HS256), when it says who they are. It can be used once.
    identity: Option<String>,
    /// The one-time token of a link that was sent to them.
    restore: Option<String>,
}

/// The visitor and their token, or why there is none.
#[derive(Default, SimpleObject)]
struct StartVisitPayload {
    /// Who visits.
    visitor: Option<Visitor>,
    /// Theirs, from now on: send it as `Authorization: Bearer …`. Null when the one they came with goes on.
    token: Option<String>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

#[Object]
impl VisitMutation {
    /// Gives a visitor a token. With an identity the same person is always the same visitor, wherever they come from.
    async fn start_visit(&self, ctx: &Context<'_>, input: StartVisitInput) -> Result<StartVisitPayload> {
        let locale = input.locale.map(|locale| locale.0).or_else(|| ctx.locale().cloned());
        let input = VisitInput { locale, identity: input.identity, restore: input.restore };
        let visit = match ctx.commands().start_visit(ctx.caller(), input).await {
            Ok(visit) => visit,
            Err(error) => {
                let user_errors = vec![refused(ctx, &error)?];
                return Ok(StartVisitPayload { user_errors, ..StartVisitPayload::default() });
            }
        };
        // What is written stays written: a fault from here on must not take the token away.
        let visitor = match ctx.projections().wait_for(VISITOR_VIEWS, visit.position).await {
            Ok(_) => Visitor::load(ctx, visit.visitor_id).await.ok(),
            Err(error) => {
                tracing::warn!(%error, "the visitor cannot be read yet");
                None
            }
        };
        Ok(StartVisitPayload { visitor, token: visit.token, user_errors: vec![] })
    }
}

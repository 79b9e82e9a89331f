//! Mutations of visitors: blocking, and erasing.

use super::{payload::Receipt, read};
use crate::{
    caller::Asks,
    fault::{self, Code},
    query::staff_visitor::StaffVisitor,
    refusal::{self, UserError},
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use commands::{CommandError, EraseInput, VisitorInput};
use domain::{ids::VisitorId, text::Text, visitor::VisitorError};
use projections::VISITOR_VIEWS;

#[derive(Default)]
pub(crate) struct VisitorMutation;

/// The visitor as they are now, or why nothing happened.
#[derive(Default, SimpleObject)]
struct VisitorPayload {
    /// Null when the view is behind: then the receipt stands alone.
    visitor: Option<StaffVisitor>,
    /// What was recorded, and where.
    receipt: Option<Receipt>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

/// The visitor as they are now, or why nothing happened.
#[derive(Default, SimpleObject)]
struct EraseVisitorPayload {
    /// Null when the view is behind: then the receipt stands alone.
    visitor: Option<StaffVisitor>,
    /// What was recorded, and where.
    receipt: Option<Receipt>,
    /// Are their words, name and contact gone by now, and does every message of theirs say so? If not, that follows by
    /// itself, usually within seconds.
    done: bool,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

#[Object]
impl VisitorMutation {
    /// Asks for everything of one's own to be erased: a task for an administrator. True: they have been asked, now or
    /// before; false: everything is gone already.
    async fn request_erasure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Why: at most 1,000 characters.")] reason: Option<String>,
        #[graphql(desc = "Repeats with the same key are one.")] idempotency_key: Option<String>,
    ) -> Result<bool> {
        let reason = read::optional(reason.as_deref().map(Text::parse));
        let reason = reason.map_err(|error| fault::fault(Code::BadRequest, format!("reason {error}")))?;
        let asked = ctx.commands().request_erasure(ctx.caller(), reason, idempotency_key.as_deref()).await;
        match asked {
            Ok(_) | Err(CommandError::Visitor(VisitorError::AlreadySo)) => Ok(true),
            Err(CommandError::Visitor(VisitorError::Erased) | CommandError::Erased) => Ok(false),
            Err(error) => Err(fault::of_command(ctx.caller(), &error)
                .unwrap_or_else(|| fault::fault(Code::BadRequest, error.to_string()))),
        }
    }

    /// Erases a visitor: their words, name and contact are gone for ever; that they left messages, when, and what became
    /// of them stays. Needs `visitors.erase`.
    async fn erase_visitor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which visitor.")] id: ID,
        #[graphql(desc = "Why: 1 to 1,000 characters. It stays, so name nobody in it.")] reason: String,
        #[graphql(desc = "Repeats with the same key are one.")] idempotency_key: Option<String>,
    ) -> Result<EraseVisitorPayload> {
        let reason = match Text::parse(&reason) {
            Ok(reason) => reason,
            Err(error) => {
                let user_errors = vec![read::of_text(ctx, &error, "reason")];
                return Ok(EraseVisitorPayload { user_errors, ..EraseVisitorPayload::default() });
            }
        };
        let visitor_id = VisitorId::typed(&id);
        let input = EraseInput { visitor_id, reason, idempotency_key };
        match ctx.commands().erase_visitor(ctx.caller(), input).await {
            Ok(erasure) => {
                let visitor = written(ctx, visitor_id, erasure.receipt.position).await;
                let (receipt, user_errors) = (Some(erasure.receipt.into()), vec![]);
                Ok(EraseVisitorPayload { visitor, receipt, done: erasure.done, user_errors })
            }
            Err(error) => {
                let user_errors = vec![refused(ctx, &error)?];
                Ok(EraseVisitorPayload { user_errors, ..EraseVisitorPayload::default() })
            }
        }
    }

    /// Lets a visitor leave no more messages. Needs `visitors.block`.
    async fn block_visitor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which visitor.")] id: ID,
        #[graphql(desc = "Why: at most 1,000 characters.")] reason: Option<String>,
        #[graphql(desc = "Repeats with the same key are one.")] idempotency_key: Option<String>,
    ) -> Result<VisitorPayload> {
        let reason = match read::optional(reason.as_deref().map(Text::parse)) {
            Ok(reason) => reason,
            Err(error) => {
                let user_errors = vec![read::of_text(ctx, &error, "reason")];
                return Ok(VisitorPayload { user_errors, ..VisitorPayload::default() });
            }
        };
        let visitor_id = VisitorId::typed(&id);
        let input = VisitorInput { visitor_id, reason, idempotency_key };
        VisitorPayload::of(ctx, visitor_id, ctx.commands().block_visitor(ctx.caller(), input).await).await
    }

    /// Lets a visitor leave messages again. Needs `visitors.block`.
    async fn unblock_visitor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which visitor.")] id: ID,
        #[graphql(desc = "Repeats with the same key are one.")] idempotency_key: Option<String>,
    ) -> Result<VisitorPayload> {
        let visitor_id = VisitorId::typed(&id);
        let input = VisitorInput { visitor_id, reason: None, idempotency_key };
        VisitorPayload::of(ctx, visitor_id, ctx.commands().unblock_visitor(ctx.caller(), input).await).await
    }
}

impl VisitorPayload {
    async fn of(
        ctx: &Context<'_>,
        id: VisitorId,
        outcome: std::result::Result<commands::Receipt, CommandError>,
    ) -> Result<Self> {
        match outcome {
            Ok(receipt) => {
                let visitor = written(ctx, id, receipt.position).await;
                Ok(Self { visitor, receipt: Some(receipt.into()), user_errors: vec![] })
            }
            Err(error) => Ok(Self { user_errors: vec![refused(ctx, &error)?], ..Self::default() }),
        }
    }
}

/// A refusal is an answer; a fault is not.
pub(super) fn refused(ctx: &Context<'_>, error: &CommandError) -> Result<UserError> {
    match fault::of_command(ctx.caller(), error) {
        Some(fault) => Err(fault),
        None => Ok(refusal::of_command(error, ctx.locale())),
    }
}

/// The visitor once the view has seen what was written. What is written stays written: a fault from here on must not
/// take the receipt away.
async fn written(ctx: &Context<'_>, id: VisitorId, position: i64) -> Option<StaffVisitor> {
    match ctx.projections().wait_for(VISITOR_VIEWS, position).await {
        Ok(true) => {}
        Ok(false) => return None,
        Err(error) => {
            tracing::warn!(%error, "what was written cannot be read back yet");
            return None;
        }
    }
    // Whoever may write but not read has their receipt all the same.
    let reader = ctx.reader().ok()?;
    StaffVisitor::within(ctx, &reader, id).await.unwrap_or_else(|error| {
        tracing::warn!(error = error.message, "what was written could not be read back");
        None
    })
}

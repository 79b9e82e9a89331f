//! Mutations of a message that need nothing but a reason.

use super::{payload::MessagePayload, read};
use crate::{caller::Asks, refusal::UserError};
use async_graphql::{Context, ID, InputObject, Object, Result};
use commands::WorkInput;
use domain::{message::StepKind, text::Text};

#[derive(Default)]
pub(crate) struct StepMutation;

/// A message, and why.
#[derive(InputObject)]
pub(super) struct MessageRefInput {
    /// Which message.
    message_id: ID,
    /// Why: at most 1,000 characters.
    reason: Option<String>,
    /// The version last seen; when it no longer holds, nothing happens and the answer says what did.
    expected_version: Option<i64>,
    /// Repeats with the same key are one.
    idempotency_key: Option<String>,
}

impl MessageRefInput {
    pub(super) fn read(self, ctx: &Context<'_>) -> std::result::Result<WorkInput, UserError> {
        let reason = read::optional(self.reason.as_deref().map(Text::parse));
        let reason = reason.map_err(|error| read::of_text(ctx, &error, "reason"))?;
        let target = read::target(&self.message_id, self.expected_version, self.idempotency_key);
        Ok(WorkInput { target, reason })
    }
}

async fn step(ctx: &Context<'_>, kind: StepKind, input: MessageRefInput) -> Result<MessagePayload> {
    let input = match input.read(ctx) {
        Ok(input) => input,
        Err(refusal) => return Ok(MessagePayload::refused(vec![refusal])),
    };
    let message_id = input.target.message_id;
    let taken = ctx.commands().step(ctx.caller(), kind, input).await;
    MessagePayload::of_work(ctx, message_id, taken).await
}

#[Object]
impl StepMutation {
    /// Brings a message back to the queue. Needs `messages.assign`.
    async fn unassign_message(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        step(ctx, StepKind::Unassign, input).await
    }

    /// Takes a follow-up away, because it was done or is not needed. Needs `messages.work`.
    async fn complete_follow_up(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        step(ctx, StepKind::CompleteFollowUp, input).await
    }

    /// Marks a message as dealt with. Needs `messages.work`.
    async fn resolve_message(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        step(ctx, StepKind::Resolve, input).await
    }

    /// Closes a message. Needs `messages.work`; its visitor may close it too.
    async fn close_message(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        step(ctx, StepKind::Close, input).await
    }

    /// Opens a resolved or closed message again. Needs `messages.work`.
    async fn reopen_message(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        step(ctx, StepKind::Reopen, input).await
    }

    /// Marks a message that nobody meant: it leaves lists and statistics. Needs `messages.work`.
    async fn mark_as_spam(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        step(ctx, StepKind::MarkAsSpam, input).await
    }

    /// Takes that back. Needs `messages.work`.
    async fn unmark_as_spam(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        step(ctx, StepKind::UnmarkAsSpam, input).await
    }

    /// Takes a message out of the default list. Needs `messages.work`.
    async fn archive_message(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        step(ctx, StepKind::Archive, input).await
    }

    /// Brings a message back into the default list. Needs `messages.work`.
    async fn unarchive_message(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        step(ctx, StepKind::Unarchive, input).await
    }

    /// Hides a message everywhere at once. Needs `messages.delete`.
    async fn delete_message(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        step(ctx, StepKind::Delete, input).await
    }

    /// Brings a deleted message back. Needs `messages.delete`.
    async fn restore_message(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        step(ctx, StepKind::Restore, input).await
    }
}

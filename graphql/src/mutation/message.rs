//! Mutations of messages: input becomes domain values, the command is carried out, the payload is what is now.

mod payload;

use crate::{
    caller::Asks,
    refusal::{self, UserError},
    scalar::Locale,
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use commands::{ReplyInput, SubmitInput, WorkInput};
use domain::{
    ids::{CategoryId, MessageId},
    text::{Text, TextError, parse_page_url},
};
use payload::MessagePayload;

#[derive(Default)]
pub(crate) struct MessageMutation;

/// A message as a visitor leaves it.
#[derive(InputObject)]
struct SubmitMessageInput {
    /// 1 to 100 characters; required unless the form says otherwise.
    name: Option<String>,
    /// A phone number or an e-mail address.
    contact: String,
    /// 1 to 5,000 characters.
    content: String,
    /// One of the desk's categories.
    category_id: Option<ID>,
    /// An earlier message of the same visitor.
    related_to: Option<ID>,
    /// The visitor's language.
    locale: Option<Locale>,
    /// The page it is written on.
    page_url: Option<String>,
    /// Repeats with the same key are one message.
    idempotency_key: Option<String>,
}

/// A reply.
#[derive(InputObject)]
struct ReplyToMessageInput {
    /// To which message.
    message_id: ID,
    /// 1 to 20,000 characters.
    content: String,
    /// The version last seen; when it no longer holds, nothing happens and the answer says what did.
    expected_version: Option<i64>,
    /// Repeats with the same key are one reply.
    idempotency_key: Option<String>,
}

/// A message, and why.
#[derive(InputObject)]
struct MessageRefInput {
    /// Which message.
    message_id: ID,
    /// Why: at most 1,000 characters.
    reason: Option<String>,
    /// The version last seen; when it no longer holds, nothing happens and the answer says what did.
    expected_version: Option<i64>,
    /// Repeats with the same key are one.
    idempotency_key: Option<String>,
}

#[Object]
impl MessageMutation {
    /// Leaves a message. Works without a token: then the payload has one, which opens this visitor's messages.
    async fn submit_message(&self, ctx: &Context<'_>, input: SubmitMessageInput) -> Result<MessagePayload> {
        let input = match read_submission(ctx, input) {
            Ok(input) => input,
            Err(refusals) => return Ok(MessagePayload::refused(refusals)),
        };
        match ctx.commands().submit_message(ctx.caller(), input).await {
            Ok(submitted) => Ok(MessagePayload::submitted(ctx, submitted).await),
            Err(error) => MessagePayload::of_error(ctx, None, error).await,
        }
    }

    /// Replies to the visitor. Needs `messages.reply`.
    async fn reply_to_message(
        &self,
        ctx: &Context<'_>,
        input: ReplyToMessageInput,
    ) -> Result<MessagePayload> {
        let content = match Text::parse(&input.content) {
            Ok(content) => content,
            Err(error) => return Ok(MessagePayload::refused(vec![of_text(ctx, &error, "content")])),
        };
        let message_id = MessageId::typed(&input.message_id);
        let (expected_version, idempotency_key) = (input.expected_version, input.idempotency_key);
        let input = ReplyInput { message_id, content, expected_version, idempotency_key };
        let replied = ctx.commands().reply_to_message(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, replied).await
    }

    /// Takes a message that nobody has. Needs `messages.work`.
    async fn claim_message(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        let (message_id, input) = match read_work(ctx, input) {
            Ok(read) => read,
            Err(refusals) => return Ok(MessagePayload::refused(refusals)),
        };
        let claimed = ctx.commands().claim_message(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, claimed).await
    }

    /// Closes a message. Needs `messages.work`; its visitor may close it too.
    async fn close_message(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        let (message_id, input) = match read_work(ctx, input) {
            Ok(read) => read,
            Err(refusals) => return Ok(MessagePayload::refused(refusals)),
        };
        let closed = ctx.commands().close_message(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, closed).await
    }

    /// Opens a closed message again. Needs `messages.work`.
    async fn reopen_message(&self, ctx: &Context<'_>, input: MessageRefInput) -> Result<MessagePayload> {
        let (message_id, input) = match read_work(ctx, input) {
            Ok(read) => read,
            Err(refusals) => return Ok(MessagePayload::refused(refusals)),
        };
        let reopened = ctx.commands().reopen_message(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, reopened).await
    }
}

/// Which message, and why.
fn read_work(
    ctx: &Context<'_>,
    input: MessageRefInput,
) -> std::result::Result<(MessageId, WorkInput), Vec<UserError>> {
    let reason = optional(input.reason.as_deref().map(Text::parse))
        .map_err(|error| vec![of_text(ctx, &error, "reason")])?;
    let message_id = MessageId::typed(&input.message_id);
    let (expected_version, idempotency_key) = (input.expected_version, input.idempotency_key);
    Ok((message_id, WorkInput { message_id, reason, expected_version, idempotency_key }))
}

/// Reads every text, so that one answer names all that are wrong; the rest is the desk's to judge.
fn read_submission(
    ctx: &Context<'_>,
    input: SubmitMessageInput,
) -> std::result::Result<SubmitInput, Vec<UserError>> {
    let mut refusals = Vec::new();
    let name = optional(input.name.as_deref().map(Text::parse));
    let content = Text::parse(&input.content);
    let page_url = optional(input.page_url.as_deref().map(parse_page_url));
    refusals.extend(name.as_ref().err().map(|error| of_text(ctx, error, "name")));
    refusals.extend(content.as_ref().err().map(|error| of_text(ctx, error, "content")));
    refusals.extend(page_url.as_ref().err().map(|error| of_text(ctx, error, "pageUrl")));
    match (name, content, page_url) {
        (Ok(name), Ok(content), Ok(page_url)) => Ok(SubmitInput {
            name,
            contact: input.contact,
            content,
            category_id: input.category_id.map(|id| CategoryId(id.0)),
            related_to: input.related_to.map(|id| MessageId::typed(&id)),
            locale: input.locale.map(|locale| locale.0).or_else(|| ctx.locale().cloned()),
            page_url,
            idempotency_key: input.idempotency_key,
        }),
        _ => Err(refusals),
    }
}

/// Text that may be left out; white space alone counts as left out.
fn optional<const MAX: usize>(
    read: Option<std::result::Result<Text<MAX>, TextError>>,
) -> std::result::Result<Option<Text<MAX>>, TextError> {
    match read {
        None | Some(Err(TextError::Empty)) => Ok(None),
        Some(text) => text.map(Some),
    }
}

fn of_text(ctx: &Context<'_>, error: &TextError, field: &'static str) -> UserError {
    refusal::of_text(error, field, ctx.locale())
}

//! What visitors and members say: input becomes domain values, the command is carried out, the payload is what is now.

mod form;

use super::{payload::MessagePayload, read};
use crate::{
    caller::Asks,
    refusal::{self, UserError},
    scalar::Locale,
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use commands::{ContinueInput, OnBehalf, RateInput, ReplyInput, SubmitInput};
use domain::{
    ids::{CategoryId, MessageId, VisitorId},
    message::{FilledIn, Stars},
    text::{Text, parse_page_url},
};
use std::time::Duration;

use form::Form;

#[derive(Default)]
pub(crate) struct MessageMutation;

/// A message as a visitor leaves it.
#[derive(InputObject)]
struct SubmitMessageInput {
    /// 1 to 100 characters; required unless the form says otherwise.
    name: Option<String>,
    /// A phone number or an e-mail address.
    contact: String,
    /// 1 to 5,000 characters; may be empty beside a picture or file.
    content: String,
    /// Pictures and files of the same visitor (or member, on a visitor's behalf), sent to the addresses of `createUpload`.
    upload_ids: Option<Vec<ID>>,
    /// One of the desk's categories.
    category_id: Option<ID>,
    /// An earlier message of the same visitor.
    related_to: Option<ID>,
    /// The visitor's language.
    locale: Option<Locale>,
    /// The page it is written on.
    page_url: Option<String>,
    /// Answers to the desk's own questions, at most 40.
    fields: Option<Vec<FieldValueInput>>,
    /// The version of the form that was shown: when what was filled in does not fit, the answer says whether the form has
    /// changed since; and an answer to a question that was asked then is taken although nobody asks it now.
    form_version: Option<u32>,
    /// The version of the privacy notice that was shown; left out: nobody said.
    privacy_notice_version: Option<u32>,
    /// For members: for whom they write. Needs `messages.work`.
    on_behalf: Option<OnBehalfInput>,
    /// A field of the page that people do not see, and programs fill in: when it holds anything, the message is taken for
    /// spam. Left out: the page has none.
    website: Option<String>,
    /// Seconds from when the form was there until it was sent, when the page knows and nothing was in it before: with less than 2
    /// the message is taken for spam.
    filled_in_seconds: Option<u32>,
    /// The solution of a `challenge`, when the answer was `PROOF_REQUIRED`: the base64 of JSON with `algorithm`, `challenge`,
    /// `number`, `salt` and `signature`, as ALTCHA's clients send it. Good once.
    proof: Option<String>,
    /// Repeats with the same key are one message.
    idempotency_key: Option<String>,
}

/// An answer to a question of the desk's own.
#[derive(InputObject)]
struct FieldValueInput {
    /// Which question.
    field_id: ID,
    /// A text of at most 1,000 characters, one of the options, a number such as -3.5, a day such as 2026-11-22, or `true` or
    /// `false`; empty: no answer.
    value: String,
}

/// For whom a member writes: somebody who called, or came by.
#[derive(InputObject)]
struct OnBehalfInput {
    /// A visitor who is known; null: nobody knows them yet.
    visitor_id: Option<ID>,
}

/// A reply.
#[derive(InputObject)]
struct ReplyToMessageInput {
    /// To which message.
    message_id: ID,
    /// 1 to 20,000 characters; may be empty beside a picture or file.
    content: String,
    /// Pictures and files that whoever replies has sent to the addresses of `createUpload`, at most nine together unless the
    /// desk says otherwise.
    upload_ids: Option<Vec<ID>>,
    /// The version last seen; when it no longer holds, nothing happens and the answer says what did.
    expected_version: Option<i64>,
    /// Repeats with the same key are one reply.
    idempotency_key: Option<String>,
}

/// More words of the visitor's.
#[derive(InputObject)]
struct ContinueMessageInput {
    /// In which message.
    message_id: ID,
    /// 1 to 5,000 characters; may be empty beside a picture or file.
    content: String,
    /// Pictures and files of the same visitor.
    upload_ids: Option<Vec<ID>>,
    /// Repeats with the same key are one.
    idempotency_key: Option<String>,
}

/// How content the visitor is.
#[derive(InputObject)]
struct RateMessageInput {
    /// With which message.
    message_id: ID,
    /// From 1 to 5.
    rating: i64,
    /// In their words: at most 1,000 characters.
    comment: Option<String>,
    /// Repeats with the same key are one.
    idempotency_key: Option<String>,
}

#[Object]
impl MessageMutation {
    /// Leaves a message. Works without a token: then the payload has one, which opens this visitor's messages. A member
    /// leaves one on a visitor's behalf; then there is no token, and the payload has the `message`.
    async fn submit_message(&self, ctx: &Context<'_>, input: SubmitMessageInput) -> Result<MessagePayload> {
        let form = Form::of(&input);
        let input = match read_submission(ctx, input) {
            Ok(input) => input,
            Err(refusals) => return Ok(MessagePayload::refused(form.with_the_rest(ctx, refusals).await?)),
        };
        let on_behalf = input.on_behalf.is_some();
        match ctx.commands().submit_message(ctx.caller(), input).await {
            Ok(submitted) if on_behalf => {
                MessagePayload::of_work(ctx, MessageId::typed(&submitted.receipt.id), Ok(submitted.receipt))
                    .await
            }
            Ok(submitted) => Ok(MessagePayload::submitted(ctx, submitted).await),
            Err(error) if form::is_of_a_field(&error) => {
                let refused = vec![refusal::of_command(&error, ctx.locale())];
                Ok(MessagePayload::refused(form.with_the_rest(ctx, refused).await?))
            }
            Err(error) => MessagePayload::of_error(ctx, None, error).await,
        }
    }

    /// Writes more in a message of one's own; one that was resolved or closed is open again.
    async fn continue_message(
        &self,
        ctx: &Context<'_>,
        input: ContinueMessageInput,
    ) -> Result<MessagePayload> {
        let upload_ids = read::uploads(input.upload_ids);
        let content = match read::words(&input.content, &upload_ids) {
            Ok(content) => content,
            Err(error) => return Ok(MessagePayload::refused(vec![read::of_text(ctx, &error, "content")])),
        };
        let target = read::target(&input.message_id, None, input.idempotency_key);
        let message_id = target.message_id;
        let input = ContinueInput { target, content, upload_ids };
        let said = ctx.commands().continue_message(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, said).await
    }

    /// Rates how a message of one's own was answered. A later rating replaces an earlier one.
    async fn rate_message(&self, ctx: &Context<'_>, input: RateMessageInput) -> Result<MessagePayload> {
        let comment = read::optional(input.comment.as_deref().map(Text::parse));
        let (rating, comment) = match (Stars::new(input.rating), comment) {
            (Some(rating), Ok(comment)) => (rating, comment),
            (None, _) => return Ok(MessagePayload::refused(vec![refusal::of_rating(ctx.locale())])),
            (_, Err(error)) => {
                return Ok(MessagePayload::refused(vec![read::of_text(ctx, &error, "comment")]));
            }
        };
        let target = read::target(&input.message_id, None, input.idempotency_key);
        let message_id = target.message_id;
        let rated = ctx.commands().rate_message(ctx.caller(), RateInput { target, rating, comment }).await;
        MessagePayload::of_work(ctx, message_id, rated).await
    }

    /// Replies to the visitor. Needs `messages.reply`.
    async fn reply_to_message(
        &self,
        ctx: &Context<'_>,
        input: ReplyToMessageInput,
    ) -> Result<MessagePayload> {
        let upload_ids = read::uploads(input.upload_ids);
        let content = match read::words(&input.content, &upload_ids) {
            Ok(content) => content,
            Err(error) => return Ok(MessagePayload::refused(vec![read::of_text(ctx, &error, "content")])),
        };
        let target = read::target(&input.message_id, input.expected_version, input.idempotency_key);
        let message_id = target.message_id;
        let input = ReplyInput { target, content, upload_ids };
        let replied = ctx.commands().reply_to_message(ctx.caller(), input).await;
        MessagePayload::of_work(ctx, message_id, replied).await
    }
}

/// Reads every text, so that one answer names all that are wrong; the rest is the desk's to judge.
fn read_submission(
    ctx: &Context<'_>,
    input: SubmitMessageInput,
) -> std::result::Result<SubmitInput, Vec<UserError>> {
    let mut refusals = Vec::new();
    let name = read::optional(input.name.as_deref().map(Text::parse));
    let upload_ids = read::uploads(input.upload_ids);
    let content = read::words(&input.content, &upload_ids);
    let page_url = read::optional(input.page_url.as_deref().map(parse_page_url));
    refusals.extend(name.as_ref().err().map(|error| read::of_text(ctx, error, "name")));
    refusals.extend(content.as_ref().err().map(|error| read::of_text(ctx, error, "content")));
    refusals.extend(page_url.as_ref().err().map(|error| read::of_text(ctx, error, "pageUrl")));
    let on_behalf =
        input.on_behalf.map(|of| OnBehalf { visitor_id: of.visitor_id.map(|id| VisitorId::typed(&id)) });
    match (name, content, page_url) {
        (Ok(name), Ok(content), Ok(page_url)) => Ok(SubmitInput {
            name,
            contact: input.contact,
            content,
            upload_ids,
            category_id: input.category_id.map(|id| CategoryId(id.0)),
            related_to: input.related_to.map(|id| MessageId::typed(&id)),
            locale: input.locale.map(|locale| locale.0).or_else(|| ctx.locale().cloned()),
            page_url,
            answers: form::answers(input.fields.as_deref().unwrap_or_default()),
            form_shown: input.form_version,
            privacy_notice: input.privacy_notice_version,
            on_behalf,
            filled_in: FilledIn {
                honeypot: input.website.is_some_and(|website| !website.is_empty()),
                after: input.filled_in_seconds.map(|seconds| Duration::from_secs(seconds.into())),
            },
            proof: input.proof,
            idempotency_key: input.idempotency_key,
        }),
        _ => Err(refusals),
    }
}

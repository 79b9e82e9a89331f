//! Input as it came in, read.

use crate::{
    caller::Asks,
    refusal::{self, UserError},
};
use async_graphql::{Context, ID};
use commands::Target;
use domain::{
    ids::{MessageId, UploadId},
    text::{Text, TextError},
};

/// Which message, as it was seen last, and with which key.
pub(super) fn target(id: &ID, expected_version: Option<i64>, idempotency_key: Option<String>) -> Target {
    Target { message_id: MessageId::typed(id), expected_version, idempotency_key }
}

/// Pictures and files; one named in no known way is there for nobody.
pub(super) fn uploads(ids: Option<Vec<ID>>) -> Vec<UploadId> {
    ids.unwrap_or_default().iter().map(|id| UploadId::typed(id)).collect()
}

/// What is said, which may be nothing beside a picture or file.
pub(super) fn words<const MAX: usize>(content: &str, uploads: &[UploadId]) -> Result<Text<MAX>, TextError> {
    match Text::parse(content) {
        Err(TextError::Empty) if !uploads.is_empty() => Ok(Text::nothing()),
        read => read,
    }
}

/// Text that may be left out; white space alone counts as left out.
pub(super) fn optional<const MAX: usize>(
    read: Option<Result<Text<MAX>, TextError>>,
) -> Result<Option<Text<MAX>>, TextError> {
    match read {
        None | Some(Err(TextError::Empty)) => Ok(None),
        Some(text) => text.map(Some),
    }
}

pub(super) fn of_text(ctx: &Context<'_>, error: &TextError, field: &'static str) -> UserError {
    refusal::of_text(error, field, ctx.locale())
}

//! Input as it came in, read.

use crate::{
    caller::Asks,
    refusal::{self, UserError},
};
use async_graphql::{Context, ID};
use commands::Target;
use domain::{
    ids::MessageId,
    text::{Text, TextError},
};

/// Which message, as it was seen last, and with which key.
pub(super) fn target(id: &ID, expected_version: Option<i64>, idempotency_key: Option<String>) -> Target {
    Target { message_id: MessageId::typed(id), expected_version, idempotency_key }
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

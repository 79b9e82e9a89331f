//! Answers to the form's own questions, as the form asks them now or asked them last.

use super::desk::Desk;
use crate::caller::Asks;
use async_graphql::{Context, ID, Result, SimpleObject};
use domain::message::Answer;
use projections::EntryRow;

/// An answer to a question of the desk's form.
#[derive(SimpleObject)]
pub(super) struct FieldValue {
    /// Which question.
    field_id: ID,
    /// Its label, as it is or was last.
    label: String,
    /// What they said; what they chose in the language asked for, as it was offered then; null once erased.
    value: Option<String>,
}

impl FieldValue {
    /// The answers that came with a message's first words.
    pub(super) async fn all(ctx: &Context<'_>, entries: &[EntryRow]) -> Result<Vec<Self>> {
        let answers = entries.first().map(|first| first.answers.as_slice()).unwrap_or_default();
        if answers.is_empty() {
            return Ok(vec![]);
        }
        let desk = Desk::load(ctx, ctx.locale().cloned()).await?;
        Ok(answers.iter().map(|answer| Self::told(&desk, answer)).collect())
    }

    fn told(desk: &Desk, answer: &Answer) -> Self {
        let chosen = answer.option.as_ref().and_then(|option| desk.text(option.clear()?));
        Self {
            field_id: ID(answer.field_id.clone()),
            label: desk.label(&answer.field_id),
            value: chosen.or_else(|| answer.value.text().map(str::to_owned)),
        }
    }
}

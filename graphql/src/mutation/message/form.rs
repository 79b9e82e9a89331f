//! What is wrong with a visitor's form, all of it at once: texts that cannot be taken are found when they are read, the
//! rest is the desk's to judge, and a command stops at the first.

use super::{FieldValueInput, SubmitMessageInput};
use crate::{
    caller::Asks,
    refusal::{self, UserError},
};
use async_graphql::{Context, Result};
use commands::CommandError;
use domain::{
    contact::Contact,
    ids::CategoryId,
    message::{Filled, GivenAnswer, MessageError},
};

/// The fields of a form that the desk judges, as they were given.
pub(super) struct Form {
    has_name: bool,
    contact: String,
    category_id: Option<CategoryId>,
    answers: Vec<GivenAnswer>,
    privacy_notice: Option<u32>,
    /// The version of the form that was shown, when they say.
    shown: Option<u32>,
}

/// The order in which a form asks; before it, what is wrong with the form itself.
const ORDER: [&str; 8] =
    ["formVersion", "name", "contact", "content", "categoryId", "fields", "privacyNoticeVersion", "pageUrl"];

/// Is it about a field that the desk judges?
pub(super) fn is_of_a_field(error: &CommandError) -> bool {
    matches!(
        error,
        CommandError::Contact(_)
            | CommandError::Message(
                MessageError::NameRequired
                    | MessageError::CategoryRequired
                    | MessageError::CategoryUnknown
                    | MessageError::Answer(..)
                    | MessageError::TooManyAnswers
                    | MessageError::NoticeUnknown
            )
    )
}

/// The answers as the desk takes them.
pub(super) fn answers(given: &[FieldValueInput]) -> Vec<GivenAnswer> {
    let of = |it: &FieldValueInput| GivenAnswer { field_id: it.field_id.0.clone(), said: it.value.clone() };
    given.iter().map(of).collect()
}

impl Form {
    pub(super) fn of(input: &SubmitMessageInput) -> Self {
        Self {
            has_name: input.name.as_ref().is_some_and(|name| !name.trim().is_empty()),
            contact: input.contact.clone(),
            category_id: input.category_id.clone().map(|id| CategoryId(id.0)),
            answers: answers(input.fields.as_deref().unwrap_or_default()),
            privacy_notice: input.privacy_notice_version,
            shown: input.form_version,
        }
    }

    /// These refusals and everything else that is wrong with the form as the desk's rules are now, field by field; and that
    /// the form is another one than was shown, when it is.
    pub(super) async fn with_the_rest(
        &self,
        ctx: &Context<'_>,
        mut refusals: Vec<UserError>,
    ) -> Result<Vec<UserError>> {
        let settings = ctx.request().desk(ctx.projections()).await?;
        let contact = Contact::parse(&self.contact, settings.phone_region()).err().map(CommandError::Contact);
        let filled = Filled {
            has_name: self.has_name,
            category_id: self.category_id.as_ref(),
            answers: &self.answers,
            privacy_notice: self.privacy_notice,
        };
        let (_, wrong) = settings.form_rules(self.shown).judge(&filled);
        let errors = contact.into_iter().chain(wrong.into_iter().map(CommandError::Message));
        for refused in errors.map(|error| refusal::of_command(&error, ctx.locale())) {
            if refusals.iter().all(|known| known.field != refused.field) {
                refusals.push(refused);
            }
        }
        let now = settings.form_version();
        let changed = self.shown.filter(|shown| *shown != now);
        refusals.extend(changed.map(|shown| refusal::form_changed(shown, now, ctx.locale())));
        refusals.sort_by_key(|refused| {
            let field = refused.field.as_ref().and_then(|path| path.first());
            ORDER.iter().position(|place| field.is_some_and(|field| field == place))
        });
        Ok(refusals)
    }
}

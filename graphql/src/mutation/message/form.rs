//! What is wrong with a visitor's form, all of it at once: texts that cannot be taken are found when they are read, the
//! rest is the desk's to judge, and a command stops at the first.

use super::SubmitMessageInput;
use crate::{
    caller::Asks,
    refusal::{self, UserError},
};
use async_graphql::{Context, Result};
use commands::CommandError;
use domain::{contact::Contact, ids::CategoryId, message::MessageError};

/// The fields of a form that the desk judges, as they were given.
pub(super) struct Form {
    has_name: bool,
    contact: String,
    category_id: Option<CategoryId>,
}

/// The order in which a form asks.
const ORDER: [&str; 5] = ["name", "contact", "content", "categoryId", "pageUrl"];

/// Is it about a field that the desk judges?
pub(super) fn is_of_a_field(error: &CommandError) -> bool {
    matches!(
        error,
        CommandError::Contact(_)
            | CommandError::Message(
                MessageError::NameRequired | MessageError::CategoryRequired | MessageError::CategoryUnknown
            )
    )
}

impl Form {
    pub(super) fn of(input: &SubmitMessageInput) -> Self {
        Self {
            has_name: input.name.as_ref().is_some_and(|name| !name.trim().is_empty()),
            contact: input.contact.clone(),
            category_id: input.category_id.clone().map(|id| CategoryId(id.0)),
        }
    }

    /// These refusals and everything else that is wrong with the form as the desk's rules are now, field by field.
    pub(super) async fn with_the_rest(
        &self,
        ctx: &Context<'_>,
        mut refusals: Vec<UserError>,
    ) -> Result<Vec<UserError>> {
        let settings = ctx.request().desk(ctx.projections()).await?;
        let contact = Contact::parse(&self.contact, settings.phone_region()).err().map(CommandError::Contact);
        let wrong = settings.form_rules().wrong(self.has_name, self.category_id.as_ref());
        let errors = contact.into_iter().chain(wrong.into_iter().map(CommandError::Message));
        for refused in errors.map(|error| refusal::of_command(&error, ctx.locale())) {
            if refusals.iter().all(|known| known.field != refused.field) {
                refusals.push(refused);
            }
        }
        refusals.sort_by_key(|refused| {
            let field = refused.field.as_ref().and_then(|path| path.first());
            ORDER.iter().position(|place| field.is_some_and(|field| field == place))
        });
        Ok(refusals)
    }
}

//! A visitor leaves a message: what the desk's form asks for.

use super::{Decided, MessageError, MessageEvent, MessageSubmitted};
use crate::{
    contact::Contact,
    ids::{CategoryId, MessageId, VisitorId},
    locale::Locale,
    reference::Reference,
    text::{Name, PageUrl, Words},
};
use chrono::{DateTime, Utc};

/// A visitor leaves a message.
#[derive(Clone, Debug)]
pub struct SubmitMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Who leaves it.
    pub visitor_id: VisitorId,
    /// Its short name, already reserved or about to be.
    pub reference: Reference,
    /// The visitor's name, when they gave one.
    pub name: Option<Name>,
    /// How to reach them.
    pub contact: Contact,
    /// The words.
    pub content: Words,
    /// What it is about, when they said.
    pub category_id: Option<CategoryId>,
    /// An earlier message that it belongs to.
    pub related_to: Option<Related>,
    /// The visitor's language.
    pub locale: Option<Locale>,
    /// The page it was written on.
    pub page_url: Option<PageUrl>,
    /// The desk's form as it stands.
    pub form: FormRules,
}

/// What the desk's form asks for, and what it was shown with.
#[derive(Clone, Debug, Default)]
pub struct FormRules {
    /// Is a name required?
    pub require_name: bool,
    /// Is a category required?
    pub require_category: bool,
    /// The categories there are.
    pub categories: Vec<CategoryId>,
    /// The version of the privacy notice that was shown; 0 while the desk has none.
    pub privacy_notice: u32,
}

/// An earlier message, and whose it turned out to be (`None`: there is no such message).
#[derive(Clone, Debug)]
pub struct Related {
    /// The earlier message.
    pub message_id: MessageId,
    /// Its visitor.
    pub visitor_id: Option<VisitorId>,
}

pub(super) fn submit(command: SubmitMessage) -> Decided {
    if command.form.require_name && command.name.is_none() {
        return Err(MessageError::NameRequired);
    }
    if command.form.require_category && command.category_id.is_none() {
        return Err(MessageError::CategoryRequired);
    }
    if command.category_id.as_ref().is_some_and(|id| !command.form.categories.contains(id)) {
        return Err(MessageError::CategoryUnknown);
    }
    if command.related_to.as_ref().is_some_and(|earlier| earlier.visitor_id != Some(command.visitor_id)) {
        return Err(MessageError::RelatedUnknown);
    }
    Ok(vec![MessageEvent::MessageSubmitted(MessageSubmitted {
        at: command.at,
        visitor_id: command.visitor_id,
        reference: command.reference,
        name: command.name.map(Into::into),
        contact: command.contact.into(),
        content: command.content.into(),
        category_id: command.category_id,
        related_to: command.related_to.map(|earlier| earlier.message_id),
        locale: command.locale,
        page_url: command.page_url.map(Into::into),
        privacy_notice: command.form.privacy_notice,
    })])
}

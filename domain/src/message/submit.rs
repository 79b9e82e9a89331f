//! A visitor leaves a message: what the desk's form asks for.

use super::{Decided, Image, MessageError, MessageEvent, MessageSubmitted};
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
    /// The words; may be empty beside a picture.
    pub content: Words,
    /// Pictures of theirs, received and not attached yet.
    pub images: Vec<Image>,
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

impl FormRules {
    /// Everything that is wrong with a form that has (or lacks) a name, and this category.
    pub fn wrong(&self, has_name: bool, category_id: Option<&CategoryId>) -> Vec<MessageError> {
        let mut wrong = Vec::new();
        if self.require_name && !has_name {
            wrong.push(MessageError::NameRequired);
        }
        match category_id {
            None if self.require_category => wrong.push(MessageError::CategoryRequired),
            Some(id) if !self.categories.contains(id) => wrong.push(MessageError::CategoryUnknown),
            None | Some(_) => {}
        }
        wrong
    }
}

pub(super) fn submit(command: SubmitMessage) -> Decided {
    let wrong = command.form.wrong(command.name.is_some(), command.category_id.as_ref());
    if let Some(first) = wrong.into_iter().next() {
        return Err(first);
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
        images: command.images,
        category_id: command.category_id,
        related_to: command.related_to.map(|earlier| earlier.message_id),
        locale: command.locale,
        page_url: command.page_url.map(Into::into),
        privacy_notice: command.form.privacy_notice,
    })])
}

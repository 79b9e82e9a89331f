//! A visitor leaves a message: what the desk's form asks for.

use super::{
    Decided, File, Filled, FormRules, GivenAnswer, Image, MessageError, MessageEvent, MessageMarkedAsSpam,
    MessageSubmitted, Suspicion,
};
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
    /// The words; may be empty beside a picture or another file.
    pub content: Words,
    /// Pictures of theirs, received and not attached yet.
    pub images: Vec<Image>,
    /// The same of other files.
    pub files: Vec<File>,
    /// What it is about, when they said.
    pub category_id: Option<CategoryId>,
    /// An earlier message that it belongs to.
    pub related_to: Option<Related>,
    /// The visitor's language.
    pub locale: Option<Locale>,
    /// The page it was written on.
    pub page_url: Option<PageUrl>,
    /// Answers to the form's own questions.
    pub answers: Vec<GivenAnswer>,
    /// The version of the privacy notice that they say was shown.
    pub privacy_notice: Option<u32>,
    /// The desk's form as it stands.
    pub form: FormRules,
    /// Why it is taken for spam, when it is.
    pub suspicion: Option<Suspicion>,
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
    let filled = Filled {
        has_name: command.name.is_some(),
        category_id: command.category_id.as_ref(),
        answers: &command.answers,
        privacy_notice: command.privacy_notice,
    };
    let (fields, wrong) = command.form.judge(&filled);
    if let Some(first) = wrong.into_iter().next() {
        return Err(first);
    }
    if command.related_to.as_ref().is_some_and(|earlier| earlier.visitor_id != Some(command.visitor_id)) {
        return Err(MessageError::RelatedUnknown);
    }
    let marked = MessageMarkedAsSpam { at: command.at, reason: None };
    let marked = command.suspicion.map(|_| MessageEvent::MessageMarkedAsSpam(marked));
    let submitted = MessageEvent::MessageSubmitted(MessageSubmitted {
        at: command.at,
        visitor_id: command.visitor_id,
        reference: command.reference,
        name: command.name.map(Into::into),
        contact: command.contact.into(),
        content: command.content.into(),
        images: command.images,
        files: command.files,
        category_id: command.category_id,
        related_to: command.related_to.map(|earlier| earlier.message_id),
        locale: command.locale,
        page_url: command.page_url.map(Into::into),
        privacy_notice: command.privacy_notice.unwrap_or_default(),
        fields,
    });
    Ok([submitted].into_iter().chain(marked).collect())
}

//! What can be asked of a message, with every fact that the decision needs.

use crate::{
    contact::Contact,
    ids::{CategoryId, MemberId, MessageId, ReplyId, VisitorId},
    locale::Locale,
    reference::Reference,
    text::{Name, PageUrl, Reason, ReplyText, Words},
};
use chrono::{DateTime, Utc};

/// A command to a message.
#[derive(Clone, Debug)]
pub enum MessageCommand {
    /// `submitMessage`.
    Submit(Box<SubmitMessage>),
    /// `replyToMessage`.
    Reply(ReplyToMessage),
    /// `closeMessage`.
    Close(CloseMessage),
}

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

/// A member replies.
#[derive(Clone, Debug)]
pub struct ReplyToMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// The new reply's id.
    pub reply_id: ReplyId,
    /// Who replies.
    pub author: MemberId,
    /// The reply.
    pub content: ReplyText,
}

/// A member, or the message's visitor, closes it.
#[derive(Clone, Debug)]
pub struct CloseMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Option<Reason>,
}

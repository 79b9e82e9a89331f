//! What can be asked of a message, with every fact that the decision needs.

use crate::{
    contact::Contact,
    desk::ServiceTarget,
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
    /// `claimMessage`.
    Claim(ClaimMessage),
    /// `closeMessage`.
    Close(CloseMessage),
    /// `reopenMessage`.
    Reopen(ReopenMessage),
    /// The clock: the service target of a wait has passed.
    BecomeOverdue(BecomeOverdue),
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

/// A member takes a message that nobody has.
#[derive(Clone, Debug)]
pub struct ClaimMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Who takes it.
    pub member: MemberId,
    /// Why.
    pub reason: Option<Reason>,
}

/// A member opens a closed message again.
#[derive(Clone, Debug)]
pub struct ReopenMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Option<Reason>,
}

/// The clock says that a wait has passed the desk's service target.
#[derive(Clone, Copy, Debug)]
pub struct BecomeOverdue {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Which wait: the sequence of the event that began it.
    pub wait: u32,
    /// The desk's service target in force.
    pub target: ServiceTarget,
}

//! What happened to a message. Wire names are pinned by the files in `golden/`.

use crate::{
    contact::Contact,
    event::events,
    ids::{CategoryId, MemberId, MessageId, ReplyId, TeamId, VisitorId},
    locale::Locale,
    personal::Personal,
    reference::Reference,
    text::{Name, PageUrl, Reason, ReplyText, Words},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a message.
    MessageEvent {
        /// A visitor left it.
        MessageSubmitted "1",
        /// A member replied.
        MessageReplied "1",
        /// Somebody is to answer it.
        MessageAssigned "1",
        /// A member or its visitor closed it.
        MessageClosed "1",
        /// A member opened it again.
        MessageReopened "1",
        /// The visitor has waited longer than the desk wants anybody to wait.
        ReplyBecameOverdue "1",
    }
}

/// A visitor left a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageSubmitted {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub visitor_id: VisitorId,
    /// Its short name.
    pub reference: Reference,
    /// The name they gave.
    pub name: Option<Personal<Name>>,
    /// How to reach them.
    pub contact: Personal<Contact>,
    /// The words.
    pub content: Personal<Words>,
    /// What it is about.
    pub category_id: Option<CategoryId>,
    /// The earlier message it belongs to.
    pub related_to: Option<MessageId>,
    /// The visitor's language.
    pub locale: Option<Locale>,
    /// The page it was written on.
    pub page_url: Option<Personal<PageUrl>>,
    /// The version of the privacy notice that was shown; 0: the desk had none.
    pub privacy_notice: u32,
}

/// A member replied to a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageReplied {
    /// When.
    pub at: DateTime<Utc>,
    /// The reply's id.
    pub reply_id: ReplyId,
    /// Who replied.
    pub author: MemberId,
    /// The reply.
    pub content: Personal<ReplyText>,
}

/// A message was closed; by whom stands in the event's metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageClosed {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Option<Personal<Reason>>,
}

/// A message was assigned: by a claim to whoever claimed it. By whom stands in the event's metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageAssigned {
    /// When.
    pub at: DateTime<Utc>,
    /// To whom.
    pub to: Assignee,
    /// Why.
    pub reason: Option<Personal<Reason>>,
}

/// Who is to answer a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignee {
    /// One member.
    Member(MemberId),
    /// Whoever of the team takes it.
    Team(TeamId),
}

/// A message was opened again; by whom stands in the event's metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageReopened {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Option<Personal<Reason>>,
}

/// A wait of the visitor passed the desk's service target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplyBecameOverdue {
    /// When it was noticed.
    pub at: DateTime<Utc>,
    /// Which wait: the sequence of the event that began it.
    pub wait: u32,
    /// When an answer was due, by the target that was in force.
    pub due_at: DateTime<Utc>,
}

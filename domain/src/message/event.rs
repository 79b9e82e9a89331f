//! What happened to a message. Wire names are pinned by the files in `golden/`.

use super::{Answer, CriterionScore, File, Image, Priority, Stars};
use crate::{
    contact::Contact,
    event::events,
    ids::{CategoryId, MemberId, MessageId, NoteId, ReplyId, ReviewId, Tag, TeamId, VisitorId, WordsId},
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
        MessageSubmitted "3",
        /// The visitor wrote more.
        MessageContinued "3",
        /// A member replied.
        MessageReplied "3",
        /// The desk was closed, and a rule said when it opens.
        AutoReplySent "1",
        /// A member wrote something for the desk alone.
        NoteAdded "1",
        /// Somebody is to answer it.
        MessageAssigned "1",
        /// Nobody in particular is to answer it any more.
        MessageUnassigned "1",
        /// A member parked it until a time.
        FollowUpScheduled "1",
        /// A member took a follow-up back, or did what it was for.
        FollowUpCompleted "1",
        /// The time until which it was parked has come.
        FollowUpCameDue "1",
        /// A member dealt with it.
        MessageResolved "1",
        /// A member or its visitor closed it.
        MessageClosed "1",
        /// A member opened it again.
        MessageReopened "1",
        /// A member said what it is about.
        MessageCategorized "1",
        /// A member added or removed tags.
        MessageTagged "1",
        /// A member said how urgent it is.
        MessagePrioritized "1",
        /// A member, or a rule of the desk, said that nobody meant it.
        MessageMarkedAsSpam "1",
        /// A member said that somebody means it after all.
        MessageUnmarkedAsSpam "1",
        /// It left the default list.
        MessageArchived "1",
        /// It is in the default list again.
        MessageUnarchived "1",
        /// It is hidden everywhere, and will be shredded.
        MessageDeleted "1",
        /// It was deleted, and is there again.
        MessageRestored "1",
        /// It has been deleted for long enough: its words are gone for ever.
        MessageShredded "1",
        /// Its visitor was erased: its words are gone for ever.
        MessageErased "1",
        /// Its visitor said how content they are.
        MessageRated "1",
        /// A member reviewed a reply of somebody else's.
        ReplyReviewed "1",
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
    /// The pictures that came with them; of version 1 an event without any does not speak of them.
    #[serde(default)]
    pub images: Vec<Image>,
    /// The other files that came with it; versions 1 and 2 had none.
    #[serde(default)]
    pub files: Vec<File>,
    /// What it is about.
    pub category_id: Option<CategoryId>,
    /// The earlier message it belongs to.
    pub related_to: Option<MessageId>,
    /// The visitor's language.
    pub locale: Option<Locale>,
    /// The page it was written on.
    pub page_url: Option<Personal<PageUrl>>,
    /// The version of the privacy notice that was shown; 0: none, or nobody said which.
    pub privacy_notice: u32,
    /// Answers to the form's own questions, in their order; version 1 has none.
    #[serde(default)]
    pub fields: Vec<Answer>,
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
    /// The pictures that came with it; version 1 had none.
    #[serde(default)]
    pub images: Vec<Image>,
    /// The other files that came with it; versions 1 and 2 had none.
    #[serde(default)]
    pub files: Vec<File>,
}

/// The desk was closed when a message was left, and its visitor was told so at once. It is no answer: they wait on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AutoReplySent {
    /// When.
    pub at: DateTime<Utc>,
    /// The reply's id.
    pub reply_id: ReplyId,
    /// What it says.
    pub content: Personal<ReplyText>,
    /// When the desk opens next, as it said; `None`: nobody could tell.
    pub opens_at: Option<DateTime<Utc>>,
}

/// Its visitor wrote more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageContinued {
    /// When.
    pub at: DateTime<Utc>,
    /// The id of these words.
    pub words_id: WordsId,
    /// The words.
    pub content: Personal<Words>,
    /// The pictures that came with them; version 1 had none.
    #[serde(default)]
    pub images: Vec<Image>,
    /// The other files that came with it; versions 1 and 2 had none.
    #[serde(default)]
    pub files: Vec<File>,
    /// Was it resolved or closed, and is it open again?
    pub reopened: bool,
}

/// A member wrote something that the visitor never sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteAdded {
    /// When.
    pub at: DateTime<Utc>,
    /// The note's id.
    pub note_id: NoteId,
    /// Who wrote it.
    pub author: MemberId,
    /// The note.
    pub content: Personal<ReplyText>,
    /// Whom it is meant for.
    pub mentions: Vec<MemberId>,
}

/// Declares events that carry nothing but why; by whom stands in their metadata.
macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            /// When.
            pub at: DateTime<Utc>,
            /// Why.
            pub reason: Option<Personal<Reason>>,
        }
    )*};
}

steps! {
    /// A message went back to the queue.
    MessageUnassigned,
    /// A follow-up was taken back, or done.
    FollowUpCompleted,
    /// A message was dealt with.
    MessageResolved,
    /// A message was closed.
    MessageClosed,
    /// A message was opened again.
    MessageReopened,
    /// A message was marked as spam.
    MessageMarkedAsSpam,
    /// A message was found to be none.
    MessageUnmarkedAsSpam,
    /// A message left the default list.
    MessageArchived,
    /// A message is in the default list again.
    MessageUnarchived,
    /// A message was deleted.
    MessageDeleted,
    /// A message was restored.
    MessageRestored,
}

/// A message was parked until a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FollowUpScheduled {
    /// When.
    pub at: DateTime<Utc>,
    /// Who parked it.
    pub by: MemberId,
    /// Until when.
    pub due_at: DateTime<Utc>,
    /// What is to be done then.
    pub note: Option<Personal<Reason>>,
}

/// The time that a message was parked until has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FollowUpCameDue {
    /// When it was noticed.
    pub at: DateTime<Utc>,
    /// Which follow-up: the sequence of the event that scheduled it.
    pub follow_up: u32,
    /// When it was due.
    pub due_at: DateTime<Utc>,
}

/// The words of a deleted message are gone for ever; that it was there, and what happened to it, stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageShredded {
    /// When.
    pub at: DateTime<Utc>,
    /// Which deletion led to it: the sequence of the event that deleted the message.
    pub deletion: u32,
}

/// The words of a message are gone for ever with its visitor; that it was there, and what happened to it, stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageErased {
    /// When.
    pub at: DateTime<Utc>,
}

/// A message is about something, or about something else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageCategorized {
    /// When.
    pub at: DateTime<Utc>,
    /// About this.
    pub category_id: CategoryId,
}

/// Tags were added or removed: only those that were not there, and that were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageTagged {
    /// When.
    pub at: DateTime<Utc>,
    /// Added.
    pub added: Vec<Tag>,
    /// Removed.
    pub removed: Vec<Tag>,
}

/// A message is more or less urgent than before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessagePrioritized {
    /// When.
    pub at: DateTime<Utc>,
    /// As urgent as this.
    pub priority: Priority,
}

/// A visitor rated how they were served; a later rating replaces an earlier one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageRated {
    /// When.
    pub at: DateTime<Utc>,
    /// From 1 to 5.
    pub rating: Stars,
    /// In their words.
    pub comment: Option<Personal<Reason>>,
}

/// A member reviewed a reply; several may, and each as often as they like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplyReviewed {
    /// When.
    pub at: DateTime<Utc>,
    /// The review's id.
    pub review_id: ReviewId,
    /// Which reply.
    pub reply_id: ReplyId,
    /// Who reviewed it.
    pub reviewer: MemberId,
    /// What they gave it, for each criterion at most once.
    pub scores: Vec<CriterionScore>,
    /// In their words.
    pub comment: Option<Personal<Reason>>,
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

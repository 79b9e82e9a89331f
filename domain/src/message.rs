//! The message: left by a visitor, answered by members, closed by either.
//!
//! Knows all that can happen to one and when it is refused. Must not know a word of it: decisions need ids, times, flags
//! and counts.

mod answer;
mod apply;
mod assign;
mod command;
mod due;
mod error;
mod event;
mod file;
mod follow_up;
mod form;
mod gone;
mod image;
mod review;
mod sort;
mod status;
mod step;
mod submit;
mod suspicion;
#[cfg(test)]
mod tests;
mod wait;

pub use answer::{AddNote, ContinueMessage, MOST_UPLOADS, RateMessage, ReplyToMessage, SendAutoReply, Stars};
pub use assign::{AssignMessage, ClaimMessage, Standing};
pub use command::MessageCommand;
pub use due::{Due, DueKind};
pub use error::MessageError;
pub use event::{
    Assignee, AutoReplySent, FollowUpCameDue, FollowUpCompleted, FollowUpScheduled, MessageArchived,
    MessageAssigned, MessageCategorized, MessageClosed, MessageContinued, MessageDeleted, MessageErased,
    MessageEvent, MessageMarkedAsSpam, MessagePrioritized, MessageRated, MessageReopened, MessageReplied,
    MessageResolved, MessageRestored, MessageShredded, MessageSubmitted, MessageTagged, MessageUnarchived,
    MessageUnassigned, MessageUnmarkedAsSpam, NoteAdded, ReplyBecameOverdue, ReplyReviewed,
};
pub use file::{File, FileFormat, FileName};
pub use follow_up::{BringUpFollowUp, FollowUp, ScheduleFollowUp};
pub use form::{Answer, AnswerProblem, AnswerText, Filled, FormRules, GivenAnswer, MOST_ANSWERS};
pub use gone::{EraseMessage, ShredMessage};
pub use image::{Image, ImageFormat};
pub use review::{CriterionScore, ReviewReply};
pub use sort::{CategorizeMessage, PrioritizeMessage, Priority, TagMessage};
pub use status::{MessageStatus, VisitorStatus};
pub use step::{Step, StepKind};
pub use submit::{Related, SubmitMessage};
pub use suspicion::{FEWEST_SECONDS, FilledIn, SaidIn, Suspicion};
pub use wait::{BecomeOverdue, Wait};

use crate::{
    decide::{self, Decide},
    ids::{CategoryId, Tag, VisitorId},
};
use chrono::{DateTime, Utc};
use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A message as decisions need it: no words, only who owes the next one and how far it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// Its stream is empty.
    #[default]
    NotSubmitted,
    /// Everything after.
    Submitted(Submitted),
}

/// What is known of a message that was submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any of them can meet any other"
)]
pub struct Submitted {
    /// Whose it is.
    pub visitor_id: VisitorId,
    /// Who owes the next word.
    pub awaiting: Awaiting,
    /// How far it has come.
    pub stage: Stage,
    /// Was it opened again, or did its follow-up fall due? Ends with the next reply, resolving or closing, and when it
    /// is parked.
    #[serde(alias = "reopened")]
    pub attention: bool,
    /// Who is to answer it.
    pub assignee: Option<Assignee>,
    /// Until when it is parked.
    #[serde(default)]
    pub follow_up: Option<FollowUp>,
    /// What it is about.
    #[serde(default)]
    pub category_id: Option<CategoryId>,
    /// How it is tagged.
    #[serde(default)]
    pub tags: BTreeSet<Tag>,
    /// How urgent it is.
    #[serde(default)]
    pub priority: Priority,
    /// Did nobody mean it?
    #[serde(default)]
    pub spam: bool,
    /// Is it out of the default list?
    #[serde(default)]
    pub archived: bool,
    /// Since when it is hidden everywhere, if it is.
    #[serde(default)]
    pub deleted_at: Option<DateTime<Utc>>,
    /// Which deletion hides it: the sequence of the last event that deleted it.
    #[serde(default)]
    pub deleted_with: u32,
    /// Have its words been gone for ever since a while after it was deleted?
    #[serde(default)]
    pub shredded: bool,
    /// Have they gone for ever with its visitor?
    #[serde(default)]
    pub erased: bool,
    /// When it was last resolved or closed.
    #[serde(default)]
    pub ended_at: Option<DateTime<Utc>>,
    /// The visitor's wait for an answer, while there is one.
    pub wait: Option<Wait>,
    /// How many replies it has had from members.
    pub replies: u32,
    /// How many pictures and other files have come with it and with whatever was said in it since.
    #[serde(default)]
    pub uploads: u32,
    /// Was its visitor told by a rule that the desk is closed?
    #[serde(default)]
    pub auto_replied: bool,
    /// How many events it has: the sequence of the last one.
    pub events: u32,
    /// Business time of its last event; later events are never earlier.
    pub last_at: DateTime<Utc>,
}

/// Who owes the next word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaiting {
    /// The desk, after the visitor's words.
    Desk,
    /// The visitor, after a member's reply.
    Visitor,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Somebody is still to do something.
    Active,
    /// It was dealt with.
    Resolved,
    /// It is over.
    Closed,
}

/// What follows from a command: events, or the refusal.
type Decided = Result<Vec<MessageEvent>, MessageError>;

impl Decide for Message {
    fn decide(&self, command: MessageCommand) -> Decided {
        match (command, self) {
            (MessageCommand::Submit(submit), Self::NotSubmitted) => submit::submit(*submit),
            (MessageCommand::Submit(_), Self::Submitted(_)) => Err(MessageError::AlreadySubmitted),
            (_, Self::NotSubmitted) => Err(MessageError::NotSubmitted),
            (command, Self::Submitted(message)) => message.decide(command),
        }
    }
}

impl Submitted {
    fn decide(&self, command: MessageCommand) -> Decided {
        if self.deleted_at.is_some() && !gone::is_possible_when_deleted(&command) {
            return Err(MessageError::Deleted);
        }
        if self.is_gone() && !gone::is_possible_after(&command) {
            return Err(MessageError::Erased);
        }
        match command {
            MessageCommand::Submit(_) => Err(MessageError::AlreadySubmitted),
            MessageCommand::Continue(words) => self.continued(words),
            MessageCommand::Reply(reply) => self.reply(reply),
            MessageCommand::SendAutoReply(reply) => self.send_auto_reply(reply),
            MessageCommand::AddNote(note) => self.add_note(note),
            MessageCommand::Rate(rate) => self.rate(rate),
            MessageCommand::Review(review) => self.review(review),
            MessageCommand::Claim(claim) => self.claim(claim),
            MessageCommand::Assign(assign) => self.assign(assign),
            MessageCommand::ScheduleFollowUp(schedule) => self.schedule_follow_up(schedule),
            MessageCommand::BringUpFollowUp(bring_up) => self.bring_up_follow_up(bring_up),
            MessageCommand::Categorize(categorize) => self.categorize(categorize),
            MessageCommand::Tag(tag) => self.tag(&tag),
            MessageCommand::Prioritize(prioritize) => self.prioritize(&prioritize),
            MessageCommand::Step(step) => self.step(step),
            MessageCommand::BecomeOverdue(overdue) => self.become_overdue(&overdue),
            MessageCommand::Shred(shred) => self.shred(shred),
            MessageCommand::Erase(erase) => self.erase(erase),
        }
    }

    /// Business time never goes back within a message.
    fn at(&self, clock: DateTime<Utc>) -> DateTime<Utc> {
        clock.max(self.last_at)
    }
}

impl Aggregate for Message {
    const TYPE: &'static str = "Message";
    type Command = MessageCommand;
    type Event = MessageEvent;
    type Error = MessageError;
    type Services = ();

    async fn handle(
        &mut self,
        command: MessageCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MessageError> {
        decide::handle(self, command, sink).await
    }

    fn apply(&mut self, event: MessageEvent) {
        match (event, self) {
            (MessageEvent::MessageSubmitted(event), state) => *state = Self::Submitted(Submitted::new(event)),
            (event, Self::Submitted(message)) => message.apply(event),
            // A stream begins with its submission; anything else before it changes nothing.
            (_, Self::NotSubmitted) => {}
        }
    }
}

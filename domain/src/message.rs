//! The message: left by a visitor, answered by members, closed by either.

mod command;
mod error;
mod event;
mod status;
#[cfg(test)]
mod tests;
mod wait;

pub use command::{
    BecomeOverdue, ClaimMessage, CloseMessage, FormRules, MessageCommand, Related, ReopenMessage,
    ReplyToMessage, SubmitMessage,
};
pub use error::MessageError;
pub use event::{
    Assignee, MessageAssigned, MessageClosed, MessageEvent, MessageReopened, MessageReplied,
    MessageSubmitted, ReplyBecameOverdue,
};
pub use status::{MessageStatus, VisitorStatus};
pub use wait::{DueReply, Wait};

use crate::{
    decide::{self, Decide},
    ids::VisitorId,
};
use chrono::{DateTime, Utc};
use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};

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
pub struct Submitted {
    /// Whose it is.
    pub visitor_id: VisitorId,
    /// Who owes the next word.
    pub awaiting: Awaiting,
    /// How far it has come.
    pub stage: Stage,
    /// Was it opened again, and has nothing ended that since? Ends with the next reply or closing.
    pub reopened: bool,
    /// Who is to answer it.
    pub assignee: Option<Assignee>,
    /// The visitor's wait for an answer, while there is one.
    pub wait: Option<Wait>,
    /// How many replies it has had from members.
    pub replies: u32,
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
    /// It is over.
    Closed,
}

impl Decide for Message {
    fn decide(&self, command: MessageCommand) -> Result<Vec<MessageEvent>, MessageError> {
        match command {
            MessageCommand::Submit(submit) => self.submit(*submit),
            MessageCommand::Reply(reply) => self.reply(reply),
            MessageCommand::Claim(claim) => self.claim(claim),
            MessageCommand::Close(close) => self.close(close),
            MessageCommand::Reopen(reopen) => self.reopen(reopen),
            MessageCommand::BecomeOverdue(overdue) => self.become_overdue(overdue),
        }
    }
}

impl Message {
    fn submit(&self, command: SubmitMessage) -> Result<Vec<MessageEvent>, MessageError> {
        let Self::NotSubmitted = self else { return Err(MessageError::AlreadySubmitted) };
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

    fn reply(&self, command: ReplyToMessage) -> Result<Vec<MessageEvent>, MessageError> {
        let Self::Submitted(message) = self else { return Err(MessageError::NotSubmitted) };
        Ok(vec![MessageEvent::MessageReplied(MessageReplied {
            at: command.at.max(message.last_at),
            reply_id: command.reply_id,
            author: command.author,
            content: command.content.into(),
        })])
    }

    fn claim(&self, command: ClaimMessage) -> Result<Vec<MessageEvent>, MessageError> {
        let Self::Submitted(message) = self else { return Err(MessageError::NotSubmitted) };
        if let Some(assignee) = message.assignee {
            return Err(MessageError::AlreadyAssigned(assignee));
        }
        Ok(vec![MessageEvent::MessageAssigned(MessageAssigned {
            at: command.at.max(message.last_at),
            to: Assignee::Member(command.member),
            reason: command.reason.map(Into::into),
        })])
    }

    fn close(&self, command: CloseMessage) -> Result<Vec<MessageEvent>, MessageError> {
        let Self::Submitted(message) = self else { return Err(MessageError::NotSubmitted) };
        if message.stage == Stage::Closed {
            return Err(MessageError::AlreadyClosed);
        }
        Ok(vec![MessageEvent::MessageClosed(MessageClosed {
            at: command.at.max(message.last_at),
            reason: command.reason.map(Into::into),
        })])
    }

    fn reopen(&self, command: ReopenMessage) -> Result<Vec<MessageEvent>, MessageError> {
        let Self::Submitted(message) = self else { return Err(MessageError::NotSubmitted) };
        if message.stage != Stage::Closed {
            return Err(MessageError::NotClosed);
        }
        Ok(vec![MessageEvent::MessageReopened(MessageReopened {
            at: command.at.max(message.last_at),
            reason: command.reason.map(Into::into),
        })])
    }

    fn become_overdue(&self, command: BecomeOverdue) -> Result<Vec<MessageEvent>, MessageError> {
        let Self::Submitted(message) = self else { return Err(MessageError::NotSubmitted) };
        let wait = message.wait.filter(|wait| wait.began_with == command.wait);
        let wait = wait.ok_or(MessageError::WaitIsOver)?;
        if wait.overdue_since.is_some() {
            return Err(MessageError::AlreadyOverdue);
        }
        let (at, due_at) = (command.at.max(message.last_at), wait.due_at(command.target));
        if at < due_at {
            return Err(MessageError::NotDueYet);
        }
        Ok(vec![MessageEvent::ReplyBecameOverdue(ReplyBecameOverdue { at, wait: command.wait, due_at })])
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
            (MessageEvent::MessageSubmitted(event), state) => {
                *state = Self::Submitted(Submitted {
                    visitor_id: event.visitor_id,
                    awaiting: Awaiting::Desk,
                    stage: Stage::Active,
                    reopened: false,
                    assignee: None,
                    wait: Some(Wait::new(1, event.at)),
                    replies: 0,
                    events: 1,
                    last_at: event.at,
                });
            }
            (event, Self::Submitted(message)) => message.apply(event),
            // A stream begins with its submission; anything else before it changes nothing.
            (_, Self::NotSubmitted) => {}
        }
    }
}

impl Submitted {
    fn apply(&mut self, event: MessageEvent) {
        self.events += 1;
        self.last_at = event.at();
        match event {
            // A stream begins with its submission, and has one.
            MessageEvent::MessageSubmitted(_) => {}
            MessageEvent::MessageReplied(_) => {
                self.awaiting = Awaiting::Visitor;
                self.reopened = false;
                self.wait = None;
                self.replies += 1;
            }
            MessageEvent::MessageAssigned(event) => self.assignee = Some(event.to),
            MessageEvent::MessageClosed(_) => {
                self.stage = Stage::Closed;
                self.reopened = false;
                self.wait = None;
            }
            MessageEvent::MessageReopened(event) => {
                self.stage = Stage::Active;
                self.reopened = true;
                self.wait = match self.awaiting {
                    Awaiting::Desk => Some(Wait::new(self.events, event.at)),
                    Awaiting::Visitor => None,
                };
            }
            MessageEvent::ReplyBecameOverdue(event) => {
                self.wait = self.wait.map(|wait| Wait { overdue_since: Some(event.due_at), ..wait });
            }
        }
    }
}

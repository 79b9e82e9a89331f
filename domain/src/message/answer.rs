//! What is said in a message once it was left: more words, replies, notes, and how content the visitor was.

use super::{
    AutoReplySent, Decided, File, Image, Message, MessageCommand, MessageContinued, MessageError,
    MessageEvent, MessageRated, MessageReplied, NoteAdded, Stage, Submitted,
};
use crate::{
    decide::Decide,
    ids::{MemberId, NoteId, ReplyId, WordsId},
    text::{Reason, ReplyText, Words},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Pictures and other files that one message has at most, of its visitor and of the desk together: whoever reads it reads all
/// of them. What may come with each words is the desk's to say.
pub const MOST_UPLOADS: u32 = 90;
/// How long after the last resolving or closing a message can be rated.
const RATEABLE: TimeDelta = TimeDelta::days(30);

/// The visitor writes more.
#[derive(Clone, Debug)]
pub struct ContinueMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// The id of the new words.
    pub words_id: WordsId,
    /// The words; may be empty beside a picture or another file.
    pub content: Words,
    /// Pictures of theirs, received and not attached yet.
    pub images: Vec<Image>,
    /// The same of other files.
    pub files: Vec<File>,
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
    /// The reply; may be empty beside a picture or another file.
    pub content: ReplyText,
    /// Pictures of its author's, received and not attached yet.
    pub images: Vec<Image>,
    /// The same of other files.
    pub files: Vec<File>,
}

/// A rule tells the visitor that the desk is closed.
#[derive(Clone, Debug)]
pub struct SendAutoReply {
    /// The clock.
    pub at: DateTime<Utc>,
    /// The new reply's id.
    pub reply_id: ReplyId,
    /// What it says.
    pub content: ReplyText,
    /// When the desk opens next, if that is known.
    pub opens_at: Option<DateTime<Utc>>,
}

/// A member writes something for the desk alone.
#[derive(Clone, Debug)]
pub struct AddNote {
    /// The clock.
    pub at: DateTime<Utc>,
    /// The new note's id.
    pub note_id: NoteId,
    /// Who writes it.
    pub author: MemberId,
    /// The note.
    pub content: ReplyText,
    /// Whom it is meant for; each is named once.
    pub mentions: Vec<MemberId>,
    /// Are they all members of the desk?
    pub mentions_known: bool,
}

/// The visitor says how content they are.
#[derive(Clone, Debug)]
pub struct RateMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// From 1 to 5.
    pub rating: Stars,
    /// In their words.
    pub comment: Option<Reason>,
}

/// A rating from 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stars(u8);

impl Stars {
    /// So many; `None`: fewer than 1, or more than 5.
    pub fn new(stars: i64) -> Option<Self> {
        u8::try_from(stars).ok().filter(|stars| (1..=5).contains(stars)).map(Self)
    }

    /// How many.
    pub fn count(self) -> u8 {
        self.0
    }
}

/// How many came with some words.
pub(super) fn counted(images: &[Image], files: &[File]) -> u32 {
    u32::try_from(images.len() + files.len()).unwrap_or(u32::MAX)
}

impl Message {
    /// Could its visitor rate it at this instant? The rule itself is asked.
    pub fn can_be_rated(&self, at: DateTime<Utc>) -> bool {
        let rate = RateMessage { at, rating: Stars(5), comment: None };
        self.decide(MessageCommand::Rate(rate)).is_ok()
    }
}

impl Submitted {
    pub(super) fn continued(&self, command: ContinueMessage) -> Decided {
        self.has_room_for(&command.images, &command.files)?;
        Ok(vec![MessageEvent::MessageContinued(MessageContinued {
            at: self.at(command.at),
            words_id: command.words_id,
            content: command.content.into(),
            images: command.images,
            files: command.files,
            reopened: self.stage != Stage::Active,
        })])
    }

    pub(super) fn reply(&self, command: ReplyToMessage) -> Decided {
        if self.spam {
            return Err(MessageError::Spam);
        }
        self.has_room_for(&command.images, &command.files)?;
        Ok(vec![MessageEvent::MessageReplied(MessageReplied {
            at: self.at(command.at),
            reply_id: command.reply_id,
            author: command.author,
            content: command.content.into(),
            images: command.images,
            files: command.files,
        })])
    }

    /// Words without any always fit.
    fn has_room_for(&self, images: &[Image], files: &[File]) -> Result<(), MessageError> {
        match counted(images, files) {
            more if more > 0 && self.uploads.saturating_add(more) > MOST_UPLOADS => {
                Err(MessageError::TooManyUploads)
            }
            _ => Ok(()),
        }
    }

    /// Once, and only while nobody has done anything about the message.
    pub(super) fn send_auto_reply(&self, command: SendAutoReply) -> Decided {
        if self.auto_replied || self.replies > 0 || self.stage != Stage::Active || self.spam {
            return Err(MessageError::NoAutoReply);
        }
        Ok(vec![MessageEvent::AutoReplySent(AutoReplySent {
            at: self.at(command.at),
            reply_id: command.reply_id,
            content: command.content.into(),
            opens_at: command.opens_at,
        })])
    }

    pub(super) fn add_note(&self, command: AddNote) -> Decided {
        if !command.mentions_known {
            return Err(MessageError::MentionUnknown);
        }
        Ok(vec![MessageEvent::NoteAdded(NoteAdded {
            at: self.at(command.at),
            note_id: command.note_id,
            author: command.author,
            content: command.content.into(),
            mentions: command.mentions,
        })])
    }

    pub(super) fn rate(&self, command: RateMessage) -> Decided {
        let at = self.at(command.at);
        if self.replies == 0 {
            return Err(MessageError::NotReplied);
        }
        if self.stage != Stage::Active && self.ended_at.is_some_and(|ended_at| at > ended_at + RATEABLE) {
            return Err(MessageError::TooLate);
        }
        let (rating, comment) = (command.rating, command.comment.map(Into::into));
        Ok(vec![MessageEvent::MessageRated(MessageRated { at, rating, comment })])
    }
}

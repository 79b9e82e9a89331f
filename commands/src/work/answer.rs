//! What is said in a message once it was left.

use super::{Target, member};
use crate::{Caller, Commands, access::Needs, error::CommandError, execute::Request};
use domain::{
    access::Permission,
    ids::{MemberId, NoteId, ReplyId, UploadId, WordsId},
    member::Member,
    message::{AddNote, ContinueMessage, File, Image, MessageCommand, RateMessage, ReplyToMessage, Stars},
    text::{Reason, ReplyText, Words},
};
use serde::Serialize;
use store::Receipt;

/// More words of the visitor's.
#[derive(Clone, Debug, Serialize)]
pub struct ContinueInput {
    /// In which message.
    #[serde(flatten)]
    pub target: Target,
    /// The words.
    pub content: Words,
    /// Pictures and files that the visitor has sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upload_ids: Vec<UploadId>,
}

/// A reply.
#[derive(Clone, Debug, Serialize)]
pub struct ReplyInput {
    /// To which message.
    #[serde(flatten)]
    pub target: Target,
    /// The reply; may be empty beside a picture or file.
    pub content: ReplyText,
    /// Pictures and files that whoever replies has sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upload_ids: Vec<UploadId>,
}

/// A note.
#[derive(Clone, Debug, Serialize)]
pub struct NoteInput {
    /// In which message.
    #[serde(flatten)]
    pub target: Target,
    /// The note.
    pub content: ReplyText,
    /// Whom it is meant for.
    pub mentions: Vec<MemberId>,
}

/// How content the visitor is.
#[derive(Clone, Debug, Serialize)]
pub struct RateInput {
    /// With which message.
    #[serde(flatten)]
    pub target: Target,
    /// From 1 to 5.
    pub rating: Stars,
    /// In their words.
    pub comment: Option<Reason>,
}

impl Commands {
    /// `continueMessage`: the visitor writes more, as often as anybody types and not without end.
    pub async fn continue_message(
        &self,
        caller: &Caller,
        input: ContinueInput,
    ) -> Result<Receipt, CommandError> {
        let request = self.request(caller, Needs::Owner, "continueMessage", &input.target, &input)?;
        if let Err(refusal) = self.count_continuation(caller, request.message_id).await {
            // What was done already is told again.
            return self.answered(request.idempotency.as_ref()).await?.ok_or(refusal);
        }
        let words_id = WordsId(store::random::uuid(self.store.clock().now()));
        let (at, content) = (self.store.clock().now(), input.content);
        let said = |images, files| {
            MessageCommand::Continue(ContinueMessage { at, words_id, content, images, files })
        };
        self.say(request, &words_id.to_string(), &input.upload_ids, said).await
    }

    /// `replyToMessage`: a member replies.
    pub async fn reply_to_message(
        &self,
        caller: &Caller,
        input: ReplyInput,
    ) -> Result<Receipt, CommandError> {
        let needs = Needs::Member(Permission::MessagesReply);
        let request = self.request(caller, needs, "replyToMessage", &input.target, &input)?;
        let author = member(caller, Permission::MessagesReply)?;
        let reply_id = ReplyId(store::random::uuid(self.store.clock().now()));
        let (at, content) = (self.store.clock().now(), input.content);
        let said = |images, files| {
            MessageCommand::Reply(ReplyToMessage { at, reply_id, author, content, images, files })
        };
        self.say(request, &reply_id.to_string(), &input.upload_ids, said).await
    }

    /// Carries out what is said with pictures and files of whoever says it: they go with the entry of that id.
    async fn say(
        &self,
        mut request: Request<'_>,
        entry_id: &str,
        upload_ids: &[UploadId],
        said: impl FnOnce(Vec<Image>, Vec<File>) -> MessageCommand,
    ) -> Result<Receipt, CommandError> {
        let attaching = match self.attaching(request.caller, upload_ids).await {
            Ok(attaching) => attaching,
            // With the first use of the key they were attached.
            Err(refusal) => return self.answered(request.idempotency.as_ref()).await?.ok_or(refusal),
        };
        request.rows = attaching.rows(request.message_id, entry_id);
        self.execute(request, said(attaching.images, attaching.files)).await
    }

    /// `addNote`: a member writes something for the desk alone.
    pub async fn add_note(&self, caller: &Caller, input: NoteInput) -> Result<Receipt, CommandError> {
        let needs = Needs::Member(Permission::MessagesWork);
        let request = self.request(caller, needs, "addNote", &input.target, &input)?;
        let mut mentions = input.mentions;
        mentions.sort_unstable();
        mentions.dedup();
        let mentions_known = self.all_invited(&mentions).await?;
        let command = MessageCommand::AddNote(AddNote {
            at: self.store.clock().now(),
            note_id: NoteId(store::random::uuid(self.store.clock().now())),
            author: member(caller, Permission::MessagesWork)?,
            content: input.content,
            mentions,
            mentions_known,
        });
        self.execute(request, command).await
    }

    /// `rateMessage`: the visitor says how content they are.
    pub async fn rate_message(&self, caller: &Caller, input: RateInput) -> Result<Receipt, CommandError> {
        let request = self.request(caller, Needs::Owner, "rateMessage", &input.target, &input)?;
        let (at, rating, comment) = (self.store.clock().now(), input.rating, input.comment);
        self.execute(request, MessageCommand::Rate(RateMessage { at, rating, comment })).await
    }

    /// Nobody who was invited is ever not: what this process knows is enough to say yes.
    async fn all_invited(&self, members: &[MemberId]) -> Result<bool, CommandError> {
        for id in members {
            let known = self.store.recall::<Member>(&id.to_string()).await?;
            if *known.aggregate == Member::NotInvited {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

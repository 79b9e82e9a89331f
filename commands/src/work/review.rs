//! What somebody else thinks of a reply.

use super::{Target, member};
use crate::{Caller, Commands, access::Needs, error::CommandError, execute::Facts};
use cqrs_es::Aggregate;
use domain::{
    access::Permission,
    desk::Settings,
    ids::{MemberId, MessageId, ReplyId, ReviewId},
    message::{CriterionScore, Message, MessageCommand, MessageEvent, ReviewReply},
    text::Reason,
};
use serde::Serialize;
use store::{LogFilter, Receipt};

/// What the reviewer gives a reply.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewInput {
    /// Which message.
    #[serde(flatten)]
    pub target: Target,
    /// Which of its replies.
    pub reply_id: ReplyId,
    /// For each criterion at most one.
    pub scores: Vec<CriterionScore>,
    /// In their words.
    pub comment: Option<Reason>,
}

/// Replies of a message that are looked through for one.
const MOST: i64 = 10_000;

impl Commands {
    /// `reviewReply`: a member reviews a reply of somebody else's.
    pub async fn review_reply(&self, caller: &Caller, input: ReviewInput) -> Result<Receipt, CommandError> {
        let needs = Needs::Member(Permission::QualityReview);
        let request = self.request(caller, needs, "reviewReply", &input.target, &input)?;
        let reviewer = member(caller, Permission::QualityReview)?;
        let at = self.store.clock().now();
        let review_id = ReviewId(store::random::uuid(self.store.clock().now()));
        let author = self.author_of(input.target.message_id, input.reply_id).await?;
        let review = |settings: &Settings| {
            MessageCommand::Review(ReviewReply {
                at,
                review_id,
                reply_id: input.reply_id,
                author,
                reviewer,
                scores: input.scores.clone(),
                criteria: settings.criteria(),
                comment: input.comment.clone(),
            })
        };
        self.execute_with(request, Facts::Desk(&review)).await
    }

    /// Who wrote that reply to that message. A reply that is there stays: this is no fact that goes old.
    async fn author_of(&self, of: MessageId, wanted: ReplyId) -> Result<Option<MemberId>, CommandError> {
        let types = vec!["MessageReplied".to_owned()];
        let replies = LogFilter { types, ..LogFilter::stream(Message::TYPE, &of.to_string()) };
        for recorded in self.store.read(&replies, 0, MOST).await? {
            if let MessageEvent::MessageReplied(reply) = recorded.read()?
                && reply.reply_id == wanted
            {
                return Ok(Some(reply.author));
            }
        }
        Ok(None)
    }
}

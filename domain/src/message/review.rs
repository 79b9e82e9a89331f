//! What somebody else thinks of a reply: a score for each of the desk's criteria.

use super::{Decided, MessageError, MessageEvent, ReplyReviewed, Stars, Submitted};
use crate::{
    ids::{MemberId, ReplyId, ReviewId},
    text::Reason,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A member reviews a reply of somebody else's.
#[derive(Clone, Debug)]
pub struct ReviewReply {
    /// The clock.
    pub at: DateTime<Utc>,
    /// The review's id, made by the caller of the rule.
    pub review_id: ReviewId,
    /// Which reply.
    pub reply_id: ReplyId,
    /// A fact looked up: who wrote that reply to this message; `None`: nobody did.
    pub author: Option<MemberId>,
    /// Who reviews it.
    pub reviewer: MemberId,
    /// What they give it.
    pub scores: Vec<CriterionScore>,
    /// A fact looked up: the criteria that the desk has.
    pub criteria: BTreeSet<String>,
    /// In their words.
    pub comment: Option<Reason>,
}

/// From 1 to 5 for one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionScore {
    /// A short word of the desk's, such as `ACCURACY`.
    pub criterion: String,
    /// How well it was met.
    pub score: Stars,
}

impl Submitted {
    pub(super) fn review(&self, command: ReviewReply) -> Decided {
        let author = command.author.ok_or(MessageError::ReplyUnknown)?;
        if author == command.reviewer {
            return Err(MessageError::OwnReply);
        }
        if command.scores.is_empty() {
            return Err(MessageError::ScoresMissing);
        }
        let mut scored = BTreeSet::new();
        for CriterionScore { criterion, .. } in &command.scores {
            if !command.criteria.contains(criterion) {
                return Err(MessageError::CriterionUnknown);
            }
            if !scored.insert(criterion) {
                return Err(MessageError::ScoredTwice);
            }
        }
        Ok(vec![MessageEvent::ReplyReviewed(ReplyReviewed {
            at: self.at(command.at),
            review_id: command.review_id,
            reply_id: command.reply_id,
            reviewer: command.reviewer,
            scores: command.scores,
            comment: command.comment.map(Into::into),
        })])
    }
}

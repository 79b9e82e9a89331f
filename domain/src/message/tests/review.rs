//! Reviews of replies.

use super::{after, at, reply};
use crate::{
    ids::{MemberId, ReplyId, ReviewId},
    message::{CriterionScore, Decided, MessageCommand, MessageError, ReviewReply, Stars},
};
use std::collections::BTreeSet;
use uuid::Uuid;

fn member(n: u128) -> MemberId {
    MemberId(Uuid::from_u128(n))
}

fn score(criterion: &str) -> CriterionScore {
    CriterionScore { criterion: criterion.to_owned(), score: Stars::new(4).expect("a score") }
}

fn review(author: Option<MemberId>, scores: Vec<CriterionScore>) -> ReviewReply {
    let criteria = BTreeSet::from(["ACCURACY".to_owned(), "COURTESY".to_owned()]);
    let (review_id, reply_id) = (ReviewId(Uuid::from_u128(1)), ReplyId(Uuid::from_u128(2)));
    ReviewReply {
        at: at(5),
        review_id,
        reply_id,
        author,
        reviewer: member(1),
        scores,
        criteria,
        comment: None,
    }
}

fn decided(command: ReviewReply) -> Decided {
    use crate::decide::Decide;
    after([reply(1)]).decide(MessageCommand::Review(command))
}

#[test]
fn a_reply_of_somebody_elses_is_reviewed_by_the_desks_criteria() {
    let events = decided(review(Some(member(2)), vec![score("ACCURACY"), score("COURTESY")]));
    assert_eq!(events.map(|events| events.len()), Ok(1));
}

#[test]
fn nobody_reviews_a_reply_of_their_own() {
    let refused = decided(review(Some(member(1)), vec![score("ACCURACY")]));
    assert_eq!(refused, Err(MessageError::OwnReply));
}

#[test]
fn a_reply_that_is_not_there_is_not_reviewed() {
    assert_eq!(decided(review(None, vec![score("ACCURACY")])), Err(MessageError::ReplyUnknown));
}

#[test]
fn a_review_scores_something_each_criterion_once_and_only_those_of_the_desk() {
    let refused = |scores| decided(review(Some(member(2)), scores));
    assert_eq!(refused(vec![]), Err(MessageError::ScoresMissing));
    assert_eq!(refused(vec![score("SPEED")]), Err(MessageError::CriterionUnknown));
    assert_eq!(refused(vec![score("ACCURACY"), score("ACCURACY")]), Err(MessageError::ScoredTwice));
}

#[test]
fn a_review_leaves_a_message_as_it_was() {
    use crate::decide::Decide;
    use cqrs_es::Aggregate;
    let mut message = after([reply(1)]);
    let status = message.status();
    let command = MessageCommand::Review(review(Some(member(2)), vec![score("ACCURACY")]));
    for event in message.decide(command).expect("accepted") {
        message.apply(event);
    }
    assert_eq!(message.status(), status);
}

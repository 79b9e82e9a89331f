//! What members think of each other's replies.

use super::{Fact, FactKind, Facts, Metric, NOTHING, Step};
use domain::message::MessageEvent;

pub(super) const QUALITY: Metric = Metric {
    name: "quality",
    version: 1,
    starts: NOTHING,
    stops: NOTHING,
    answerer: "the author of the reviewed reply is credited",
    reopened: "nothing",
    calendar: NOTHING,
    placed: "at the review",
    aggregated: "mean of the scores per member and criterion, and how many; every review counts, also a second one by the same reviewer",
};

/// Scores are from 1 to 5; eight leaves room in a value for them beside the criterion.
pub(in crate::statistics) const SCORES: u64 = 8;

pub(super) fn take(step: &Step<'_>, facts: &mut Facts) {
    let MessageEvent::ReplyReviewed(reviewed) = step.event else { return };
    let reply = step.replies.iter().position(|id| *id == reviewed.reply_id);
    let mut replies = facts.all.iter().filter(|fact| fact.kind == FactKind::Replied);
    let by = reply.and_then(|place| replies.nth(place)).and_then(|replied| replied.by);
    for given in &reviewed.scores {
        let value = Some(facts.criterion(&given.criterion) * SCORES + u64::from(given.score.count()));
        let (kind, at) = (FactKind::Reviewed, step.at.timestamp_micros());
        facts.all.push(Fact { kind, at, by, took: None, value, of: vec![step.sequence] });
    }
}

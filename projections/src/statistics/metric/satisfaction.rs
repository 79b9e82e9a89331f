//! How content visitors were.

use super::{Fact, FactKind, Facts, Metric, NOTHING, Step};
use domain::message::MessageEvent;

pub(super) const SATISFACTION: Metric = Metric {
    name: "satisfaction",
    version: 1,
    starts: NOTHING,
    stops: NOTHING,
    answerer: "members; a message can be rated once one has replied. Credited to the author of the last reply before the rating; one that could be rated and is not to the author of its last reply",
    reopened: "nothing: a later rating replaces an earlier one",
    calendar: NOTHING,
    placed: "when the rated message was left",
    aggregated: "mean of the latest ratings, how many of each, and the response rate: rated, divided by those that could be rated",
};

pub(super) fn take(step: &Step<'_>, facts: &mut Facts) {
    let Some(at) = facts.last(FactKind::Submitted).map(|submitted| submitted.at) else { return };
    let Some(replied) = facts.last(FactKind::Replied) else { return };
    let (by, reply) = (replied.by, replied.of.last().copied());
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else has to do with it")]
    let rated = match step.event {
        // Whoever replies to what is rated already has not been rated: the two stay with one member.
        MessageEvent::MessageReplied(_) if facts.last(FactKind::Rated).is_some() => return,
        MessageEvent::MessageReplied(_) => None,
        MessageEvent::MessageRated(rated) => Some(u64::from(rated.rating.count())),
        _ => return,
    };
    facts.withdraw(FactKind::Rateable);
    let of: Vec<u32> = [1].into_iter().chain(reply).collect();
    facts.all.push(Fact { kind: FactKind::Rateable, at, by, took: None, value: None, of });
    if rated.is_some() {
        facts.withdraw(FactKind::Rated);
        let of = vec![1, step.sequence];
        facts.all.push(Fact { kind: FactKind::Rated, at, by, took: None, value: rated, of });
    }
}

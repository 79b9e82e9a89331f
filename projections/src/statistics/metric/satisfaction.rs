//! How content visitors were.

use super::{Fact, FactKind, Facts, Metric, NOTHING, Step};
use domain::message::MessageEvent;

pub(super) const SATISFACTION: Metric = Metric {
    name: "satisfaction",
    version: 1,
    starts: NOTHING,
    stops: NOTHING,
    answerer: "members; a message can be rated once one has replied. Credited to the author of the last reply before the rating",
    reopened: "nothing: a later rating replaces an earlier one",
    calendar: NOTHING,
    placed: "when the rated message was left",
    aggregated: "mean of the latest ratings, how many of each, and the response rate: rated, divided by those that could be rated",
};

pub(super) fn take(step: &Step<'_>, facts: &mut Facts) {
    let Some(at) = facts.last(FactKind::Submitted).map(|submitted| submitted.at) else { return };
    let last_author = || facts.last(FactKind::Replied).and_then(|replied| replied.by);
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else has to do with it")]
    let (kind, value) = match step.event {
        MessageEvent::MessageReplied(_) => (FactKind::Rateable, None),
        MessageEvent::MessageRated(rated) => (FactKind::Rated, Some(u64::from(rated.rating.count()))),
        _ => return,
    };
    let by = last_author();
    facts.withdraw(kind);
    facts.all.push(Fact { kind, at, by, took: None, value, of: vec![1, step.sequence] });
}

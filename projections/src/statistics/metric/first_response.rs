//! How long visitors waited for the first word of a person. Two versions stand beside each other: they differ in what it
//! does that a message is opened again.

use super::{Fact, FactKind, Facts, HOURS_THEN, Metric, SPANS, Step};
use store::micros;

pub(super) const FIRST_RESPONSE: Metric = Metric {
    name: "first_response_time",
    version: 1,
    starts: "when the message is left",
    stops: "at the first reply of a member",
    answerer: "members; automatic replies do not count. Credited to the author of that reply",
    reopened: "nothing: what was said after it was opened again is no first response",
    calendar: HOURS_THEN,
    placed: "at that reply",
    aggregated: SPANS,
};

pub(super) const RESTARTED: Metric = Metric {
    name: "first_response_time",
    version: 2,
    starts: "when the message is left, and anew when it is opened again",
    stops: "at the first reply of a member after that",
    reopened: "restarts it: the first reply after it is a first response as well",
    ..FIRST_RESPONSE
};

pub(super) fn take(step: &Step<'_>, facts: &mut Facts) {
    let Some(submitted) = facts.last(FactKind::Submitted).filter(|_| step.is_reply()) else { return };
    let submitted = micros(submitted.at);
    if facts.last(FactKind::FirstResponse).is_none() {
        step.push(facts, FactKind::FirstResponse, Some(step.took(submitted)), Some(1));
    }
    // What came last of these says whether a clock is running, and since when.
    let starts = |fact: &&Fact| [FactKind::Submitted, FactKind::Reopened].contains(&fact.kind);
    let stops = |fact: &Fact| fact.kind == FactKind::FirstResponseRestarted;
    let last = facts.all.iter().rev().find(|fact| starts(fact) || stops(fact)).filter(starts);
    if let Some((since, began_with)) = last.map(|last| (micros(last.at), last.of.first().copied())) {
        step.push(facts, FactKind::FirstResponseRestarted, Some(step.took(since)), began_with);
    }
}

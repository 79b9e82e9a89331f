//! How many messages somebody still has to see to.

use super::{Fact, FactKind, Facts, Metric, NOTHING, Step};

pub(super) const BACKLOG: Metric = Metric {
    name: "backlog",
    version: 1,
    starts: "when a message comes to be OPEN or FOLLOW_UP",
    stops: "when it comes to be anything else, or is deleted",
    answerer: "nobody is credited",
    reopened: "it is in the backlog again",
    calendar: NOTHING,
    placed: "by the log's clock: an instant of the past is the last position that had been recorded by then",
    aggregated: "how many there are at an instant",
};

pub(super) fn take(step: &Step<'_>, facts: &mut Facts) {
    let kind = match (step.waited, step.waits) {
        (false, true) => FactKind::Entered,
        (true, false) => FactKind::Left,
        (true, true) | (false, false) => return,
    };
    let at = step.recorded_at.timestamp_micros();
    facts.all.push(Fact { kind, at, by: None, took: None, value: None, of: vec![step.sequence] });
}

//! How long messages took altogether, and which share of them is done.

use super::{Fact, FactKind, Facts, HOURS_THEN, Metric, NOTHING, SPANS, Step};
use store::micros;

pub(super) const HANDLING_TIME: Metric = Metric {
    name: "handling_time",
    version: 1,
    starts: "when the message is left",
    stops: "when it is last resolved or closed, and not opened again since",
    answerer: "whoever resolved or closed it; nobody is credited when its visitor closed it",
    reopened: "the clock goes on as if it had never stopped",
    calendar: HOURS_THEN,
    placed: "when it was last resolved or closed",
    aggregated: SPANS,
};

pub(super) const FLOW: Metric = Metric {
    name: "handling_rate_flow",
    version: 1,
    starts: NOTHING,
    stops: NOTHING,
    reopened: "what is opened again is not handled until it is resolved or closed again",
    calendar: NOTHING,
    placed: "messages handled by when they were last resolved or closed, those left by when they were left",
    aggregated: "handled in the range, divided by left in the range; may be more than 1",
    ..HANDLING_TIME
};

pub(super) const COHORT: Metric = Metric {
    name: "handling_rate_cohort",
    placed: "when the message was left",
    aggregated: "of those left in the range, the share that is handled as of the position",
    ..FLOW
};

pub(super) fn take(step: &Step<'_>, facts: &mut Facts) {
    if step.is_end() || step.is_reopening() {
        facts.withdraw(FactKind::Handled);
        facts.withdraw(FactKind::HandledOfSubmitted);
    }
    let Some(submitted) = facts.last(FactKind::Submitted).filter(|_| step.is_end()) else { return };
    let at = submitted.at;
    step.push(facts, FactKind::Handled, Some(step.took(micros(at))), Some(1));
    let by = facts.last(FactKind::Handled).and_then(|handled| handled.by);
    let kind = FactKind::HandledOfSubmitted;
    facts.all.push(Fact { kind, at, by, took: None, value: None, of: vec![1, step.sequence] });
}

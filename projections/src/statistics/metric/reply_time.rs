//! How long each wait of a visitor's took.

use super::{FactKind, Facts, HOURS_THEN, Metric, SPANS, Step};

pub(super) const REPLY_TIME: Metric = Metric {
    name: "reply_time",
    version: 1,
    starts: "with words of the visitor's when the desk owes them nothing yet; more words belong to the wait that is under way",
    stops: "at the reply that ends the wait; one that ends otherwise (it was resolved or closed) has no reply time",
    answerer: "members; automatic replies end no wait. Credited to the author of the reply",
    reopened: "begins another wait when the desk owes a word: the time in between is nobody's debt",
    calendar: HOURS_THEN,
    placed: "at that reply",
    aggregated: SPANS,
};

pub(super) fn take(step: &Step<'_>, facts: &mut Facts) {
    let Some(wait) = step.before.and_then(|before| before.wait).filter(|_| step.is_reply()) else { return };
    step.push(facts, FactKind::ReplyTime, Some(step.took(wait.began_at)), Some(wait.began_with));
}

//! Which share of the visitors' waits was over in time.

use super::{Fact, FactKind, Facts, Metric, Step};
use domain::message::{Assignee, MessageEvent};

pub(super) const WITHIN_TARGET: Metric = Metric {
    name: "within_target",
    version: 1,
    starts: "with the visitor's wait, as for reply_time",
    stops: "when the wait ends: with a reply, or because it was resolved or closed; or when an answer was due",
    answerer: "met: whoever ended the wait; missed: the member who had the message when it was found to be late",
    reopened: "begins another wait when the desk owes a word, which can be met or missed on its own",
    calendar: "the service target of the category and priority, in opening hours, as in force when the wait ended or was found to be late",
    placed: "met: when the wait ended; missed: when an answer was due, also while the visitor still waits",
    aggregated: "met, divided by met and missed; a wait that is under way and not late yet is neither",
};

pub(super) fn take(step: &Step<'_>, facts: &mut Facts) {
    let Some(before) = step.before else { return };
    let Some(wait) = before.wait else { return };
    let late = |at: i64, facts: &mut Facts| {
        let holder = match before.assignee {
            Some(Assignee::Member(member)) => Some(facts.place(member.0)),
            Some(Assignee::Team(_)) | None => None,
        };
        let of = vec![wait.began_with, step.sequence];
        facts.all.push(Fact { kind: FactKind::Missed, at, by: holder, took: None, value: None, of });
    };
    if let MessageEvent::ReplyBecameOverdue(overdue) = step.event {
        late(overdue.due_at.timestamp_micros(), facts);
    } else if (step.is_reply() || step.is_end()) && wait.overdue_since.is_none() {
        // Nobody may have been there to tell that it was late.
        match step.rules.due_at(before) {
            Some(due_at) if due_at <= step.at => late(due_at.timestamp_micros(), facts),
            Some(_) => step.push(facts, FactKind::Met, None, Some(wait.began_with)),
            None => {}
        }
    }
}

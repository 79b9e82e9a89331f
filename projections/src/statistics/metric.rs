//! The metrics: each says in seven sentences what it is, and folds what happens to a message into facts.
//!
//! A fold is pure: what it makes of an event depends on the message before and after it, on the hours and the target in
//! force, and on nothing else. Whatever changes a figure is a new version, under the same name, beside the old one.

mod backlog;
mod counts;
mod first_response;
mod handling;
mod quality;
mod reply_time;
mod satisfaction;
mod within_target;

pub(super) use quality::SCORES;

use super::{
    fact::{Fact, FactKind, Facts, Took},
    rules::Rules,
};
use chrono::{DateTime, Utc};
use domain::{
    ids::{CategoryId, MemberId, ReplyId},
    message::{MessageEvent, Submitted},
};

/// What a figure means: its seven choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name, such as `first_response_time`.
    pub name: &'static str,
    /// Raised when it comes to mean something else.
    pub version: u32,
    /// When its clock starts.
    pub starts: &'static str,
    /// When its clock stops.
    pub stops: &'static str,
    /// Who counts as an answerer, and who is credited.
    pub answerer: &'static str,
    /// What it does to it that a message is opened again.
    pub reopened: &'static str,
    /// Which calendar it goes by, and which version of it.
    pub calendar: &'static str,
    /// Which date places it in a series.
    pub placed: &'static str,
    /// How many become one figure.
    pub aggregated: &'static str,
}

/// Every metric, in the order of the manual.
pub const METRICS: [&Metric; 16] = [
    &counts::SUBMITTED,
    &counts::REPLIED,
    &counts::RESOLVED,
    &counts::CLOSED,
    &counts::REOPENED,
    &counts::SPAM,
    &backlog::BACKLOG,
    &first_response::FIRST_RESPONSE,
    &first_response::RESTARTED,
    &reply_time::REPLY_TIME,
    &handling::HANDLING_TIME,
    &handling::FLOW,
    &handling::COHORT,
    &within_target::WITHIN_TARGET,
    &satisfaction::SATISFACTION,
    &quality::QUALITY,
];

/// What these metrics have in common.
pub const OF_ALL: &str = "A message that is marked as spam leaves every figure of every date but that of spam, and comes back when it is \
     unmarked. Deleting, shredding and erasing change no figure of the time before. Archiving changes none.";

const NOTHING: &str = "does not apply: it is counted, not timed";
const HOURS_THEN: &str = "both: the wall clock, and the opening hours of the desk, or of the category that the message has at the end, each stretch \
     by the hours that were in force in it";
const SPANS: &str =
    "mean (the sum of whole seconds divided once), p50 and p90 (exact, nearest rank), and how many";

/// An event, and all that a fold may know of it.
pub(super) struct Step<'a> {
    /// The message before it; `None`: it was not there.
    pub(super) before: Option<&'a Submitted>,
    /// The message after it.
    pub(super) after: &'a Submitted,
    /// Was it open or parked, before and after?
    pub(super) waited: bool,
    pub(super) waits: bool,
    pub(super) event: &'a MessageEvent,
    pub(super) at: DateTime<Utc>,
    pub(super) recorded_at: DateTime<Utc>,
    pub(super) sequence: u32,
    /// The member who did it.
    pub(super) by: Option<MemberId>,
    /// The replies before it, in their order.
    pub(super) replies: &'a [ReplyId],
    /// The hours and the target in force.
    pub(super) rules: &'a Rules,
}

/// Takes an event into the facts of its message, metric by metric.
pub(super) fn take(step: &Step<'_>, facts: &mut Facts) {
    counts::take(step, facts);
    backlog::take(step, facts);
    first_response::take(step, facts);
    reply_time::take(step, facts);
    handling::take(step, facts);
    within_target::take(step, facts);
    satisfaction::take(step, facts);
    quality::take(step, facts);
}

impl Step<'_> {
    /// Adds a fact at the event's own time, credited to whoever did it.
    fn push(&self, facts: &mut Facts, kind: FactKind, took: Option<Took>, since: Option<u32>) {
        let of = since.into_iter().chain([self.sequence]).collect();
        let by = self.by.map(|by| facts.place(by.0));
        facts.all.push(Fact { kind, at: self.at.timestamp_micros(), by, took, value: None, of });
    }

    /// How long it took until this event.
    fn took(&self, since: DateTime<Utc>) -> Took {
        self.rules.took(self.category(), since, self.at)
    }

    fn category(&self) -> Option<&CategoryId> {
        self.after.category_id.as_ref()
    }

    fn is_reply(&self) -> bool {
        matches!(self.event, MessageEvent::MessageReplied(_))
    }

    fn is_end(&self) -> bool {
        matches!(self.event, MessageEvent::MessageResolved(_) | MessageEvent::MessageClosed(_))
    }

    /// Was it opened again, by a member or by more words?
    fn is_reopening(&self) -> bool {
        let by_words = matches!(self.event, MessageEvent::MessageContinued(continued) if continued.reopened);
        by_words || matches!(self.event, MessageEvent::MessageReopened(_))
    }
}

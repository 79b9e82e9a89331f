//! How many of what there were.

use super::{Fact, FactKind, Facts, Metric, NOTHING, Step};
use domain::message::{Assignee, MessageEvent};

macro_rules! counted {
    ($($constant:ident $name:literal $what:literal $answerer:literal;)*) => {$(
        pub(super) const $constant: Metric = Metric {
            name: $name,
            version: 1,
            starts: NOTHING,
            stops: NOTHING,
            answerer: $answerer,
            reopened: "each time counts",
            calendar: NOTHING,
            placed: $what,
            aggregated: "how many; by category, tag and team as the message has them now",
        };
    )*};
}

counted! {
    SUBMITTED "submitted" "when the message was left" "nobody is credited";
    REPLIED "replied" "at each reply" "members, each for their replies; automatic replies are none";
    RESOLVED "resolved" "when it was resolved" "the member who resolved it";
    CLOSED "closed" "when it was closed" "the member who closed it; nobody, when its visitor did";
    REOPENED "reopened" "when it was opened again, by a member or by more words of its visitor" "the member who opened it again; nobody, when its visitor did";
    SPAM "spam" "when it was marked as spam; only of messages that are spam now" "the member who marked it";
}

pub(super) fn take(step: &Step<'_>, facts: &mut Facts) {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are counted nowhere")]
    let kind = match step.event {
        MessageEvent::MessageSubmitted(_) => {
            let at = step.at.timestamp_micros();
            // On a visitor's behalf too: it is the visitor's.
            facts.all.push(Fact {
                kind: FactKind::Submitted,
                at,
                by: None,
                took: None,
                value: None,
                of: vec![1],
            });
            None
        }
        MessageEvent::MessageReplied(_) => Some(FactKind::Replied),
        MessageEvent::MessageResolved(_) => Some(FactKind::Resolved),
        MessageEvent::MessageClosed(_) => Some(FactKind::Closed),
        MessageEvent::MessageMarkedAsSpam(_) => {
            facts.withdraw(FactKind::Spam);
            Some(FactKind::Spam)
        }
        _ if step.is_reopening() => Some(FactKind::Reopened),
        _ => None,
    };
    if let Some(kind) = kind {
        step.push(facts, kind, None, None);
    }
    if let Some(Assignee::Team(team)) = step.after.assignee {
        facts.team = Some(team.0);
    }
    facts.spam = step.after.spam;
    if !facts.spam {
        facts.withdraw(FactKind::Spam);
    }
    facts.category = step.category().map(|id| id.0.clone());
    facts.tags = step.after.tags.iter().map(|tag| tag.0.clone()).collect();
}

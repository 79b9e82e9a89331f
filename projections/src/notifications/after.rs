//! What becomes of a delivery, and what is known of its channel, by what came of a request. Pure.

use super::{
    rows::{After, Due},
    schedule::{Sign, again},
    trial::Verdict,
    vendor::Outcome,
};
use chrono::{DateTime, Utc};

/// It is over.
pub(super) fn over(due: &Due, state: &'static str) -> After {
    After {
        delivery_id: due.delivery_id.clone(),
        was: due.next_at,
        state,
        tries: due.tries,
        next_at: None,
        alone: due.alone,
        picture: due.picture,
    }
}

/// This one was told, and a picture of it follows: before whatever is due by now.
fn followed(due: &Due, picture: i64) -> After {
    After {
        delivery_id: due.delivery_id.clone(),
        was: due.next_at,
        state: "PENDING",
        tries: 0,
        next_at: Some(due.next_at),
        alone: true,
        picture,
    }
}

/// What becomes of a delivery whose request was made, `together` with others or not; `then`: the picture that follows.
pub(super) fn after(
    due: &Due,
    verdict: &Verdict,
    (together, then): (bool, Option<i64>),
    chance: u32,
    now: DateTime<Utc>,
) -> After {
    let taken = || then.map_or_else(|| over(due, "DELIVERED"), |picture| followed(due, picture));
    let retrying = |tries, next_at, alone| After {
        delivery_id: due.delivery_id.clone(),
        was: due.next_at,
        state: "RETRYING",
        tries,
        next_at: Some(next_at),
        alone,
        picture: due.picture,
    };
    match verdict.outcome {
        Outcome::Delivered => taken(),
        // The message was told: a picture that is refused is passed over.
        Outcome::Payload if due.picture > 0 => taken(),
        // One of them is the guilty one: each goes by itself. Not when somebody has it: then a mailbox is closed.
        Outcome::Payload if together && !verdict.partly => retrying(due.tries, now, true),
        Outcome::Payload => over(due, "DEAD"),
        // The channel is paused, and goes on with it once it is resumed.
        Outcome::Configuration => retrying(due.tries, now, due.alone),
        Outcome::Retry => match again(due.tries + 1, verdict.wait, now, chance) {
            Some(next_at) => retrying(due.tries + 1, next_at, due.alone),
            // A code that nobody knows may mean one of them: before they die, each goes once more by itself.
            None if together && !verdict.partly => retrying(due.tries, now, true),
            None => over(due, "DEAD"),
        },
    }
}

/// What it says of the channel. What is wrong with one notification says nothing, unless somebody has it: then it works.
pub(super) fn sign(verdict: &Verdict) -> Option<Sign> {
    match verdict.outcome {
        Outcome::Delivered => Some(Sign::Good),
        Outcome::Payload => verdict.partly.then_some(Sign::Good),
        Outcome::Retry | Outcome::Configuration => Some(Sign::Bad(verdict.wait)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::schedule::SCHEDULE;

    fn of(tries: usize, outcome: Outcome, partly: bool, together: bool) -> (&'static str, i64, bool) {
        let due = Due {
            delivery_id: "1".to_owned(),
            position: 1,
            event_type: "message.submitted".to_owned(),
            tries: i64::try_from(tries).expect("few"),
            next_at: DateTime::UNIX_EPOCH,
            alone: false,
            picture: 0,
        };
        let verdict = Verdict { outcome, code: None, wait: None, gone: false, partly };
        let after = after(&due, &verdict, (together, None), 0, DateTime::UNIX_EPOCH);
        (after.state, after.tries, after.alone)
    }

    #[test]
    fn of_a_digest_that_is_never_taken_each_goes_once_more_by_itself_and_then_it_is_dead() {
        let last = SCHEDULE.len();
        assert_eq!(of(last - 1, Outcome::Retry, false, true), ("RETRYING", 9, false));
        assert_eq!(of(last, Outcome::Retry, false, true), ("RETRYING", 9, true));
        assert_eq!(of(last, Outcome::Retry, false, false), ("DEAD", 9, false));
        assert_eq!(of(last, Outcome::Retry, true, true), ("DEAD", 9, false), "somebody has it");
    }

    #[test]
    fn a_digest_that_is_refused_is_taken_apart_unless_somebody_has_it() {
        assert_eq!(of(0, Outcome::Payload, false, true), ("RETRYING", 0, true));
        assert_eq!(of(0, Outcome::Payload, true, true), ("DEAD", 0, false));
        assert_eq!(of(0, Outcome::Payload, false, false), ("DEAD", 0, false));
    }

    #[test]
    fn after_a_notice_its_pictures_follow_and_one_that_is_refused_is_passed_over() {
        let due = |picture| Due {
            delivery_id: "1".to_owned(),
            position: 1,
            event_type: "message.submitted".to_owned(),
            tries: 2,
            next_at: DateTime::UNIX_EPOCH,
            alone: false,
            picture,
        };
        let then = |picture, outcome, then| {
            let verdict = Verdict { outcome, code: None, wait: None, gone: false, partly: false };
            let after = after(&due(picture), &verdict, (false, then), 0, DateTime::UNIX_EPOCH);
            (after.state, after.tries, after.picture, after.next_at.is_some())
        };
        assert_eq!(then(0, Outcome::Delivered, Some(1)), ("PENDING", 0, 1, true));
        assert_eq!(then(1, Outcome::Payload, Some(2)), ("PENDING", 0, 2, true));
        assert_eq!(then(2, Outcome::Retry, None), ("RETRYING", 3, 2, true));
        assert_eq!(then(2, Outcome::Payload, None), ("DELIVERED", 2, 2, false));
        assert_eq!(then(0, Outcome::Payload, Some(1)), ("DEAD", 2, 0, false));
    }

    #[test]
    fn a_channel_works_when_somebody_has_it() {
        let verdict = |outcome, partly| Verdict { outcome, code: None, wait: None, gone: false, partly };
        assert_eq!(sign(&verdict(Outcome::Payload, true)), Some(Sign::Good));
        assert_eq!(sign(&verdict(Outcome::Payload, false)), None);
        assert_eq!(sign(&verdict(Outcome::Retry, true)), Some(Sign::Bad(None)));
    }
}

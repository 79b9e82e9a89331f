//! How fast a channel may send: never more requests in any window than its vendor, and the desk, allow. Pure.
//!
//! A request counts from before it is made, and once it was answered from then on: wherever in between the vendor counted
//! it, no window of theirs has more than ours.

use chrono::{DateTime, TimeDelta, Utc};

/// So many within any time of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) count: usize,
    pub(crate) per: TimeDelta,
}

/// What was sent lately, and what may be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    limits: Vec<Limit>,
    /// The latest that a request can have been counted, the newest first.
    sent: Vec<DateTime<Utc>>,
}

impl Pace {
    pub(crate) fn new(limits: Vec<Limit>, mut sent: Vec<DateTime<Utc>>) -> Self {
        sent.sort_unstable_by(|a, b| b.cmp(a));
        Self { limits, sent }
    }

    /// Is there any limit?
    pub(crate) fn is_limited(&self) -> bool {
        !self.limits.is_empty()
    }

    /// How many may be sent now; without a limit as many as one likes.
    pub(crate) fn free(&self, now: DateTime<Utc>) -> usize {
        let free = |limit: &Limit| {
            let lately = self.sent.iter().take_while(|sent| **sent + limit.per > now).count();
            limit.count.saturating_sub(lately)
        };
        self.limits.iter().map(free).min().unwrap_or(usize::MAX)
    }

    /// May so many be sent that single messages still are single messages? Half of what there is, is kept for digests.
    pub(crate) fn is_roomy(&self, now: DateTime<Utc>) -> bool {
        self.free(now) > self.limits.iter().map(|limit| limit.count / 2).min().unwrap_or_default()
    }

    /// When the next one may be sent.
    pub(crate) fn next(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let next = |limit: &Limit| match limit.count.checked_sub(1).and_then(|last| self.sent.get(last)) {
            Some(oldest) => *oldest + limit.per,
            None => now,
        };
        self.limits.iter().map(next).max().unwrap_or(now).max(now)
    }

    /// How long what was sent matters.
    pub(crate) fn memory(&self) -> TimeDelta {
        self.limits.iter().map(|limit| limit.per).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_790_000_000_000 + millis).expect("a time")
    }

    fn limits() -> Vec<Limit> {
        vec![Limit { count: 5, per: TimeDelta::seconds(1) }, Limit { count: 20, per: TimeDelta::seconds(60) }]
    }

    #[test]
    fn no_window_ever_has_more_than_its_count() {
        let mut sent: Vec<DateTime<Utc>> = Vec::new();
        let mut now = at(0);
        while sent.len() < 200 {
            let pace = Pace::new(limits(), sent.clone());
            if pace.free(now) == 0 {
                assert!(pace.next(now) > now, "it says when");
                now = pace.next(now);
                continue;
            }
            sent.push(now);
            now += TimeDelta::milliseconds(7);
        }
        for limit in limits() {
            for (index, first) in sent.iter().enumerate() {
                let within = sent[index..].iter().take_while(|sent| **sent < *first + limit.per).count();
                assert!(within <= limit.count, "{within} from {first}");
            }
        }
    }

    #[test]
    fn without_a_limit_everything_may_be_sent_at_once() {
        let pace = Pace::new(vec![], vec![at(0); 1_000]);
        assert!(!pace.is_limited() && pace.free(at(0)) == usize::MAX && pace.is_roomy(at(0)));
        assert_eq!(pace.next(at(5)), at(5));
    }

    #[test]
    fn half_of_what_may_be_sent_is_kept_for_digests() {
        let limit = vec![Limit { count: 20, per: TimeDelta::seconds(60) }];
        assert!(Pace::new(limit.clone(), vec![at(0); 9]).is_roomy(at(1)));
        assert!(!Pace::new(limit, vec![at(0); 10]).is_roomy(at(1)));
    }
}

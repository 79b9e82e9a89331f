//! When what failed is tried again, when a channel is warned of, and when it is paused. Pure.
//!
//! The times are those that Standard Webhooks recommends
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>, "Retries").

use chrono::{DateTime, TimeDelta, Utc};

/// How long after each failed attempt the next one is made, in seconds; after the last one a delivery is dead. 75.6 hours.
pub const SCHEDULE: [i64; 9] =
    [5, 5 * 60, 30 * 60, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
const HOUR: i64 = 60 * 60;
/// As much earlier or later, in hundredths: what failed together is not tried again together.
const JITTER: i64 = 20;
/// A receiver that asks for more patience than that is asked again all the same.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);
/// So many failures in a row open a channel's circuit …
const BREAKS_AFTER: i64 = 5;
/// … and then it is tried so often.
const PROBE: TimeDelta = TimeDelta::minutes(1);
/// After so long without a success a channel is warned of, and again.
const WARNED_AFTER: [TimeDelta; 2] = [TimeDelta::hours(1), TimeDelta::days(4)];
/// After so long it is paused.
pub(crate) const PAUSED_AFTER: TimeDelta = TimeDelta::days(5);

/// When a delivery that has failed so often since it was asked for is tried again, no sooner than the receiver asked for;
/// `None`: never.
pub(crate) fn again(
    tries: i64,
    wait: Option<TimeDelta>,
    now: DateTime<Utc>,
    chance: u32,
) -> Option<DateTime<Utc>> {
    let step = usize::try_from(tries - 1).ok().and_then(|index| SCHEDULE.get(index)).copied()?;
    // From 80 to 120 hundredths, by chance.
    let hundredths = 100 - JITTER + i64::from(chance) % (2 * JITTER + 1);
    let after = TimeDelta::milliseconds(step * 10 * hundredths);
    Some(now + after.max(wait.unwrap_or_default().min(LONGEST_WAIT)))
}

/// How a channel is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Failures since the last success.
    pub failures: i64,
    /// When the first of them was.
    pub failing_since: Option<DateTime<Utc>>,
    /// When something was last delivered.
    pub succeeded_at: Option<DateTime<Utc>>,
    /// The receiver wants to be left alone until then.
    pub quiet_until: Option<DateTime<Utc>>,
}

/// What a request says of its channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// It delivers.
    Good,
    /// It does not; the receiver may have asked to be left alone for so long.
    Bad(Option<TimeDelta>),
}

/// What is to be done about a channel that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Say so: which warning it is, since when it fails, and when it is paused.
    Warn(u32, DateTime<Utc>, DateTime<Utc>),
    /// Stop trying.
    Pause,
}

impl Health {
    /// How it is after a request.
    pub(crate) fn after(self, sign: Sign, now: DateTime<Utc>) -> Self {
        let Sign::Bad(wait) = sign else {
            // Whoever asked to be left alone is, also when another request of the same moment was taken.
            let quiet_until = self.quiet_until.filter(|until| *until > now);
            return Self { succeeded_at: Some(now), quiet_until, ..Self::default() };
        };
        let failures = self.failures + 1;
        let probe = (failures >= BREAKS_AFTER).then_some(PROBE);
        let quiet = wait.map(|wait| wait.min(LONGEST_WAIT)).max(probe);
        Self {
            failures,
            failing_since: self.failing_since.or(Some(now)),
            succeeded_at: self.succeeded_at,
            quiet_until: quiet.map(|quiet| now + quiet).max(self.quiet_until.filter(|until| *until > now)),
        }
    }

    /// Is it tried once at a time only, to see whether it is back?
    pub(crate) fn is_broken(&self) -> bool {
        self.failures >= BREAKS_AFTER
    }

    /// What is to be done about it.
    pub(crate) fn trouble(&self, now: DateTime<Utc>) -> Option<Trouble> {
        let since = self.failing_since?;
        if now >= since + PAUSED_AFTER {
            return Some(Trouble::Pause);
        }
        let passed = WARNED_AFTER.iter().filter(|after| now >= since + **after).count();
        let warning = u32::try_from(passed).ok().filter(|passed| *passed > 0)?;
        Some(Trouble::Warn(warning, since, since + PAUSED_AFTER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).expect("a time")
    }

    #[test]
    fn a_delivery_is_tried_for_seventy_five_hours_and_is_then_dead() {
        let total: i64 = SCHEDULE.iter().sum();
        assert_eq!(total, 75 * HOUR + 35 * 60 + 5);
        let tries = i64::try_from(SCHEDULE.len()).expect("few");
        assert!(again(tries, None, at(0), 0).is_some());
        assert_eq!(again(tries + 1, None, at(0), 0), None);
    }

    #[test]
    fn what_failed_together_is_tried_again_within_a_fifth_of_its_time() {
        for chance in 0..1_000 {
            let next = again(2, None, at(0), chance).expect("again");
            assert!((at(240)..=at(360)).contains(&next), "{next}");
        }
        assert_ne!(again(2, None, at(0), 0), again(2, None, at(0), 40));
    }

    #[test]
    fn a_receiver_that_asks_for_patience_gets_it_for_a_day_at_most() {
        let minutes = |minutes| Some(TimeDelta::minutes(minutes));
        assert_eq!(again(1, minutes(10), at(0), 20), Some(at(600)));
        assert_eq!(again(1, minutes(1_000_000), at(0), 20), Some(at(24 * HOUR)));
        assert_eq!(Health::default().after(Sign::Bad(minutes(10)), at(0)).quiet_until, Some(at(600)));
    }

    #[test]
    fn who_asked_for_patience_gets_it_whatever_else_was_answered_at_that_moment() {
        let told_off = Sign::Bad(Some(TimeDelta::minutes(1)));
        let health = Health::default().after(told_off, at(0)).after(Sign::Good, at(0));
        assert_eq!((health.failures, health.quiet_until), (0, Some(at(60))));
        let health = Health::default().after(told_off, at(0)).after(Sign::Bad(None), at(0));
        assert_eq!(health.quiet_until, Some(at(60)));
    }

    #[test]
    fn after_five_failures_in_a_row_a_channel_is_tried_once_a_minute_until_it_is_back() {
        let mut health = Health::default();
        for second in 0..4 {
            health = health.after(Sign::Bad(None), at(second));
            assert!(!health.is_broken() && health.quiet_until.is_none());
        }
        health = health.after(Sign::Bad(None), at(4));
        assert!(health.is_broken());
        assert_eq!((health.quiet_until, health.failing_since), (Some(at(64)), Some(at(0))));
        health = health.after(Sign::Good, at(70));
        assert_eq!(health, Health { succeeded_at: Some(at(70)), ..Health::default() });
    }

    #[test]
    fn a_channel_is_warned_of_twice_and_then_paused() {
        let health = Health::default().after(Sign::Bad(None), at(0));
        let pauses_at = at(5 * 24 * HOUR);
        assert_eq!(health.trouble(at(HOUR - 1)), None);
        assert_eq!(health.trouble(at(HOUR)), Some(Trouble::Warn(1, at(0), pauses_at)));
        assert_eq!(health.trouble(at(4 * 24 * HOUR)), Some(Trouble::Warn(2, at(0), pauses_at)));
        assert_eq!(health.trouble(pauses_at), Some(Trouble::Pause));
        assert_eq!(Health::default().trouble(at(0)), None);
    }
}

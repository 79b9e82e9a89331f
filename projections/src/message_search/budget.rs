//! What one search may use: time, and octets of what it opens. What it did not come to is left to the next page.

use crate::error::QueryError;
use std::time::Duration;
use tokio::time::Instant;

/// How long a search may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Until the first candidates are there.
    bound: Duration,
    longest: Duration,
    least: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { bound: BOUND, longest: LONGEST, least: LEAST }
    }
}

impl Patience {
    /// As long as this for each step.
    pub(crate) fn of(each: Duration) -> Self {
        Self { bound: each, longest: each, least: each }
    }
}

/// For so long the first candidates are looked for: longer than it takes on a desk of a million messages, but for words that
/// nearly all of them say.
const BOUND: Duration = Duration::from_secs(1);
/// For so long a search looks at candidates.
const LONGEST: Duration = Duration::from_millis(500);
/// … and at its first ones for so long, however long they were looked for: a search that looks at nothing ends nowhere.
const LEAST: Duration = Duration::from_millis(250);
/// Candidates that it looks at.
const CANDIDATES: i64 = 512;
/// … and that it asks for at once, at most.
const ROUND: i64 = 64;
/// Octets that one search opens, as they are kept.
const OCTETS: i64 = 8 << 20;
/// … and that it opens at once, as long as they are of several messages.
const AT_ONCE: i64 = 1 << 20;
/// Who looks again at what was looked at before has that many times as much, for it may have become more.
const AGAIN: u8 = 3;
/// Octets that are opened of one message, as they are kept: half a million characters of Chinese. What is said after them is
/// not found.
pub(super) const OF_ONE: i64 = 2 << 20;

/// What is left of it.
pub(super) struct Budget {
    patience: Patience,
    until: Instant,
    candidates: i64,
    octets: i64,
    /// Has anything been looked at?
    looked: bool,
}

impl Budget {
    /// All of it, from now on.
    pub(super) fn new(patience: Patience) -> Self {
        let until = Instant::now() + patience.longest;
        Self { patience, until, candidates: CANDIDATES, octets: OCTETS, looked: false }
    }

    /// That of a search that looks at the same candidates once more.
    pub(super) fn again(patience: Patience) -> Self {
        let until = Instant::now() + patience.longest * u32::from(AGAIN);
        let (candidates, octets) = (CANDIDATES * i64::from(AGAIN), OCTETS * i64::from(AGAIN));
        Self { patience, until, candidates, octets, looked: false }
    }

    /// How many of the candidates that are wanted may be asked for next, and how long; `None`: enough has been looked at.
    pub(super) fn round(&mut self, wanted: usize) -> Option<(i64, Duration)> {
        let many = i64::try_from(wanted).unwrap_or(i64::MAX).min(ROUND).min(self.candidates);
        self.candidates -= many;
        let within = if self.looked { self.left()? } else { self.patience.bound };
        (many > 0).then_some((many, within))
    }

    /// How long the next statement may take; `None`: enough has been looked at.
    pub(super) fn left(&self) -> Option<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if !self.looked {
            return Some(left.max(self.patience.least));
        }
        Some(left).filter(|left| !left.is_zero() && self.octets > 0)
    }

    /// How many of the next candidates are opened at once, which have so many octets each; 0: there is not enough left.
    pub(super) fn at_once(&self, octets: impl IntoIterator<Item = i64>) -> usize {
        let (mut sum, mut many) = (0, 0);
        for octets in octets {
            sum += octets;
            let alone = many == 0 && (sum <= self.octets || !self.looked);
            if !alone && sum > AT_ONCE.min(self.octets) {
                break;
            }
            many += 1;
        }
        many
    }

    /// So many octets were looked at.
    pub(super) fn spend(&mut self, octets: i64) {
        self.octets -= octets;
        self.looked = true;
    }

    /// What was asked of the database, when it came in time. `None`: the search ends here, with what it has found.
    pub(super) fn in_time<T>(&self, asked: Option<T>) -> Result<Option<T>, QueryError> {
        if asked.is_none() && !self.looked {
            return Err(QueryError::TooBroad);
        }
        Ok(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: i64 = 2_000;

    #[tokio::test(start_paused = true)]
    async fn a_search_looks_at_something_however_late_it_is_and_then_ends() {
        let mut budget = Budget::new(Patience::default());
        assert_eq!(budget.left(), Some(LONGEST));
        tokio::time::advance(LONGEST * 2).await;
        assert_eq!(budget.left(), Some(LEAST));
        budget.spend(SMALL);
        assert_eq!(budget.left(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn so_many_candidates_are_asked_for_and_the_first_for_longer() {
        let mut budget = Budget::new(Patience::default());
        assert_eq!(budget.round(24), Some((24, BOUND)));
        budget.spend(SMALL);
        let later: Vec<_> = std::iter::from_fn(|| budget.round(usize::MAX)).collect();
        assert_eq!(later[..7], [(ROUND, LONGEST); 7]);
        assert_eq!(later[7..], [(ROUND - 24, LONGEST)], "none beyond the 512");
        let mut again = Budget::again(Patience::default());
        let many = std::iter::from_fn(|| again.round(usize::MAX)).map(|(many, _)| many);
        assert_eq!(many.sum::<i64>(), 3 * CANDIDATES);
    }

    #[tokio::test(start_paused = true)]
    async fn messages_are_opened_together_as_far_as_they_are_small() {
        let mut budget = Budget::new(Patience::default());
        assert_eq!(budget.at_once([SMALL; 64]), 64);
        assert_eq!(budget.at_once([SMALL, OF_ONE, SMALL]), 1);
        assert_eq!(
            budget.at_once([OF_ONE, SMALL]),
            1,
            "it does not fit, and has to be looked at all the same"
        );
        assert_eq!(budget.at_once([AT_ONCE / 2, AT_ONCE / 2, SMALL]), 2);
        for left in [6, 4, 2] {
            budget.spend(OF_ONE);
            assert_eq!(budget.octets, left << 20);
        }
        budget.spend(OF_ONE - SMALL);
        assert_eq!(budget.at_once([SMALL, SMALL]), 1);
        assert_eq!(budget.at_once([OF_ONE, SMALL]), 0, "that is for the next page");
        budget.spend(SMALL);
        assert_eq!(budget.left(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_found_is_kept_when_the_rest_takes_too_long() {
        let mut budget = Budget::new(Patience::default());
        assert!(matches!(budget.in_time::<u8>(None), Err(QueryError::TooBroad)), "nothing was looked at");
        assert!(matches!(budget.in_time(Some(7)), Ok(Some(7))));
        budget.spend(SMALL);
        assert!(matches!(budget.in_time::<u8>(None), Ok(None)));
    }
}

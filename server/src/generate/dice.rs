//! Chance that is the same for the same seed, on every machine: whole numbers and the four operations only.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A thrower of dice (`SplitMix64`, Steele, Lea and Flood 2014). Nothing that has to be secret comes from it.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below this many; 0 when there are none.
    pub(super) fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % count).unwrap_or_default()
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// From 0 to below this length, evenly.
    pub(super) fn within(&mut self, length: i64) -> i64 {
        let length = u64::try_from(length).unwrap_or_default().max(1);
        i64::try_from(self.next() % length).unwrap_or_default()
    }

    /// About as long as this, mostly less and sometimes three times as long: how long people take.
    pub(super) fn about(&mut self, mean: i64) -> i64 {
        // The mean of the square of an even chance is a third.
        const WHOLE: i64 = 1 << 20;
        let chance = self.within(WHOLE);
        let square = chance * chance / WHOLE;
        // In seconds first: hundreds of days in microseconds times a million are too much for 64 bits.
        (mean / 1_000).saturating_mul(3).saturating_mul(square) / WHOLE * 1_000
    }

    /// One of these.
    ///
    /// # Panics
    /// When there is none.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// The place of one of these, each as likely as its weight says.
    pub(super) fn weighed(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let total: u64 = weights.clone().sum();
        let mut left = self.next() % total.max(1);
        for (place, weight) in weights.enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
        }
        0
    }

    /// In another order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.below(place + 1));
        }
    }

    /// An id of that time (UUID version 7).
    pub(super) fn uuid(&mut self, at: DateTime<Utc>) -> Uuid {
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.next().to_be_bytes());
        random[8..].copy_from_slice(&self.next().to_be_bytes()[..2]);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same() {
        let thrown = |seed| {
            let mut dice = Dice::new(seed);
            (0..20).map(|_| dice.next()).collect::<Vec<_>>()
        };
        assert_eq!(thrown(7), thrown(7));
        assert_ne!(thrown(7), thrown(8));
        // The first numbers of the reference implementation for the seed 1234567.
        assert_eq!(thrown(1_234_567)[..2], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn what_takes_about_an_hour_takes_an_hour_on_average_and_never_more_than_three() {
        let (mut dice, hour) = (Dice::new(1), 3_600_000_000);
        let taken: Vec<i64> = (0..10_000).map(|_| dice.about(hour)).collect();
        let mean = taken.iter().sum::<i64>() / 10_000;
        assert!((hour * 9 / 10..hour * 11 / 10).contains(&mean), "{mean}");
        assert!(taken.iter().all(|taken| (0..=3 * hour).contains(taken)));
        assert!(dice.about(365 * 24 * hour) >= 0, "no overflow");
    }
}

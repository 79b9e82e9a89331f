//! Durations, kept one by one, for percentiles are exact: in seconds, and short, because a year has a million of them.

use super::{fact::FactKind, tally::Durations};

/// Durations of one kind that were read together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'a> {
    pub(super) kind: FactKind,
    pub(super) all: &'a [u32],
    /// Those that are to be taken out again.
    pub(super) gone: &'a [u32],
}

/// Up to 136 years.
pub(super) fn short(seconds: u64) -> u32 {
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

/// How long each took, and how long those that are to be taken out again.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans {
    all: Vec<u32>,
    gone: Vec<u32>,
}

impl Spans {
    /// One more, so many times; less than none: so many are to be taken out.
    pub(super) fn add(&mut self, seconds: u64, times: i64) {
        let spans = if times > 0 { &mut self.all } else { &mut self.gone };
        (0..times.unsigned_abs()).for_each(|_| spans.push(short(seconds)));
    }

    /// More of them.
    pub(super) fn extend(&mut self, all: &[u32], gone: &[u32]) {
        self.all.extend_from_slice(all);
        self.gone.extend_from_slice(gone);
    }

    /// Those of another, behind these.
    pub(super) fn append(&mut self, mut more: Self) {
        if self.all.is_empty() && self.gone.is_empty() {
            *self = more;
            return;
        }
        self.all.append(&mut more.all);
        self.gone.append(&mut more.gone);
    }

    /// What all of these come to. They are put in order in `room`, whatever is in it: it is used again and again.
    pub(super) fn told<'a>(these: impl Iterator<Item = &'a Self>, room: &mut Self) -> Durations {
        room.all.clear();
        room.gone.clear();
        these.for_each(|spans| room.extend(&spans.all, &spans.gone));
        room.take_out();
        let seconds = &mut room.all;
        let (count, sum) = (seconds.len(), seconds.iter().map(|seconds| u64::from(*seconds)).sum());
        // Nearest rank: the smallest that so many hundredths do not exceed.
        let rank = |hundredths: usize| (count * hundredths).div_ceil(100).checked_sub(1);
        let (Some(half), Some(most)) = (rank(50), rank(90)) else { return Durations::default() };
        let (_, p50, longer) = seconds.select_nth_unstable(half);
        let p90 = match most - half {
            0 => *p50,
            // What took no longer is known already.
            more => *longer.select_nth_unstable(more - 1).1,
        };
        Durations { count: count as u64, sum, p50: Some(u64::from(*p50)), p90: Some(u64::from(p90)) }
    }

    /// Leaves those that are not to be taken out, in any order.
    fn take_out(&mut self) {
        if self.gone.is_empty() {
            return;
        }
        self.all.sort_unstable();
        self.gone.sort_unstable();
        let mut gone = self.gone.drain(..).peekable();
        self.all.retain(|seconds| gone.next_if_eq(seconds).is_none());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(all: &[u32]) -> Spans {
        Spans { all: all.to_vec(), gone: vec![] }
    }

    #[test]
    fn percentiles_are_of_nearest_rank() {
        let mut room = Spans::default();
        let mut told = |all: &[u32]| Spans::told([of(all)].iter(), &mut room);
        let ranks = |told: Durations| (told.p50, told.p90);
        assert_eq!(ranks(told(&[])), (None, None));
        assert_eq!(ranks(told(&[7])), (Some(7), Some(7)));
        assert_eq!(ranks(told(&[4, 1, 3, 2])), (Some(2), Some(4)));
        // The example of the term's encyclopaedia article: five values, ranks 3 and 5.
        assert_eq!(ranks(told(&[15, 20, 35, 40, 50])), (Some(35), Some(50)));
        let hundred: Vec<u32> = (1..=100).rev().collect();
        assert_eq!(ranks(told(&hundred)), (Some(50), Some(90)));
        assert_eq!(told(&hundred).mean(), Some(50.5));
        assert_eq!(told(&[]).mean(), None);
    }

    #[test]
    fn what_is_gone_is_taken_out_once_each_wherever_it_was() {
        let parts = [of(&[7, 3, 7]), Spans { all: vec![5, 7], gone: vec![7, 3] }];
        let mut room = of(&[9, 9]);
        let left = Durations { count: 3, sum: 19, p50: Some(7), p90: Some(7) };
        assert_eq!(Spans::told(parts.iter(), &mut room), left);
        let mut one = Spans::default();
        for part in parts {
            one.append(part);
        }
        assert_eq!(Spans::told([one].iter(), &mut room), left);
    }
}

//! What callers do: every other command is for a new stream, the others are for existing ones, some of which are asked
//! for far more often than others (Zipf).

use std::sync::atomic::{AtomicUsize, Ordering};

/// The exponent of Zipf's law.
const EXPONENT: f64 = 1.1;

/// After so many commands to existing streams, others are the ones that are asked for most: at every moment there is
/// the contention of Zipf's law, and yet no stream grows to thousands of events, which would only measure that the
/// crates load whole streams.
const MOVES_ON: usize = 200;

/// What one command is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn {
    /// A new stream.
    New,
    /// The existing stream of this number.
    Existing(usize),
}

/// What the commands of a cell are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mix {
    /// Half of them for new streams, half for existing ones.
    Half,
    /// All for new streams.
    New,
}

/// The streams that there are, by how often they are asked for.
#[derive(Debug)]
pub(crate) struct Workload {
    /// For each rank the share of those up to it.
    cumulative: Vec<f64>,
    /// How many commands went to existing streams: decides which stream has the first rank.
    asked: AtomicUsize,
    /// Only new streams.
    only_new: bool,
}

impl Workload {
    /// Half new streams, half of so many existing ones; the cell's number decides where it begins.
    pub(crate) fn mixed(streams: usize, cell: usize) -> Self {
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = (1..=streams)
            .map(|rank| {
                sum += f64::from(u32::try_from(rank).unwrap_or(u32::MAX)).powf(-EXPONENT);
                sum
            })
            .collect();
        for share in &mut cumulative {
            *share /= sum;
        }
        Self { cumulative, asked: AtomicUsize::new(cell * 1_000_003), only_new: false }
    }

    /// New streams only.
    pub(crate) fn new_streams() -> Self {
        Self { cumulative: vec![], asked: AtomicUsize::new(0), only_new: true }
    }

    /// What a caller does in their nth turn.
    pub(crate) fn turn(&self, random: &mut Random, nth: u64) -> Turn {
        if self.only_new || nth.is_multiple_of(2) {
            return Turn::New;
        }
        let drawn = random.unit();
        let rank = self.cumulative.partition_point(|share| *share < drawn).min(self.cumulative.len() - 1);
        let first = self.asked.fetch_add(1, Ordering::Relaxed) / MOVES_ON * 997;
        Turn::Existing((first + rank) % self.cumulative.len())
    }
}

/// Numbers that look random and are the same in every run: xorshift.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From 0 to 1.
    fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or_default()) / f64::from(u32::MAX)
    }
}

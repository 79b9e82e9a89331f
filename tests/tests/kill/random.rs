//! Chance that can be had again: everything that is left to it follows from one printed number.

/// `SplitMix64` (Steele, Lea, Flood 2014): a few lines, and good enough to choose commands with.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The same seed gives the same choices.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another one, whose choices are its own.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }

    /// A number below this one, which is not 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// One of these; `None` when there are none.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let len = u64::try_from(from.len()).expect("a length");
        (len > 0).then(|| &from[usize::try_from(self.below(len)).expect("an index")])
    }

    /// True so many times out of a hundred.
    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// 32 characters, as an anonymous caller's idempotency key must have.
    pub(crate) fn key(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[test]
fn the_same_seed_gives_the_same_choices() {
    let drawn = |seed| {
        let mut random = Random::new(seed);
        (random.key(), random.below(10), random.fork().key())
    };
    assert_eq!(drawn(7), drawn(7));
    assert_ne!(drawn(7), drawn(8));
}

//! How long commands took, counted in steps of about one per cent.

use std::{collections::BTreeMap, time::Duration};

/// So many steps to each power of two.
const STEPS: u64 = 64;

/// Counted latencies; two of them can be added.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram(BTreeMap<u64, u64>);

impl Histogram {
    pub(crate) fn count(&mut self, latency: Duration) {
        *self.0.entry(step(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX))).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (step, count) in &other.0 {
            *self.0.entry(*step).or_default() += count;
        }
    }

    /// So many of a hundred took no longer than this, in milliseconds.
    pub(crate) fn percentile(&self, percent: u64) -> f64 {
        let all: u64 = self.0.values().sum();
        let mut counted = 0;
        for (step, count) in &self.0 {
            counted += count;
            if counted * 100 >= all * percent {
                return milliseconds(*step);
            }
        }
        0.0
    }

    /// As text, for another process.
    pub(crate) fn text(&self) -> String {
        self.0.iter().map(|(step, count)| format!("{step}:{count}")).collect::<Vec<_>>().join(",")
    }

    /// From such a text.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let pairs = text.split(',').filter(|pair| !pair.is_empty());
        let pair = |pair: &str| {
            let (step, count) = pair.split_once(':')?;
            Some((step.parse().ok()?, count.parse().ok()?))
        };
        pairs.map(pair).collect::<Option<_>>().map(Self)
    }
}

fn step(micros: u64) -> u64 {
    if micros < STEPS {
        return micros;
    }
    let power = u64::from(micros.ilog2());
    power * STEPS + ((micros << 6) >> power) - STEPS
}

/// The lower end of a step.
fn milliseconds(step: u64) -> f64 {
    let power = step / STEPS;
    let micros = if power < 6 { step } else { ((step % STEPS + STEPS) << power) >> 6 };
    f64::from(u32::try_from(micros).unwrap_or(u32::MAX)) / 1000.0
}

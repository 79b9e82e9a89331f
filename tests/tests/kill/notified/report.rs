//! What is printed of a storm, and whether all is well.

use super::check::{Fault, Left, Record, told_again};
use std::{collections::BTreeMap, fmt, time::Duration};
use store::Dialect;

/// How many faults are printed.
const SHOWN: usize = 10;

/// What one receiver had.
#[derive(Debug)]
pub(crate) struct Told {
    name: &'static str,
    requests: usize,
    accepted: usize,
    again: usize,
}

/// A whole storm.
#[derive(Debug)]
pub(crate) struct Report {
    database: &'static str,
    seed: u64,
    pub(crate) messages: usize,
    pub(crate) kills: u64,
    pub(crate) told: Vec<Told>,
    /// Deliveries by their state when the storm was over, of each channel.
    pub(crate) states: Vec<BTreeMap<String, usize>>,
    /// Deliveries that were asked for once more, because they were to wait for long.
    pub(crate) asked_again: u64,
    /// Requests that came of rebuilding the views.
    pub(crate) told_by_a_rebuild: usize,
    pub(crate) storm: Duration,
    pub(crate) all: Duration,
    pub(crate) faults: Vec<Fault>,
}

impl Told {
    /// Of a receiver's requests so many were taken.
    pub(crate) fn new(
        name: &'static str,
        requests: usize,
        accepted: usize,
        left: &[Left],
        record: &Record,
    ) -> Self {
        Self { name, requests, accepted, again: told_again(left, record) }
    }
}

impl Report {
    /// Of nothing yet.
    pub(crate) fn new(dialect: Dialect, seed: u64) -> Self {
        let database = match dialect {
            Dialect::Sqlite => "SQLite",
            Dialect::Postgres => "PostgreSQL",
        };
        Self {
            database,
            seed,
            messages: 0,
            kills: 0,
            told: Vec::new(),
            states: Vec::new(),
            asked_again: 0,
            told_by_a_rebuild: 0,
            storm: Duration::ZERO,
            all: Duration::ZERO,
            faults: Vec::new(),
        }
    }

    /// Is nothing wrong?
    pub(crate) fn is_clean(&self) -> bool {
        self.faults.is_empty() && self.told_by_a_rebuild == 0
    }

    /// Did the webhook in trouble refuse something, and was it told something twice?
    pub(crate) fn was_rough(&self) -> bool {
        self.told.first().is_some_and(|troubled| troubled.accepted < troubled.requests && troubled.again > 0)
    }
}

/// The summary.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} (seed {}): {} messages, {} kills, {:.0} s of storm and {:.0} s in all, {} deliveries asked for once \
             more, {} requests came of a rebuild, {} faults",
            self.database,
            self.seed,
            self.messages,
            self.kills,
            self.storm.as_secs_f64(),
            self.all.as_secs_f64(),
            self.asked_again,
            self.told_by_a_rebuild,
            self.faults.len(),
        )?;
        for (told, states) in self.told.iter().zip(&self.states) {
            let Told { name, requests, accepted, again } = told;
            writeln!(
                f,
                "  {name}: {requests} requests, {} refused, {accepted} taken, told again {again}; after the storm {states:?}",
                requests - accepted
            )?;
        }
        for fault in self.faults.iter().take(SHOWN) {
            writeln!(f, "  {fault:?}")?;
        }
        Ok(())
    }
}

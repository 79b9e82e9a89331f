//! What is printed, and whether all is well.

use super::{
    check::{Violation, count},
    journal::Journal,
};
use std::{
    collections::BTreeMap,
    fmt::{self, Write},
    time::Duration,
};
use store::Dialect;
use tokio::time::Instant;

/// How many of each kind of fault are printed.
const SHOWN: usize = 10;

/// A kill, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Kill {
    pub(crate) what: &'static str,
    /// Commands unanswered at that moment.
    pub(crate) in_flight: usize,
    /// Commands acknowledged so far.
    pub(crate) acknowledged: u64,
    /// Requests whose outcome it left in doubt.
    pub(crate) doubtful: u64,
    /// Commands whose outcome nobody will ever tell their caller: they had no key.
    pub(crate) unknown: u64,
    /// Commands begun before it.
    pub(crate) begun: u64,
    pub(crate) at: Instant,
    /// From the kill until each of those had its outcome.
    pub(crate) settled: Duration,
}

/// A whole run.
#[derive(Debug)]
pub(crate) struct Report {
    database: &'static str,
    seed: u64,
    pub(crate) kills: Vec<Kill>,
    pub(crate) seconds: f64,
    pub(crate) events: i64,
    /// Where views are not what a rebuild makes of the log.
    pub(crate) differences: Vec<String>,
    pub(crate) violations: Vec<Violation>,
    /// What the servers say was behind each `INTERNAL`.
    pub(crate) causes: BTreeMap<String, u64>,
    complaints: Vec<String>,
    faults: BTreeMap<String, u64>,
    commands: u64,
    acknowledged: u64,
    refused: u64,
    unknown: u64,
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
            kills: Vec::new(),
            seconds: 0.0,
            events: 0,
            differences: Vec::new(),
            violations: Vec::new(),
            causes: BTreeMap::new(),
            complaints: Vec::new(),
            faults: BTreeMap::new(),
            commands: 0,
            acknowledged: 0,
            refused: 0,
            unknown: 0,
        }
    }

    /// Takes down what the checker and the journal say at the end.
    pub(crate) fn judge(&mut self, violations: Vec<Violation>, journal: &Journal) {
        let progress = journal.progress().borrow().clone();
        self.violations = violations;
        self.complaints = journal.complaints();
        self.faults = journal.faults();
        self.commands = journal.begun();
        (self.acknowledged, self.refused, self.unknown) =
            (progress.acknowledged, progress.refused, progress.unknown);
    }

    /// Acknowledged commands that are not in the log.
    pub(crate) fn missing(&self) -> usize {
        count(&self.violations, |violation| matches!(violation, Violation::Missing { .. }))
    }

    /// Acknowledged commands that are not where their receipt says: what was lost, and what was lost and then sent again.
    pub(crate) fn not_as_acknowledged(&self) -> usize {
        let broken = |violation: &Violation| {
            matches!(violation, Violation::Missing { .. } | Violation::Misplaced { .. })
        };
        count(&self.violations, broken)
    }

    /// Is nothing wrong?
    pub(crate) fn is_clean(&self) -> bool {
        self.violations.is_empty() && self.complaints.is_empty() && self.differences.is_empty()
    }

    /// The line about the last kill.
    pub(crate) fn last_line(&self, of: usize) -> String {
        let Some(kill) = self.kills.last() else { return String::new() };
        format!(
            "kill {:>3} of {of}, {}: {} in flight, {} acknowledged so far, {} answers lost, {} unknown for good, \
             settled in {:.2} s",
            self.kills.len(),
            kill.what,
            kill.in_flight,
            kill.acknowledged,
            kill.doubtful,
            kill.unknown,
            kill.settled.as_secs_f64()
        )
    }

    /// What is wrong in the middle of a run.
    pub(crate) fn failure(&self, violations: &[Violation], journal: &Journal) -> String {
        let mut text = format!("seed {} on {}:\n", self.seed, self.database);
        text += &listed("violations", violations.iter().map(|violation| format!("{violation:?}")));
        text += &listed("complaints", journal.complaints().into_iter());
        text + &counted("answers lost", &journal.faults())
    }
}

/// The summary.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (missing, doubled) = (
            self.missing(),
            count(&self.violations, |violation| matches!(violation, Violation::Doubled { .. })),
        );
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = self.commands as f64 / self.seconds.max(0.001);
        writeln!(
            f,
            "{} (seed {}): {} kills, {} commands in {:.0} s ({rate:.0} a second), {} acknowledged, {} refused, \
             {} unknown for good, {} events; {missing} missing, {doubled} doubled, {} other violations, \
             {} complaints, {} views that differ",
            self.database,
            self.seed,
            self.kills.len(),
            self.commands,
            self.seconds,
            self.acknowledged,
            self.refused,
            self.unknown,
            self.events,
            self.violations.len() - missing - doubled,
            self.complaints.len(),
            self.differences.len(),
        )?;
        f.write_str(&counted("answers lost", &self.faults))?;
        f.write_str(&counted("cause of an INTERNAL", &self.causes))?;
        f.write_str(&listed("violations", self.violations.iter().map(|violation| format!("{violation:?}"))))?;
        f.write_str(&listed("complaints", self.complaints.iter().cloned()))?;
        f.write_str(&listed("views", self.differences.iter().cloned()))
    }
}

fn counted(what: &str, counts: &BTreeMap<String, u64>) -> String {
    listed(what, counts.iter().map(|(one, times)| format!("{times} × {one}")))
}

fn listed(what: &str, lines: impl ExactSizeIterator<Item = String>) -> String {
    let (mut text, more) = (String::new(), lines.len().saturating_sub(SHOWN));
    for line in lines.take(SHOWN) {
        let _ = writeln!(text, "  {what}: {line}");
    }
    if more > 0 {
        let _ = writeln!(text, "  {what}: and {more} more");
    }
    text
}

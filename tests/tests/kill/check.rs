//! The checker: what the journal says against what the log says. Pure; it knows neither HTTP nor SQL.

#[cfg(test)]
mod tests;

use super::journal::{Entry, Outcome, Receipt};
use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

/// An event, as far as it matters here.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) position: i64,
    pub(crate) aggregate_type: String,
    pub(crate) aggregate_id: String,
    pub(crate) sequence: i64,
    pub(crate) event_type: String,
    /// The `commandId` of its metadata.
    pub(crate) command: String,
    /// The number in its words; none for what the harness did not send, and for what goes with another event.
    pub(crate) number: Option<u64>,
}

/// What must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    /// A position is missing, or out of order.
    Hole { expected: i64, found: i64 },
    /// A stream's sequence is not the last plus one.
    Sequence { stream: String, expected: i64, found: i64 },
    /// Acknowledged, and not in the log.
    Missing { number: u64, receipt: Receipt },
    /// Acknowledged, and in the log at another place than the receipt says.
    Misplaced { number: u64, receipt: Receipt, found: Receipt },
    /// One command, two events.
    Doubled { number: u64, positions: [i64; 2] },
    /// Refused, and in the log all the same.
    NotRefused { number: u64, code: String },
    /// In the log, and never sent.
    Invented { number: u64, position: i64 },
    /// Events of one command with those of another between them.
    Torn { position: i64 },
    /// A submission without its visitor's arrival, or an arrival too many.
    Half { number: u64 },
}

/// What the log has said so far; it is told row by row, and then judges the journal.
#[derive(Default)]
pub(crate) struct Ledger {
    head: i64,
    sequences: HashMap<(String, String), i64>,
    /// The command of the last row, and whether a visitor arrived in it.
    command: Option<(String, bool)>,
    /// The commands before it, by a hash: there may be millions.
    finished: HashSet<u64>,
    numbers: HashMap<u64, Found>,
    refused: HashMap<u64, String>,
    violations: Vec<Violation>,
}

/// The event of a number.
struct Found {
    receipt: Receipt,
    /// Whether a visitor arrived in the same command.
    arrived: bool,
}

impl Ledger {
    /// The position of the last row.
    pub(crate) fn head(&self) -> i64 {
        self.head
    }

    /// The next row of the log.
    pub(crate) fn take(&mut self, row: Row) {
        if row.position != self.head + 1 {
            self.violations.push(Violation::Hole { expected: self.head + 1, found: row.position });
        }
        self.head = row.position;
        let stream = (row.aggregate_type, row.aggregate_id.clone());
        let expected = self.sequences.get(&stream).map_or(1, |last| last + 1);
        if row.sequence != expected {
            let stream = format!("{}/{}", stream.0, stream.1);
            self.violations.push(Violation::Sequence { stream, expected, found: row.sequence });
        }
        self.sequences.insert(stream, row.sequence);
        let arrived = self.follow(row.command, row.event_type == "VisitorArrived", row.position);
        let Some(number) = row.number else { return };
        let receipt = Receipt { id: row.aggregate_id, version: row.sequence, position: row.position };
        if let Some(code) = self.refused.remove(&number) {
            self.violations.push(Violation::NotRefused { number, code });
        }
        match self.numbers.get(&number) {
            Some(first) => {
                let positions = [first.receipt.position, row.position];
                self.violations.push(Violation::Doubled { number, positions });
            }
            None => {
                self.numbers.insert(number, Found { receipt, arrived });
            }
        }
    }

    /// Settled commands. Every one must have been settled before the last row was read.
    pub(crate) fn judge(&mut self, entries: &[Entry]) {
        for entry in entries {
            let (number, found) = (entry.number, self.numbers.get(&entry.number));
            match (&entry.outcome, found) {
                (Outcome::Acknowledged(receipt), None) => {
                    self.violations.push(Violation::Missing { number, receipt: receipt.clone() });
                }
                (Outcome::Acknowledged(receipt), Some(found)) if *receipt != found.receipt => {
                    let (receipt, found) = (receipt.clone(), found.receipt.clone());
                    self.violations.push(Violation::Misplaced { number, receipt, found });
                }
                (Outcome::Refused(code), Some(_)) => {
                    self.violations.push(Violation::NotRefused { number, code: code.clone() });
                }
                (Outcome::Refused(code), None) => {
                    self.refused.insert(number, code.clone());
                }
                (_, Some(found)) if found.arrived != entry.arrives => {
                    self.violations.push(Violation::Half { number });
                }
                (Outcome::Acknowledged(_) | Outcome::Unknown | Outcome::Open, _) => {}
            }
        }
    }

    /// The end: every command there ever was. What must not be.
    pub(crate) fn verdict(mut self, entries: &[Entry]) -> Vec<Violation> {
        self.judge(entries);
        let sent: HashSet<u64> = entries.iter().map(|entry| entry.number).collect();
        let invented = self.numbers.iter().filter(|(number, _)| !sent.contains(number));
        let invented = invented
            .map(|(number, found)| Violation::Invented { number: *number, position: found.receipt.position });
        self.violations.extend(invented.collect::<Vec<_>>());
        self.violations
    }

    /// What must not be, so far.
    pub(crate) fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Which command the row at a position belongs to; whether a visitor has arrived in it by now.
    fn follow(&mut self, command: String, arrives: bool, position: i64) -> bool {
        if let Some((current, arrived)) = &mut self.command
            && *current == command
        {
            *arrived |= arrives;
            return *arrived;
        }
        if self.finished.contains(&hash(&command)) {
            self.violations.push(Violation::Torn { position });
        }
        let before = self.command.replace((command, arrives));
        self.finished.extend(before.map(|(command, _)| hash(&command)));
        arrives
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// How many of them are of a kind.
pub(crate) fn count(violations: &[Violation], kind: fn(&Violation) -> bool) -> usize {
    violations.iter().filter(|violation| kind(violation)).count()
}

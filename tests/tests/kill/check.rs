//! The checker: what the journal says against what the log says. Pure; it knows neither HTTP nor SQL.

#[cfg(test)]
mod tests;

use super::journal::{Entry, Outcome, Receipt};
use std::collections::{HashMap, HashSet};

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
    commands: HashMap<String, Group>,
    numbers: HashMap<u64, Found>,
    refused: HashMap<u64, String>,
    violations: Vec<Violation>,
}

/// The events of one command.
struct Group {
    last: i64,
    arrived: bool,
}

struct Found {
    receipt: Receipt,
    command: String,
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
        let arrived = row.event_type == "VisitorArrived";
        let group = Group { last: row.position, arrived };
        if let Some(before) = self.commands.insert(row.command.clone(), group) {
            if before.last + 1 != row.position {
                self.violations.push(Violation::Torn { position: row.position });
            }
            self.commands.entry(row.command.clone()).and_modify(|group| group.arrived |= before.arrived);
        }
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
                self.numbers.insert(number, Found { receipt, command: row.command });
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
                (_, Some(found)) if self.arrived(found) != entry.arrives => {
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

    fn arrived(&self, found: &Found) -> bool {
        self.commands.get(&found.command).is_some_and(|group| group.arrived)
    }
}

/// How many of them are of a kind.
pub(crate) fn count(violations: &[Violation], kind: fn(&Violation) -> bool) -> usize {
    violations.iter().filter(|violation| kind(violation)).count()
}

//! The checker finds what it is there to find, and nothing in a log that is right.

use super::*;

/// A log of one event each: (stream, sequence, number), at positions from 1 on.
fn log(rows: &[(&str, i64, u64)]) -> Vec<Row> {
    (1..).zip(rows).map(|(position, row)| event(position, *row)).collect()
}

fn event(position: i64, (id, sequence, number): (&str, i64, u64)) -> Row {
    Row {
        position,
        aggregate_type: "Message".to_owned(),
        aggregate_id: id.to_owned(),
        sequence,
        event_type: "MessageReplied".to_owned(),
        command: format!("command at {position}"),
        number: Some(number),
    }
}

fn entry(number: u64, outcome: Outcome) -> Entry {
    Entry { number, mutation: "replyToMessage", arrives: false, outcome }
}

fn acknowledged(number: u64, id: &str, version: i64, position: i64) -> Entry {
    entry(number, Outcome::Acknowledged(Receipt { id: id.to_owned(), version, position }))
}

fn refused(number: u64) -> Entry {
    entry(number, Outcome::Refused("CONFLICT".to_owned()))
}

fn verdict(rows: Vec<Row>, entries: &[Entry]) -> Vec<Violation> {
    let mut ledger = Ledger::default();
    for row in rows {
        ledger.take(row);
    }
    ledger.verdict(entries)
}

#[test]
fn a_log_that_is_right_is_let_be() {
    let rows = log(&[("a", 1, 0), ("b", 1, 1), ("a", 2, 3)]);
    let entries =
        [acknowledged(0, "a", 1, 1), entry(1, Outcome::Unknown), refused(2), acknowledged(3, "a", 2, 3)];
    assert_eq!(verdict(rows, &entries), []);
}

#[test]
fn an_acknowledged_command_that_is_missing_is_found() {
    let found = verdict(log(&[("a", 1, 0)]), &[acknowledged(0, "a", 1, 1), acknowledged(1, "a", 2, 2)]);
    let receipt = Receipt { id: "a".to_owned(), version: 2, position: 2 };
    assert_eq!(found, [Violation::Missing { number: 1, receipt }]);
}

#[test]
fn an_acknowledged_command_at_another_place_than_its_receipts_is_found() {
    let found = verdict(log(&[("a", 1, 0)]), &[acknowledged(0, "a", 1, 2)]);
    assert!(matches!(found[..], [Violation::Misplaced { number: 0, .. }]), "{found:?}");
}

#[test]
fn a_command_that_counted_twice_is_found_whatever_its_caller_was_told() {
    let rows = log(&[("a", 1, 0), ("a", 2, 0)]);
    let doubled = [Violation::Doubled { number: 0, positions: [1, 2] }];
    assert_eq!(verdict(rows.clone(), &[acknowledged(0, "a", 1, 1)]), doubled);
    assert_eq!(verdict(rows, &[entry(0, Outcome::Unknown)]), doubled);
}

#[test]
fn a_command_that_was_refused_and_counts_is_found_also_when_it_comes_later() {
    let found = verdict(log(&[("a", 1, 0)]), &[refused(0)]);
    assert_eq!(found, [Violation::NotRefused { number: 0, code: "CONFLICT".to_owned() }]);
    let mut ledger = Ledger::default();
    ledger.judge(&[refused(0)]);
    ledger.take(event(1, ("a", 1, 0)));
    assert!(matches!(ledger.violations(), [Violation::NotRefused { number: 0, .. }]));
}

#[test]
fn a_hole_is_found_and_so_is_a_position_that_comes_twice() {
    let hole = vec![event(1, ("a", 1, 0)), event(3, ("b", 1, 1))];
    let entries = [entry(0, Outcome::Unknown), entry(1, Outcome::Unknown)];
    assert_eq!(verdict(hole, &entries), [Violation::Hole { expected: 2, found: 3 }]);
    let twice = vec![event(1, ("a", 1, 0)), event(1, ("b", 1, 1))];
    let found = verdict(twice, &entries);
    assert!(found.contains(&Violation::Hole { expected: 2, found: 1 }), "{found:?}");
}

#[test]
fn a_wrong_sequence_is_found() {
    let found =
        verdict(log(&[("a", 1, 0), ("a", 3, 1)]), &[entry(0, Outcome::Unknown), entry(1, Outcome::Unknown)]);
    assert_eq!(found, [Violation::Sequence { stream: "Message/a".to_owned(), expected: 2, found: 3 }]);
}

#[test]
fn what_nobody_sent_is_found() {
    let found = verdict(log(&[("a", 1, 9)]), &[]);
    assert_eq!(found, [Violation::Invented { number: 9, position: 1 }]);
}

#[test]
fn half_a_command_and_a_torn_one_are_found() {
    let mut rows = log(&[("a", 1, 0), ("b", 1, 1), ("c", 1, 2)]);
    let arriving = |number| Entry { arrives: true, ..entry(number, Outcome::Unknown) };
    let plain = |number| entry(number, Outcome::Unknown);
    assert_eq!(verdict(rows.clone(), &[arriving(0), plain(1), plain(2)]), [Violation::Half { number: 0 }]);
    for at in [0, 2] {
        rows[at].command = "torn".to_owned();
    }
    rows[0].event_type = "VisitorArrived".to_owned();
    rows[0].number = None;
    let torn = [Violation::Torn { position: 3 }, Violation::Half { number: 2 }];
    assert_eq!(verdict(rows, &[plain(1), arriving(2)]), torn);
}

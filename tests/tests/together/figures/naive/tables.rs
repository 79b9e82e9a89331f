//! The tables for analysts' own tools, held against the naive recomputation.

use super::{super::ZONE, Told};
use chrono_tz::Tz;
use projections::analytics::{ANALYTICS, AnalyticsExport};
use std::collections::BTreeMap;
use store::Store;

/// A row, by the names of its columns.
type Named = BTreeMap<&'static str, Option<String>>;

/// What the tables tell is what the log tells.
pub(in crate::together::figures) async fn agree(store: &Store, messages: &[Told], seed: u64) {
    let mut tables = BTreeMap::new();
    let mut export = AnalyticsExport::begin(store).await.expect("readable");
    assert_eq!(export.as_of().position(), store.head().await.expect("a head"), "desk {seed}");
    for table in ANALYTICS {
        let mut rows: Vec<Named> = vec![];
        let read = export.read(table, |row| {
            rows.push(table.columns.iter().map(|column| column.name).zip(row).collect());
            Ok(())
        });
        read.await.expect("readable");
        tables.insert(table.name, rows);
    }
    assert_eq!(tables["messages"].len(), messages.len(), "desk {seed}");
    let text = |row: &Named, column: &str| row[column].clone().expect("a text");
    let number = |row: &Named, column: &str| text(row, column).parse::<u64>().expect("a number");

    let columns = [
        "submitted",
        "handled_of_submitted",
        "waits_replied",
        "met",
        "reply_wall_seconds",
        "reply_desk_seconds",
    ];
    let days =
        tables["daily"].iter().map(|row| (text(row, "day"), columns.map(|column| number(row, column))));
    // A day on which nothing but other waits ended is a row, too.
    let days: BTreeMap<_, _> = days.filter(|(_, told)| *told != [0; 6]).collect();
    assert_eq!(days, daily(messages, ZONE), "desk {seed}");

    let took =
        |row: &Named| (text(row, "message_id"), number(row, "wall_seconds"), number(row, "desk_seconds"));
    let replied = tables["waits"].iter().filter(|row| row["how"].as_deref() == Some("REPLIED"));
    let mut waits: Vec<_> = replied.map(took).collect();
    waits.sort();
    assert_eq!(waits, answered(messages), "desk {seed}");

    let ended = tables["replies"].iter().filter(|row| row["ended_a_wait"].as_deref() == Some("true"));
    let mut ended: Vec<_> = ended.map(took).collect();
    ended.sort();
    assert_eq!(ended, waits, "desk {seed}");

    let mut given = BTreeMap::<String, usize>::new();
    for row in tables["replies"].iter().filter(|row| row["automatic"].as_deref() == Some("false")) {
        *given.entry(text(row, "message_id")).or_default() += 1;
    }
    assert_eq!(given, replies(messages), "desk {seed}");
}

/// What happened in messages that are no spam on each day of a zone, as the table `daily` has it: left, of those handled, waits that
/// ended with a reply, waits within target, and the seconds of those that ended with a reply by both clocks.
fn daily(messages: &[Told], zone: Tz) -> BTreeMap<String, [u64; 6]> {
    let mut days: BTreeMap<String, [u64; 6]> = BTreeMap::new();
    for once in messages.iter().filter(|told| !told.spam).flat_map(|told| &told.all) {
        let added = match once.what {
            "submitted" => [1, 0, 0, 0, 0, 0],
            "cohort" => [0, 1, 0, 0, 0, 0],
            "reply" => [0, 0, 1, 0, once.wall, once.desk],
            "met" => [0, 0, 0, 1, 0, 0],
            _ => continue,
        };
        let day = days.entry(once.at.with_timezone(&zone).date_naive().to_string()).or_default();
        day.iter_mut().zip(added).for_each(|(sum, added)| *sum += added);
    }
    days
}

/// The waits that ended with a reply: whose, and how many seconds by both clocks, in order.
fn answered(messages: &[Told]) -> Vec<(String, u64, u64)> {
    let of = |told: &Told| -> Vec<_> {
        let replies = told.all.iter().filter(|once| once.what == "reply");
        replies.map(|once| (told.id.to_string(), once.wall, once.desk)).collect()
    };
    let mut all: Vec<_> = messages.iter().flat_map(of).collect();
    all.sort();
    all
}

/// How many replies members gave to each message, of those that got any.
fn replies(messages: &[Told]) -> BTreeMap<String, usize> {
    let counted = messages
        .iter()
        .map(|told| (told.id.to_string(), told.all.iter().filter(|once| once.what == "replied").count()));
    counted.filter(|(_, replies)| *replies > 0).collect()
}

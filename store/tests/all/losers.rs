//! Batches in which somebody loses because another process was faster: everybody else is written all the same.

use super::{append, plain, stream};
use serde_json::json;
use std::{future::poll_fn, task::Poll};
use store::{
    Append, AppendError, Appended, Dialect, Idempotency, LogFilter, Reservation, Store, StreamAppend,
    on_both_databases, testing::TestDatabase,
};

on_both_databases!(
    who_does_not_lose_is_written_without_a_hole,
    who_was_decided_after_a_loser_loses_too,
    what_a_loser_would_have_left_is_not_there,
    a_repeat_of_what_was_written_is_answered_however_old_its_decision,
);

/// Events without words for a stream, decided where it stood after so many.
fn on(id: &str, after: i64, events: usize) -> StreamAppend {
    let events = (0..events).map(|n| plain(json!({"n": n}))).collect();
    StreamAppend { key: None, ..stream(id, after, events) }
}

fn keyed(key: u8, streams: Vec<StreamAppend>) -> Append {
    Append {
        idempotency: Some(Idempotency { scope: [key; 32], input: [1; 32] }),
        reservations: vec![reservation(key)],
        ..append(streams)
    }
}

fn reservation(key: u8) -> Reservation {
    Reservation { kind: "name", value: format!("name {key}"), holder: format!("holder {key}") }
}

/// Appends all of it at once, in this order: the log is kept shut until everything waits.
async fn together(store: &Store, commands: Vec<Append>) -> Vec<Result<Appended, AppendError>> {
    let mut shut = store.database().log.begin().await.expect("begins");
    if store.database().dialect() == Dialect::Postgres {
        shut.row("SELECT position FROM log_head WHERE id = 1 FOR UPDATE", &[]).await.expect("locked");
    }
    let mut shut = Some(shut);
    let mut waiting: Vec<_> =
        commands.into_iter().map(|command| (Box::pin(store.append(command)), None)).collect();
    poll_fn(|context| {
        for (command, outcome) in waiting.iter_mut().filter(|(_, outcome)| outcome.is_none()) {
            if let Poll::Ready(known) = command.as_mut().poll(context) {
                *outcome = Some(known);
            }
        }
        drop(shut.take());
        match waiting.iter().all(|(_, outcome)| outcome.is_some()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    waiting.into_iter().map(|(_, outcome)| outcome.expect("known")).collect()
}

/// Positions of those that were written; everybody else has met a conflict.
fn positions(outcomes: &[Result<Appended, AppendError>]) -> Vec<Option<i64>> {
    let position = |outcome: &Result<Appended, AppendError>| match outcome {
        Ok(Appended::Now(receipt)) => Some(receipt.position),
        Err(AppendError::Conflict) => None,
        other => panic!("{other:?}"),
    };
    outcomes.iter().map(position).collect()
}

/// Two processes; the second one has moved the stream `a` to its first event.
async fn two(dialect: Dialect) -> (TestDatabase, Store, Store) {
    let database = TestDatabase::new(dialect).await;
    let (one, two) = (database.open(TestDatabase::clock()).await, database.open(TestDatabase::clock()).await);
    two.append(append(vec![on("a", 0, 1)])).await.expect("appended");
    (database, one, two)
}

/// The stream and the sequence of each event, by its position.
async fn log(store: &Store) -> Vec<(String, i64)> {
    let events = store.read(&LogFilter::default(), 0, 1_000).await.expect("readable");
    let positions: Vec<i64> = events.iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..).take(events.len()).collect::<Vec<i64>>(), "no hole");
    assert!(events.windows(2).all(|pair| pair[0].recorded_at < pair[1].recorded_at), "times rise");
    assert_eq!(store.head().await.expect("a head"), i64::try_from(events.len()).expect("few"));
    events.into_iter().map(|event| (event.aggregate_id, event.sequence)).collect()
}

async fn who_does_not_lose_is_written_without_a_hole(dialect: Dialect) {
    let (_database, one, _two) = two(dialect).await;
    let outcomes = together(
        &one,
        vec![
            append(vec![on("b", 0, 2)]),
            append(vec![on("a", 0, 3)]),
            append(vec![on("c", 0, 1), on("a", 3, 1)]),
            append(vec![on("b", 2, 1)]),
            append(vec![on("d", 0, 1), on("e", 0, 2)]),
        ],
    )
    .await;
    assert_eq!(positions(&outcomes), [Some(3), None, None, Some(4), Some(7)]);
    let expected = [("a", 1), ("b", 1), ("b", 2), ("b", 3), ("d", 1), ("e", 1), ("e", 2)];
    assert_eq!(log(&one).await, expected.map(|(id, sequence)| (id.to_owned(), sequence)));
    // Everybody may lose, and then nothing is written.
    let outcomes =
        together(&one, vec![append(vec![on("a", 0, 1)]), append(vec![on("a", 1, 1), on("b", 2, 1)])]);
    assert_eq!(positions(&outcomes.await), [None, None]);
    assert_eq!(log(&one).await.len(), 7);
}

async fn who_was_decided_after_a_loser_loses_too(dialect: Dialect) {
    let (_database, one, _two) = two(dialect).await;
    let outcomes = together(
        &one,
        vec![
            // Together these would leave `a` at 2, `b` at 2 and `c` at 1.
            append(vec![on("a", 0, 2), on("b", 0, 1)]),
            append(vec![on("b", 1, 1)]),
            append(vec![on("c", 0, 1), on("b", 2, 0)]),
            append(vec![on("d", 0, 1)]),
        ],
    )
    .await;
    assert_eq!(positions(&outcomes), [None, None, None, Some(2)]);
    assert_eq!(log(&one).await, [("a".to_owned(), 1), ("d".to_owned(), 1)]);
}

async fn what_a_loser_would_have_left_is_not_there(dialect: Dialect) {
    let (_database, one, _two) = two(dialect).await;
    let commands = || vec![keyed(1, vec![on("a", 0, 1)]), keyed(2, vec![on("b", 0, 1)])];
    assert_eq!(positions(&together(&one, commands()).await), [None, Some(2)]);
    for (key, holder) in [(1, None), (2, Some("holder 2".to_owned()))] {
        let idempotency = keyed(key, vec![]).idempotency;
        let receipt = one.receipt_of(idempotency.as_ref()).await.expect("readable");
        assert_eq!(receipt.map(|receipt| receipt.position), holder.as_ref().map(|_| 2));
        assert_eq!(one.holder_of("name", &format!("name {key}")).await.expect("readable"), holder);
    }
    // Decided again, it has its key and its name.
    let again = one.append(keyed(1, vec![on("a", 1, 1)])).await.expect("appended");
    assert_eq!(again.receipt().position, 3);
}

async fn a_repeat_of_what_was_written_is_answered_however_old_its_decision(dialect: Dialect) {
    let (_database, one, two) = two(dialect).await;
    let first = two.append(keyed(1, vec![on("a", 1, 1)])).await.expect("appended").receipt();
    let outcomes = together(&one, vec![append(vec![on("b", 0, 1)]), keyed(1, vec![on("a", 1, 1)])]).await;
    assert!(matches!(&outcomes[0], Ok(Appended::Now(receipt)) if receipt.position == 3), "{outcomes:?}");
    assert!(matches!(&outcomes[1], Ok(Appended::Before(receipt)) if *receipt == first), "{outcomes:?}");
}

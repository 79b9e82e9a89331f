//! Limits that all processes share.

use std::time::Duration;
use store::{Dialect, Rate, Store, Taken, on_both_databases, testing::TestDatabase};

on_both_databases!(
    a_bucket_gives_its_burst_at_once_and_then_one_for_each_step,
    of_many_who_take_at_once_no_more_get_one_than_there_are,
    what_is_given_back_can_be_taken_again,
    attempts_are_slowed_down_by_twice_as_much_each_up_to_a_minute_and_never_stopped,
    whoever_succeeds_is_forgiven,
    a_row_is_swept_once_it_says_nothing,
);

const SECOND: i64 = 1_000_000;
const RATE: Rate = Rate { step: 10 * SECOND, burst: 3 };

async fn rows(store: &Store) -> i64 {
    let row = store.database().log.row("SELECT count(*) AS n FROM limits", &[]).await.expect("readable");
    row.expect("a row").int("n").expect("a number")
}

async fn a_bucket_gives_its_burst_at_once_and_then_one_for_each_step(dialect: Dialect) {
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    let store = database.open(clock.clone()).await;
    let began = clock.micros();
    for _ in 0..3 {
        assert_eq!(store.take(&[1; 32], RATE).await.expect("taken"), Taken::Yes);
    }
    let refused = store.take(&[1; 32], RATE).await.expect("asked");
    assert_eq!(refused, Taken::NotBefore(began + RATE.step));
    assert_eq!(store.take(&[2; 32], RATE).await.expect("taken"), Taken::Yes, "another bucket is another's");
    clock.advance(Duration::from_secs(10));
    assert_eq!(store.take(&[1; 32], RATE).await.expect("taken"), Taken::Yes);
    assert!(matches!(store.take(&[1; 32], RATE).await.expect("asked"), Taken::NotBefore(_)));
    clock.advance(Duration::from_secs(3_600));
    for _ in 0..3 {
        assert_eq!(store.take(&[1; 32], RATE).await.expect("taken"), Taken::Yes, "never more than the burst");
    }
    assert!(matches!(store.take(&[1; 32], RATE).await.expect("asked"), Taken::NotBefore(_)));
}

async fn of_many_who_take_at_once_no_more_get_one_than_there_are(dialect: Dialect) {
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    let store = database.open(clock).await;
    let all: Vec<_> = (0..10)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.take(&[1; 32], RATE).await.expect("asked") })
        })
        .collect();
    let mut taken = 0;
    for take in all {
        taken += i64::from(take.await.expect("ends") == Taken::Yes);
    }
    assert_eq!(taken, RATE.burst);
}

async fn what_is_given_back_can_be_taken_again(dialect: Dialect) {
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    let store = database.open(clock).await;
    for _ in 0..20 {
        assert_eq!(store.take(&[1; 32], RATE).await.expect("taken"), Taken::Yes);
        store.give_back(&[1; 32], RATE).await.expect("given back");
    }
}

async fn attempts_are_slowed_down_by_twice_as_much_each_up_to_a_minute_and_never_stopped(dialect: Dialect) {
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    let store = database.open(clock.clone()).await;
    let mut waits = Vec::new();
    for _ in 0..13 {
        while let Taken::NotBefore(at) = store.attempt(&[1; 32]).await.expect("asked") {
            let wait = at - clock.micros();
            waits.push(wait / SECOND);
            clock.advance(Duration::from_micros(wait.unsigned_abs()));
        }
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60], "the first four are made at once");
}

async fn whoever_succeeds_is_forgiven(dialect: Dialect) {
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    let store = database.open(clock).await;
    for _ in 0..4 {
        assert_eq!(store.attempt(&[1; 32]).await.expect("made"), Taken::Yes);
    }
    assert!(matches!(store.attempt(&[1; 32]).await.expect("asked"), Taken::NotBefore(_)));
    store.forgive(&[1; 32]).await.expect("forgiven");
    assert_eq!(store.attempt(&[1; 32]).await.expect("made"), Taken::Yes);
}

async fn a_row_is_swept_once_it_says_nothing(dialect: Dialect) {
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    let store = database.open(clock.clone()).await;
    store.take(&[1; 32], RATE).await.expect("taken");
    store.attempt(&[2; 32]).await.expect("made");
    store.sweep_limits().await.expect("swept");
    assert_eq!(rows(&store).await, 2, "both still say something");
    clock.advance(Duration::from_secs(11));
    store.sweep_limits().await.expect("swept");
    assert_eq!(rows(&store).await, 1);
    clock.advance(Duration::from_secs(3_600));
    store.sweep_limits().await.expect("swept");
    assert_eq!(rows(&store).await, 0);
}

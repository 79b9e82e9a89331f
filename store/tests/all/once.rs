//! What is used once, who holds what, and secrets of the installation.

use super::{append, said, stream};
use std::time::Duration;
use store::{Dialect, Reservation, on_both_databases, testing::TestDatabase};
use tokio::task::JoinSet;

on_both_databases!(
    of_many_uses_at_once_by_two_processes_one_counts,
    what_is_good_no_more_is_swept,
    an_identity_that_is_released_can_be_held_by_somebody_else,
    a_secret_is_made_once_and_another_one_counts_in_every_process,
);

const MINUTE: i64 = 60_000_000;

async fn of_many_uses_at_once_by_two_processes_one_counts(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let stores = [database.open(TestDatabase::clock()).await, database.open(TestDatabase::clock()).await];
    let until = stores[0].clock().micros() + MINUTE;
    let mut uses = JoinSet::new();
    for number in 0..16 {
        let store = stores[number % 2].clone();
        uses.spawn(async move { store.use_once(&[7; 32], until).await.expect("written") });
    }
    let counted = uses.join_all().await.into_iter().filter(|counts| *counts).count();
    assert_eq!(counted, 1);
    assert!(stores[0].use_once(&[8; 32], until).await.expect("written"), "another is another");
}

async fn what_is_good_no_more_is_swept(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let clock = TestDatabase::clock();
    let store = database.open(clock.clone()).await;
    for number in 1..=3 {
        let until = store.clock().micros() + i64::from(number) * MINUTE;
        assert!(store.use_once(&[number; 32], until).await.expect("written"));
    }
    clock.advance(Duration::from_secs(120));
    assert!(!store.use_once(&[3; 32], store.clock().micros() + MINUTE).await.expect("written"));
    let sql = "SELECT COUNT(*) AS rows FROM used_identities";
    let row = store.database().log.row(sql, &[]).await.expect("readable").expect("a row");
    assert_eq!(row.int("rows").expect("a number"), 1, "two have expired");
}

async fn an_identity_that_is_released_can_be_held_by_somebody_else(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let hold = async |kind: &'static str, value: &str, holder: &str| {
        let mut command = append(vec![stream(&format!("{kind} {value} {holder}"), 0, vec![said("x")])]);
        command.reservations = vec![Reservation { kind, value: value.into(), holder: holder.into() }];
        store.append(command).await.is_ok()
    };
    assert!(hold("identity", "42", "a").await && hold("identity", "43", "b").await);
    assert!(hold("reference", "LW-1", "a").await);
    assert!(!hold("identity", "42", "c").await, "somebody has it");
    assert_eq!(store.holder_of("identity", "42").await.expect("readable").as_deref(), Some("a"));
    store.release_identities("a").await.expect("released");
    store.release_identities("a").await.expect("released once more");
    assert_eq!(store.holder_of("identity", "42").await.expect("readable"), None);
    assert_eq!(store.holder_of("identity", "43").await.expect("readable").as_deref(), Some("b"));
    assert_eq!(store.holder_of("reference", "LW-1").await.expect("readable").as_deref(), Some("a"));
    assert!(hold("identity", "42", "c").await);
}

async fn a_secret_is_made_once_and_another_one_counts_in_every_process(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let (store, other) =
        (database.open(TestDatabase::clock()).await, database.open(TestDatabase::clock()).await);
    let (first, same) =
        (store.secret("test").await.expect("made"), other.secret("test").await.expect("there"));
    assert_eq!(first.bytes(), same.bytes());
    assert_ne!(store.secret("another").await.expect("made").bytes(), first.bytes());
    let second = other.rotate_secret("test").await.expect("made");
    assert_ne!(second.bytes(), first.bytes());
    assert_eq!(store.secret("test").await.expect("there").bytes(), second.bytes());
    assert_eq!(format!("{second:?}"), "…");
    let row = store.database().log.row("SELECT wrapped FROM secrets WHERE name = 'test'", &[]).await;
    let wrapped = row.expect("readable").expect("a row").bytes("wrapped").expect("bytes");
    assert!(!wrapped.windows(32).any(|window| window == second.bytes()), "it is wrapped");
}

//! Commits that are not answered: what is in the log is answered from it, what is not is written again.

use super::{append, plain, stream};
use serde_json::json;
use std::time::Duration;
use store::{
    Append, AppendError, Appended, Dialect, Idempotency, LogFilter, Store, on_both_databases,
    testing::{Lost, TestDatabase, lose_commits},
};

on_both_databases!(
    what_was_committed_without_an_answer_is_answered_from_the_log,
    what_was_not_committed_is_written_again,
    what_is_lost_again_and_again_is_told_to_be_unknown,
    what_was_committed_after_it_was_looked_for_is_not_written_twice,
    whoever_may_have_lost_to_themselves_is_told_that_it_is_unknown,
    what_is_refused_after_a_call_was_lost_is_told_to_be_unknown,
    what_the_database_does_not_say_in_time_is_told_to_be_unknown,
);

fn command(id: &str, after: i64) -> Append {
    let idempotency = Idempotency { scope: [after.to_le_bytes()[0]; 32], input: [1; 32] };
    let events = vec![plain(json!({"n": 1})), plain(json!({"n": 2}))];
    Append { idempotency: Some(idempotency), ..append(vec![stream(id, after, events)]) }
}

/// The log is whole, holds the stream so often, and takes its next events.
async fn goes_on(store: &Store, events: i64) {
    assert_eq!(store.head().await.expect("a head"), events);
    assert_eq!(store.count(&LogFilter::stream("Test", "a"), 0).await.expect("readable"), events);
    let receipt = store.append(command("a", events)).await.expect("appending goes on").receipt();
    assert_eq!((receipt.version, receipt.position), (events + 2, events + 2));
}

async fn what_was_committed_without_an_answer_is_answered_from_the_log(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    lose_commits(&store, &[Lost::Committed], None);
    let appended = store.append(command("a", 0)).await.expect("it is in the log");
    let Appended::Now(receipt) = appended else { panic!("it was this use of the key: {appended:?}") };
    assert_eq!((receipt.version, receipt.position), (2, 2));
    goes_on(&store, 2).await;
}

async fn what_was_not_committed_is_written_again(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    lose_commits(&store, &[Lost::NotCommitted, Lost::NotCommitted], None);
    let receipt = store.append(command("a", 0)).await.expect("written by the third call").receipt();
    assert_eq!((receipt.version, receipt.position), (2, 2));
    goes_on(&store, 2).await;
}

async fn what_is_lost_again_and_again_is_told_to_be_unknown(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    lose_commits(&store, &[Lost::NotCommitted; 3], None);
    let outcome = store.append(command("a", 0)).await;
    assert!(matches!(outcome, Err(AppendError::Unknown)), "{outcome:?}");
    goes_on(&store, 0).await;
}

async fn what_was_committed_after_it_was_looked_for_is_not_written_twice(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    lose_commits(&store, &[Lost::NotCommitted, Lost::OvertakenByItself], None);
    // Without a key: nothing but its events says that it was this very command.
    let command = Append { idempotency: None, ..command("a", 0) };
    let receipt = store.append(command).await.expect("it is in the log").receipt();
    assert_eq!((receipt.version, receipt.position), (2, 2));
    goes_on(&store, 2).await;
}

async fn whoever_may_have_lost_to_themselves_is_told_that_it_is_unknown(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    lose_commits(&store, &[Lost::NotCommitted, Lost::OvertakenUnseen], None);
    // Told of a conflict, a caller without a key would decide again, and write it twice.
    let outcome = store.append(Append { idempotency: None, ..command("a", 0) }).await;
    assert!(matches!(outcome, Err(AppendError::Unknown)), "{outcome:?}");
    goes_on(&store, 2).await;
}

async fn what_is_refused_after_a_call_was_lost_is_told_to_be_unknown(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    lose_commits(&store, &[Lost::Refused], None);
    let outcome = store.append(command("a", 0)).await;
    assert!(matches!(outcome, Err(AppendError::Store(_))), "{outcome:?}");
    // The call that was lost may still be on its way.
    lose_commits(&store, &[Lost::NotCommitted, Lost::Refused], None);
    let outcome = store.append(command("a", 0)).await;
    assert!(matches!(outcome, Err(AppendError::Unknown)), "{outcome:?}");
    goes_on(&store, 0).await;
}

async fn what_the_database_does_not_say_in_time_is_told_to_be_unknown(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let other = database.open(TestDatabase::clock()).await;
    // Whoever looks an outcome up waits for this lock.
    let mut holds = other.database().log.begin().await.expect("begins");
    let head = "UPDATE log_head SET position = position WHERE id = 1";
    assert_eq!(holds.execute(head, &[]).await.expect("locked"), 1);
    lose_commits(&store, &[Lost::NotCommitted], Some(Duration::from_millis(50)));
    let outcome = store.append(command("a", 0)).await;
    assert!(matches!(outcome, Err(AppendError::Unknown)), "{outcome:?}");
    drop(holds);
    goes_on(&store, 0).await;
}

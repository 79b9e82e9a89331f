//! Following between processes, and with a database that is not there.

use super::{COUNTING, POSITIONS, append, append_some, eventually, plain, positions, seen, stream};
use serde_json::json;
use std::{sync::Mutex, time::Duration};
use store::{
    BoxFuture, Dialect, Followers, HandleError, RecordedEvent, Tx, View,
    testing::{TestDatabase, soon},
};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread")]
async fn word_of_an_append_wakes_the_followers_of_another_process() {
    let database = TestDatabase::new(Dialect::Postgres).await;
    let (one, two) = (database.open(TestDatabase::clock()).await, database.open(TestDatabase::clock()).await);
    let stop = CancellationToken::new();
    let teller = Followers::start(&one, &[], &stop);
    let never = Duration::from_secs(3_600);
    let followers = Followers::start_polling(&two, &[POSITIONS], &stop, never);
    soon("both listen", || async {
        let sql = "SELECT COUNT(*) AS listeners FROM pg_stat_activity \
                   WHERE datname = current_database() AND query LIKE 'LISTEN%leaveword_log%'";
        one.database()
            .log
            .row(sql, &[])
            .await
            .expect("readable")
            .expect("a row")
            .int("listeners")
            .expect("a count")
            == 2
    })
    .await;
    for round in 0..5 {
        append_some(&one, round, 1).await;
        assert!(eventually(&followers, "positions", round + 1).await);
        // Whoever may connect may send a word. It is no more than a reason to look.
        let word = "SELECT pg_notify('leaveword_log_' || md5(current_schema()), '9223372036854775807')";
        two.database().log.execute(word, &[]).await.expect("sent");
    }
    stop.cancel();
    teller.ended().await;
    followers.ended().await;
}

/// How many events it was given, time after time.
static GIVEN: Mutex<Vec<usize>> = Mutex::new(vec![]);

/// The first time, the database is not there.
fn unlucky<'a>(tx: &'a mut Tx, events: &'a [RecordedEvent]) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let first = {
            let mut given = GIVEN.lock().expect("locked");
            given.push(events.len());
            given.len() == 1
        };
        if first {
            return Err(sqlx::Error::PoolTimedOut.into());
        }
        positions(tx, events).await
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_database_fails_no_event_is_looked_for_that_is_guilty_of_it() {
    let database = TestDatabase::new(Dialect::Sqlite).await;
    let store = database.open(TestDatabase::clock()).await;
    let events = (0..4).map(|n| plain(json!({"n": n}))).collect();
    store.append(append(vec![stream("a", 0, events)])).await.expect("appended");
    let stop = CancellationToken::new();
    let followers = Followers::start(&store, &[View { handle: unlucky, ..POSITIONS }], &stop);
    soon("it is tried again", || async { seen(&store).await == [1, 2, 3, 4] }).await;
    assert_eq!(*GIVEN.lock().expect("locked"), [4, 4]);
    stop.cancel();
    followers.ended().await;
}

/// Waits for a lock that the test holds.
fn waiting<'a>(tx: &'a mut Tx, events: &'a [RecordedEvent]) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        // However long the test takes.
        let patient =
            "SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)";
        tx.execute(patient, &[]).await?;
        tx.execute("SELECT pg_advisory_xact_lock(1)", &[]).await?;
        positions(tx, events).await
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_process_does_a_page_and_nobody_else_waits_for_it() {
    let database = TestDatabase::new(Dialect::Postgres).await;
    let (one, two) = (database.open(TestDatabase::clock()).await, database.open(TestDatabase::clock()).await);
    let mut lock = one.database().views.begin().await.expect("begins");
    lock.execute("SELECT pg_advisory_xact_lock(1)", &[]).await.expect("locked");
    let stop = CancellationToken::new();
    let views = [View { handle: waiting, ..POSITIONS }, COUNTING];
    let followers = [Followers::start(&one, &views, &stop), Followers::start(&two, &views, &stop)];
    append_some(&one, 0, 3).await;
    let waiters = || async {
        let sql = "SELECT COUNT(*) AS waiters FROM pg_locks JOIN pg_database ON pg_database.oid = database \
                   WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted";
        let row = one.database().log.row(sql, &[]).await.expect("readable").expect("a row");
        row.int("waiters").expect("a count")
    };
    soon("somebody is at it", || async { waiters().await == 1 }).await;
    for after in 3..8 {
        append_some(&two, after, 1).await;
        for followers in &followers {
            assert!(eventually(followers, "counting", after + 1).await, "another view goes on");
        }
        assert_eq!(waiters().await, 1, "the other process left the page alone");
    }
    drop(lock);
    assert!(eventually(&followers[0], "positions", 8).await);
    assert_eq!(seen(&one).await, (1..=8).collect::<Vec<i64>>());
    stop.cancel();
    for followers in &followers {
        followers.ended().await;
    }
}

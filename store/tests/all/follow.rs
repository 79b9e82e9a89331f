//! Following: every event once, in order, and never past one that fails.

mod between;

use super::{append, plain, stream};
use serde_json::json;
use std::time::{Duration, Instant};
use store::{
    BoxFuture, Clock, Dialect, Followers, HandleError, RecordedEvent, Store, Tx, View, on_both_databases,
    testing::{TestDatabase, soon},
};
use tokio_util::sync::CancellationToken;

on_both_databases!(
    a_view_sees_every_event_once_and_in_order,
    a_follower_starts_again_where_its_checkpoint_is,
    a_failing_view_stands_still_says_where_and_goes_on_once_mended,
    what_stands_before_the_guilty_event_is_taken,
    two_processes_share_a_view_without_doubling_an_event,
    a_missing_position_is_never_skipped_and_an_alarm_after_ten_seconds,
    a_position_that_comes_late_is_waited_for,
    an_end_that_was_cut_off_is_missed,
    a_process_that_dies_with_a_checkpoint_is_replaced_within_a_second,
    a_view_that_is_further_behind_than_anybody_waits_is_not_waited_for,
    a_new_version_fills_beside_the_old_one,
    a_version_is_not_ready_before_it_is_filled,
    a_version_in_use_that_stands_still_is_ready,
);

/// At most so often something is tried that is to be quick: a machine that runs a suite has other things to do.
const TRIES: i64 = 10;

/// Writes each event's position as a row whose key would refuse it a second time.
fn positions<'a>(tx: &'a mut Tx, events: &'a [RecordedEvent]) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        for event in events {
            let position = event.position.to_string();
            tx.execute("INSERT INTO visitors (visitor_id) VALUES ($1)", &[position.into()]).await?;
        }
        Ok(())
    })
}

/// Fails on a broken event until somebody has mended it.
fn stumbling<'a>(tx: &'a mut Tx, events: &'a [RecordedEvent]) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let mended = tx.row("SELECT 1 FROM visitors WHERE visitor_id = 'mended'", &[]).await?.is_some();
        if events.iter().any(|event| event.payload().is_ok_and(|payload| payload["broken"] == true))
            && !mended
        {
            return Err("cannot read this event".into());
        }
        positions(tx, events).await
    })
}

/// Only counts.
fn counting<'a>(tx: &'a mut Tx, events: &'a [RecordedEvent]) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let sql = "INSERT INTO teams (team_id, version, name, members, disbanded, state, formed_at) \
                   VALUES ('count', 0, '', '[]', 0, '', $1) \
                   ON CONFLICT (team_id) DO UPDATE SET formed_at = teams.formed_at + excluded.formed_at";
        tx.execute(sql, &[i64::try_from(events.len())?.into()]).await?;
        Ok(())
    })
}

const POSITIONS: View = View { name: "positions", version: 1, tables: &["visitors"], handle: positions };
const STUMBLING: View = View { name: "stumbling", version: 1, tables: &["visitors"], handle: stumbling };
const COUNTING: View = View { name: "counting", version: 1, tables: &["teams"], handle: counting };

async fn append_some(store: &Store, from: i64, count: i64) {
    for after in from..from + count {
        let command = append(vec![stream("a", after, vec![plain(json!({"n": after}))])]);
        store.append(command).await.expect("appended");
    }
}

async fn seen(store: &Store) -> Vec<i64> {
    let sql = "SELECT visitor_id FROM visitors WHERE visitor_id <> 'mended'";
    let rows = store.database().views.rows(sql, &[]).await.expect("readable");
    let mut seen: Vec<i64> =
        rows.iter().map(|row| row.text("visitor_id").expect("text").parse().expect("a position")).collect();
    seen.sort_unstable();
    seen
}

async fn a_view_sees_every_event_once_and_in_order(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    append_some(&store, 0, 5).await;
    let stop = CancellationToken::new();
    let followers = Followers::start(&store, &[POSITIONS], &stop);
    append_some(&store, 5, 5).await;
    read_back(&followers, "positions", 10).await;
    assert_eq!(seen(&store).await, (1..=10).collect::<Vec<i64>>());
    stop.cancel();
    followers.ended().await;
}

async fn a_follower_starts_again_where_its_checkpoint_is(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    for round in 0..3 {
        append_some(&store, round * 4, 4).await;
        let stop = CancellationToken::new();
        let followers = Followers::start(&store, &[POSITIONS], &stop);
        read_back(&followers, "positions", round * 4 + 4).await;
        stop.cancel();
        followers.ended().await;
    }
    assert_eq!(seen(&store).await, (1..=12).collect::<Vec<i64>>());
}

async fn a_failing_view_stands_still_says_where_and_goes_on_once_mended(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let events = vec![plain(json!({"broken": true})), plain(json!({}))];
    store.append(append(vec![stream("a", 0, events)])).await.expect("appended");
    let stop = CancellationToken::new();
    let followers = Followers::start(&store, &[STUMBLING], &stop);
    soon("the follower says what is wrong", || async {
        let status = followers.status().await.expect("readable").remove(0);
        status.error.as_deref() == Some("at position 1: cannot read this event") && status.position == 0
    })
    .await;
    assert!(
        !followers.wait_for(&["stumbling"], 1).await.expect("readable"),
        "an answer does not wait for it"
    );
    assert_eq!(seen(&store).await, [0; 0]);
    let mend = "INSERT INTO visitors (visitor_id) VALUES ('mended')";
    store.database().views.execute(mend, &[]).await.expect("mended");
    soon("the follower goes on", || async { seen(&store).await == [1, 2] }).await;
    soon("the follower is well", || async {
        followers.status().await.expect("readable").remove(0).error.is_none()
    })
    .await;
    stop.cancel();
    followers.ended().await;
}

async fn two_processes_share_a_view_without_doubling_an_event(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let (one, two) = (database.open(TestDatabase::clock()).await, database.open(TestDatabase::clock()).await);
    let stop = CancellationToken::new();
    let followers =
        [Followers::start(&one, &[POSITIONS], &stop), Followers::start(&two, &[POSITIONS], &stop)];
    append_some(&one, 0, 10).await;
    append_some(&two, 10, 10).await;
    for followers in &followers {
        read_back(followers, "positions", 20).await;
    }
    assert_eq!(seen(&one).await, (1..=20).collect::<Vec<i64>>());
    stop.cancel();
    for followers in &followers {
        followers.ended().await;
    }
}

async fn what_stands_before_the_guilty_event_is_taken(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let mut events: Vec<_> = (0..100).map(|n| plain(json!({"n": n}))).collect();
    events[60] = plain(json!({"broken": true}));
    store.append(append(vec![stream("a", 0, events)])).await.expect("appended");
    let stop = CancellationToken::new();
    let followers = Followers::start(&store, &[STUMBLING], &stop);
    soon("the follower names the guilty event", || async {
        let status = followers.status().await.expect("readable").remove(0);
        status.error.as_deref() == Some("at position 61: cannot read this event") && status.position == 60
    })
    .await;
    assert_eq!(seen(&store).await, (1..=60).collect::<Vec<i64>>());
    stop.cancel();
    followers.ended().await;
}

/// An event that is not where the head says, until it is put back.
async fn hide(store: &Store, position: i64) {
    let sql = "UPDATE events SET position = position + 1000000 WHERE position = $1";
    store.database().log.execute(sql, &[position.into()]).await.expect("hidden");
}

async fn a_missing_position_is_never_skipped_and_an_alarm_after_ten_seconds(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let clock = TestDatabase::clock();
    let store = database.open(clock.clone()).await;
    append_some(&store, 0, 3).await;
    hide(&store, 2).await;
    let stop = CancellationToken::new();
    let followers = Followers::start(&store, &[POSITIONS], &stop);
    let status = || async { followers.status().await.expect("readable").remove(0) };
    soon("what stands before is taken", || async { status().await.position == 1 }).await;
    soon("the follower says what is missing", || async {
        // Whenever the follower first missed it: ten seconds later is an alarm.
        clock.advance(Duration::from_secs(1));
        status().await.error.as_deref() == Some("position 2 is missing from the log")
    })
    .await;
    assert!(clock.now() - TestDatabase::clock().now() >= chrono::TimeDelta::seconds(10), "not before");
    assert_eq!(seen(&store).await, [1]);
    stop.cancel();
    followers.ended().await;
}

async fn a_position_that_comes_late_is_waited_for(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    append_some(&store, 0, 3).await;
    hide(&store, 2).await;
    let stop = CancellationToken::new();
    let followers = Followers::start(&store, &[POSITIONS], &stop);
    soon("what stands before is taken", || async { seen(&store).await == [1] }).await;
    let back = "UPDATE events SET position = 2 WHERE position = 1000002";
    store.database().log.execute(back, &[]).await.expect("back");
    soon("all is taken", || async { seen(&store).await == [1, 2, 3] }).await;
    assert_eq!(followers.status().await.expect("readable").remove(0).error, None);
    stop.cancel();
    followers.ended().await;
}

async fn an_end_that_was_cut_off_is_missed(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let clock = TestDatabase::clock();
    let store = database.open(clock.clone()).await;
    append_some(&store, 0, 3).await;
    store.database().log.execute("DELETE FROM events WHERE position = 3", &[]).await.expect("tampered");
    let stop = CancellationToken::new();
    let followers = Followers::start(&store, &[POSITIONS], &stop);
    soon("the follower says what is missing", || async {
        clock.advance(Duration::from_secs(1));
        let status = followers.status().await.expect("readable").remove(0);
        status.error.as_deref() == Some("position 3 is missing from the log") && status.position == 2
    })
    .await;
    stop.cancel();
    followers.ended().await;
}

/// A process in the middle of a page of the view `positions`, and on PostgreSQL its backend's number.
async fn in_the_middle(store: &Store) -> (Tx, Option<i64>) {
    let mut tx = store.database().views.begin().await.expect("begins");
    if store.database().dialect() == Dialect::Sqlite {
        return (tx, None);
    }
    let lock = "SELECT position FROM checkpoints WHERE name = 'positions' FOR UPDATE";
    assert!(tx.row(lock, &[]).await.expect("locked").is_some());
    let backend = tx.row("SELECT pg_backend_pid()::bigint AS pid", &[]).await.expect("readable");
    (tx, Some(backend.expect("a row").int("pid").expect("a number")))
}

async fn a_process_that_dies_with_a_checkpoint_is_replaced_within_a_second(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let (one, two) = (database.open(TestDatabase::clock()).await, database.open(TestDatabase::clock()).await);
    append_some(&one, 0, 1).await;
    let stop = CancellationToken::new();
    let followers = Followers::start(&one, &[POSITIONS], &stop);
    read_back(&followers, "positions", 1).await;
    let mut quickest = Duration::MAX;
    for last in 1..=TRIES {
        quickest = quickest.min(is_replaced(&one, &two, &followers, last).await);
        if quickest < Duration::from_secs(1) {
            break;
        }
    }
    assert!(quickest < Duration::from_secs(1), "{quickest:?}");
    stop.cancel();
    followers.ended().await;
}

/// The second process dies in the middle of the page after this event: how long until the first one has done it.
async fn is_replaced(one: &Store, two: &Store, followers: &Followers, last: i64) -> Duration {
    let (tx, backend) = in_the_middle(two).await;
    append_some(one, last, 1).await;
    let waited = followers.wait_for(&["positions"], last + 1).await.expect("readable");
    assert!(!waited, "somebody else does this page");
    match backend {
        Some(backend) => {
            let kill = "SELECT pg_terminate_backend($1::int)::int::bigint AS killed";
            one.database().log.rows(kill, &[backend.into()]).await.expect("killed");
        }
        None => drop(tx),
    }
    let killed = Instant::now();
    let all: Vec<i64> = (1..=last + 1).collect();
    soon("the page is done by the other", || async { seen(one).await == all }).await;
    killed.elapsed()
}

async fn a_view_that_is_further_behind_than_anybody_waits_is_not_waited_for(dialect: Dialect) {
    let patience = Duration::from_secs(60);
    let database = TestDatabase::new(dialect).await;
    let (one, two) = (database.open(Clock::system()).await, database.open(Clock::system()).await);
    append_some(&one, 0, 1).await;
    let stop = CancellationToken::new();
    let followers = Followers::start(&one, &[POSITIONS], &stop).patient(patience);
    read_back(&followers, "positions", 1).await;
    let (tx, _) = in_the_middle(&two).await;
    append_some(&one, 1, 1).await;
    let old = "UPDATE events SET recorded_at = recorded_at - 120000000 WHERE position = 2";
    one.database().log.execute(old, &[]).await.expect("aged");
    let asked = Instant::now();
    assert!(!followers.wait_for(&["positions"], 2).await.expect("readable"));
    assert!(asked.elapsed() < patience, "it was waited for");
    let status = followers.status().await.expect("readable").remove(0);
    assert!(status.behind > patience && status.position == 1, "{status:?}");
    drop(tx);
    assert!(eventually(&followers, "positions", 2).await);
    assert_eq!(followers.status().await.expect("readable").remove(0).behind, Duration::ZERO);
    stop.cancel();
    followers.ended().await;
}

/// As whoever wrote waits for it, and again: a view that is late on a busy machine is asked once more.
async fn read_back(followers: &Followers, name: &str, position: i64) {
    soon("the view has it", || async { followers.wait_for(&[name], position).await.expect("readable") })
        .await;
}

/// However far behind it is.
async fn eventually(followers: &Followers, name: &str, position: i64) -> bool {
    soon("the view catches up", || async {
        let all = followers.status().await.expect("readable");
        all.iter().any(|status| status.name == name && status.position >= position)
    })
    .await;
    true
}

/// Writes into tables of its own.
fn second<'a>(tx: &'a mut Tx, events: &'a [RecordedEvent]) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        for event in events {
            let values = [event.position.to_string().into(), event.sequence.into()];
            tx.execute("INSERT INTO positions_2 (position, sequence) VALUES ($1, $2)", &values).await?;
        }
        Ok(())
    })
}

async fn a_new_version_fills_beside_the_old_one(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let (old, new) = (database.open(TestDatabase::clock()).await, database.open(TestDatabase::clock()).await);
    let stop = CancellationToken::new();
    let first = Followers::start(&old, &[POSITIONS], &stop);
    append_some(&old, 0, 5).await;
    read_back(&first, "positions", 5).await;
    let table = "CREATE TABLE positions_2 (position text PRIMARY KEY, sequence bigint NOT NULL)";
    new.database().views.execute(table, &[]).await.expect("migrated");
    let view = View { version: 2, tables: &["positions_2"], handle: second, ..POSITIONS };
    let second = Followers::start(&new, &[view], &stop);
    second.filled().await.expect("readable");
    append_some(&new, 5, 5).await;
    assert!(eventually(&second, "positions", 10).await, "the new one follows");
    assert!(eventually(&first, "positions", 10).await, "and so does the old one");
    assert_eq!(seen(&old).await, (1..=10).collect::<Vec<i64>>());
    let rows = new.database().views.rows("SELECT position FROM positions_2", &[]).await.expect("readable");
    assert_eq!(rows.len(), 10, "each of the two has every event once");
    let stands = |followers: &Followers| {
        let followers = followers.clone();
        async move { followers.status().await.expect("readable").remove(0) }
    };
    assert_eq!((stands(&first).await.version, stands(&second).await.version), (1, 2));
    stop.cancel();
    first.ended().await;
    second.ended().await;
}

/// More events than a version that has caught up may lack, of which the first is broken.
async fn append_a_broken_one_and_many(store: &Store, after: i64) {
    let mut events: Vec<_> = (0..1_100).map(|n| plain(json!({"n": n}))).collect();
    events[0] = plain(json!({"broken": true}));
    store.append(append(vec![stream("a", after, events)])).await.expect("appended");
}

async fn a_version_is_not_ready_before_it_is_filled(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    append_a_broken_one_and_many(&store, 0).await;
    let stop = CancellationToken::new();
    let followers = Followers::start(&store, &[STUMBLING], &stop);
    let stands_still = soon("it cannot be filled", || async {
        followers.status().await.expect("readable").remove(0).error.is_some()
    });
    tokio::select! {
        filled = followers.filled() => panic!("{filled:?}"),
        () = stands_still => {}
    }
    let mend = "INSERT INTO visitors (visitor_id) VALUES ('mended')";
    store.database().views.execute(mend, &[]).await.expect("mended");
    followers.filled().await.expect("readable");
    stop.cancel();
    followers.ended().await;
}

async fn a_version_in_use_that_stands_still_is_ready(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    append_some(&store, 0, 1).await;
    for round in 0..2 {
        let stop = CancellationToken::new();
        let followers = Followers::start(&store, &[STUMBLING], &stop);
        followers.filled().await.expect("readable");
        if round == 0 {
            read_back(&followers, "stumbling", 1).await;
            append_a_broken_one_and_many(&store, 1).await;
        }
        stop.cancel();
        followers.ended().await;
    }
    assert_eq!(seen(&store).await, [1]);
}

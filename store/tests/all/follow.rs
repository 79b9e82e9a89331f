//! Following: every event once, in order, and never past one that fails.

use super::{append, plain, stream};
use serde_json::json;
use store::{
    BoxFuture, Dialect, Followers, HandleError, RecordedEvent, Store, Tx, View, on_both_databases,
    testing::{TestDatabase, soon},
};
use tokio_util::sync::CancellationToken;

on_both_databases!(
    a_view_sees_every_event_once_and_in_order,
    a_follower_starts_again_where_its_checkpoint_is,
    a_failing_view_stands_still_says_where_and_goes_on_once_mended,
    what_stands_before_the_guilty_event_is_taken,
    two_processes_share_a_view_without_doubling_an_event,
    a_missing_position_is_never_skipped,
    an_end_that_was_cut_off_is_missed,
);

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
        for event in events {
            if event.payload()?["broken"] == true && !mended {
                return Err("cannot read this event".into());
            }
        }
        positions(tx, events).await
    })
}

const TABLES: &[&str] = &["visitors"];
const POSITIONS: View = View { name: "positions", version: 1, tables: TABLES, handle: positions };
const STUMBLING: View = View { name: "stumbling", version: 1, tables: TABLES, handle: stumbling };

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
    assert!(followers.wait_for(&["positions"], 10).await.expect("readable"));
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
        assert!(followers.wait_for(&["positions"], round * 4 + 4).await.expect("readable"));
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

async fn what_stands_before_the_guilty_event_is_taken(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let whole = || plain(json!({}));
    let events = vec![whole(), whole(), plain(json!({"broken": true})), whole()];
    store.append(append(vec![stream("a", 0, events)])).await.expect("appended");
    let stop = CancellationToken::new();
    let followers = Followers::start(&store, &[STUMBLING], &stop);
    soon("the follower names the guilty event", || async {
        let status = followers.status().await.expect("readable").remove(0);
        status.error.as_deref() == Some("at position 3: cannot read this event") && status.position == 2
    })
    .await;
    assert_eq!(seen(&store).await, [1, 2]);
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
        assert!(followers.wait_for(&["positions"], 20).await.expect("readable"));
    }
    assert_eq!(seen(&one).await, (1..=20).collect::<Vec<i64>>());
    stop.cancel();
    for followers in &followers {
        followers.ended().await;
    }
}

async fn a_missing_position_is_never_skipped(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    append_some(&store, 0, 3).await;
    store.database().log.execute("DELETE FROM events WHERE position = 2", &[]).await.expect("tampered");
    let stop = CancellationToken::new();
    let followers = Followers::start(&store, &[POSITIONS], &stop);
    soon("the follower says what is missing", || async {
        let error = followers.status().await.expect("readable").remove(0).error;
        error.as_deref() == Some("position 2 is missing from the log")
    })
    .await;
    assert_eq!(seen(&store).await, [0; 0]);
    stop.cancel();
    followers.ended().await;
}

async fn an_end_that_was_cut_off_is_missed(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    append_some(&store, 0, 3).await;
    store.database().log.execute("DELETE FROM events WHERE position = 3", &[]).await.expect("tampered");
    let stop = CancellationToken::new();
    let followers = Followers::start(&store, &[POSITIONS], &stop);
    soon("the follower says what is missing", || async {
        let status = followers.status().await.expect("readable").remove(0);
        status.error.as_deref() == Some("position 3 is missing from the log") && status.position == 2
    })
    .await;
    stop.cancel();
    followers.ended().await;
}

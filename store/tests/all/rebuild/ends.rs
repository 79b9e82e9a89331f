//! How rebuilds end: in little room, in parts, in the middle.

use super::{NOTES, Scene, TABLE, append, begun, plain, rebuild, stream};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use store::{
    BoxFuture, Column, Dialect, Followers, HandleError, Kind, RebuildError, RebuildProgress, RecordedEvent,
    ServerLock, Store, Tx, View, on_both_databases,
    testing::{TestDatabase, rebuild_in_little_room},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

on_both_databases!(
    a_row_that_is_refused_when_it_is_written_names_its_view_and_event,
    a_rebuild_that_the_database_ends_leaves_nothing_behind,
    an_event_that_the_second_view_cannot_take_leaves_the_first_one_rebuilt,
    a_rebuild_in_little_room_has_the_rows_of_the_log_while_writes_go_on,
    an_event_may_be_taken_in_several_transactions,
);

/// What belongs to a rebuild, and to no view in use.
async fn left_behind(store: &Store) -> usize {
    let sql = match store.database().dialect() {
        Dialect::Postgres => {
            "SELECT relname FROM pg_class WHERE relname LIKE '%\\_\\_next' OR relname LIKE '%\\_\\_old'"
        }
        Dialect::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND (name LIKE '%!_!_next' ESCAPE '!' \
             OR name LIKE '%!_!_old' ESCAPE '!')"
        }
    };
    let views = &store.database().views;
    let tables = views.rows(sql, &[]).await.expect("readable").len();
    let checkpoints = "SELECT name FROM checkpoints WHERE name LIKE '%next'";
    tables + views.rows(checkpoints, &[]).await.expect("readable").len()
}

/// A row per event, but the 2nd and the 345th row say that they are the same one.
fn colliding<'a>(tx: &'a mut Tx, events: &'a [RecordedEvent]) -> BoxFuture<'a, Result<(), HandleError>> {
    const NOTE: [Column; 3] = [("note_id", Kind::Text), ("notes", Kind::Int), ("first", Kind::Int)];
    Box::pin(async move {
        for event in events {
            let (id, n) = (format!("{:08}", event.position), event.position);
            let first = if n == 345 { 2 } else { n };
            tx.insert_keyed("notes", &NOTE, vec![vec![id.into(), 1.into(), first.into()]]).await?;
        }
        Ok(())
    })
}

async fn a_row_that_is_refused_when_it_is_written_names_its_view_and_event(dialect: Dialect) {
    let scene = Scene::open(dialect, 100).await;
    let before = scene.rows().await;
    let ended = rebuild(&scene.store, View { handle: colliding, ..NOTES }).await.expect_err("refused");
    assert!(matches!(ended, RebuildError::Handle { view: "notes", position: 345, .. }), "{ended}");
    assert_eq!(left_behind(&scene.store).await, 0);
    assert_eq!(scene.rows().await, before);
    scene.end().await;
}

async fn a_rebuild_that_the_database_ends_leaves_nothing_behind(dialect: Dialect) {
    let scene = Scene::open(dialect, 100).await;
    let before = scene.rows().await;
    let hole = "DELETE FROM events WHERE position = 345";
    scene.store.database().log.execute(hole, &[]).await.expect("damaged");
    let ended = rebuild(&scene.store, NOTES).await.expect_err("the log has a hole");
    assert!(matches!(ended, RebuildError::Store(store::StoreError::Gap { position: 345 })), "{ended}");
    assert_eq!(left_behind(&scene.store).await, 0);
    assert_eq!(scene.rows().await, before);
    scene.end().await;
}

fn refuses_the_seventh<'a>(
    _: &'a mut Tx,
    events: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        match events.iter().any(|event| event.position == 7) {
            true => Err("not this one".into()),
            false => Ok(()),
        }
    })
}

async fn an_event_that_the_second_view_cannot_take_leaves_the_first_one_rebuilt(dialect: Dialect) {
    let scene = Scene::open(dialect, 3).await;
    scene.spoil().await;
    let table = "CREATE TABLE others (other_id text PRIMARY KEY)";
    scene.store.database().views.execute(table, &[]).await.expect("made");
    let others = View { name: "others", version: 1, tables: &["others"], handle: refuses_the_seventh };
    let progress = watch::Sender::new(RebuildProgress::default());
    // So few events that they are taken in the last transaction of each view.
    let ended = scene.store.rebuild(&[NOTES, others], &progress).await.expect_err("not the second");
    assert!(matches!(ended, RebuildError::Handle { view: "others", position: 7, .. }), "{ended}");
    assert_eq!(progress.borrow().rebuilt, ["notes"]);
    assert_eq!(scene.rows().await, scene.expected().await);
    assert_eq!(left_behind(&scene.store).await, 0);
    scene.end().await;
}

async fn a_rebuild_in_little_room_has_the_rows_of_the_log_while_writes_go_on(dialect: Dialect) {
    let scene = Scene::open(dialect, 50).await;
    scene.spoil().await;
    let (ended, store) = (Arc::new(AtomicBool::new(false)), scene.store.clone());
    let writing = tokio::spawn({
        let (ended, followers) = (ended.clone(), scene.followers.clone());
        async move {
            let mut after = 0;
            while !ended.load(Ordering::SeqCst) {
                let events = (0..8).map(|n| plain(json!({"n": n}))).collect();
                let command = append(vec![stream("meanwhile", after, events)]);
                let receipt = store.append(command).await.expect("writes go on").receipt();
                after += 8;
                followers.wait_for(&["notes"], receipt.position).await.expect("readable");
            }
        }
    });
    let progress = watch::Sender::new(RebuildProgress::default());
    rebuild_in_little_room(&scene.store, &[NOTES], &progress).await.expect("rebuilt");
    ended.store(true, Ordering::SeqCst);
    writing.await.expect("no write failed");
    scene.followed().await;
    assert_eq!(scene.rows().await, scene.expected().await);
    assert_eq!(left_behind(&scene.store).await, 0);
    scene.end().await;
}

/// An event that says so is taken in so many parts: each adds one to the row of its stream.
fn in_parts<'a>(tx: &'a mut Tx, events: &'a [RecordedEvent]) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        for event in events {
            let id: store::Value = event.aggregate_id.as_str().into();
            let begin = "INSERT INTO notes (note_id, first, notes) VALUES ($1, $2, 0) ON CONFLICT (note_id) DO NOTHING";
            tx.execute(begin, &[id.clone(), event.position.into()]).await?;
            tx.execute("UPDATE notes SET notes = notes + 1 WHERE note_id = $1", std::slice::from_ref(&id))
                .await?;
            let sql = "SELECT notes FROM notes WHERE note_id = $1";
            let notes = tx.row(sql, &[id]).await?.ok_or("a row")?.int("notes")?;
            if notes % 10 < event.payload()?["parts"].as_i64().unwrap_or_default() {
                tx.take_through(event.position - 1);
                return Ok(());
            }
        }
        Ok(())
    })
}

async fn an_event_may_be_taken_in_several_transactions(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    store.database().views.execute(TABLE, &[]).await.expect("made");
    // The first one in a run, one in the middle, and the last one of the log.
    let parts = [5, 0, 0, 7, 0, 3];
    for (number, parts) in parts.iter().enumerate() {
        let command = append(vec![stream(&format!("s{number}"), 0, vec![plain(json!({"parts": parts}))])]);
        store.append(command).await.expect("appended");
    }
    let view = View { handle: in_parts, ..NOTES };
    let stop = CancellationToken::new();
    let followers = Followers::start(&store, &[view], &stop);
    let scene = Scene { database, store, stop, followers };
    scene.followed().await;
    let counted: Vec<i64> = scene.rows().await.into_values().map(|(_, notes)| notes).collect();
    assert_eq!(counted, [5, 1, 1, 7, 1, 3], "what was written of an event is kept");
    let followed = scene.rows().await;
    let progress = watch::Sender::new(RebuildProgress::default());
    scene.store.rebuild(&[view], &progress).await.expect("rebuilt");
    assert_eq!(scene.rows().await, followed);
    rebuild_in_little_room(&scene.store, &[view], &progress).await.expect("rebuilt");
    assert_eq!(scene.rows().await, followed);
    scene.end().await;
}

/// The indexes of new tables before they are in use.
async fn indexes_made_at_once(served: bool) -> i64 {
    let scene = Scene::open(Dialect::Sqlite, 3).await;
    let _server = served.then(|| ServerLock::take(&scene.database.directory.join("data")).expect("a server"));
    drop(begun(&scene.store).await);
    let sql = "SELECT COUNT(*) AS indexes FROM sqlite_master WHERE name = 'notes_most__next'";
    let row = scene.store.database().views.row(sql, &[]).await.expect("readable").expect("a row");
    scene.end().await;
    row.int("indexes").expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn indexes_are_made_with_their_tables_while_a_server_runs_and_later_when_none_does() {
    assert_eq!(indexes_made_at_once(true).await, 1);
    assert_eq!(indexes_made_at_once(false).await, 0);
}

//! Rebuilding: the same rows as before, while everything goes on.

mod ends;

use super::{append, plain, stream};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use store::{
    BoxFuture, Column, Dialect, Followers, HandleError, Kind, LogFilter, RebuildError, RebuildProgress,
    RecordedEvent, Store, Tx, View, on_both_databases,
    testing::{TestDatabase, soon},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

on_both_databases!(
    a_rebuilt_view_has_the_rows_of_the_log_while_everything_goes_on,
    a_view_can_be_rebuilt_again_and_keeps_its_keys_and_indexes,
    a_second_rebuild_at_the_same_time_is_refused,
    what_a_rebuild_that_died_left_behind_is_not_in_the_way,
    what_a_rebuild_that_died_left_behind_is_discarded_and_what_one_under_way_has_is_not,
    an_event_that_cannot_be_taken_ends_it_and_leaves_the_view_as_it_was,
    a_view_that_stood_still_is_brought_further,
    a_view_ahead_of_a_restored_log_says_so_and_is_mended_by_a_rebuild,
);

/// One row per stream. A column has the table's own name, as some columns have.
const TABLE: &str =
    "CREATE TABLE notes (note_id text PRIMARY KEY, first bigint NOT NULL UNIQUE, notes bigint NOT NULL)";
const INDEXES: [&str; 2] = [
    "CREATE INDEX notes_most ON notes (notes, note_id)",
    "CREATE UNIQUE INDEX notes_last ON notes (first, note_id)",
];

fn handle<'a>(tx: &'a mut Tx, events: &'a [RecordedEvent]) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        for event in events {
            if event.payload()?["broken"] == true {
                return Err("cannot read this event".into());
            }
            count(tx, event).await?;
        }
        Ok(())
    })
}

fn lenient<'a>(tx: &'a mut Tx, events: &'a [RecordedEvent]) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        for event in events {
            count(tx, event).await?;
        }
        Ok(())
    })
}

/// Mostly by key, as views do, and at times by a statement of its own, which has to find what was written by key.
async fn count(tx: &mut Tx, event: &RecordedEvent) -> Result<(), HandleError> {
    const NOTE: [Column; 3] = [("note_id", Kind::Text), ("notes", Kind::Int), ("first", Kind::Int)];
    let id = event.aggregate_id.as_str();
    if event.sequence % 100 == 7 {
        let sql = "UPDATE notes SET notes = notes + 1 WHERE notes.note_id = $1";
        let touched = tx.execute(sql, &[id.into()]).await?;
        return if touched == 1 { Ok(()) } else { Err("a row that was written by key is not there".into()) };
    }
    match tx.rows_of("notes", "note_id", "note_id, notes", vec![id.to_owned()]).await?.pop() {
        None => {
            tx.insert_keyed("notes", &NOTE, vec![vec![id.into(), 1.into(), event.position.into()]]).await?;
        }
        Some(row) => {
            let notes = row.int("notes")? + 1;
            tx.update_many("notes", &NOTE[..2], vec![vec![id.into(), notes.into()]]).await?;
        }
    }
    Ok(())
}

const NOTES: View = View { name: "notes", version: 1, tables: &["notes"], handle };

struct Scene {
    database: TestDatabase,
    store: Store,
    stop: CancellationToken,
    followers: Followers,
}

impl Scene {
    /// A followed view over a log of so many streams with ten events each.
    async fn open(dialect: Dialect, streams: i64) -> Self {
        let database = TestDatabase::new(dialect).await;
        let store = database.open(TestDatabase::clock()).await;
        for sql in [TABLE].iter().chain(&INDEXES) {
            store.database().views.execute(sql, &[]).await.expect("made");
        }
        for number in 0..streams {
            let events = (0..10).map(|n| plain(json!({"n": n}))).collect();
            let command = append(vec![stream(&format!("first-{number}"), 0, events)]);
            store.append(command).await.expect("appended");
        }
        let stop = CancellationToken::new();
        let followers = Followers::start(&store, &[NOTES], &stop);
        let scene = Self { database, store, stop, followers };
        scene.followed().await;
        scene
    }

    async fn followed(&self) {
        let head = self.store.head().await.expect("readable");
        soon("the view follows", || async {
            self.followers.status().await.expect("readable").remove(0).position == head
        })
        .await;
    }

    async fn rows(&self) -> BTreeMap<String, (i64, i64)> {
        let rows = self.store.database().views.rows("SELECT note_id, first, notes FROM notes", &[]).await;
        let row = |row: &store::Row| {
            let numbers = (row.int("first").expect("first"), row.int("notes").expect("notes"));
            (row.text("note_id").expect("an id"), numbers)
        };
        rows.expect("readable").iter().map(row).collect()
    }

    /// The rows that the log says there are.
    async fn expected(&self) -> BTreeMap<String, (i64, i64)> {
        let mut expected = BTreeMap::new();
        for event in self.store.read(&LogFilter::default(), 0, 1_000_000).await.expect("readable") {
            expected.entry(event.aggregate_id).or_insert((event.position, 0)).1 += 1;
        }
        expected
    }

    /// Rows that no event led to.
    async fn spoil(&self) {
        let spoil = "UPDATE notes SET notes = notes + 1000000";
        self.store.database().views.execute(spoil, &[]).await.expect("spoiled");
    }

    async fn end(self) {
        self.stop.cancel();
        self.followers.ended().await;
    }
}

async fn rebuild(store: &Store, view: View) -> Result<i64, RebuildError> {
    store.rebuild(&[view], &watch::Sender::new(RebuildProgress::default())).await
}

async fn a_rebuilt_view_has_the_rows_of_the_log_while_everything_goes_on(dialect: Dialect) {
    let scene = Scene::open(dialect, 300).await;
    scene.spoil().await;
    let writer = scene.database.open(TestDatabase::clock()).await;
    let reader = scene.database.open(TestDatabase::clock()).await;
    let (ended, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(watch::Sender::new(0)));
    let writing = tokio::spawn({
        let (ended, followers) = (ended.clone(), scene.followers.clone());
        async move {
            let mut after = 0;
            while !ended.load(Ordering::SeqCst) {
                let command = append(vec![stream("meanwhile", after, vec![plain(json!({}))])]);
                let receipt = writer.append(command).await.expect("writes go on").receipt();
                after += 1;
                // As fast as this view follows, which takes its events one by one: an append is many times faster.
                followers.wait_for(&["notes"], receipt.position).await.expect("readable");
            }
            after
        }
    });
    let reading = tokio::spawn({
        let (ended, reads) = (ended.clone(), reads.clone());
        async move {
            while !ended.load(Ordering::SeqCst) {
                let sql =
                    "SELECT COUNT(*) AS rows, MIN(notes) AS least FROM notes WHERE note_id <> 'meanwhile'";
                let row = reader.database().views.row(sql, &[]).await.expect("reads go on").expect("a row");
                let (rows, least) = (row.int("rows").expect("rows"), row.int("least").expect("least"));
                assert!(rows == 300 && (least == 10 || least == 1_000_010), "{rows} rows, {least}");
                reads.send_modify(|reads| *reads += 1);
            }
        }
    });
    reads.subscribe().wait_for(|reads| *reads > 20).await.expect("reads");
    // In a process of its own, as an operator does it.
    let operator = scene.database.open(TestDatabase::clock()).await;
    assert!(rebuild(&operator, NOTES).await.expect("rebuilt") >= 3_000);
    let before = *reads.borrow();
    reads.subscribe().wait_for(|reads| *reads > before + 20).await.expect("reads");
    ended.store(true, Ordering::SeqCst);
    reading.await.expect("no read failed, none saw half a table");
    assert!(writing.await.expect("no write failed") > 0);
    scene.followed().await;
    assert_eq!(scene.rows().await, scene.expected().await);
    scene.end().await;
}

/// What belongs to the view, by name.
async fn names(store: &Store) -> Vec<String> {
    let sql = match store.database().dialect() {
        Dialect::Postgres => {
            "SELECT relname::text AS name FROM pg_class WHERE relname LIKE 'notes%' UNION ALL \
             SELECT conname::text FROM pg_constraint WHERE conname LIKE 'notes%' AND contype <> 'n' ORDER BY 1"
        }
        // An index cannot be renamed there: every other rebuild gives it its first name again.
        Dialect::Sqlite => {
            "SELECT replace(name, '__next', '') AS name FROM sqlite_master WHERE name LIKE '%notes%' ORDER BY 1"
        }
    };
    let rows = store.database().views.rows(sql, &[]).await.expect("readable");
    rows.iter().map(|row| row.text("name").expect("a name")).collect()
}

async fn a_view_can_be_rebuilt_again_and_keeps_its_keys_and_indexes(dialect: Dialect) {
    let scene = Scene::open(dialect, 3).await;
    let before = names(&scene.store).await;
    for _ in 0..3 {
        scene.spoil().await;
        rebuild(&scene.store, NOTES).await.expect("rebuilt");
        assert_eq!(scene.rows().await, scene.expected().await);
        assert_eq!(names(&scene.store).await, before, "nothing is left, nothing is missing");
        let twice = "INSERT INTO notes (note_id, first, notes) VALUES ('another', 1, 0)";
        assert!(
            scene.store.database().views.execute(twice, &[]).await.is_err(),
            "what is unique stays unique"
        );
        let checkpoints = scene.store.database().views.rows("SELECT name FROM checkpoints", &[]).await;
        assert_eq!(checkpoints.expect("readable").len(), 1);
    }
    scene.store.append(append(vec![stream("first-0", 10, vec![plain(json!({}))])])).await.expect("appended");
    scene.followed().await;
    assert_eq!(scene.rows().await, scene.expected().await);
    scene.end().await;
}

/// A rebuild that has begun, and goes no further unless it is waited for.
async fn begun(store: &Store) -> std::pin::Pin<Box<impl Future<Output = Result<i64, RebuildError>>>> {
    let progress = watch::Sender::new(RebuildProgress::default());
    let mut seen = progress.subscribe();
    let store = store.clone();
    let mut rebuild = Box::pin(async move { store.rebuild(&[NOTES], &progress).await });
    tokio::select! {
        biased;
        begun = seen.wait_for(|progress| progress.head > 0) => drop(begun.expect("it began")),
        ended = &mut rebuild => panic!("{ended:?}"),
    }
    rebuild
}

async fn a_second_rebuild_at_the_same_time_is_refused(dialect: Dialect) {
    let scene = Scene::open(dialect, 3).await;
    let first = begun(&scene.store).await;
    let other = scene.database.open(TestDatabase::clock()).await;
    let refused = rebuild(&other, NOTES).await.expect_err("one at a time");
    assert_eq!(
        refused.to_string(),
        "views of this database are being rebuilt already; wait until that has ended"
    );
    assert_eq!(first.await.expect("rebuilt"), 30);
    rebuild(&other, NOTES).await.expect("now it may");
    scene.end().await;
}

async fn what_a_rebuild_that_died_left_behind_is_not_in_the_way(dialect: Dialect) {
    let scene = Scene::open(dialect, 100).await;
    scene.spoil().await;
    drop(begun(&scene.store).await);
    let left = scene.store.database().views.rows("SELECT * FROM notes__next", &[]).await;
    assert!(left.is_ok(), "it did die half way");
    // PostgreSQL needs a moment to see that the one who held the lock is gone.
    soon("the next one may", || async {
        match rebuild(&scene.store, NOTES).await {
            Err(RebuildError::UnderWay) => false,
            ended => ended.is_ok_and(|events| events == 1_000),
        }
    })
    .await;
    assert_eq!(scene.rows().await, scene.expected().await);
    scene.end().await;
}

async fn what_a_rebuild_that_died_left_behind_is_discarded_and_what_one_under_way_has_is_not(
    dialect: Dialect,
) {
    let scene = Scene::open(dialect, 3).await;
    let (store, before) = (&scene.store, names(&scene.store).await);
    assert!(store.discard_left_over(&NOTES).await.expect("looked"), "there is nothing");
    let under_way = begun(store).await;
    assert!(!store.discard_left_over(&NOTES).await.expect("looked"));
    assert_eq!(under_way.await.expect("nobody took its tables"), 30);
    drop(begun(store).await);
    assert!(
        store.database().views.rows("SELECT * FROM notes__next", &[]).await.is_ok(),
        "it did die half way"
    );
    // PostgreSQL needs a moment to see that the one who held the lock is gone.
    soon("it is discarded", || async { store.discard_left_over(&NOTES).await.expect("looked") }).await;
    assert!(store.database().views.rows("SELECT * FROM notes__next", &[]).await.is_err());
    let checkpoints = store.database().views.rows("SELECT name FROM checkpoints", &[]).await;
    assert_eq!(checkpoints.expect("readable").len(), 1);
    if dialect == Dialect::Sqlite {
        // As a rebuild that died after it had taken over.
        store.database().views.execute("CREATE TABLE notes__old (n bigint)", &[]).await.expect("made");
        assert!(store.discard_left_over(&NOTES).await.expect("looked"));
    }
    // One rebuild went through: SQLite's indexes have their other names, which `names` says are the same.
    assert_eq!((names(store).await, scene.rows().await), (before, scene.expected().await));
    scene.end().await;
}

async fn an_event_that_cannot_be_taken_ends_it_and_leaves_the_view_as_it_was(dialect: Dialect) {
    let scene = Scene::open(dialect, 100).await;
    let sql = match dialect {
        Dialect::Postgres => "UPDATE events SET payload = '{\"broken\": true}'::json WHERE position = 345",
        Dialect::Sqlite => "UPDATE events SET payload = '{\"broken\": true}' WHERE position = 345",
    };
    scene.store.database().log.execute(sql, &[]).await.expect("broken");
    let before = scene.rows().await;
    let ended = rebuild(&scene.store, NOTES).await.expect_err("it cannot be taken").to_string();
    let expected =
        "notes cannot take the event at position 345: cannot read this event; the view in use is as it was";
    assert_eq!(ended, expected);
    let left = scene.store.database().views.rows("SELECT * FROM notes__next", &[]).await;
    assert!(left.is_err(), "and what was made for it is gone");
    assert_eq!(scene.rows().await, before);
    scene.store.append(append(vec![stream("more", 0, vec![plain(json!({}))])])).await.expect("appended");
    scene.followed().await;
    assert_eq!(scene.rows().await.len(), 101, "and it is followed");
    scene.end().await;
}

async fn a_view_that_stood_still_is_brought_further(dialect: Dialect) {
    let scene = Scene::open(dialect, 3).await;
    let events = (0..5).map(|n| plain(json!({"broken": n == 2}))).collect();
    scene.store.append(append(vec![stream("more", 0, events)])).await.expect("appended");
    soon("it stands still", || async {
        scene.followers.status().await.expect("readable").remove(0).error.is_some()
    })
    .await;
    rebuild(&scene.store, View { handle: lenient, ..NOTES }).await.expect("rebuilt");
    scene.followed().await;
    assert_eq!(scene.rows().await, scene.expected().await);
    soon("it is well", || async {
        scene.followers.status().await.expect("readable").remove(0).error.is_none()
    })
    .await;
    scene.end().await;
}

async fn a_view_ahead_of_a_restored_log_says_so_and_is_mended_by_a_rebuild(dialect: Dialect) {
    let scene = Scene::open(dialect, 3).await;
    let views = &scene.store.database().views;
    views.execute("UPDATE checkpoints SET position = position + 100", &[]).await.expect("as after a restore");
    soon("the follower says so", || async {
        let status = scene.followers.status().await.expect("readable").remove(0);
        status.error.is_some_and(|error| error.contains("restored from a backup"))
    })
    .await;
    scene.spoil().await;
    let progress = watch::Sender::new(RebuildProgress::default());
    scene.store.rebuild(&[NOTES], &progress).await.expect("rebuilt");
    scene.followed().await;
    assert_eq!(scene.rows().await, scene.expected().await);
    scene.end().await;
}

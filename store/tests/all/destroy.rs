//! Keys are destroyed as events say: each at least once, by whichever process, and by nobody brought back.

use super::{append, key, plain, said, stream};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};
use store::{
    AppendError, Destroyer, Destruction, Dialect, NewEvent, RecordedEvent, Store, on_both_databases,
    testing::{TestDatabase, soon},
};
use tokio_util::sync::CancellationToken;

on_both_databases!(
    the_keys_that_an_event_names_are_destroyed_and_no_others,
    what_follows_is_tried_again_until_it_is_done,
    no_key_waits_for_what_follows_an_event_before,
    a_key_that_came_back_from_a_backup_is_destroyed_at_the_next_start,
    what_was_done_is_not_done_again_by_the_next_process,
    a_key_that_another_process_remembers_does_not_come_back_to_life,
    what_says_nothing_of_a_person_is_written_although_the_key_is_gone,
    a_log_that_was_restored_is_acted_upon_again,
);

const WORDS: &str = "请问我的订单什么时候发货？";
const FORGET: Destruction = Destruction { types: &["Forgotten"], keys_of };

fn keys_of(event: &RecordedEvent) -> Vec<String> {
    vec![format!("test/{}", event.aggregate_id)]
}

fn forgotten() -> NewEvent {
    NewEvent { event_type: "Forgotten".into(), ..plain(json!({"Forgotten": {}})) }
}

/// A destroyer that fails so many times, and how often it was asked.
fn destroyer(store: &Store, failing: usize, stop: &CancellationToken) -> (Destroyer, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let then = move |_| {
        let nth = count.fetch_add(1, Ordering::SeqCst);
        async move { if nth < failing { Err("not yet".into()) } else { Ok(()) } }
    };
    (Destroyer::start(store, FORGET, then, stop), asked)
}

async fn done_through(store: &Store, position: i64) {
    soon("it is acted upon", || async { store.destroyed_through().await.expect("readable") >= position })
        .await;
}

async fn is_alive(store: &Store, id: &str) -> bool {
    let sql = "SELECT destroyed_at FROM keys WHERE key_id = $1";
    let row = store
        .database()
        .log
        .row(sql, &[id.into()])
        .await
        .expect("readable")
        .expect("a key, or its tombstone");
    row.int_or_null("destroyed_at").expect("readable").is_none()
}

async fn the_keys_that_an_event_names_are_destroyed_and_no_others(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let stop = CancellationToken::new();
    store.append(append(vec![stream("a", 0, vec![said(WORDS)])])).await.expect("appended");
    let wrapped = store.database().log.row("SELECT wrapped FROM keys", &[]).await.expect("readable");
    let wrapped = wrapped.expect("a key").bytes("wrapped").expect("it is there");
    let lies = || ["log.db", "log.db-wal"].iter().any(|file| holds(&database, file, &wrapped));
    assert_eq!(lies(), dialect == Dialect::Sqlite, "the search finds what is there");
    store.append(append(vec![stream("a", 1, vec![forgotten()])])).await.expect("appended");
    let (destroyer, asked) = destroyer(&store, 0, &stop);
    store.append(append(vec![stream("b", 0, vec![said(WORDS)])])).await.expect("appended");
    store.append(append(vec![stream("c", 0, vec![said(WORDS), forgotten()])])).await.expect("appended");
    done_through(&store, 5).await;
    for (id, alive) in [("a", false), ("b", true), ("c", false)] {
        assert_eq!(is_alive(&store, &key(id).id).await, alive, "{id}");
    }
    stop.cancel();
    destroyer.ended().await;
    assert_eq!((asked.load(Ordering::SeqCst), destroyer.status().error), (2, None));
    if dialect == Dialect::Sqlite {
        let log = database.directory.join("data/log.db-wal");
        assert_eq!(std::fs::metadata(log).expect("a write-ahead log").len(), 0, "the old pages are gone");
    }
    assert!(!lies(), "nor is it in a page that is free");
}

/// Do these bytes lie in that file of the data directory?
fn holds(database: &TestDatabase, file: &str, bytes: &[u8]) -> bool {
    let file = std::fs::read(database.directory.join("data").join(file)).unwrap_or_default();
    file.windows(bytes.len()).any(|window| window == bytes)
}

async fn what_follows_is_tried_again_until_it_is_done(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let stop = CancellationToken::new();
    store.append(append(vec![stream("a", 0, vec![said(WORDS), forgotten()])])).await.expect("appended");
    // It fails until that was seen.
    let (asked, seen) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (count, is_seen) = (asked.clone(), seen.clone());
    let then = move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        let done = is_seen.load(Ordering::SeqCst);
        async move { if done { Ok(()) } else { Err("not yet".into()) } }
    };
    let destroyer = Destroyer::start(&store, FORGET, then, &stop);
    soon("it says why", || async { destroyer.status().error.as_deref() == Some("not yet") }).await;
    assert!(!is_alive(&store, &key("a").id).await, "the keys go first");
    seen.store(true, Ordering::SeqCst);
    done_through(&store, 2).await;
    soon("all is well", || async { destroyer.status().error.is_none() }).await;
    assert!(asked.load(Ordering::SeqCst) >= 2);
    stop.cancel();
}

async fn no_key_waits_for_what_follows_an_event_before(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let stop = CancellationToken::new();
    store.append(append(vec![stream("a", 0, vec![said(WORDS), forgotten()])])).await.expect("appended");
    let (_destroyer, _) = destroyer(&store, usize::MAX, &stop);
    soon("the first key is gone", || async { !is_alive(&store, &key("a").id).await }).await;
    store.append(append(vec![stream("b", 0, vec![said(WORDS), forgotten()])])).await.expect("appended");
    soon("so is the second", || async { !is_alive(&store, &key("b").id).await }).await;
    assert_eq!(store.destroyed_through().await.expect("readable"), 0, "nothing was ever done with");
    stop.cancel();
}

async fn a_key_that_came_back_from_a_backup_is_destroyed_at_the_next_start(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    store.append(append(vec![stream("a", 0, vec![said(WORDS)])])).await.expect("appended");
    let row = store.database().log.row("SELECT wrapped FROM keys", &[]).await.expect("readable");
    let wrapped = row.expect("a key").bytes("wrapped").expect("it is there");
    store.append(append(vec![stream("a", 1, vec![forgotten()])])).await.expect("appended");
    let stop = CancellationToken::new();
    let (first, _) = destroyer(&store, 0, &stop);
    done_through(&store, 2).await;
    stop.cancel();
    first.ended().await;
    let back = "UPDATE keys SET wrapped = $1, destroyed_at = NULL";
    store.database().log.execute(back, &[wrapped.into()]).await.expect("restored");
    assert!(is_alive(&store, &key("a").id).await);
    let stop = CancellationToken::new();
    let (_second, asked) = destroyer(&store, 0, &stop);
    soon("it is gone again", || async { !is_alive(&store, &key("a").id).await }).await;
    assert_eq!(asked.load(Ordering::SeqCst), 0, "what else followed stands in the log");
    stop.cancel();
}

async fn what_was_done_is_not_done_again_by_the_next_process(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let stop = CancellationToken::new();
    store.append(append(vec![stream("a", 0, vec![said(WORDS), forgotten()])])).await.expect("appended");
    let (first, _) = destroyer(&store, 0, &stop);
    done_through(&store, 2).await;
    stop.cancel();
    first.ended().await;
    let stop = CancellationToken::new();
    store.append(append(vec![stream("b", 0, vec![said(WORDS), forgotten()])])).await.expect("appended");
    let (second, asked) = destroyer(&store, 0, &stop);
    done_through(&store, 4).await;
    stop.cancel();
    second.ended().await;
    assert_eq!(asked.load(Ordering::SeqCst), 1, "only what the first had not done");
}

async fn a_key_that_another_process_remembers_does_not_come_back_to_life(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let other = database.open(TestDatabase::clock()).await;
    other
        .append(append(vec![stream("a", 0, vec![said(WORDS)])]))
        .await
        .expect("appended, and its key remembered");
    let stop = CancellationToken::new();
    let (_destroyer, _) = destroyer(&store, 0, &stop);
    store.append(append(vec![stream("a", 1, vec![forgotten()])])).await.expect("appended");
    done_through(&store, 2).await;
    let again = other.append(append(vec![stream("a", 2, vec![said(WORDS)])])).await;
    assert!(matches!(again, Err(AppendError::Erased)));
    assert!(!is_alive(&store, &key("a").id).await);
    stop.cancel();
}

async fn what_says_nothing_of_a_person_is_written_although_the_key_is_gone(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    store.append(append(vec![stream("a", 0, vec![said(WORDS)])])).await.expect("appended");
    store.destroy_key(&key("a").id).await.expect("destroyed");
    store.append(append(vec![stream("a", 1, vec![forgotten()])])).await.expect("appended");
    let both = store.append(append(vec![stream("a", 2, vec![forgotten(), said(WORDS)])])).await;
    assert!(matches!(both, Err(AppendError::Erased)));
}

async fn a_log_that_was_restored_is_acted_upon_again(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    store.append(append(vec![stream("a", 0, vec![said(WORDS), forgotten()])])).await.expect("appended");
    // As if it had once been further.
    let further =
        "INSERT INTO checkpoints (name, version, position, filled) VALUES ('destroyed_keys', 0, 1000, 1)";
    store.database().views.execute(further, &[]).await.expect("written");
    let stop = CancellationToken::new();
    let (destroyer, asked) = destroyer(&store, 0, &stop);
    soon("the key is gone", || async { !is_alive(&store, &key("a").id).await }).await;
    soon("all is well", || async { destroyer.status().position == 2 }).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // Whoever asks is told how far it is in this log, and not how far it was in the one before.
    assert_eq!(store.destroyed_through().await.expect("readable"), 2);
    stop.cancel();
}

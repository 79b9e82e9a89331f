//! Words that went are not found, and nothing in the tables or their files says that they were there.

use super::{CHINESE, Desk, Left, two};
use domain::{
    message::StepKind,
    search::{TOKENS_VERSION, index_tokens},
};
use projections::VIEWS;
use prometheus_client::{encoding::text::encode, registry::Registry};
use std::fs;
use store::{Dialect, RebuildProgress, Value, on_both_databases, testing::soon, word};
use tokio::sync::watch;

on_both_databases!(
    of_what_was_shredded_or_erased_no_token_is_left,
    what_is_noted_after_an_erasure_is_found,
    words_whose_key_is_gone_are_indexed_no_more,
    what_does_not_open_is_counted_and_in_the_way_of_nothing_else,
    a_fault_of_the_database_is_no_value_that_does_not_open,
    a_rebuilt_search_has_the_same_tokens_and_finds_the_same,
    a_rebuild_leaves_nothing_of_the_tables_before,
    a_rebuild_that_died_is_not_in_the_way_of_the_next,
    an_erasure_reaches_what_a_rebuild_that_died_left_behind,
);

/// The hash of the first token of a text.
fn hash(desk: &Desk, text: &str) -> i64 {
    desk.store.hashed(&index_tokens(text)[0].text)
}

/// In how many rows is a token?
async fn rows_with(desk: &Desk, token: i64) -> i64 {
    let (sql, value): (&str, Value) = match desk.store.database().dialect() {
        Dialect::Postgres => {
            ("SELECT COUNT(*) AS rows FROM message_search_1 WHERE tokens @> $1", vec![token].into())
        }
        Dialect::Sqlite => (
            "SELECT COUNT(*) AS rows FROM message_search_1_words WHERE message_search_1_words MATCH $1",
            word(token).into(),
        ),
    };
    let row = desk.store.database().views.row(sql, &[value]).await.expect("readable").expect("a row");
    row.int("rows").expect("a number")
}

/// Is the end of a token's word in SQLite's files? Its beginning may be left out where another one begins alike.
fn in_files(desk: &Desk, token: i64) -> bool {
    let end = &word(token)[3..];
    ["views.db", "views.db-wal"].iter().any(|name| {
        let bytes = fs::read(desk.database.directory.join("data").join(name)).unwrap_or_default();
        bytes.windows(end.len()).any(|window| window == end.as_bytes())
    })
}

async fn of_what_was_shredded_or_erased_no_token_is_left(dialect: Dialect) {
    let desk = two(dialect).await;
    let tokens = [hash(&desk, "退"), hash(&desk, "heater")];
    for token in tokens {
        assert_eq!(rows_with(&desk, token).await, 1);
        assert!(dialect == Dialect::Postgres || in_files(&desk, token));
    }
    desk.step(1, 1, StepKind::Delete).await;
    desk.shred(1, 1, 2).await;
    desk.erase(2, 2).await;
    let head = desk.store.head().await.expect("a head");
    soon("it is forgotten", || async { desk.views.forgotten(head).await.is_ok_and(|done| done) }).await;
    for token in tokens {
        assert_eq!(rows_with(&desk, token).await, 0);
        assert!(dialect == Dialect::Postgres || !in_files(&desk, token));
    }
    assert_eq!(desk.finds("lw").await, [0_u128; 0]);
    let views = &desk.store.database().views;
    let rows = views.rows("SELECT tokens FROM message_search_1", &[]).await.expect("readable");
    assert!(rows.len() == 2 && rows.iter().all(|row| row.set("tokens").expect("a set").is_empty()));
    if dialect == Dialect::Postgres {
        let sql = "SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'message_search_1'";
        soon("it was vacuumed", || async {
            let row = views.row(sql, &[]).await.expect("readable").expect("a row");
            row.int("vacuum_count").expect("a number") > 0
        })
        .await;
    }
}

async fn what_is_noted_after_an_erasure_is_found(dialect: Dialect) {
    let desk = two(dialect).await;
    desk.erase(1, 1).await;
    desk.note(1, 1, "已按要求删除").await;
    assert_eq!(desk.finds("要求").await, [1]);
    assert_eq!(desk.finds("退款").await, [0_u128; 0]);
}

async fn words_whose_key_is_gone_are_indexed_no_more(dialect: Dialect) {
    let desk = two(dialect).await;
    desk.store.destroy_key(&super::super::visitor_key(1).id).await.expect("destroyed");
    assert_eq!(desk.finds("退款").await, [0_u128; 0], "it has the tokens, and does not open");
    rebuild(&desk).await;
    assert_eq!(rows_with(&desk, hash(&desk, "退")).await, 0);
    assert_eq!(rows_with(&desk, hash(&desk, "heater")).await, 1);
}

/// Changes what the first message says where it is sealed, and does away with the key of the second.
async fn tamper(desk: &Desk) {
    let log = &desk.store.database().log;
    let (event, id) = ("aggregate_id = $1 AND event_type = 'MessageSubmitted'", Desk::message(1).to_string());
    let sql = format!("SELECT CAST(payload AS text) AS payload FROM events WHERE {event}");
    let row = log.row(&sql, &[id.as_str().into()]).await.expect("readable").expect("the submission");
    let mut payload: serde_json::Value =
        serde_json::from_str(&row.text("payload").expect("text")).expect("JSON");
    let content = payload.pointer_mut("/MessageSubmitted/content/$personal/sealed/c").expect("sealed");
    *content = "AAAAAAAAAAAAAAAAAAAAAAAAAAAA".into();
    let new = if desk.store.database().dialect() == Dialect::Postgres { "CAST($2 AS json)" } else { "$2" };
    let sql = format!("UPDATE events SET payload = {new} WHERE {event}");
    let changed = log.execute(&sql, &[id.into(), payload.to_string().into()]).await.expect("changed");
    assert_eq!(changed, 1);
    let key = super::super::message_key(2, 2).id;
    let sql = "DELETE FROM keys WHERE key_id = $1";
    assert_eq!(log.execute(sql, &[key.into()]).await.expect("removed"), 1);
}

/// What Prometheus would be told of values that did not open.
fn unopened(desk: &Desk) -> u64 {
    let (mut registry, mut text) = (Registry::default(), String::new());
    desk.store.register_measures(&mut registry);
    encode(&mut text, &registry).expect("written");
    let line = text.lines().find_map(|line| line.strip_prefix("view_unopened_values_total "));
    line.expect("it is told").parse().expect("a number")
}

async fn what_does_not_open_is_counted_and_in_the_way_of_nothing_else(dialect: Dialect) {
    let desk = two(dialect).await;
    desk.arrive(3).await;
    desk.leave(3, 3, &Left { content: "另一个", ..CHINESE }).await;
    let (lw, before) = (hash(&desk, "lw"), desk.views.status().await.expect("readable"));
    assert_eq!((rows_with(&desk, lw).await, unopened(&desk)), (3, 0));
    tamper(&desk).await;
    let views = &desk.store.database().views;
    // As at the first start with this view.
    views.execute("DELETE FROM message_search_1", &[]).await.expect("emptied");
    views
        .execute("UPDATE checkpoints SET position = 0 WHERE name = 'message_search'", &[])
        .await
        .expect("set");
    soon("it is filled", || async { desk.views.status().await.expect("readable") == before }).await;
    for by_rebuild in [false, true] {
        if by_rebuild {
            rebuild(&desk).await;
        }
        for (token, rows) in
            [("退", 0), ("王", 2), ("heater", 0), ("8831", 0), ("anna", 0), ("另", 1), ("lw", 3)]
        {
            assert_eq!(
                rows_with(&desk, hash(&desk, token)).await,
                rows,
                "{token}, by a rebuild: {by_rebuild}"
            );
        }
        assert_eq!(desk.finds("另一个").await, [3]);
    }
    // One of the first message; name, contact, content and answer of the second; a rebuild may try more than once.
    assert!(unopened(&desk) >= 10, "{}", unopened(&desk));
}

async fn a_fault_of_the_database_is_no_value_that_does_not_open(dialect: Dialect) {
    let desk = two(dialect).await;
    let log = &desk.store.database().log;
    log.execute("ALTER TABLE keys RENAME TO keys_elsewhere", &[]).await.expect("away");
    let view = VIEWS.iter().find(|view| view.name == "message_search").expect("the view");
    let progress = watch::Sender::new(RebuildProgress::default());
    let failed = desk.store.rebuild(&[*view], &progress).await.expect_err("keys cannot be read").to_string();
    assert!(failed.contains("message_search cannot take the event at position"), "{failed}");
    log.execute("ALTER TABLE keys_elsewhere RENAME TO keys", &[]).await.expect("back");
    no_rebuild_is_under_way(&desk).await;
    rebuild(&desk).await;
    assert_eq!((desk.finds("退款").await, unopened(&desk)), (vec![1], 0));
}

async fn rebuild(desk: &Desk) {
    let view = VIEWS.iter().find(|view| view.name == "message_search").expect("the view");
    let progress = watch::Sender::new(RebuildProgress::default());
    desk.store.rebuild(&[*view], &progress).await.expect("rebuilt");
}

async fn contents(desk: &Desk) -> Vec<(String, i64, Vec<i64>)> {
    let sql = "SELECT message_id, number, tokens FROM message_search_1 ORDER BY number";
    let rows = desk.store.database().views.rows(sql, &[]).await.expect("readable");
    let row = |row: &store::Row| {
        let (id, number) = (row.text("message_id").expect("an id"), row.int("number").expect("a number"));
        (id, number, row.set("tokens").expect("a set"))
    };
    rows.iter().map(row).collect()
}

/// Everything in the database that has to do with the view, by name.
async fn names(desk: &Desk) -> Vec<String> {
    let sql = match desk.store.database().dialect() {
        Dialect::Postgres => {
            "SELECT relname::text AS name FROM pg_class WHERE relname LIKE 'message_search%' ORDER BY 1"
        }
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE name LIKE '%message_search%' ORDER BY 1",
    };
    let rows = desk.store.database().views.rows(sql, &[]).await.expect("readable");
    rows.iter().map(|row| row.text("name").expect("a name")).collect()
}

async fn a_rebuilt_search_has_the_same_tokens_and_finds_the_same(dialect: Dialect) {
    let desk = two(dialect).await;
    desk.arrive(3).await;
    desk.leave(3, 3, &Left { content: "另一个退款", ..CHINESE }).await;
    desk.note(1, 1, "老客户").await;
    desk.erase(2, 2).await;
    desk.note(2, 2, "已按要求删除").await;
    let (before, named) = (contents(&desk).await, names(&desk).await);
    assert!(before.iter().all(|(_, _, tokens)| !tokens.is_empty()));
    for _ in 0..2 {
        let spoil =
            "UPDATE message_search_1 SET tokens = (SELECT tokens FROM message_search_1 WHERE number = $1)";
        let values = [before[1].1.into()];
        desk.store.database().views.execute(spoil, &values).await.expect("spoiled");
        assert_eq!(desk.finds("老客户").await, [0_u128; 0]);
        rebuild(&desk).await;
        assert_eq!(contents(&desk).await, before);
        assert_eq!(names(&desk).await, named);
        for (typed, found) in
            [("退款", vec![3, 1]), ("老客户", vec![1]), ("要求", vec![2]), ("heater", vec![])]
        {
            assert_eq!(desk.finds(typed).await, found, "{typed}");
        }
    }
    desk.note(3, 3, "加急").await;
    assert_eq!(desk.finds("加急").await, [3], "it is followed as before");
    desk.erase(3, 3).await;
    assert_eq!(rows_with(&desk, hash(&desk, "另")).await, 0);
}

async fn a_rebuild_leaves_nothing_of_the_tables_before(dialect: Dialect) {
    let desk = two(dialect).await;
    let token = hash(&desk, "heater");
    // As if a token had been there that no event leads to.
    let lost = (token + 1) & ((1 << 50) - 1);
    let values = [vec![lost].into()];
    desk.store
        .database()
        .views
        .execute("UPDATE message_search_1 SET tokens = $1", &values)
        .await
        .expect("spoiled");
    assert_eq!(rows_with(&desk, lost).await, 2);
    rebuild(&desk).await;
    assert_eq!((rows_with(&desk, lost).await, rows_with(&desk, token).await), (0, 1));
    desk.store.database().views.sweep("message_search_1").await.expect("swept");
    if dialect == Dialect::Sqlite {
        assert!(!in_files(&desk, lost), "hashes are overwritten, for they are not sealed");
        assert!(in_files(&desk, token));
    }
}

async fn begin_a_rebuild_that_dies(desk: &Desk) {
    let view = VIEWS.iter().find(|view| view.name == "message_search").expect("the view");
    let (views, progress) = ([*view], watch::Sender::new(RebuildProgress::default()));
    let mut begun = progress.subscribe();
    let dies = desk.store.rebuild(&views, &progress);
    tokio::select! {
        biased;
        begun = begun.wait_for(|progress| progress.head > 0) => drop(begun.expect("it began")),
        ended = dies => panic!("{ended:?}"),
    }
}

/// PostgreSQL needs a moment to see that the one who held the lock is gone.
async fn no_rebuild_is_under_way(desk: &Desk) {
    if desk.store.database().dialect() == Dialect::Sqlite {
        return;
    }
    let sql = "SELECT 1 AS one FROM pg_locks JOIN pg_database ON pg_database.oid = database \
               WHERE locktype = 'advisory' AND datname = current_database()";
    let views = &desk.store.database().views;
    soon("the lock is free", || async { views.row(sql, &[]).await.expect("readable").is_none() }).await;
}

async fn an_erasure_reaches_what_a_rebuild_that_died_left_behind(dialect: Dialect) {
    let desk = two(dialect).await;
    let named = names(&desk).await;
    begin_a_rebuild_that_dies(&desk).await;
    no_rebuild_is_under_way(&desk).await;
    assert!(names(&desk).await.len() > named.len(), "it did die half way");
    // As far as another one might have come.
    let token = (hash(&desk, "heater") + 1) & ((1 << 50) - 1);
    let views = &desk.store.database().views;
    let values = ["x".into(), 1.into(), vec![token].into()];
    let sql = "INSERT INTO message_search_1__next (message_id, number, tokens) VALUES ($1, $2, $3)";
    views.execute(sql, &values).await.expect("written");
    assert!(dialect == Dialect::Postgres || in_files(&desk, token));
    desk.erase(2, 2).await;
    let head = desk.store.head().await.expect("a head");
    soon("it is forgotten", || async { desk.views.forgotten(head).await.is_ok_and(|done| done) }).await;
    assert_eq!(names(&desk).await, named);
    assert!(dialect == Dialect::Postgres || !in_files(&desk, token));
    let sql = "SELECT name FROM checkpoints WHERE name LIKE 'message_search%'";
    assert_eq!(views.rows(sql, &[]).await.expect("readable").len(), 1);
    assert_eq!(desk.finds("退款").await, [1]);
}

async fn a_rebuild_that_died_is_not_in_the_way_of_the_next(dialect: Dialect) {
    let desk = two(dialect).await;
    let (before, named) = (contents(&desk).await, names(&desk).await);
    let view = VIEWS.iter().find(|view| view.name == "message_search").expect("the view");
    let progress = watch::Sender::new(RebuildProgress::default());
    begin_a_rebuild_that_dies(&desk).await;
    assert!(names(&desk).await.len() > named.len(), "it did die half way");
    // PostgreSQL needs a moment to see that the one who held the lock is gone.
    soon("the next one may", || async { desk.store.rebuild(&[*view], &progress).await.is_ok() }).await;
    assert_eq!((contents(&desk).await, names(&desk).await), (before, named));
    assert_eq!(desk.finds("退款").await, [1]);
}

#[test]
fn the_view_has_another_version_when_tokens_have() {
    let view = VIEWS.iter().find(|view| view.name == "message_search").expect("the view");
    assert_eq!(
        (view.version, TOKENS_VERSION),
        (1, 1),
        "what was indexed by an older one is not found by a newer one"
    );
}

//! A question that may take only so long, and what is gone from the files.

use std::time::Duration;
use store::{
    Dialect, Row, on_both_databases,
    testing::{TestDatabase, soon},
};

on_both_databases!(
    a_question_that_takes_too_long_is_ended_and_others_are_not,
    rows_are_taken_as_they_arrive_and_whoever_has_enough_waits_for_no_more,
    whoever_goes_away_while_they_wait_is_in_nobodys_way,
    a_token_has_the_same_hash_in_every_process_of_a_desk_and_in_no_other_desk,
);

const SHORT: Duration = Duration::from_millis(50);
/// Longer than those who go away wait.
const LONGER: Duration = Duration::from_secs(2);
const LONG: Duration = Duration::from_secs(60);

fn endless(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "SELECT 1 AS n FROM pg_sleep(3600)",
        Dialect::Sqlite => {
            "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted) \
             SELECT n FROM counted WHERE n < 0"
        }
    }
}

async fn a_question_that_takes_too_long_is_ended_and_others_are_not(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let views = &store.database().views;
    // More often than there are connections: each is as good as before.
    for _ in 0..8 {
        assert!(views.rows_within(SHORT, endless(dialect), &[]).await.expect("ended").is_none());
        let rows = views.rows_within(LONG, "SELECT $1 AS n", &["x".into()]).await.expect("readable");
        assert_eq!(rows.expect("in time")[0].text("n").expect("text"), "x");
        assert_eq!(views.rows("SELECT 1 AS n", &[]).await.expect("readable").len(), 1);
    }
    assert!(views.rows_within(LONG, "SELECT nothing", &[]).await.is_err(), "a fault is one");
}

/// More rows than there is memory for.
fn numbers(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "SELECT generate_series(CAST(1 AS bigint), 1000000000000) AS n",
        Dialect::Sqlite => {
            "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted) SELECT n FROM counted"
        }
    }
}

async fn rows_are_taken_as_they_arrive_and_whoever_has_enough_waits_for_no_more(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let views = &store.database().views;
    for _ in 0..8 {
        let mut sum = 0;
        let take = |row: Row| {
            sum += row.int("n")?;
            if sum > 5_000 { Err(sqlx::Error::RowNotFound) } else { Ok(()) }
        };
        let ended = views.each_within(LONG, numbers(dialect), &[], take).await;
        assert!(matches!(ended, Err(sqlx::Error::RowNotFound)), "what was said ends it: {ended:?}");
        assert_eq!(sum, 5_050);
        assert_eq!(views.rows("SELECT 1 AS n", &[]).await.expect("readable").len(), 1);
    }
    let enough = |_| Ok::<_, sqlx::Error>(());
    let in_time = views.each_within(SHORT, numbers(dialect), &[], enough).await;
    assert!(!in_time.expect("ended"), "it took too long");
    assert!(views.each_within(LONG, "SELECT 1 AS n", &[], enough).await.expect("read"));
}

async fn whoever_goes_away_while_they_wait_is_in_nobodys_way(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let views = &store.database().views;
    for _ in 0..8 {
        let asked = tokio::time::timeout(SHORT, views.rows_within(LONGER, endless(dialect), &[]));
        if let Ok(ended) = asked.await {
            assert!(ended.expect("ended").is_none(), "the machine stood still until its time was over");
        }
        // PostgreSQL's server goes on with it until its time is over, and the pool has other connections.
        soon("others are answered", || async { views.rows("SELECT 1 AS n", &[]).await.is_ok() }).await;
    }
}

async fn a_token_has_the_same_hash_in_every_process_of_a_desk_and_in_no_other_desk(dialect: Dialect) {
    let (database, other) = (TestDatabase::new(dialect).await, TestDatabase::new(dialect).await);
    let hashed = async |database: &TestDatabase| {
        let store = database.open(TestDatabase::clock()).await;
        let hashed = store.hashed("退款");
        store.close().await;
        hashed
    };
    let first = hashed(&database).await;
    assert!((1..1 << 50).contains(&first));
    assert_eq!(hashed(&database).await, first);
    assert_ne!(hashed(&other).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_on_postgres_reaches_the_indexes_although_one_page_of_many_has_a_dead_row() {
    let database = TestDatabase::new(Dialect::Postgres).await;
    let store = database.open(TestDatabase::clock()).await;
    let views = &store.database().views;
    for sql in [
        "CREATE TABLE swept (id bigint PRIMARY KEY, tokens bigint[] NOT NULL)",
        "INSERT INTO swept SELECT n, array[n, n + 1] || array_fill(7::bigint, array[80]) FROM generate_series(1, 3000) n",
        "CREATE INDEX swept_tokens ON swept USING gin (tokens) WITH (fastupdate = off)",
        "VACUUM swept",
        "DELETE FROM swept WHERE id = 500",
        // Of PostgreSQL's own accord: the page keeps where the row was, for the indexes still lead there.
        "VACUUM swept",
    ] {
        // Not in a transaction: there is no vacuum in one.
        views.rows(sql, &[]).await.expect(sql);
    }
    let left = async || {
        let sql =
            "SELECT CAST(relpages - relallvisible AS bigint) AS pages FROM pg_class WHERE relname = 'swept'";
        let row = views.row(sql, &[]).await.expect("readable").expect("a row");
        row.int("pages").expect("a number")
    };
    // PostgreSQL's own processes may look at the table for a moment.
    soon("what this is about: a page that an index still leads to", || async {
        views.rows("VACUUM swept", &[]).await.expect("vacuumed");
        left().await == 1
    })
    .await;
    soon("nothing leads there", || async {
        views.sweep("swept").await.expect("swept");
        left().await == 0
    })
    .await;
    store.close().await;
}

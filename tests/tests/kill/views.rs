//! Views against views that were filled from nothing: row by row, in one database that holds both.

use super::{database::Database, server::Program};
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection, Row, SqliteConnection};
use std::{path::Path, time::Duration};
use store::DatabaseUrl;
use tokio::time::{interval, timeout};

/// How long filling from nothing may take.
const FILLED: Duration = Duration::from_secs(1_800);
/// How often a server is asked how far its views are.
const ASKED: Duration = Duration::from_millis(50);
/// Where the views go that were filled while writes went on.
const LIVED: &str = "lived";

/// Fills every view of a copy from nothing and says where the database's own views differ. No server may have it
/// open, and its views must have seen the whole log.
pub(crate) async fn against_a_rebuild(database: &Database, mut program: Program) -> Vec<String> {
    let tables = tables();
    let copy = database.copy().await;
    empty(&copy, &tables).await;
    program.environment = copy.environment();
    let server = program.serve_within(FILLED).await;
    caught_up(&server.url).await;
    server.kill().await;
    compare(database, &copy, &tables).await
}

/// Waits until every view of a server has seen the whole log.
pub(crate) async fn caught_up(url: &str) {
    let http = crate::http::client().no_proxy().build().expect("a client");
    let mut health = Value::Null;
    let seen = async {
        let mut again = interval(ASKED);
        loop {
            again.tick().await;
            let Ok(answer) = http.get(format!("{url}/health")).send().await else { continue };
            health = answer.json().await.unwrap_or_default();
            let views = health["views"].as_array().map_or(&[][..], Vec::as_slice);
            if !views.is_empty() && views.iter().all(|view| view["lag"] == 0 && view["error"].is_null()) {
                return;
            }
        }
    };
    let is_seen = timeout(FILLED, seen).await.is_ok();
    assert!(is_seen, "the views did not catch up: {health}");
}

/// The tables that views fill.
fn tables() -> Vec<&'static str> {
    projections::VIEWS.iter().flat_map(|view| view.tables).copied().collect()
}

/// On SQLite the file of the views goes; on PostgreSQL the views are put aside, and empty ones take their place.
async fn empty(copy: &Database, tables: &[&str]) {
    match &copy.config.database {
        DatabaseUrl::Sqlite(data) => {
            for ending in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(data.join(format!("views.db{ending}")));
            }
        }
        DatabaseUrl::Postgres(url) => {
            let mut connection = PgConnection::connect(url).await.expect("the copy opens");
            let mut sql = format!("CREATE SCHEMA {LIVED}; DELETE FROM checkpoints;");
            for table in tables {
                sql += &format!(
                    "ALTER TABLE {table} SET SCHEMA {LIVED}; \
                     CREATE TABLE {table} (LIKE {LIVED}.{table} INCLUDING ALL);"
                );
            }
            connection.execute(sql.as_str()).await.expect("the views are put aside");
        }
    }
}

async fn compare(database: &Database, copy: &Database, tables: &[&str]) -> Vec<String> {
    let mut differences = Vec::new();
    match (&database.config.database, &copy.config.database) {
        (DatabaseUrl::Sqlite(live), DatabaseUrl::Sqlite(rebuilt)) => {
            let file = |data: &Path| data.join("views.db").display().to_string();
            let mut both = SqliteConnection::connect(&file(rebuilt)).await.expect("the copy opens");
            both.execute(format!("ATTACH '{}' AS {LIVED}", file(live)).as_str())
                .await
                .expect("both are open");
            for table in tables {
                let row = both.fetch_one(difference("main", table).as_str()).await.expect("compared");
                differences.extend(told(table, row.get(0), row.get(1), row.get(2)));
            }
            differences.extend(indexed_otherwise(&file(live)).await);
        }
        (_, DatabaseUrl::Postgres(url)) => {
            let mut both = PgConnection::connect(url).await.expect("the copy opens");
            for table in tables {
                let row = both.fetch_one(difference("public", table).as_str()).await.expect("compared");
                differences.extend(told(table, row.get(0), row.get(1), row.get(2)));
            }
        }
        (_, DatabaseUrl::Sqlite(_)) => unreachable!("a copy is of the same kind"),
    }
    differences
}

/// What the search's full-text index has and its table has not, or the other way round: no table of rows says that.
async fn indexed_otherwise(file: &str) -> Option<String> {
    let indexed = "SELECT term, doc FROM temp.indexed";
    let kept = "SELECT value, number FROM message_search_1, \
                json_each('[\"' || replace(tokens, ' ', '\",\"') || '\"]') WHERE value <> ''";
    let mut live = SqliteConnection::connect(file).await.expect("it opens");
    let vocabulary =
        "CREATE VIRTUAL TABLE temp.indexed USING fts5vocab('main', 'message_search_1_words', 'instance')";
    live.execute(vocabulary).await.expect("made");
    let count = |one: &str, other: &str| format!("(SELECT count(*) FROM ({one} EXCEPT {other}))");
    let sql = format!("SELECT {}, {}", count(indexed, kept), count(kept, indexed));
    let row = live.fetch_one(sql.as_str()).await.expect("compared");
    let (stale, lost): (i64, i64) = (row.get(0), row.get(1));
    (stale != 0 || lost != 0)
        .then(|| format!("the search's index has lost {lost} words, and {stale} are stale"))
}

/// Rows that only one side has, and how many there are in all.
fn difference(rebuilt: &str, table: &str) -> String {
    // Days are put together when there is time for it: their rows say no more than other rows do, or in sum.
    let what = |side: &str| match table {
        "statistics_days_3" => format!("SELECT day FROM {side}.{table}"),
        "statistics_placed_3" => {
            format!("SELECT day, sum(backlog) FROM {side}.{table} GROUP BY day HAVING sum(backlog) <> 0")
        }
        _ => format!("SELECT * FROM {side}.{table}"),
    };
    let count = |rows: &str| format!("(SELECT count(*) FROM ({rows}) AS counted)");
    let (lived, rebuilt) = (what(LIVED), what(rebuilt));
    let only = |one: &str, other: &str| count(&format!("{one} EXCEPT {other}"));
    let all = format!("{} - {}", count(&rebuilt), count(&lived));
    format!("SELECT {}, {}, {all}", only(&lived, &rebuilt), only(&rebuilt, &lived))
}

fn told(table: &str, lived: i64, rebuilt: i64, more: i64) -> Option<String> {
    (lived != 0 || rebuilt != 0 || more != 0).then(|| {
        format!("{table}: {lived} rows only in the view as it lived, {rebuilt} only in the rebuilt one, which has {more} more")
    })
}

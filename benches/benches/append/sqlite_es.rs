//! sqlite-es, in a file of its own: with its own pool, and with the one writer that SQLite has.

use crate::framework::{self, Framework};
use sqlite_es::SqliteEventRepository;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::path::Path;
use store::Store;

/// What `sqlite_es::default_sqlite_pool` takes.
pub(crate) const DEFAULT_CONNECTIONS: u32 = 10;

pub(crate) type SqliteEs = Framework<SqliteEventRepository>;

/// Makes its table with the streams that everybody begins with.
pub(crate) async fn prepare(file: &Path, store: &Store, existing: usize) -> Result<(), String> {
    let pool = pool(file, 1).await?;
    let made = async {
        sqlx::query(&framework::table("text")).execute(&pool).await?;
        let mut tx = pool.begin().await?;
        for (id, sequence, event_type, version, payload) in framework::rows(store, existing) {
            let insert = sqlx::query("INSERT INTO plain VALUES ('Message', $1, $2, $3, $4, $5, '{}')");
            let insert = insert.bind(id).bind(sequence).bind(event_type).bind(version).bind(payload);
            insert.execute(&mut *tx).await?;
        }
        tx.commit().await
    };
    made.await.map_err(|error| format!("sqlite-es: {error}"))?;
    pool.close().await;
    Ok(())
}

pub(crate) fn open(pool: SqlitePool) -> SqliteEs {
    Framework::new(SqliteEventRepository::new(pool).with_tables("plain", "none"))
}

/// As `default_sqlite_pool` makes it, but for `synchronous`: every commit reaches the disk, as ours does.
pub(crate) async fn pool(file: &Path, connections: u32) -> Result<SqlitePool, String> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(connections).connect_with(options).await;
    pool.map_err(|error| format!("sqlite-es: {error}"))
}

//! What is to be gone from files as well, and what may be dropped quickly.

use crate::sql::Side;
use sqlx::Connection;

impl Side {
    /// What was deleted of this table until now is gone: on SQLite from its files, for the write-ahead log is emptied into
    /// the file, where deleted rows are overwritten; PostgreSQL vacuums the table and its indexes. That leaves rows which
    /// somebody's snapshot from before may still read, and of a GIN index the keys, which lead to no row any more.
    pub async fn sweep(&self, table: &str) -> sqlx::Result<()> {
        let Self::Postgres(pool) = self else { return self.truncate_write_ahead_log().await };
        // A connection of its own, which is not given back: a vacuum takes as long as it takes.
        let mut connection = pool.acquire().await?.detach();
        sqlx::query("SET statement_timeout = 0").execute(&mut connection).await?;
        // Left to itself it passes the indexes over when few pages have dead rows: less than one in fifty.
        sqlx::query(&format!("VACUUM (INDEX_CLEANUP ON) {table}")).execute(&mut connection).await?;
        connection.close().await
    }

    /// Drops something of SQLite's without overwriting its pages.
    pub(crate) async fn drop_quickly(&self, sql: &str) -> sqlx::Result<()> {
        let Self::Sqlite { writer, .. } = self else { return Ok(()) };
        let mut connection = writer.acquire().await?;
        sqlx::query("PRAGMA secure_delete = OFF").execute(&mut *connection).await?;
        let dropped = sqlx::query(sql).execute(&mut *connection).await;
        sqlx::query("PRAGMA secure_delete = ON").execute(&mut *connection).await?;
        dropped.map(drop)
    }
}

//! One moment of the views, asked as often and for as long as it takes. For commands that somebody waits for, not for a server.

use crate::sql::{self, Row, Side, Value};
use futures_util::TryStreamExt;
use sqlx::{Postgres, Sqlite, Transaction};

/// A transaction that only reads: nothing that is written meanwhile shows in it.
pub enum Snapshot {
    /// REPEATABLE READ.
    Postgres(Transaction<'static, Postgres>),
    /// A read transaction of one reader.
    Sqlite(Transaction<'static, Sqlite>),
}

impl Side {
    /// Begins one that will read these tables: until it ends, no rebuild puts others into their place.
    pub async fn snapshot(&self, tables: &[&str]) -> sqlx::Result<Snapshot> {
        Ok(match self {
            Self::Postgres(pool) => {
                let mut tx = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
                // Before the first question, which fixes the moment: of a table that was put into its place after that moment,
                // no row would show.
                if !tables.is_empty() {
                    let lock = format!("LOCK TABLE {} IN ACCESS SHARE MODE", tables.join(", "));
                    sqlx::query(&lock).execute(&mut *tx).await?;
                }
                // The pool's own settings are those of short questions.
                let settings = "SELECT set_config('statement_timeout', '0', true), set_config('enable_hashjoin', 'on', true), \
                                set_config('enable_mergejoin', 'on', true), set_config('enable_seqscan', 'on', true)";
                sqlx::query(settings).execute(&mut *tx).await?;
                Snapshot::Postgres(tx)
            }
            Self::Sqlite { readers, .. } => {
                let mut tx = readers.begin().await?;
                // The moment is that of the first page that is read, not of BEGIN.
                sqlx::query("SELECT COUNT(*) FROM sqlite_master").execute(&mut *tx).await?;
                Snapshot::Sqlite(tx)
            }
        })
    }
}

impl Snapshot {
    /// Reads rows.
    pub async fn rows(&mut self, sql: &str, values: &[Value]) -> sqlx::Result<Vec<Row>> {
        Ok(match self {
            Self::Postgres(tx) => {
                let rows = sql::postgres(sql, values).fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
            Self::Sqlite(tx) => {
                let rows = sql::sqlite(sql, values).fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
        })
    }

    /// Reads rows one by one, however many there are; what `take` says ends it.
    pub async fn each(
        &mut self,
        sql: &str,
        mut take: impl FnMut(Row) -> sqlx::Result<()> + Send,
    ) -> sqlx::Result<()> {
        match self {
            Self::Postgres(tx) => {
                let mut rows = sqlx::query(sql).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    take(Row::Postgres(row))?;
                }
            }
            Self::Sqlite(tx) => {
                let mut rows = sqlx::query(sql).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    take(Row::Sqlite(row))?;
                }
            }
        }
        Ok(())
    }
}

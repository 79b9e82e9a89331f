//! A question that may take only so long.

use crate::sql::{self, Row, Side, Value};
use sqlx::{Acquire, SqlitePool, sqlite::SqliteRow};
use std::time::Duration;
use tokio::time::Instant;

/// SQLite asks whether it is to go on every so many steps of its machine: less than a millisecond.
const STEPS: i32 = 10_000;
/// PostgreSQL: `statement_timeout`. SQLite: `SQLITE_INTERRUPT`.
const TOO_LONG: [&str; 2] = ["57014", "9"];

impl Side {
    /// Reads rows, when that takes no longer than this; otherwise there are none.
    pub async fn rows_within(
        &self,
        bound: Duration,
        sql: &str,
        values: &[Value],
    ) -> sqlx::Result<Option<Vec<Row>>> {
        #[cfg(feature = "testing")]
        crate::testing::asked::hear(self, sql, values);
        let read = match self {
            Self::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                let mut tx = connection.begin().await?;
                // And a plan for these very values: how many rows have them is what it depends on.
                let settings = "SELECT set_config('statement_timeout', $1, true), \
                                set_config('plan_cache_mode', 'force_custom_plan', true)";
                sqlx::query(settings).bind(bound.as_millis().to_string()).execute(&mut *tx).await?;
                let rows = sql::postgres(sql, values).fetch_all(&mut *tx).await;
                tx.rollback().await?;
                rows.map(|rows| rows.into_iter().map(Row::Postgres).collect())
            }
            Self::Sqlite { readers, .. } => {
                // Whoever asked may be gone before it has ended: the connection is given back as it was all the same.
                let asked = sqlite_within(readers.clone(), bound, sql.to_owned(), values.to_vec());
                let rows = tokio::spawn(asked).await.map_err(|_| sqlx::Error::WorkerCrashed)?;
                rows.map(|rows| rows.into_iter().map(Row::Sqlite).collect())
            }
        };
        match read {
            Err(sqlx::Error::Database(error))
                if error.code().is_some_and(|code| TOO_LONG.contains(&&*code)) =>
            {
                Ok(None)
            }
            read => read.map(Some),
        }
    }
}

async fn sqlite_within(
    readers: SqlitePool,
    bound: Duration,
    sql: String,
    values: Vec<Value>,
) -> sqlx::Result<Vec<SqliteRow>> {
    let mut connection = readers.acquire().await?;
    let until = Instant::now() + bound;
    connection.lock_handle().await?.set_progress_handler(STEPS, move || Instant::now() < until);
    let rows = sql::sqlite(&sql, &values).fetch_all(&mut *connection).await;
    connection.lock_handle().await?.remove_progress_handler();
    rows
}

//! A question that may take only so long.

use crate::{
    error::took_too_long,
    sql::{self, Row, Side, Value},
};
use futures_util::TryStreamExt;
use sqlx::{Acquire, PgPool, SqlitePool, sqlite::SqliteRow};
use std::time::Duration;
use tokio::{sync::mpsc, time::Instant};

/// SQLite asks whether it is to go on every so many steps of its machine: less than a millisecond.
const STEPS: i32 = 10_000;
/// So many rows SQLite is ahead of whoever takes them, beside those that its driver keeps.
const AHEAD: usize = 4;

impl Side {
    /// Reads rows, when that takes no longer than this; otherwise there are none.
    pub async fn rows_within(
        &self,
        bound: Duration,
        sql: &str,
        values: &[Value],
    ) -> sqlx::Result<Option<Vec<Row>>> {
        let mut rows = Vec::new();
        let take = |row| {
            rows.push(row);
            Ok::<_, sqlx::Error>(())
        };
        let in_time = self.each_within(bound, sql, values, take).await?;
        Ok(in_time.then_some(rows))
    }

    /// Reads rows as they arrive, one by one: they are never all there at once. `false`: it took longer than this, and
    /// there are more than were taken. What `take` says ends it, and nobody waits for the rest.
    pub async fn each_within<E: From<sqlx::Error> + Send>(
        &self,
        bound: Duration,
        sql: &str,
        values: &[Value],
        take: impl FnMut(Row) -> Result<(), E> + Send,
    ) -> Result<bool, E> {
        #[cfg(feature = "testing")]
        crate::testing::asked::hear(self, sql, values);
        let (read, ended) = match self {
            Self::Postgres(pool) => postgres_within(pool, bound, sql, values, take).await?,
            Self::Sqlite { readers, .. } => each_of_sqlite(readers, bound, sql, values, take).await?,
        };
        match (ended, read) {
            (Some(ended), _) => Err(ended),
            (None, Err(error)) if took_too_long(&error) => Ok(false),
            (None, read) => Ok(read.map(|()| true)?),
        }
    }
}

/// How the reading ended, and what whoever took the rows ended it with.
type Read<E> = (sqlx::Result<()>, Option<E>);

async fn postgres_within<E: Send>(
    pool: &PgPool,
    bound: Duration,
    sql: &str,
    values: &[Value],
    mut take: impl FnMut(Row) -> Result<(), E> + Send,
) -> sqlx::Result<Read<E>> {
    let mut connection = pool.acquire().await?;
    let mut tx = connection.begin().await?;
    // And a plan for these very values: how many rows have them is what it depends on.
    let settings = "SELECT set_config('statement_timeout', $1, true), \
                    set_config('plan_cache_mode', 'force_custom_plan', true)";
    // Of none it would wait for ever.
    let bound = bound.as_millis().max(1).to_string();
    sqlx::query(settings).bind(bound).execute(&mut *tx).await?;
    let mut rows = sql::postgres(sql, values).fetch(&mut *tx);
    let mut ended = None;
    let read = loop {
        match rows.try_next().await {
            Ok(Some(row)) => ended = take(Row::Postgres(row)).err(),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
        if ended.is_some() {
            break Ok(());
        }
    };
    drop(rows);
    let in_order = if ended.is_some() {
        // The rest is on its way, and a rollback would come after it: the server stops when nobody listens.
        drop(tx);
        false
    } else {
        // It has to come within the same time; what was read is read all the same.
        tx.rollback().await.is_ok()
    };
    if !in_order {
        connection.close_on_drop();
    }
    Ok((read, ended))
}

async fn each_of_sqlite<E: Send>(
    readers: &SqlitePool,
    bound: Duration,
    sql: &str,
    values: &[Value],
    mut take: impl FnMut(Row) -> Result<(), E> + Send,
) -> sqlx::Result<Read<E>> {
    let (give, mut rows) = mpsc::channel(AHEAD);
    // Whoever asked may be gone before it has ended: the connection is given back as it was all the same.
    let asked = tokio::spawn(sqlite_within(readers.clone(), bound, sql.to_owned(), values.to_vec(), give));
    while let Some(row) = rows.recv().await {
        if let Err(ended) = take(Row::Sqlite(row)) {
            return Ok((Ok(()), Some(ended)));
        }
    }
    Ok((asked.await.map_err(|_| sqlx::Error::WorkerCrashed)?, None))
}

/// Gives rows until there are no more, or nobody takes them.
async fn sqlite_within(
    readers: SqlitePool,
    bound: Duration,
    sql: String,
    values: Vec<Value>,
    give: mpsc::Sender<SqliteRow>,
) -> sqlx::Result<()> {
    let mut connection = readers.acquire().await?;
    let until = Instant::now() + bound;
    connection.lock_handle().await?.set_progress_handler(STEPS, move || Instant::now() < until);
    let mut rows = sql::sqlite(&sql, &values).fetch(&mut *connection);
    let read = loop {
        match rows.try_next().await {
            Ok(Some(row)) => {
                if give.send(row).await.is_err() {
                    break Ok(());
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    drop(rows);
    connection.lock_handle().await?.remove_progress_handler();
    read
}

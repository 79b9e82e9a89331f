//! Connecting: PostgreSQL by URL, or two SQLite files in the data directory.

use crate::{error::StoreError, lock, migrate, sql::Side};
use sqlx::{
    Connection, Executor,
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

/// How long a caller waits for a connection before the answer is "unavailable".
const ACQUIRE: Duration = Duration::from_secs(10);
/// A connection that was idle for longer is tried before it is used.
pub(crate) const TRUSTED: Duration = Duration::from_secs(1);
const BUSY: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
/// What SQLite's writer of a file keeps in memory, in KiB (negative, as SQLite has it): the inner pages of every index.
const WRITERS_CACHE: &str = "-32768";
/// As many statements stay prepared with it: a view writes 1, 2, 4, … rows at a time.
const WRITERS_STATEMENTS: usize = 512;
/// How many pages of 4 KiB the write-ahead log has before they go into the file. A page that many rows touch meanwhile
/// goes there once.
const CHECKPOINT: &str = "8000";
const POSTGRES_CONNECTIONS: u32 = 20;
const OLDEST_POSTGRES: i64 = 150_000;

/// Which of the two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL 15 or newer.
    Postgres,
    /// Embedded SQLite.
    Sqlite,
}

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `postgres://…`.
    Postgres(String),
    /// `log.db` and `views.db` in this directory.
    Sqlite(PathBuf),
}

/// Without the password.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(directory) => write!(f, "SQLite in {}", directory.display()),
            Self::Postgres(url) => match PgConnectOptions::from_str(url) {
                Ok(options) => write!(
                    f,
                    "PostgreSQL {} at {}:{}",
                    options.get_database().unwrap_or("of the user's name"),
                    options.get_host(),
                    options.get_port()
                ),
                Err(_) => f.write_str("PostgreSQL at an address that cannot be read"),
            },
        }
    }
}

/// An open database: the log's side, and the views'. On PostgreSQL they are the same pool.
#[derive(Clone, Debug)]
pub struct Database {
    /// The log, keys, accounts.
    pub log: Side,
    /// Everything that can be rebuilt.
    pub views: Side,
}

impl Database {
    /// Connects, checks the server's version, and applies the migrations that are missing.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        match url {
            DatabaseUrl::Postgres(url) => {
                let database = Self::postgres(url).await?;
                migrate::apply(&database).await?;
                Ok(database)
            }
            DatabaseUrl::Sqlite(directory) => {
                let failed = |error| {
                    let shown = directory.display();
                    StoreError::Setup(format!("cannot open the data directory {shown}: {error}"))
                };
                make_private(directory).map_err(failed)?;
                let turn = lock::opening(directory).await.map_err(failed)?;
                let database = Self::sqlite(directory).await?;
                migrate::apply(&database).await?;
                drop(turn);
                Ok(database)
            }
        }
    }

    /// Which of the two it is.
    pub fn dialect(&self) -> Dialect {
        match self.log {
            Side::Postgres(_) => Dialect::Postgres,
            Side::Sqlite { .. } => Dialect::Sqlite,
        }
    }

    /// Closes every connection; SQLite folds its write-ahead logs into the files.
    pub async fn close(&self) {
        for side in [&self.log, &self.views] {
            match side {
                Side::Postgres(pool) => close(pool).await,
                Side::Sqlite { writer, readers } => {
                    close(readers).await;
                    // By ourselves: when connections go at the same time, none may be the last one that does it.
                    // Without waiting: another process that has the file open goes on with its log.
                    let empty = "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)";
                    if let Err(error) = sqlx::raw_sql(empty).execute(writer).await {
                        tracing::debug!(%error, "the write-ahead log stays beside its file, and belongs to it");
                    }
                    close(writer).await;
                }
            }
        }
    }

    async fn postgres(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| StoreError::Setup(format!("the database URL cannot be read: {error}")))?;
        // The pool would only say that it waited in vain.
        let answers = PgConnection::connect_with(&options).await;
        let unreachable = |error| {
            let at = DatabaseUrl::Postgres(url.to_owned());
            StoreError::Setup(format!(
                "cannot connect to {at:?}: {error} (LEAVEWORD_DATABASE_URL says where)"
            ))
        };
        answers.map_err(unreachable)?.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            // A connection that was used a moment ago is not asked whether it is still there: that doubles a read.
            .test_before_acquire(false)
            .before_acquire(|connection, used| {
                Box::pin(async move {
                    match used.idle_for < TRUSTED {
                        true => Ok(true),
                        false => Ok(connection.ping().await.is_ok()),
                    }
                })
            })
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // A statement of ours takes milliseconds; one that hangs must not hold a lock for ever.
                    // Notices are for those who type, not for logs.
                    // Rows are found by an index, however small PostgreSQL thinks the table is: a plan that was made for an
                    // empty one is kept.
                    let settings = "SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
                                    SET enable_seqscan = off; SET enable_hashjoin = off; \
                                    SET enable_mergejoin = off; SET jit = off; \
                                    SET client_min_messages = 'warning'; \
                                    SET default_transaction_isolation = 'read committed'";
                    connection.execute(settings).await?;
                    Ok(())
                })
            })
            .connect_with(options)
            .await
            .map_err(|error| StoreError::Setup(format!("cannot connect to PostgreSQL: {error}")))?;
        let version: i64 = sqlx::query_scalar("SELECT current_setting('server_version_num')::bigint")
            .fetch_one(&pool)
            .await?;
        if version < OLDEST_POSTGRES {
            return Err(StoreError::Setup(format!(
                "PostgreSQL 15 or newer is needed, this one is {}",
                version / 10_000
            )));
        }
        Ok(Self { log: Side::Postgres(pool.clone()), views: Side::Postgres(pool) })
    }

    async fn sqlite(directory: &Path) -> Result<Self, StoreError> {
        let log = sqlite_side(&directory.join("log.db"), SqliteSynchronous::Full).await?;
        // A view can be filled again, the log cannot: losing its last moments in a crash costs nothing.
        let views = sqlite_side(&directory.join("views.db"), SqliteSynchronous::Normal).await?;
        Ok(Self { log, views })
    }
}

/// sqlx 0.8 misses a connection that comes back while it waits for the last one: that one is idle by the time it has
/// waited, and closing once more finds it.
async fn close<DB: sqlx::Database>(pool: &sqlx::Pool<DB>) {
    pool.close().await;
    pool.close().await;
}

/// Makes the directory, when it is not there, for its owner alone: it holds password hashes and wrapped keys.
pub(crate) fn make_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

async fn sqlite_side(file: &Path, synchronous: SqliteSynchronous) -> Result<Side, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        // What is deleted is overwritten: a destroyed key must not linger in a free page.
        .pragma("secure_delete", "ON")
        // A rebuild gives tables other names: what analysts ask goes by the names.
        .pragma("legacy_alter_table", "ON");
    let opened = |error: sqlx::Error| StoreError::Setup(format!("cannot open {}: {error}", file.display()));
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE)
        // A commit that failed on a full disk leaves SQLite without a transaction and sqlx counting one: every later one
        // would fail. Asked again after a ping: a transaction that was dropped is being rolled back.
        .after_release(|connection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    connection.ping().await?;
                }
                Ok(!connection.is_in_transaction())
            })
        })
        .connect_with(
            options
                .clone()
                .statement_cache_capacity(WRITERS_STATEMENTS)
                .pragma("cache_size", WRITERS_CACHE)
                .pragma("wal_autocheckpoint", CHECKPOINT)
                .pragma("temp_store", "MEMORY"),
        )
        .await
        .map_err(opened)?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(ACQUIRE)
        .connect_with(options.pragma("query_only", "ON"))
        .await
        .map_err(opened)?;
    Ok(Side::Sqlite { writer, readers })
}

/// Does PostgreSQL answer on this connection, within this time?
pub(crate) async fn answers(connection: &mut PgConnection, within: Duration) -> bool {
    tokio::time::timeout(within, connection.ping()).await.is_ok_and(|answered| answered.is_ok())
}

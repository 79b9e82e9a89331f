//! One rebuild at a time: a lock that ends with its process, however that ends.

use super::RebuildError;
use crate::{
    database::{Database, answers},
    error::StoreError,
    lock::ServerLock,
    sql::Side,
    store::Store,
};
use sqlx::{ConnectOptions, Connection, PgConnection};
use std::{fs::File, path::Path, time::Duration};

/// The key of PostgreSQL's advisory lock. Of the schema as well: two desks in one database have their own views.
const KEY: &str = "hashtextextended(current_schema() || '/rebuild', 0)";

/// How long the session that holds the lock is asked whether it is still there.
const ASKED: Duration = Duration::from_secs(5);

/// Does a server serve this SQLite data directory?
pub(super) fn served(store: &Store) -> Result<bool, StoreError> {
    let Side::Sqlite { writer, .. } = &store.database().views else { return Ok(false) };
    let options = writer.connect_options();
    let directory = options.get_filename().parent().unwrap_or(Path::new("."));
    ServerLock::is_held(directory).map_err(|error| StoreError::Setup(error.to_string()))
}

/// Held as long as a rebuild goes on.
pub(super) enum RebuildLock {
    /// A session's advisory lock.
    Postgres(PgConnection),
    /// A file in the data directory.
    Sqlite(File),
}

impl RebuildLock {
    pub(super) async fn take(database: &Database) -> Result<Self, RebuildError> {
        match &database.views {
            Side::Postgres(pool) => {
                let mut connection = pool.connect_options().connect().await?;
                let sql = format!("SELECT pg_try_advisory_lock({KEY})");
                let free: bool = sqlx::query_scalar(&sql).fetch_one(&mut connection).await?;
                if free { Ok(Self::Postgres(connection)) } else { Err(RebuildError::UnderWay) }
            }
            Side::Sqlite { writer, .. } => {
                let path = writer.connect_options().get_filename().with_file_name("rebuild.lock");
                let failed = |error: std::io::Error| {
                    StoreError::Setup(format!("cannot lock {}: {error}", path.display()))
                };
                let file =
                    File::options().create(true).write(true).truncate(false).open(&path).map_err(failed)?;
                match file.try_lock() {
                    Ok(()) => Ok(Self::Sqlite(file)),
                    Err(std::fs::TryLockError::WouldBlock) => Err(RebuildError::UnderWay),
                    Err(std::fs::TryLockError::Error(error)) => Err(failed(error).into()),
                }
            }
        }
    }

    /// Is it still this rebuild's? PostgreSQL lets go of it when the connection is lost.
    pub(super) async fn is_held(&mut self) -> bool {
        match self {
            Self::Postgres(connection) => answers(connection, ASKED).await,
            Self::Sqlite(_) => true,
        }
    }

    pub(super) async fn release(self) {
        match self {
            // A session that has said goodbye may hold its locks for a moment still. What fails here is gone already, and the
            // lock with it.
            Self::Postgres(mut connection) => {
                let sql = format!("SELECT pg_advisory_unlock({KEY})");
                drop(sqlx::query(&sql).execute(&mut connection).await);
                drop(connection.close().await);
            }
            Self::Sqlite(file) => drop(file),
        }
    }
}

//! Being the only one of all processes that does something: a PostgreSQL session's advisory lock, which ends with the session
//! however that ends. On SQLite one process serves a data directory, and is the only one by that.

use crate::{error::StoreError, sql::Side, store::Store};
use sqlx::{ConnectOptions, Connection, PgConnection};
use std::time::Duration;

/// How long the session that holds the lock is asked whether it is still there.
const ASKED: Duration = Duration::from_secs(5);

/// Held as long as this process is the only one.
#[derive(Debug)]
pub struct Sole(Option<PgConnection>);

impl Store {
    /// Takes a place that one process has; `None`: another one has it.
    pub async fn sole(&self, place: &str) -> Result<Option<Sole>, StoreError> {
        let Side::Postgres(pool) = &self.database().log else { return Ok(Some(Sole(None))) };
        let mut connection = pool.connect_options().connect().await?;
        // Of the schema as well: two desks in one database are two places.
        let sql = "SELECT pg_try_advisory_lock(hashtextextended(current_schema() || '/' || $1, 0))";
        let free: bool = sqlx::query_scalar(sql).bind(place).fetch_one(&mut connection).await?;
        Ok(free.then_some(Sole(Some(connection))))
    }
}

impl Sole {
    /// Is it still this process's? PostgreSQL lets go of it when the connection is lost.
    pub async fn is_held(&mut self) -> bool {
        match &mut self.0 {
            Some(connection) => {
                tokio::time::timeout(ASKED, connection.ping()).await.is_ok_and(|answered| answered.is_ok())
            }
            None => true,
        }
    }

    /// Leaves it to another.
    pub async fn release(self) {
        if let Some(connection) = self.0 {
            // When it cannot be closed in order it is gone already, and the lock with it.
            drop(connection.close().await);
        }
    }
}

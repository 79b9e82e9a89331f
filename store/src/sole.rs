//! Being the only one of all processes that does something: a PostgreSQL session's advisory lock, which ends with the session
//! however that ends. On SQLite one process serves a data directory, and is the only one by that.

use crate::{database::answers, error::StoreError, sql::Side, store::Store};
use sqlx::{ConnectOptions, Connection, PgConnection};
use std::time::Duration;

/// How long the session that holds the lock is asked whether it is still there.
const ASKED: Duration = Duration::from_secs(5);
/// The server ends a session that has not been asked for so long: a machine that is cut off closes no connection, and the
/// server's own tests of one take hours. Of PostgreSQL 14 and later; an earlier one does not know it.
const UNASKED: &str = "SET idle_session_timeout = '15s'";

/// Held as long as this process is the only one.
#[derive(Debug)]
pub struct Sole(Option<PgConnection>);

/// Waiting for a place: what it is tried for on, from one time to the next.
#[derive(Debug, Default)]
pub struct Standby(Option<PgConnection>);

impl Store {
    /// Takes a place that one process has; `None`: another one has it, and it can be tried for again.
    pub async fn sole(&self, place: &str, standby: &mut Standby) -> Result<Option<Sole>, StoreError> {
        let Side::Postgres(pool) = &self.database().log else { return Ok(Some(Sole(None))) };
        let mut connection = if let Some(open) = standby.0.take() {
            open
        } else {
            let mut connection = pool.connect_options().connect().await?;
            match sqlx::query(UNASKED).execute(&mut connection).await {
                Ok(_) | Err(sqlx::Error::Database(_)) => connection,
                Err(error) => return Err(error.into()),
            }
        };
        // Of the schema as well: two desks in one database are two places.
        let sql = "SELECT pg_try_advisory_lock(hashtextextended(current_schema() || '/' || $1, 0))";
        let free: bool = sqlx::query_scalar(sql).bind(place).fetch_one(&mut connection).await?;
        if free {
            return Ok(Some(Sole(Some(connection))));
        }
        standby.0 = Some(connection);
        Ok(None)
    }
}

impl Sole {
    /// Is it still this process's? PostgreSQL lets go of it when the connection is lost.
    pub async fn is_held(&mut self) -> bool {
        match &mut self.0 {
            Some(connection) => answers(connection, ASKED).await,
            None => true,
        }
    }

    /// Leaves it to another, who has it from then on: a session that is closed has its lock for as long as its server takes to
    /// notice.
    pub async fn release(self) {
        if let Some(mut connection) = self.0 {
            // When it cannot be let go of or closed in order it is gone already, and the lock with it; whoever stands still
            // instead is given up, and loses it with the session.
            let in_order = async {
                sqlx::query("SELECT pg_advisory_unlock_all()").execute(&mut connection).await?;
                connection.close().await
            };
            drop(tokio::time::timeout(ASKED, in_order).await);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, testing::TestDatabase};

    /// The machine may have other things to do between two questions.
    const FOR_EVER: &str = "SET idle_session_timeout = 0";

    crate::on_both_databases!(one_has_the_place_and_another_waits_for_it_on_one_connection);

    async fn one_has_the_place_and_another_waits_for_it_on_one_connection(dialect: Dialect) {
        let database = TestDatabase::new(dialect).await;
        let (first, second) =
            (database.open(TestDatabase::clock()).await, database.open(TestDatabase::clock()).await);
        let mut standby = Standby::default();
        let mut held = first.sole("place", &mut Standby::default()).await.expect("asked").expect("free");
        assert!(held.is_held().await);
        if let Some(connection) = &mut held.0 {
            let patience = sqlx::query_scalar::<_, String>("SHOW idle_session_timeout");
            let patience = patience.fetch_one(&mut *connection).await.expect("set");
            assert_eq!(patience, "15s");
            sqlx::query(FOR_EVER).execute(connection).await.expect("set");
            let mut sessions = vec![];
            for _ in 0..2 {
                assert!(second.sole("place", &mut standby).await.expect("asked").is_none());
                let waits = standby.0.as_mut().expect("kept");
                sqlx::query(FOR_EVER).execute(&mut *waits).await.expect("set");
                let session: i32 =
                    sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(waits).await.expect("a session");
                sessions.push(session);
            }
            assert_eq!(sessions[0], sessions[1]);
        }
        held.release().await;
        assert!(second.sole("place", &mut standby).await.expect("asked").is_some());
        first.close().await;
        second.close().await;
    }
}

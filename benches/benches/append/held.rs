//! A snapshot that somebody holds open for an hour: nothing that was updated meanwhile can be tidied away.

use crate::cells::Prepared;
use sqlx::{
    Connection, Executor, PgConnection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};
use std::path::Path;
use store::DatabaseUrl;

/// The open snapshot, and an hour's worth of updates of the head row since.
pub(crate) enum Held {
    Postgres(PgConnection),
    Sqlite(Vec<SqliteConnection>),
}

impl Held {
    /// Takes the snapshot, then does to the head row what an hour of appending would: so many updates, each a commit
    /// of its own, though without waiting for the disk.
    pub(crate) async fn hold(prepared: &Prepared, updates: i64) -> Result<Self, String> {
        let held = match &prepared.database.config.database {
            DatabaseUrl::Postgres(url) => postgres(url, updates).await,
            DatabaseUrl::Sqlite(data) => {
                sqlite(&data.join("log.db"), &prepared.database.directory.join("plain.db"), updates).await
            }
        };
        held.map_err(|error| format!("cannot hold a snapshot: {error}"))
    }

    /// Lets go of it.
    pub(crate) async fn release(self) -> Result<(), String> {
        let released = match self {
            Self::Postgres(connection) => connection.close().await,
            Self::Sqlite(connections) => {
                let mut last = Ok(());
                for connection in connections {
                    last = last.and(connection.close().await);
                }
                last
            }
        };
        released.map_err(|error| format!("cannot let go of a snapshot: {error}"))
    }
}

async fn postgres(url: &str, updates: i64) -> sqlx::Result<Held> {
    let mut snapshot = PgConnection::connect(url).await?;
    snapshot.execute("BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
    snapshot.fetch_all("SELECT position FROM log_head").await?;
    let mut hour = PgConnection::connect(url).await?;
    hour.execute("SET synchronous_commit = off").await?;
    // By its place, since looking it up by its id takes longer with every update: which is what is measured later.
    let pile_up = format!(
        "DO $$ DECLARE place tid; BEGIN SELECT ctid INTO place FROM log_head WHERE id = 1; \
         FOR time IN 1..{updates} LOOP \
         UPDATE log_head SET recorded_at = recorded_at WHERE ctid = place RETURNING ctid INTO place; COMMIT; \
         END LOOP; END $$"
    );
    sqlx::raw_sql(&pile_up).execute(&mut hour).await?;
    hour.close().await?;
    Ok(Held::Postgres(snapshot))
}

/// On SQLite it is the write-ahead log that cannot be tidied away; the peer's file is held too.
async fn sqlite(log: &Path, plain: &Path, updates: i64) -> sqlx::Result<Held> {
    let mut snapshots = Vec::new();
    for (file, table) in [(log, "log_head"), (plain, "plain")] {
        let mut snapshot = open(file).await?;
        // A desk that works has something in its write-ahead log. A snapshot of an empty one would be another case:
        // every later commit would try in vain to tidy up the whole log.
        snapshot.execute("CREATE TABLE held (n bigint); DROP TABLE held").await?;
        snapshot.execute("BEGIN").await?;
        snapshot.fetch_optional(format!("SELECT 1 FROM {table}").as_str()).await?;
        snapshots.push(snapshot);
    }
    let mut hour = open(log).await?;
    for _ in 0..updates {
        // SQLite does not write what did not change.
        hour.execute(sqlx::query("UPDATE log_head SET recorded_at = recorded_at + 1")).await?;
    }
    hour.close().await?;
    Ok(Held::Sqlite(snapshots))
}

async fn open(file: &Path) -> sqlx::Result<SqliteConnection> {
    SqliteConnection::connect_with(
        &SqliteConnectOptions::new().filename(file).synchronous(SqliteSynchronous::Off),
    )
    .await
}

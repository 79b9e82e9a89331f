//! Where it was measured: machine, database, versions and pools; and the refusal to measure without a disk.

use crate::{options::Options, postgres_es, run::MANY, sqlite_es};
use benches::machine;
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::fmt::Write;
use store::{Dialect, testing};

/// PostgreSQL's settings that matter here.
const SETTINGS: [&str; 8] = [
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_sync_method",
    "shared_buffers",
    "max_wal_size",
    "max_connections",
    "autovacuum",
];

/// What stands above the tables.
pub(crate) async fn text(dialect: Dialect, options: &Options) -> Result<String, String> {
    let folder = std::env::temp_dir();
    let syncs =
        machine::syncs_per_second(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut text = String::new();
    let commit = machine::commit().map_or_else(String::new, |commit| format!(" Commit `{commit}`."));
    let _ = writeln!(text, "{}.{commit}\n", machine::description());
    let _ = writeln!(
        text,
        "{} The disk takes {syncs:.0} writes of 8 KiB a second, one after another.\n",
        database(dialect).await?
    );
    let _ = writeln!(
        text,
        "{} rounds of {:.1} s cold and {:.1} s warm each, {} existing streams. {} \"Held\": a snapshot is held open \
         while the head row has been updated {} times, which is fifty commits a second for an hour; {MANY} callers.",
        options.rounds,
        options.window.as_secs_f64() / 2.0,
        options.window.as_secs_f64(),
        options.streams,
        peers(dialect),
        options.held_updates,
    );
    Ok(text)
}

/// Nothing is measured on a server that does not wait for the disk.
pub(crate) async fn check(dialect: Dialect) -> Result<(), String> {
    if dialect == Dialect::Postgres && setting(&mut connect().await?, "fsync").await? != "on" {
        return Err("this PostgreSQL has fsync off: what it would measure is not what is promised".to_owned());
    }
    Ok(())
}

fn peers(dialect: Dialect) -> String {
    let version = machine::version_of;
    match dialect {
        Dialect::Postgres => {
            format!("postgres-es {} with {} connections.", version("postgres-es"), postgres_es::CONNECTIONS)
        }
        Dialect::Sqlite => format!(
            "sqlite-es {} with the {} connections of its own pool, and with the one writer that SQLite has.",
            version("sqlite-es"),
            sqlite_es::DEFAULT_CONNECTIONS
        ),
    }
}

async fn database(dialect: Dialect) -> Result<String, String> {
    match dialect {
        Dialect::Postgres => {
            let mut connection = connect().await?;
            let version = setting(&mut connection, "server_version").await?;
            let mut settings = Vec::new();
            for name in SETTINGS {
                settings.push(format!("`{name} = {}`", setting(&mut connection, name).await?));
            }
            Ok(format!("PostgreSQL {version} on the same machine: {}.", settings.join(", ")))
        }
        Dialect::Sqlite => {
            let version = async {
                let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
                sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut connection).await
            };
            let version: String = version.await.map_err(|error: sqlx::Error| error.to_string())?;
            Ok(format!("SQLite {version}, `journal_mode = WAL`, `synchronous = FULL` on every side."))
        }
    }
}

async fn connect() -> Result<PgConnection, String> {
    PgConnection::connect(&testing::postgres_server()).await.map_err(|error| error.to_string())
}

async fn setting(connection: &mut PgConnection, name: &str) -> Result<String, String> {
    let show = sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(connection).await;
    show.map_err(|error| error.to_string())
}

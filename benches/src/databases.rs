//! The two databases as a benchmark finds them: version and the settings that matter.

use sqlx::{Connection, PgConnection, SqliteConnection};

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

/// A PostgreSQL server in one sentence.
pub async fn postgres(url: &str) -> Result<String, String> {
    let described = async {
        let mut connection = PgConnection::connect(url).await?;
        let version = setting(&mut connection, "server_version").await?;
        let mut settings = Vec::new();
        for name in SETTINGS {
            settings.push(format!("`{name} = {}`", setting(&mut connection, name).await?));
        }
        Ok(format!("PostgreSQL {version} on the same machine: {}.", settings.join(", ")))
    };
    described.await.map_err(|error: sqlx::Error| error.to_string())
}

/// The SQLite that is built in, as both sides set it, in one sentence.
pub async fn sqlite() -> Result<String, String> {
    let version = async {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut connection).await
    };
    let version: String = version.await.map_err(|error: sqlx::Error| error.to_string())?;
    Ok(format!("SQLite {version}, `journal_mode = WAL`, `synchronous = FULL` on every side."))
}

/// Nothing is measured on a server that does not wait for the disk.
pub async fn refuse_without_fsync(url: &str) -> Result<(), String> {
    let fsync = async {
        let mut connection = PgConnection::connect(url).await?;
        setting(&mut connection, "fsync").await
    };
    match fsync.await.map_err(|error: sqlx::Error| error.to_string())?.as_str() {
        "on" => Ok(()),
        _ => Err("this PostgreSQL has fsync off: what it would measure is not what is promised".to_owned()),
    }
}

async fn setting(connection: &mut PgConnection, name: &str) -> sqlx::Result<String> {
    sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(connection).await
}

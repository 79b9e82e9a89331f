//! A database of the run's own, on SQLite or on the PostgreSQL that may be killed, and what can be done to it.

use super::environment::Killable;
use sqlx::{Connection, Executor, PgConnection};
use std::path::PathBuf;
use store::{Clock, DatabaseUrl, Dialect, Store, StoreConfig, random, testing::soon};
use tokio::process::Command;

/// One database; its folder is removed when this is dropped.
pub(crate) struct Database {
    /// How to open it.
    pub(crate) config: StoreConfig,
    /// Where its files, its master key and the servers' logs lie.
    pub(crate) folder: PathBuf,
    /// Its name on the server, and the server; none on SQLite.
    pub(crate) postgres: Option<(String, Killable)>,
}

impl Database {
    /// An empty one.
    pub(crate) async fn new(dialect: Dialect) -> Self {
        let name = format!("leaveword_kill_{:016x}", u64::from_be_bytes(random::bytes()));
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&folder).expect("a temporary directory");
        let (url, postgres) = match dialect {
            Dialect::Sqlite => (DatabaseUrl::Sqlite(folder.join("data")), None),
            Dialect::Postgres => {
                let server = Killable::named();
                admin(&server, &format!("CREATE DATABASE {name}")).await;
                (DatabaseUrl::Postgres(beside(&server.url, &name)), Some((name, server)))
            }
        };
        let (master_key_file, images) = (folder.join("leaveword.key"), folder.join("data").join("images"));
        let config = StoreConfig { database: url, master_key_file, images, bucket: None };
        Self { config, folder, postgres }
    }

    /// What a server has to be told to find it.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let key = ("LEAVEWORD_MASTER_KEY_FILE", self.config.master_key_file.display().to_string());
        match &self.config.database {
            DatabaseUrl::Sqlite(data) => vec![key, ("LEAVEWORD_DATA_DIR", data.display().to_string())],
            DatabaseUrl::Postgres(url) => vec![key, ("LEAVEWORD_DATABASE_URL", url.clone())],
        }
    }

    /// Opens it past every server. Not to be kept open over a kill: SQLite mends its files when it is opened first.
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.config, Clock::system()).await.expect("the database opens")
    }

    /// Stops PostgreSQL at once.
    pub(crate) async fn stop_server(&self) {
        shell(&self.server().1.stop).await;
    }

    /// Starts it again.
    pub(crate) async fn start_server(&self) {
        shell(&self.server().1.start).await;
    }

    /// Ends every connection that a server has.
    pub(crate) async fn end_connections(&self) {
        let (name, server) = self.server();
        admin(
            server,
            &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
        )
        .await;
    }

    /// Another database with everything that is in this one, which no server may have open.
    pub(crate) async fn copy(&self) -> Self {
        let mut copy = match &self.postgres {
            None => Self::new(Dialect::Sqlite).await,
            Some(_) => Self::new(Dialect::Postgres).await,
        };
        if let (DatabaseUrl::Sqlite(from), DatabaseUrl::Sqlite(to)) =
            (&self.config.database, &copy.config.database)
        {
            std::fs::create_dir_all(to).expect("a directory");
            for file in std::fs::read_dir(from).expect("readable").map(|entry| entry.expect("an entry")) {
                let copied = std::fs::copy(file.path(), to.join(file.file_name()));
                // What was beside a file that was closed is empty, and may be removed at any moment.
                let beside = file.path().extension().is_none_or(|extension| extension != "db");
                assert!(copied.is_ok() || beside, "{}: {copied:?}", file.path().display());
            }
        } else {
            self.end_connections().await;
            let ((from, server), (to, _)) = (self.server(), copy.server());
            soon("they have ended", || async { connections(server, from).await == 0 }).await;
            admin(server, &format!("DROP DATABASE {to}")).await;
            admin(server, &format!("CREATE DATABASE {to} TEMPLATE {from}")).await;
        }
        copy.config.master_key_file.clone_from(&self.config.master_key_file);
        copy
    }

    fn server(&self) -> (&str, &Killable) {
        let (name, server) = self.postgres.as_ref().expect("a database on PostgreSQL");
        (name, server)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Another database of the same server.
fn beside(url: &str, name: &str) -> String {
    let (base, _) = url.rsplit_once('/').expect("a URL that ends in a database's name");
    format!("{base}/{name}")
}

/// One statement, from a database that no server uses.
async fn admin(server: &Killable, sql: &str) {
    let mut connection = PgConnection::connect(&server.url).await.expect("PostgreSQL answers");
    connection.execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    connection.close().await.expect("closed");
}

/// How many connections this database has.
async fn connections(server: &Killable, name: &str) -> i64 {
    let mut connection = PgConnection::connect(&server.url).await.expect("PostgreSQL answers");
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1";
    let many: i64 = sqlx::query_scalar(sql).bind(name).fetch_one(&mut connection).await.expect("counted");
    connection.close().await.expect("closed");
    many
}

async fn shell(line: &str) {
    let status = Command::new("sh").args(["-c", line]).status().await.expect("a shell");
    assert!(status.success(), "{line}");
}

//! A database of its own for each test, on both databases from one list of scenarios.

pub(crate) mod asked;

pub use asked::{Asked, Listening};

use crate::{
    Clock, DatabaseUrl, Dialect, RebuildError, RebuildProgress, Store, StoreConfig, View, random,
    rebuild::Bounds,
};
use sqlx::{Connection, Executor, PgConnection};
use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

static ANSWERS_BEFORE_COMMIT: AtomicBool = AtomicBool::new(false);

/// Breaks this process on purpose: callers are answered before their transaction commits, and it does not commit. A harness
/// that kills such a server has to find what was lost.
pub fn answer_before_commit() {
    ANSWERS_BEFORE_COMMIT.store(true, Ordering::SeqCst);
}

pub(crate) fn answers_before_commit() -> bool {
    ANSWERS_BEFORE_COMMIT.load(Ordering::SeqCst)
}

pub use crate::append::Lost;

/// What becomes of the next batches of this store. An outcome that is not known is looked for as long as usual, or as long
/// as this says.
pub fn lose_commits(store: &Store, losses: &[Lost], patience: Option<Duration>) {
    store.losses().plan(losses, patience);
}

/// A rebuild with so little room that a few rows fill it, and so short a last transaction that a few events are too many.
///
/// # Errors
/// As [`Store::rebuild`].
pub async fn rebuild_in_little_room(
    store: &Store,
    views: &[View],
    progress: &tokio::sync::watch::Sender<RebuildProgress>,
) -> Result<i64, RebuildError> {
    let bounds =
        Bounds { room: 4 << 10, rows: 1_000, step: 1 << 10, transaction: Duration::from_millis(50), last: 3 };
    store.rebuild_within(bounds, false, views, progress).await
}

/// A fresh database and a master key, removed when dropped.
#[derive(Debug)]
pub struct TestDatabase {
    /// How to open it.
    pub config: StoreConfig,
    /// Where SQLite's files and the master key lie.
    pub directory: PathBuf,
}

impl TestDatabase {
    /// Makes one. PostgreSQL's server is named by `LEAVEWORD_TEST_POSTGRES_URL`; `cargo xtask test` starts one.
    ///
    /// # Panics
    /// When there is no PostgreSQL to test on: a test that cannot run fails.
    pub async fn new(dialect: Dialect) -> Self {
        let name = format!("leaveword_{:032x}", u128::from_be_bytes(random::bytes()));
        let directory = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&directory).expect("a temporary directory");
        let database = match dialect {
            Dialect::Sqlite => DatabaseUrl::Sqlite(directory.join("data")),
            Dialect::Postgres => {
                let server = postgres_server();
                let mut connection = PgConnection::connect(&server).await.expect("PostgreSQL answers");
                let create = format!("CREATE DATABASE {name}");
                connection.execute(create.as_str()).await.expect("a database for the test");
                let (base, _) = server.rsplit_once('/').expect("a URL that ends in a database's name");
                DatabaseUrl::Postgres(format!("{base}/{name}"))
            }
        };
        let master_key_file = directory.join("leaveword.key");
        let images = directory.join("data").join("images");
        Self { config: StoreConfig { database, master_key_file, images, bucket: None }, directory }
    }

    /// Opens it with this clock.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn open(&self, clock: Clock) -> Store {
        Store::open(&self.config, clock).await.expect("the database opens")
    }

    /// A clock that stands at a Monday morning.
    pub fn clock() -> Clock {
        Clock::manual(crate::micros(1_790_000_000_000_000))
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// The PostgreSQL server that tests may make databases on.
///
/// # Panics
/// When none is named.
pub fn postgres_server() -> String {
    #[expect(clippy::disallowed_methods, reason = "tests are told their server by `cargo xtask test`")]
    std::env::var("LEAVEWORD_TEST_POSTGRES_URL")
        .expect("LEAVEWORD_TEST_POSTGRES_URL names a PostgreSQL server; `cargo xtask test` starts one")
}

/// Waits for something that happens soon, and fails loudly when it does not within five minutes: how soon is another question,
/// and a machine that runs a suite has other things to do.
///
/// # Panics
/// When it does not happen.
pub async fn soon<F: Future<Output = bool>>(what: &str, mut happened: impl FnMut() -> F) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !happened().await {
        assert!(tokio::time::Instant::now() < deadline, "{what} did not happen within {PATIENCE:?}");
        tokio::time::sleep(LOOK).await;
    }
}

const PATIENCE: Duration = Duration::from_secs(300);
/// Whoever looks all the time keeps what is waited for from happening.
const LOOK: Duration = Duration::from_millis(2);

/// Runs each scenario, an `async fn(Dialect)`, on both databases.
#[macro_export]
macro_rules! on_both_databases {
    ($($scenario:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() {
                super::$scenario($crate::Dialect::Sqlite).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() {
                super::$scenario($crate::Dialect::Postgres).await;
            })*
        }
    };
}

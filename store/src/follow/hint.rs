//! Word between processes on PostgreSQL that the log has grown. It may be late or lost: polling is the truth.
//!
//! Never inside an append: a transaction that notifies holds a lock of the whole cluster until it has committed.

use crate::{error::StoreError, sql::Side, store::Store};
use sqlx::{ConnectOptions, Connection, Executor, PgPool, postgres::PgListener};
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

const CHANNEL: &str = "leaveword_log";
/// At most twenty a second: what was appended meanwhile goes into the next.
const PAUSE: Duration = Duration::from_millis(50);
/// How long after a lost connection another is made.
const RETRY: Duration = Duration::from_secs(1);

/// Tells others what this process appended, and wakes its followers when others did, until `stop`.
pub(super) async fn exchange(store: Store, stop: CancellationToken) {
    let Side::Postgres(pool) = &store.database().log else { return };
    // The furthest position that was told to everybody: it need not be told again.
    let told = AtomicI64::new(0);
    let tell = again(|| tell(&store, pool, &told));
    let listen = again(|| listen(&store, pool, &told));
    tokio::select! {
        () = stop.cancelled() => {}
        () = tell => {}
        () = listen => {}
    }
}

/// For ever: a connection that is lost is made again.
async fn again<F: Future<Output = Result<(), StoreError>>>(mut attempt: impl FnMut() -> F) {
    loop {
        if let Err(error) = attempt().await {
            tracing::debug!(%error, "word between processes was lost; followers look by themselves");
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// On a connection of its own: no full pool makes it late.
async fn tell(store: &Store, pool: &PgPool, told: &AtomicI64) -> Result<(), StoreError> {
    let mut appended = store.appended();
    let mut connection = pool.connect_options().connect().await?;
    connection.execute("SET synchronous_commit = off; SET statement_timeout = '5s'").await?;
    loop {
        let position = *appended.borrow_and_update();
        if position > told.load(Ordering::SeqCst) {
            let notify = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(position.to_string());
            notify.execute(&mut connection).await?;
            told.fetch_max(position, Ordering::SeqCst);
            tokio::time::sleep(PAUSE).await;
        }
        if appended.changed().await.is_err() {
            connection.close().await?;
            return Ok(());
        }
    }
}

async fn listen(store: &Store, pool: &PgPool, told: &AtomicI64) -> Result<(), StoreError> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let word = listener.recv().await?;
        if let Ok(position) = word.payload().parse() {
            // First, so that what was heard is not told once more.
            told.fetch_max(position, Ordering::SeqCst);
            store.announce(position);
        }
    }
}

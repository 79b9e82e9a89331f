//! Word between processes on PostgreSQL that the log has grown. It may be late or lost: polling is the truth.
//!
//! Never inside an append: a transaction that notifies holds a lock of the whole cluster until it has committed.

use crate::{
    error::{StoreError, silent},
    sql::Side,
    store::Store,
};
use sqlx::{ConnectOptions, Connection, Executor, PgPool, postgres::PgListener};
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Of the schema as well: two desks in one database are two logs.
const CHANNEL: &str = "SELECT 'leaveword_log_' || md5(current_schema())";
const HEAD: &str = "SELECT position FROM log_head WHERE id = 1";
/// At most twenty a second: what was appended meanwhile goes into the next.
const PAUSE: Duration = Duration::from_millis(50);
/// How long PostgreSQL may take to pass a word on, or to say that it is still there.
const ANSWER: Duration = Duration::from_secs(5);
/// A listener that has heard nothing for so long asks: a connection that is lost without a word says nothing either.
const QUIET: Duration = Duration::from_secs(60);
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
    let channel: String = sqlx::query_scalar(CHANNEL).fetch_one(&mut connection).await?;
    loop {
        let position = *appended.borrow_and_update();
        if position > told.load(Ordering::SeqCst) {
            let notify = sqlx::query("SELECT pg_notify($1, $2)").bind(&channel).bind(position.to_string());
            in_time(notify.execute(&mut connection)).await?;
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
    // It asks over its own connection as well: no full pool makes it late.
    let mut listener = PgListener::connect_with(pool).await?;
    let channel: String = sqlx::query_scalar(CHANNEL).fetch_one(&mut listener).await?;
    listener.listen(&channel).await?;
    loop {
        let Ok(word) = timeout(QUIET, listener.recv()).await else {
            in_time(listener.execute("SELECT 1")).await?;
            continue;
        };
        let mut position: i64 = word?.payload().parse().unwrap_or_default();
        while let Some(word) = listener.next_buffered() {
            position = word.payload().parse().map_or(position, |more| position.max(more));
        }
        // Anybody may send a word: it is no more than a reason to look.
        let end: i64 = in_time(sqlx::query_scalar(HEAD).fetch_one(&mut listener)).await?;
        // First, so that what was heard is not told once more. One who speaks of what is not there has told nobody of what is.
        if position <= end {
            told.fetch_max(position, Ordering::SeqCst);
        }
        store.announce(end);
    }
}

async fn in_time<T>(answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(ANSWER, answer).await.map_err(|_| silent())?
}

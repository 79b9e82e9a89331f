//! Checkpoints: how far each version of each view has followed the log.

use super::View;
use crate::{
    database::Dialect,
    error::StoreError,
    sql::{Tx, Value},
    store::Store,
};
use std::time::Duration;

/// A version that is this close to the end of the log has caught up.
const NEAR: i64 = 1_000;

/// Where a version of a view stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    /// The position of the last event it has.
    pub(crate) position: i64,
    /// It has once caught up with the log, and is in use since.
    pub(crate) filled: bool,
}

impl Checkpoint {
    /// May questions be answered from it? The log ended at `head`.
    pub(crate) fn serves(self, head: i64) -> bool {
        self.filled || self.position + NEAR >= head
    }
}

/// Reads it; a version that has never followed stands at 0.
pub(crate) async fn read(store: &Store, view: &View) -> Result<Checkpoint, StoreError> {
    let sql = "SELECT position, filled FROM checkpoints WHERE name = $1 AND version = $2";
    let row = store.database().views.row(sql, &[view.name.into(), view.version.into()]).await?;
    let read = |row: crate::sql::Row| -> sqlx::Result<Checkpoint> {
        Ok(Checkpoint { position: row.int("position")?, filled: row.int("filled")? == 1 })
    };
    Ok(row.map(read).transpose()?.unwrap_or_default())
}

/// The position of the one among these that is furthest behind, all as of one moment.
pub(crate) async fn least(store: &Store, views: &[&View]) -> Result<i64, StoreError> {
    let values: Vec<Value> = views.iter().flat_map(|view| [view.name.into(), view.version.into()]).collect();
    let each = |n: usize| format!("(name = ${} AND version = ${})", 2 * n + 1, 2 * n + 2);
    let each: Vec<String> = (0..views.len()).map(each).collect();
    let sql = format!(
        "SELECT COUNT(*) AS views, MIN(position) AS position FROM checkpoints WHERE {}",
        each.join(" OR ")
    );
    let row = store.database().views.row(&sql, &values).await?;
    let Some(row) = row else { return Ok(0) };
    // One that has never followed has no row.
    let all = usize::try_from(row.int("views")?).is_ok_and(|found| found == views.len());
    Ok(row.int_or_null("position")?.filter(|_| all).unwrap_or_default())
}

/// Whether a locked row is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Another process does the page: leave it to it.
    OrLeave,
    /// Until it is free.
    OrWait,
}

/// The position, locked until the transaction ends, made when it is not there; `None`: another process holds it.
pub(crate) async fn lock(
    tx: &mut Tx,
    dialect: Dialect,
    name: &str,
    version: i64,
    lock: Lock,
) -> Result<Option<i64>, sqlx::Error> {
    let key = [name.into(), version.into()];
    let select = "SELECT position FROM checkpoints WHERE name = $1 AND version = $2";
    let select = match (dialect, lock) {
        // `BEGIN IMMEDIATE` has locked the whole file.
        (Dialect::Sqlite, _) => select.to_owned(),
        (Dialect::Postgres, Lock::OrWait) => format!("{select} FOR UPDATE"),
        (Dialect::Postgres, Lock::OrLeave) => format!("{select} FOR UPDATE SKIP LOCKED"),
    };
    if let Some(row) = tx.row(&select, &key).await? {
        return row.int("position").map(Some);
    }
    // It is locked, or has never been: only then does the next statement write a row.
    let create = "INSERT INTO checkpoints (name, version, position) VALUES ($1, $2, 0) \
                  ON CONFLICT (name, version) DO NOTHING";
    if tx.execute(create, &key).await? == 1 { Ok(Some(0)) } else { Ok(None) }
}

/// Moves it on in the view's transaction. `head` is where the log ended when the transaction began.
pub(crate) async fn advance(tx: &mut Tx, name: &str, version: i64, to: i64, head: i64) -> sqlx::Result<()> {
    let filled = i64::from(Checkpoint { position: to, filled: false }.serves(head));
    let sql = "UPDATE checkpoints SET position = $3, filled = CASE WHEN $4 = 1 THEN 1 ELSE filled END \
               WHERE name = $1 AND version = $2";
    let values: [Value; 4] = [name.into(), version.into(), to.into(), filled.into()];
    if tx.execute(sql, &values).await? == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

/// How long the oldest event after a position has been in the log, by the clock that gave it its time.
pub(crate) async fn behind(store: &Store, position: i64) -> Result<Duration, StoreError> {
    let now = match store.database().dialect() {
        Dialect::Postgres => "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint - $2",
        Dialect::Sqlite => "$2",
    };
    let sql =
        format!("SELECT recorded_at, {now} AS now FROM events WHERE position > $1 ORDER BY position LIMIT 1");
    let clock = match store.database().dialect() {
        Dialect::Postgres => 0,
        Dialect::Sqlite => store.clock().micros(),
    };
    let Some(row) = store.database().log.row(&sql, &[position.into(), clock.into()]).await? else {
        return Ok(Duration::ZERO);
    };
    let age = row.int("now")? - row.int("recorded_at")?;
    Ok(Duration::from_micros(u64::try_from(age).unwrap_or_default()))
}

//! The days, put together: the facts of the messages that were left on a day in one piece, and what is placed on a day in one row.

use super::{course, placed};
use crate::{Projections, error::QueryError};
use chrono::TimeDelta;
use std::collections::BTreeSet;
use store::{HandleError, StoreError, Tx, Value};
use tokio_util::sync::CancellationToken;

/// Where the days stand on which messages were left.
pub(super) const TABLE: &str = "statistics_days_3";

/// These days have changed: what was put together is of the past.
pub(super) async fn take_apart(tx: &mut Tx, days: &BTreeSet<i64>) -> Result<(), HandleError> {
    for day in days {
        // A day that is put together at this moment is waited for, and taken apart then.
        let sql = format!(
            "INSERT INTO {TABLE} (day, last_at, waiting) VALUES ($1, 0, 0) ON CONFLICT (day) DO UPDATE SET facts = NULL"
        );
        tx.execute(&sql, &[(*day).into()]).await?;
    }
    Ok(())
}

/// How often it is looked for days that are apart.
const EVERY: TimeDelta = TimeDelta::minutes(1);

impl Projections {
    /// Puts together, every minute, the days that are apart, until `stop` is cancelled. What fails is tried again.
    pub async fn keep_statistics_together(self, stop: CancellationToken) {
        loop {
            let mut after = i64::MIN;
            while !stop.is_cancelled() {
                match self.put_statistics_together(after).await {
                    Ok(Some(day)) => after = day,
                    Ok(None) => break,
                    Err(error) => {
                        tracing::warn!(%error, "the statistics of a day are not put together");
                        break;
                    }
                }
            }
            let clock = self.store.clock();
            tokio::select! {
                () = clock.until(clock.now() + EVERY) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Puts a day together, the earliest after `after` that is apart; says which it was. `None`: there is none any more. It
    /// changes no answer, only how fast one comes.
    pub async fn put_statistics_together(&self, after: i64) -> Result<Option<i64>, QueryError> {
        let views = &self.store.database().views;
        let placed = placed::TABLE;
        let apart = format!(
            "SELECT min(day) AS day FROM (SELECT min(day) AS day FROM {TABLE} WHERE facts IS NULL AND day > $1 \
             UNION ALL SELECT min(day) FROM {placed} WHERE position > 0 AND day > $1) AS apart"
        );
        let day = views.row(&apart, &[after.into()]).await?.map(|row| row.int_or_null("day")).transpose()?;
        let Some(day) = day.flatten() else { return Ok(None) };
        let mut tx = views.begin().await?;
        put_messages_together(&mut tx, day).await?;
        tx.commit().await?;
        let mut tx = views.begin().await?;
        put_placed_together(&mut tx, day).await?;
        tx.commit().await?;
        Ok(Some(day))
    }
}

/// The facts of the messages that were left on a day.
async fn put_messages_together(tx: &mut Tx, day: i64) -> Result<(), QueryError> {
    // Whoever takes the day apart waits until this has ended, and so does another process that does the same.
    let locking = format!("UPDATE {TABLE} SET last_at = last_at WHERE day = $1 AND facts IS NULL");
    if tx.execute(&locking, &[day.into()]).await? == 0 {
        return Ok(());
    }
    // A statement of its own: it sees what was written before the row was locked.
    let of_day =
        format!("SELECT facts, last_at, waits FROM {} WHERE day = $1 ORDER BY message_id", course::TABLE);
    let (mut facts, mut last_at, mut waiting) = (Vec::new(), 0, 0);
    for row in tx.rows(&of_day, &[day.into()]).await? {
        facts.extend(row.bytes("facts")?);
        last_at = row.int("last_at")?.max(last_at);
        waiting += row.int("waits")?;
    }
    let sql = format!("UPDATE {TABLE} SET facts = $2, last_at = $3, waiting = $4 WHERE day = $1");
    tx.execute(&sql, &[day.into(), facts.into(), last_at.into(), waiting.into()]).await?;
    Ok(())
}

/// What is placed on a day: the changes since are added to what is together.
async fn put_placed_together(tx: &mut Tx, day: i64) -> Result<(), QueryError> {
    let placed = placed::TABLE;
    // The row at position 0 is held against another process that does the same; whoever changes the day adds rows beside it.
    let locking = format!(
        "INSERT INTO {placed} (day, position, backlog, counts, wall, desk) VALUES ($1, 0, 0, $2, $2, $2) \
         ON CONFLICT (day, position) DO UPDATE SET position = 0"
    );
    tx.execute(&locking, &[day.into(), Value::Bytes(Some(vec![]))]).await?;
    let (mut together, mut last) = (placed::Day::default(), 0);
    let all = format!("SELECT position, counts, wall, desk FROM {placed} WHERE day = $1 ORDER BY position");
    for row in tx.rows(&all, &[day.into()]).await? {
        last = row.int("position")?;
        let [counts, wall, desk] = [row.bytes("counts")?, row.bytes("wall")?, row.bytes("desk")?];
        together.read(&counts, &wall, &desk).ok_or_else(broken)?;
    }
    if !together.is_whole() {
        return Err(broken());
    }
    if let Some(values) = together.values() {
        let sql = format!(
            "UPDATE {placed} SET backlog = $2, counts = $3, wall = $4, desk = $5 WHERE day = $1 AND position = 0"
        );
        let values: Vec<Value> = [day.into()].into_iter().chain(values).collect();
        tx.execute(&sql, &values).await?;
    } else {
        // Whatever was there has left again.
        let sql = format!("DELETE FROM {placed} WHERE day = $1 AND position = 0");
        tx.execute(&sql, &[day.into()]).await?;
    }
    let sql = format!("DELETE FROM {placed} WHERE day = $1 AND position > 0 AND position <= $2");
    tx.execute(&sql, &[day.into(), last.into()]).await?;
    Ok(())
}

/// What no run of this program can have written.
pub(super) fn broken() -> QueryError {
    StoreError::Setup("what is known of figures is broken: rebuild the view `statistics`".to_owned()).into()
}

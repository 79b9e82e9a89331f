//! Limits that all processes share: a row for each bucket that is not full, and one statement for each thing that is taken.
//!
//! Knows how often, not what: a bucket is a keyed hash that its user made. A row is swept once it says nothing any more.

use crate::{error::StoreError, store::Store};

/// Rows that one statement sweeps.
const SWEPT: i64 = 1_000;

/// How often something may be done: `burst` times at once, and once more after every `step`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Microseconds until one more may be done.
    pub step: i64,
    /// How often at once.
    pub burst: i64,
}

/// May it be done?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Yes, and it has been counted.
    Yes,
    /// Not before then, in microseconds; nothing has been counted.
    NotBefore(i64),
}

/// From the first failed attempt on, an account's attempts are forgotten when none was made for so long: an hour.
const REMEMBERED: i64 = 60 * 60 * 1_000_000;

/// Seconds to wait after a failed attempt, by how many there were before it: the first three cost nothing, then it doubles
/// up to a minute. It never grows beyond, so that nobody can be locked out. `$2`: now, in microseconds.
const NEXT_ATTEMPT: &str = "$2 + 1000000 * CASE WHEN limits.attempts < 3 THEN 0 WHEN limits.attempts = 3 THEN 1 \
     WHEN limits.attempts = 4 THEN 2 WHEN limits.attempts = 5 THEN 4 WHEN limits.attempts = 6 THEN 8 \
     WHEN limits.attempts = 7 THEN 16 WHEN limits.attempts = 8 THEN 32 ELSE 60 END";

impl Store {
    /// Takes one from a bucket that fills at this rate.
    pub async fn take(&self, bucket: &[u8; 32], rate: Rate) -> Result<Taken, StoreError> {
        // The generic cell rate algorithm: `at` is when the bucket is full again, and may lie so far ahead.
        let sql = "INSERT INTO limits (bucket, at, attempts, ends_at) VALUES ($1, $2 + $3, 1, $2 + $3) \
                   ON CONFLICT (bucket) DO UPDATE SET \
                       at = CASE WHEN limits.at > $2 THEN limits.at ELSE $2 END + $3, \
                       ends_at = CASE WHEN limits.at > $2 THEN limits.at ELSE $2 END + $3 \
                   WHERE limits.at <= $2 + $4";
        let ahead = rate.step.saturating_mul(rate.burst - 1);
        let values = [bucket[..].into(), self.clock().micros().into(), rate.step.into(), ahead.into()];
        match self.database().log.execute(sql, &values).await? {
            0 => Ok(self.not_before(bucket, ahead).await?),
            _ => Ok(Taken::Yes),
        }
    }

    /// Gives one back: what was taken turned out not to count.
    pub async fn give_back(&self, bucket: &[u8; 32], rate: Rate) -> Result<(), StoreError> {
        let sql = "UPDATE limits SET at = at - $2, ends_at = ends_at - $2 WHERE bucket = $1";
        self.database().log.execute(sql, &[bucket[..].into(), rate.step.into()]).await?;
        Ok(())
    }

    /// Counts an attempt as failed before it is made, so that those made at the same time are counted too; whoever
    /// succeeds is forgiven.
    pub async fn attempt(&self, bucket: &[u8; 32]) -> Result<Taken, StoreError> {
        let sql = format!(
            "INSERT INTO limits (bucket, at, attempts, ends_at) VALUES ($1, $2, 1, $2 + $3) \
             ON CONFLICT (bucket) DO UPDATE SET \
                 at = CASE WHEN limits.ends_at <= $2 THEN $2 ELSE {NEXT_ATTEMPT} END, \
                 attempts = CASE WHEN limits.ends_at <= $2 THEN 1 ELSE limits.attempts + 1 END, \
                 ends_at = $2 + $3 \
             WHERE limits.at <= $2"
        );
        let values = [bucket[..].into(), self.clock().micros().into(), REMEMBERED.into()];
        match self.database().log.execute(&sql, &values).await? {
            0 => Ok(self.not_before(bucket, 0).await?),
            _ => Ok(Taken::Yes),
        }
    }

    /// Forgets the attempts that failed.
    pub async fn forgive(&self, bucket: &[u8; 32]) -> Result<(), StoreError> {
        self.database().log.execute("DELETE FROM limits WHERE bucket = $1", &[bucket[..].into()]).await?;
        Ok(())
    }

    /// Removes what says nothing any more.
    pub async fn sweep_limits(&self) -> Result<(), StoreError> {
        let sql = format!(
            "DELETE FROM limits WHERE bucket IN (SELECT bucket FROM limits WHERE ends_at <= $1 LIMIT {SWEPT})"
        );
        let now = self.clock().micros();
        while self.database().log.execute(&sql, &[now.into()]).await? == SWEPT.unsigned_abs() {}
        Ok(())
    }

    async fn not_before(&self, bucket: &[u8; 32], ahead: i64) -> Result<Taken, StoreError> {
        let row =
            self.database().log.row("SELECT at FROM limits WHERE bucket = $1", &[bucket[..].into()]).await?;
        // Swept or forgiven meanwhile: at once.
        let at = row.map_or(Ok(0), |row| row.int("at"))?;
        Ok(Taken::NotBefore((at - ahead).max(self.clock().micros() + 1)))
    }
}

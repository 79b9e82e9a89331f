//! How often somebody could not sign in as a member: counted per hour, until an event tells of the hour.

use crate::{
    error::{AppendError, StoreError},
    sql::Tx,
    store::Store,
};

/// What was counted within an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalCount {
    /// As whom.
    pub member_id: String,
    /// The beginning of the hour, in microseconds.
    pub hour: i64,
    /// How often.
    pub count: i64,
}

impl RefusalCount {
    /// Forgets what an event tells of, in the event's own append. Whoever was overtaken finds it gone, or grown.
    pub(crate) async fn told(&self, tx: &mut Tx) -> Result<(), AppendError> {
        let sql = "DELETE FROM sign_in_refusals WHERE member_id = $1 AND hour = $2 AND refused = $3";
        let values = [self.member_id.as_str().into(), self.hour.into(), self.count.into()];
        match tx.execute(sql, &values).await? {
            0 => Err(AppendError::Spent),
            _ => Ok(()),
        }
    }
}

impl Store {
    /// Once more within this hour.
    pub async fn count_refusal(&self, member_id: &str, hour: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO sign_in_refusals (member_id, hour, refused) VALUES ($1, $2, 1) \
                   ON CONFLICT (member_id, hour) DO UPDATE SET refused = sign_in_refusals.refused + 1";
        self.database().log.execute(sql, &[member_id.into(), hour.into()]).await?;
        Ok(())
    }

    /// What was counted in hours before this one, the earliest first; at most so many.
    pub async fn refusals_before(&self, hour: i64, limit: i64) -> Result<Vec<RefusalCount>, StoreError> {
        let sql = "SELECT member_id, hour, refused FROM sign_in_refusals WHERE hour < $1 \
                   ORDER BY hour, member_id LIMIT $2";
        let rows = self.database().log.rows(sql, &[hour.into(), limit.into()]).await?;
        rows.iter()
            .map(|row| {
                let member_id = row.text("member_id")?;
                Ok(RefusalCount { member_id, hour: row.int("hour")?, count: row.int("refused")? })
            })
            .collect()
    }
}

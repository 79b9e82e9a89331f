//! How far the log has been acted upon by what acts on its events, whichever process it ran in. Beside the checkpoints of views,
//! as version 0 of none: what acts lags behind on purpose, and moves when it has acted.

use crate::{error::StoreError, store::Store};

impl Store {
    /// Everything up to this position has been acted upon under that name; `None`: nothing ever was.
    pub async fn acted_through(&self, name: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT position FROM checkpoints WHERE name = $1 AND version = 0";
        let row = self.database().views.row(sql, &[name.into()]).await?;
        Ok(row.map(|row| row.int("position")).transpose()?)
    }

    /// Whoever acted beyond this position did so on a log that has been restored since: from the beginning again.
    pub(crate) async fn act_again_from(&self, name: &str, head: i64) -> Result<(), StoreError> {
        let sql = "UPDATE checkpoints SET position = 0 WHERE name = $1 AND version = 0 AND position > $2";
        self.database().views.execute(sql, &[name.into(), head.into()]).await?;
        Ok(())
    }

    /// Forwards only: another process may be further.
    pub async fn move_acted(&self, name: &str, to: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO checkpoints (name, version, position, filled) VALUES ($1, 0, $2, 1) \
                   ON CONFLICT (name, version) DO UPDATE SET position = excluded.position \
                   WHERE checkpoints.position < excluded.position";
        self.database().views.execute(sql, &[name.into(), to.into()]).await?;
        Ok(())
    }
}

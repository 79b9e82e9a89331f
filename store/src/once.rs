//! What may be used once, and what is held by whom.

use crate::{append::lock_head, error::StoreError, store::Store};

/// Rows whose time is over that are swept with each use.
const SWEPT: i64 = 100;

impl Store {
    /// Marks something, by its hash, as used, until it is not accepted any more; says whether it had not been.
    pub async fn use_once(&self, hash: &[u8; 32], expires_at: i64) -> Result<bool, StoreError> {
        let mut tx = self.database().log.begin().await?;
        let sweep = "DELETE FROM used_identities WHERE hash IN \
                     (SELECT hash FROM used_identities WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
        tx.execute(sweep, &[self.clock().micros().into(), SWEPT.into()]).await?;
        let sql =
            "INSERT INTO used_identities (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
        let is_new = tx.execute(sql, &[hash.as_slice().into(), expires_at.into()]).await? == 1;
        tx.commit().await?;
        Ok(is_new)
    }

    /// Who holds a reserved value.
    pub async fn holder_of(&self, kind: &str, value: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT holder FROM reservations WHERE kind = $1 AND value = $2";
        let row = self.database().log.row(sql, &[kind.into(), value.into()]).await?;
        Ok(row.map(|row| row.text("holder")).transpose()?)
    }

    /// Gives every identity that somebody holds free: what stood for them stands for nobody.
    pub async fn release_identities(&self, holder: &str) -> Result<(), StoreError> {
        let mut tx = self.database().log.begin().await?;
        lock_head(&mut tx, self.clock()).await?;
        let sql = "DELETE FROM reservations WHERE kind = 'identity' AND holder = $1";
        tx.execute(sql, &[holder.into()]).await?;
        Ok(tx.commit().await?)
    }
}

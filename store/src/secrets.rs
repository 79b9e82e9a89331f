//! Secrets of the installation: rows wrapped by the master key.

use crate::{
    error::StoreError,
    keys::{unwrap, wrap},
    random,
    seal::Key,
    store::Store,
};

/// 256 random bits; they leave memory when dropped and are never printed by accident.
pub struct Secret(Key);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Secret {
    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0.0
    }
}

impl Store {
    /// The secret of this name; made when it is not there. Whoever makes it first, theirs counts.
    pub async fn secret(&self, name: &str) -> Result<Secret, StoreError> {
        if let Some(secret) = self.read_secret(name).await? {
            return Ok(secret);
        }
        let sql = "INSERT INTO secrets (name, wrapped) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        self.write_secret(name, sql).await?;
        self.read_secret(name).await?.ok_or_else(|| StoreError::KeyMissing { key_id: name.to_owned() })
    }

    /// Another secret of this name, from now on: nothing is made or accepted with the one before.
    pub async fn rotate_secret(&self, name: &str) -> Result<Secret, StoreError> {
        let sql = "INSERT INTO secrets (name, wrapped) VALUES ($1, $2) \
                   ON CONFLICT (name) DO UPDATE SET wrapped = excluded.wrapped";
        self.write_secret(name, sql).await?;
        self.secret(name).await
    }

    async fn read_secret(&self, name: &str) -> Result<Option<Secret>, StoreError> {
        let sql = "SELECT wrapped FROM secrets WHERE name = $1";
        let Some(row) = self.database().log.row(sql, &[name.into()]).await? else { return Ok(None) };
        let master = self.master();
        let secret = unwrap(master.key(), name, &master.id, &row.bytes("wrapped")?);
        Ok(Some(Secret(secret.ok_or_else(|| StoreError::Seal { key_id: master.id.clone() })?)))
    }

    async fn write_secret(&self, name: &str, sql: &str) -> Result<(), StoreError> {
        let master = self.master();
        let wrapped = wrap(master.key(), name, &master.id, &random::bytes::<32>());
        self.database().log.execute(sql, &[name.into(), wrapped.into()]).await?;
        Ok(())
    }
}

//! Secrets of the installation: rows wrapped by the master key.

use crate::{
    database::Database,
    error::StoreError,
    keys::{unwrap, wrap},
    master::MasterKey,
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
        secret(self.database(), self.master(), name).await
    }

    /// Another secret of this name, from now on: nothing is made or accepted with the one before.
    pub async fn rotate_secret(&self, name: &str) -> Result<Secret, StoreError> {
        let sql = "INSERT INTO secrets (name, wrapped) VALUES ($1, $2) \
                   ON CONFLICT (name) DO UPDATE SET wrapped = excluded.wrapped";
        write(self.database(), self.master(), name, sql).await?;
        self.secret(name).await
    }
}

/// The same while a store is being opened.
pub(crate) async fn secret(
    database: &Database,
    master: &MasterKey,
    name: &str,
) -> Result<Secret, StoreError> {
    if let Some(secret) = read(database, master, name).await? {
        return Ok(secret);
    }
    let sql = "INSERT INTO secrets (name, wrapped) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    write(database, master, name, sql).await?;
    read(database, master, name).await?.ok_or_else(|| StoreError::KeyMissing { key_id: name.to_owned() })
}

async fn read(database: &Database, master: &MasterKey, name: &str) -> Result<Option<Secret>, StoreError> {
    let sql = "SELECT wrapped FROM secrets WHERE name = $1";
    let Some(row) = database.log.row(sql, &[name.into()]).await? else { return Ok(None) };
    let secret = unwrap(master.key(), name, &master.id, &row.bytes("wrapped")?);
    Ok(Some(Secret(secret.ok_or_else(|| StoreError::Seal { key_id: master.id.clone() })?)))
}

async fn write(database: &Database, master: &MasterKey, name: &str, sql: &str) -> Result<(), StoreError> {
    let wrapped = wrap(master.key(), name, &master.id, &random::bytes::<32>());
    database.log.execute(sql, &[name.into(), wrapped.into()]).await?;
    Ok(())
}

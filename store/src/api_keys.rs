//! API keys: rows beside the log, written with the events that speak of them. A key is kept as SHA-256 only.

use crate::{
    accounts::TokenHash,
    error::{AppendError, StoreError},
    roles::Authority,
    sql::{Row, Tx},
    store::Store,
};

/// A change of a key that is committed with the events that speak of it.
#[derive(Clone)]
pub enum KeyChange {
    /// It opens something.
    Created {
        /// The key itself.
        token: TokenHash,
        /// Its id.
        key_id: String,
        /// For whom it acts.
        member_id: String,
        /// What it may do: names of permissions, with a space between them.
        permissions: String,
        /// Until when, in microseconds.
        expires_at: i64,
    },
    /// It opens nothing any more.
    Revoked {
        /// Its id.
        key_id: String,
    },
}

/// Whom a key acts for, and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Its id.
    pub key_id: String,
    /// Whom it acts for, and what their role gives.
    pub owner: Authority,
    /// Names of permissions, with a space between them.
    pub permissions: String,
}

impl KeyRow {
    pub(crate) fn sql(condition: &str) -> String {
        let (owner, roles) = (Authority::COLUMNS, Authority::ROLES);
        format!(
            "SELECT token_hash, key_id, permissions, {owner} FROM api_keys \
             JOIN accounts ON accounts.member_id = api_keys.member_id {roles} WHERE {condition}"
        )
    }

    pub(crate) fn of(row: &Row) -> sqlx::Result<Self> {
        let (key_id, permissions) = (row.text("key_id")?, row.text("permissions")?);
        Ok(Self { key_id, owner: Authority::of(row)?, permissions })
    }
}

impl KeyChange {
    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), AppendError> {
        match self {
            Self::Created { token, key_id, member_id, permissions, expires_at } => {
                let sql = "INSERT INTO api_keys (token_hash, key_id, member_id, permissions, expires_at) \
                           VALUES ($1, $2, $3, $4, $5)";
                let values = [
                    token.bytes().into(),
                    key_id.as_str().into(),
                    member_id.as_str().into(),
                    permissions.as_str().into(),
                    (*expires_at).into(),
                ];
                tx.execute(sql, &values).await?;
            }
            Self::Revoked { key_id } => {
                tx.execute("DELETE FROM api_keys WHERE key_id = $1", &[key_id.as_str().into()]).await?;
            }
        }
        Ok(())
    }
}

impl Store {
    /// What a key opens: nothing once it has ended, or its owner does not work at the desk any more.
    pub async fn api_key(&self, token: &TokenHash) -> Result<Option<KeyRow>, StoreError> {
        let sql = KeyRow::sql("token_hash = $1 AND expires_at > $2 AND active = 1");
        let values = [token.bytes().into(), self.clock().micros().into()];
        let row = self.database().log.row(&sql, &values).await?;
        row.map(|row| Ok(KeyRow::of(&row)?)).transpose()
    }

    /// Whose key it is, as long as it was not revoked and has not been swept away.
    pub async fn owner_of_key(&self, key_id: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT member_id FROM api_keys WHERE key_id = $1";
        let row = self.database().log.row(sql, &[key_id.into()]).await?;
        row.map(|row| Ok(row.text("member_id")?)).transpose()
    }
}

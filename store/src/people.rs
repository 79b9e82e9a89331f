//! What changes of an account with the events that speak of it, and who administers the desk.

use crate::{
    accounts::TokenHash,
    error::{AppendError, StoreError},
    sql::{Tx, Value},
    store::Store,
};

/// A change of an account that is committed with the events that speak of it.
#[derive(Clone)]
pub enum AccountChange {
    /// A member may do something else from now on.
    Role {
        /// Whose.
        member_id: String,
        /// The role's id.
        role: String,
    },
    /// A member does not work at the desk any more: their sessions, links, presence and keys end.
    Deactivated {
        /// Who.
        member_id: String,
    },
    /// A member works at the desk again.
    Reactivated {
        /// Who.
        member_id: String,
    },
    /// A member can get in once with this, and with no earlier one.
    Link {
        /// The token.
        token: TokenHash,
        /// Whose.
        member_id: String,
        /// Until when, in microseconds.
        expires_at: i64,
    },
}

impl AccountChange {
    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), AppendError> {
        match self {
            Self::Role { member_id, role } => {
                let sql = "UPDATE accounts SET role = $2 WHERE member_id = $1";
                tx.execute(sql, &[member_id.as_str().into(), role.as_str().into()]).await?;
            }
            Self::Deactivated { member_id } => {
                let id: [Value; 1] = [member_id.as_str().into()];
                tx.execute("UPDATE accounts SET active = 0 WHERE member_id = $1", &id).await?;
                for table in ["sessions", "sign_in_links", "presence", "api_keys"] {
                    tx.execute(&format!("DELETE FROM {table} WHERE member_id = $1"), &id).await?;
                }
            }
            Self::Reactivated { member_id } => {
                let sql = "UPDATE accounts SET active = 1 WHERE member_id = $1";
                tx.execute(sql, &[member_id.as_str().into()]).await?;
            }
            Self::Link { token, member_id, expires_at } => {
                let id: Value = member_id.as_str().into();
                let ended = "DELETE FROM sign_in_links WHERE member_id = $1";
                tx.execute(ended, std::slice::from_ref(&id)).await?;
                let sql = "INSERT INTO sign_in_links (token_hash, member_id, expires_at) VALUES ($1, $2, $3)";
                tx.execute(sql, &[token.bytes().into(), id, (*expires_at).into()]).await?;
            }
        }
        Ok(())
    }
}

impl Store {
    /// Members of a role who work at the desk and have a password; at most so many, but for one.
    pub async fn active_with_role(
        &self,
        role: &str,
        but: &str,
        limit: i64,
    ) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT member_id FROM accounts WHERE role = $1 AND member_id <> $2 AND active = 1 \
                   AND password_hash IS NOT NULL ORDER BY member_id LIMIT $3";
        let rows = self.database().log.rows(sql, &[role.into(), but.into(), limit.into()]).await?;
        rows.iter().map(|row| Ok(row.text("member_id")?)).collect()
    }

    /// A member's password hash, as long as they work at the desk and have one.
    pub async fn password_of(&self, member_id: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT password_hash FROM accounts WHERE member_id = $1 AND active = 1";
        let row = self.database().log.row(sql, &[member_id.into()]).await?;
        row.map_or(Ok(None), |row| Ok(row.text_or_null("password_hash")?))
    }
}

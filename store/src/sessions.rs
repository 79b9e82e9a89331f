//! A member's sessions, as they see them: without the tokens, which nobody has but who holds them.

use crate::{accounts::TokenHash, error::StoreError, store::Store};
use uuid::Uuid;

/// As many sessions as a member has: another one ends the oldest.
pub(crate) const MOST: i64 = 50;

/// A session that has not expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Names it, and opens nothing: half of the token's hash.
    pub id: Uuid,
    /// Since when, in microseconds.
    pub created_at: i64,
    /// Until when.
    pub expires_at: i64,
}

impl TokenHash {
    /// Names what the token opens without opening it.
    pub fn id(&self) -> Uuid {
        id(self.bytes())
    }
}

/// Version 8 (RFC 9562): half of a hash.
fn id(hash: &[u8]) -> Uuid {
    let mut half = [0; 16];
    half.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    uuid::Builder::from_custom_bytes(half).into_uuid()
}

impl Store {
    /// A member's sessions, the newest first.
    pub async fn sessions_of(&self, member_id: &str) -> Result<Vec<SessionRow>, StoreError> {
        let sql = "SELECT token_hash, created_at, expires_at FROM sessions \
                   WHERE member_id = $1 AND expires_at > $2 ORDER BY created_at DESC, token_hash LIMIT $3";
        let values = [member_id.into(), self.clock().micros().into(), MOST.into()];
        let rows = self.database().log.rows(sql, &values).await?;
        rows.iter()
            .map(|row| {
                let (created_at, expires_at) = (row.int("created_at")?, row.int("expires_at")?);
                Ok(SessionRow { id: id(&row.bytes("token_hash")?), created_at, expires_at })
            })
            .collect()
    }

    /// Ends one of a member's sessions; says whether there was one.
    pub async fn end_session_of(&self, member_id: &str, session: Uuid) -> Result<bool, StoreError> {
        let log = &self.database().log;
        let rows =
            log.rows("SELECT token_hash FROM sessions WHERE member_id = $1", &[member_id.into()]).await?;
        for row in rows {
            let hash = row.bytes("token_hash")?;
            if id(&hash) == session {
                let ended = log.execute("DELETE FROM sessions WHERE token_hash = $1", &[hash.into()]).await?;
                return Ok(ended > 0);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_session_is_not_what_opens_it() {
        let hash = TokenHash::of("lws_token");
        assert_eq!(hash.id(), TokenHash::of("lws_token").id());
        assert_ne!(hash.id(), TokenHash::of("lws_other").id());
        assert_eq!(hash.id().get_version_num(), 8);
    }
}

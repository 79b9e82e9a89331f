//! How a visitor comes back to what is theirs: one-time links, codes, and when they were last told. Rows beside the log.
//!
//! Knows hashes only: neither a token, nor a code, nor a contact.

use crate::{
    accounts::TokenHash,
    error::{AppendError, StoreError},
    random,
    sql::{Row, Tx, Value, placeholders},
    store::Store,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// A code is tried so often, then it opens nothing.
const TRIES: i64 = 5;

/// What of a visitor's ways back changes with the event that they came.
#[derive(Clone)]
pub enum WayBack {
    /// They came by a link: once.
    LinkUsed {
        /// The link's token.
        token: TokenHash,
        /// When.
        at: i64,
    },
    /// They came by a code: once, and everything else that opens what is theirs ends.
    CodeUsed {
        /// The contact's hash.
        contact: [u8; 32],
        /// The code's hash.
        code: [u8; 32],
        /// Whose.
        visitor_id: String,
    },
}

impl WayBack {
    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), AppendError> {
        let used = match self {
            Self::LinkUsed { token, at } => {
                let sql = "DELETE FROM restore_links WHERE token_hash = $1 AND expires_at > $2";
                tx.execute(sql, &[token.bytes().into(), (*at).into()]).await?
            }
            Self::CodeUsed { contact, code, visitor_id } => {
                let sql = "DELETE FROM recovery_codes WHERE contact = $1 AND code = $2 AND visitor_id = $3";
                let values = [contact[..].into(), code[..].into(), visitor_id.as_str().into()];
                let used = tx.execute(sql, &values).await?;
                for table in ["visitor_tokens", "restore_links", "recovery_codes"] {
                    let sql = format!("DELETE FROM {table} WHERE visitor_id = $1");
                    tx.execute(&sql, &[visitor_id.as_str().into()]).await?;
                }
                used
            }
        };
        if used == 0 { Err(AppendError::Spent) } else { Ok(()) }
    }
}

impl Store {
    /// Keeps a link that is about to be sent to a visitor.
    pub async fn write_restore_link(
        &self,
        token: &TokenHash,
        visitor_id: &str,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO restore_links (token_hash, visitor_id, expires_at) VALUES ($1, $2, $3)";
        let values = [token.bytes().into(), visitor_id.into(), expires_at.into()];
        self.database().log.execute(sql, &values).await?;
        Ok(())
    }

    /// The visitor of a link that is neither used nor over.
    pub async fn restore_link(&self, token: &TokenHash) -> Result<Option<String>, StoreError> {
        let sql = "SELECT visitor_id FROM restore_links WHERE token_hash = $1 AND expires_at > $2";
        let row = self.database().log.row(sql, &[token.bytes().into(), self.clock().micros().into()]).await?;
        Ok(row.map(|row| row.text("visitor_id")).transpose()?)
    }

    /// Keeps the code that is about to be sent to a contact; an earlier one of that contact opens nothing any more. A code that
    /// is sent to nobody is nobody's: it is kept with no visitor, so that trying one takes as long. `false`: there is one that is
    /// good for longer, for it was asked for later.
    pub async fn write_recovery_code(
        &self,
        contact: &[u8; 32],
        code: &[u8; 32],
        visitor_id: Option<&str>,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO recovery_codes (contact, code, visitor_id, tries, expires_at) \
                   VALUES ($1, $2, $3, 0, $4) ON CONFLICT (contact) DO UPDATE SET code = excluded.code, \
                   visitor_id = excluded.visitor_id, tries = 0, expires_at = excluded.expires_at \
                   WHERE recovery_codes.expires_at <= excluded.expires_at";
        let visitor_id = visitor_id.unwrap_or_default();
        let values = [contact[..].into(), code[..].into(), visitor_id.into(), expires_at.into()];
        Ok(self.database().log.execute(sql, &values).await? == 1)
    }

    /// Tries a code, and counts that before it is looked at: the visitor, if it is the one that was sent to this contact.
    pub async fn try_recovery_code(
        &self,
        contact: &[u8; 32],
        code: &[u8; 32],
    ) -> Result<Option<String>, StoreError> {
        let log = &self.database().log;
        let sql = "UPDATE recovery_codes SET tries = tries + 1 WHERE contact = $1 AND tries < $2 AND expires_at > $3";
        let values = [contact[..].into(), TRIES.into(), self.clock().micros().into()];
        let counted = log.execute(sql, &values).await? == 1;
        // Asked in any case: nobody learns from how long it takes whether a code was sent.
        let sql = "SELECT visitor_id FROM recovery_codes WHERE contact = $1 AND code = $2";
        let row = log.row(sql, &[contact[..].into(), code[..].into()]).await?;
        let visitor_id = row.filter(|_| counted).map(|row| row.text("visitor_id")).transpose()?;
        Ok(visitor_id.filter(|id| !id.is_empty()))
    }

    /// When these recipients were last told by a channel; whoever was not is left out.
    pub async fn visitors_told(
        &self,
        channel_id: &str,
        recipients: &[[u8; 32]],
    ) -> Result<Vec<([u8; 32], i64)>, StoreError> {
        if recipients.is_empty() {
            return Ok(vec![]);
        }
        let list = placeholders(2, recipients.len());
        let sql = format!(
            "SELECT recipient, at FROM visitors_told WHERE channel_id = $1 AND recipient IN ({list})"
        );
        let values = recipients.iter().map(|recipient| Value::from(&recipient[..]));
        let values: Vec<Value> = [channel_id.into()].into_iter().chain(values).collect();
        let rows = self.database().log.rows(&sql, &values).await?;
        let bad = |_| StoreError::Setup("visitors_told holds a bad recipient".to_owned());
        let read = |row: &Row| Ok((row.bytes("recipient")?.try_into().map_err(bad)?, row.int("at")?));
        rows.iter().map(read).collect()
    }

    /// Remembers when somebody was told by a channel, in microseconds.
    pub async fn remember_told(
        &self,
        channel_id: &str,
        recipient: &[u8; 32],
        at: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO visitors_told (channel_id, recipient, at) VALUES ($1, $2, $3) \
                   ON CONFLICT (channel_id, recipient) DO UPDATE SET at = excluded.at";
        let values = [channel_id.into(), recipient[..].into(), at.into()];
        self.database().log.execute(sql, &values).await?;
        Ok(())
    }

    /// Forgets whom nobody has to spare any more.
    pub async fn forget_told(&self, before: i64) -> Result<(), StoreError> {
        self.database().log.execute("DELETE FROM visitors_told WHERE at < $1", &[before.into()]).await?;
        Ok(())
    }

    /// What stands for a contact beside the log.
    pub fn contact_print(&self, canonical: &str) -> [u8; 32] {
        self.derive("contact of a visitor", &[canonical.as_bytes()])
    }

    /// What stands for a code that was sent to that contact: keyed, for there are only a million.
    pub fn code_print(&self, contact: &[u8; 32], code: &str) -> [u8; 32] {
        self.derive("recovery code", &[contact, code.as_bytes()])
    }

    /// Closes every way back of a visitor who is no more.
    pub async fn close_ways_back(&self, visitor_id: &str) -> Result<(), StoreError> {
        for table in ["restore_links", "recovery_codes"] {
            let sql = format!("DELETE FROM {table} WHERE visitor_id = $1");
            self.database().log.execute(&sql, &[visitor_id.into()]).await?;
        }
        Ok(())
    }
}

/// The token of a one-time link: 128 random bits, short enough for a variable of an SMS.
pub fn restore_token() -> String {
    format!("lwr_{}", BASE64_URL_SAFE_NO_PAD.encode(random::bytes::<16>()))
}

/// A code of six digits, each as likely as any other.
pub fn recovery_code() -> String {
    const ALL: u64 = 1_000_000;
    // Of 64 bits a remainder is off by less than one in a trillion.
    format!("{:06}", u64::from_be_bytes(random::bytes()) % ALL)
}

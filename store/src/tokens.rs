//! What many tokens open, asked at once: whoever keeps sockets open asks again and again.

use crate::{
    accounts::TokenHash,
    api_keys::KeyRow,
    error::StoreError,
    roles::Authority,
    sql::{Row, Value, placeholders},
    store::Store,
};
use std::collections::HashMap;

/// As many tokens as one statement names.
const AT_ONCE: usize = 500;

impl Store {
    /// Whose sessions these tokens open, and what the roles of these members give; those that open none are left out.
    pub async fn sessions(&self, tokens: &[TokenHash]) -> Result<HashMap<TokenHash, Authority>, StoreError> {
        let sql = format!(
            "SELECT token_hash, {} FROM sessions JOIN accounts ON accounts.member_id = sessions.member_id {} \
             WHERE expires_at > $1 AND active = 1",
            Authority::COLUMNS,
            Authority::ROLES
        );
        self.opened(&sql, tokens, Authority::of).await
    }

    /// The same of API keys.
    pub async fn api_keys(&self, tokens: &[TokenHash]) -> Result<HashMap<TokenHash, KeyRow>, StoreError> {
        let sql = KeyRow::sql("expires_at > $1 AND active = 1");
        self.opened(&sql, tokens, KeyRow::of).await
    }

    /// The visitors whom these tokens speak for.
    pub async fn visitors_of(&self, tokens: &[TokenHash]) -> Result<HashMap<TokenHash, String>, StoreError> {
        let sql = "SELECT token_hash, visitor_id FROM visitor_tokens WHERE expires_at > $1";
        self.opened(sql, tokens, |row| row.text("visitor_id")).await
    }

    async fn opened<T>(
        &self,
        sql: &str,
        tokens: &[TokenHash],
        read: impl Fn(&Row) -> sqlx::Result<T>,
    ) -> Result<HashMap<TokenHash, T>, StoreError> {
        let mut opened = HashMap::with_capacity(tokens.len());
        for some in tokens.chunks(AT_ONCE) {
            let sql = format!("{sql} AND token_hash IN ({})", placeholders(2, some.len()));
            let now = Value::from(self.clock().micros());
            let values: Vec<Value> =
                [now].into_iter().chain(some.iter().map(|token| token.bytes().into())).collect();
            for row in self.database().log.rows(&sql, &values).await? {
                if let Some(token) = TokenHash::read(&row.bytes("token_hash")?) {
                    opened.insert(token, read(&row)?);
                }
            }
        }
        Ok(opened)
    }
}

//! Credentials: rows beside the log, written in the append's own transaction. Tokens are kept as SHA-256 only.

use crate::{
    api_keys::KeyChange,
    channels::ChannelChange,
    error::{AppendError, StoreError},
    people::AccountChange,
    refusals::RefusalCount,
    roles::{Authority, RolesChange},
    sessions,
    sql::{Row, Side, Tx, Value},
    store::Store,
    teams::TeamChange,
    uploads::UploadChange,
    ways_back::WayBack,
};
use ring::digest::{SHA256, digest};

/// The SHA-256 of a token of 256 random bits; enough, since nobody can guess such a token.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Hashes a token.
    pub fn of(token: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(hash)
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn value(&self) -> crate::sql::Value {
        self.0.as_slice().into()
    }
}

/// A credential that is committed with the events that speak of it.
#[derive(Clone)]
pub enum CredentialRow {
    /// A member can have a password.
    Account {
        /// Whose.
        member_id: String,
        /// The role's id.
        role: String,
    },
    /// A member's password is this now, as a PHC string; their sessions end.
    Password {
        /// Whose.
        member_id: String,
        /// The hash.
        hash: String,
    },
    /// A member signed in.
    Session {
        /// The session's token.
        token: TokenHash,
        /// Whose.
        member_id: String,
        /// Since when, in microseconds.
        created_at: i64,
        /// Until when.
        expires_at: i64,
    },
    /// A sign-in link was used: once.
    LinkUsed {
        /// The link's token.
        token: TokenHash,
        /// When.
        at: i64,
    },
    /// A visitor got a token.
    VisitorToken {
        /// The token.
        token: TokenHash,
        /// Whose.
        visitor_id: String,
        /// Since when.
        created_at: i64,
        /// Until when.
        expires_at: i64,
    },
    /// A team changed.
    Team(TeamChange),
    /// An account changed.
    Changed(AccountChange),
    /// The desk's own roles changed.
    Roles(RolesChange),
    /// An API key was created or revoked.
    Key(KeyChange),
    /// A channel's address or secrets changed.
    Channel(ChannelChange),
    /// A picture or another file was attached to a message.
    Upload(UploadChange),
    /// An event tells of sign-ins that were refused.
    RefusalsTold(RefusalCount),
    /// A visitor came back by what was sent to them.
    WayBack(WayBack),
}

/// Who can sign in with a password.
#[derive(Clone)]
pub struct Account {
    /// The member.
    pub member_id: String,
    /// The role's id.
    pub role: String,
    /// The password's hash, once one was chosen.
    pub password_hash: Option<String>,
}

impl Account {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            member_id: row.text("member_id")?,
            role: row.text("role")?,
            password_hash: row.text_or_null("password_hash")?,
        })
    }
}

impl CredentialRow {
    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), AppendError> {
        match self {
            Self::Account { member_id, role } => {
                let sql = "INSERT INTO accounts (member_id, role) VALUES ($1, $2)";
                tx.execute(sql, &[member_id.as_str().into(), role.as_str().into()]).await?;
            }
            Self::Password { member_id, hash } => {
                let sql = "UPDATE accounts SET password_hash = $2 WHERE member_id = $1";
                tx.execute(sql, &[member_id.as_str().into(), hash.as_str().into()]).await?;
                tx.execute("DELETE FROM sessions WHERE member_id = $1", &[member_id.as_str().into()]).await?;
            }
            Self::Session { token, member_id, created_at, expires_at } => {
                let id: Value = member_id.as_str().into();
                let oldest = "DELETE FROM sessions WHERE member_id = $1 AND token_hash NOT IN (SELECT token_hash \
                              FROM sessions WHERE member_id = $1 ORDER BY created_at DESC, token_hash LIMIT $2)";
                tx.execute(oldest, &[id.clone(), (sessions::MOST - 1).into()]).await?;
                let sql = "INSERT INTO sessions (token_hash, member_id, created_at, expires_at) \
                           VALUES ($1, $2, $3, $4)";
                tx.execute(sql, &[token.value(), id, (*created_at).into(), (*expires_at).into()]).await?;
            }
            Self::LinkUsed { token, at } => {
                let sql = "UPDATE sign_in_links SET used_at = $2 \
                           WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
                if tx.execute(sql, &[token.value(), (*at).into()]).await? == 0 {
                    return Err(AppendError::Spent);
                }
            }
            Self::VisitorToken { token, visitor_id, created_at, expires_at } => {
                let sql = "INSERT INTO visitor_tokens (token_hash, visitor_id, created_at, expires_at) \
                           VALUES ($1, $2, $3, $4)";
                let visitor_id = visitor_id.as_str().into();
                tx.execute(sql, &[token.value(), visitor_id, (*created_at).into(), (*expires_at).into()])
                    .await?;
            }
            Self::Team(change) => change.write(tx).await?,
            Self::Changed(change) => change.write(tx).await?,
            Self::Roles(change) => change.write(tx).await?,
            Self::Key(change) => change.write(tx).await?,
            Self::Channel(change) => change.write(tx).await?,
            Self::Upload(change) => change.write(tx).await?,
            Self::RefusalsTold(count) => count.told(tx).await?,
            Self::WayBack(way) => way.write(tx).await?,
        }
        Ok(())
    }
}

impl Store {
    fn log(&self) -> &Side {
        &self.database().log
    }

    /// The account that holds a reserved value, such as an address; none of whoever does not work at the desk any more.
    pub async fn account_of(&self, kind: &str, value: &str) -> Result<Option<Account>, StoreError> {
        let row = self
            .log()
            .row(
                "SELECT member_id, role, password_hash FROM accounts JOIN reservations ON holder = member_id \
                 WHERE kind = $1 AND value = $2 AND active = 1",
                &[kind.into(), value.into()],
            )
            .await?;
        row.as_ref().map(Account::from_row).transpose()
    }

    /// Members of a role, with whether each has a password: the first administrator is found by this.
    pub async fn accounts_with_role(&self, role: &str) -> Result<Vec<Account>, StoreError> {
        let sql = "SELECT member_id, role, password_hash FROM accounts WHERE role = $1 ORDER BY member_id LIMIT 100";
        let rows = self.log().rows(sql, &[role.into()]).await?;
        rows.iter().map(Account::from_row).collect()
    }

    /// Whose session it is, and what their role gives, unless it has expired.
    pub async fn session(&self, token: &TokenHash) -> Result<Option<Authority>, StoreError> {
        let sql = format!(
            "SELECT {} FROM sessions JOIN accounts ON accounts.member_id = sessions.member_id {} \
             WHERE token_hash = $1 AND expires_at > $2 AND active = 1",
            Authority::COLUMNS,
            Authority::ROLES
        );
        let row = self.log().row(&sql, &[token.value(), self.clock().micros().into()]).await?;
        row.map(|row| Ok(Authority::of(&row)?)).transpose()
    }

    /// Ends a session; says whether there was one.
    pub async fn end_session(&self, token: &TokenHash) -> Result<bool, StoreError> {
        Ok(self.log().execute("DELETE FROM sessions WHERE token_hash = $1", &[token.value()]).await? > 0)
    }

    /// The visitor of a token that has not expired, and when it will.
    pub async fn visitor_of(&self, token: &TokenHash) -> Result<Option<(String, i64)>, StoreError> {
        let row = self
            .log()
            .row(
                "SELECT visitor_id, expires_at FROM visitor_tokens WHERE token_hash = $1 AND expires_at > $2",
                &[token.value(), self.clock().micros().into()],
            )
            .await?;
        row.map(|row| Ok((row.text("visitor_id")?, row.int("expires_at")?))).transpose()
    }

    /// Lets a visitor's token live longer.
    pub async fn extend_visitor_token(&self, token: &TokenHash, expires_at: i64) -> Result<(), StoreError> {
        let sql = "UPDATE visitor_tokens SET expires_at = $2 WHERE token_hash = $1";
        self.log().execute(sql, &[token.value(), expires_at.into()]).await?;
        Ok(())
    }

    /// Writes a one-time sign-in link for a member; earlier ones of theirs end.
    pub async fn write_sign_in_link(
        &self,
        token: &TokenHash,
        member_id: &str,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.log().begin().await?;
        let now = self.clock().micros();
        let ended = "DELETE FROM sign_in_links WHERE member_id = $1 OR expires_at <= $2";
        tx.execute(ended, &[member_id.into(), now.into()]).await?;
        let sql = "INSERT INTO sign_in_links (token_hash, member_id, expires_at) VALUES ($1, $2, $3)";
        tx.execute(sql, &[token.value(), member_id.into(), expires_at.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// The member of a sign-in link that is neither used nor expired.
    pub async fn sign_in_link(&self, token: &TokenHash) -> Result<Option<String>, StoreError> {
        let row = self
            .log()
            .row(
                "SELECT member_id FROM sign_in_links \
                 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
                &[token.value(), self.clock().micros().into()],
            )
            .await?;
        row.map(|row| Ok(row.text("member_id")?)).transpose()
    }
}

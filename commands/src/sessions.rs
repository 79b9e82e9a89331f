//! A member's own sessions, and their password.

use crate::{
    Caller, Commands,
    access::person,
    accounts::SignedIn,
    change::{Change, Relied, Relies},
    error::CommandError,
    password::Password,
    streams::member_key,
    token,
};
use chrono::{DateTime, Utc};
use domain::{
    ids::SessionId,
    member::{Member, MemberCommand},
};
use store::{CredentialRow, TokenHash, micros};

/// A session of a member's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Names it, and opens nothing.
    pub id: SessionId,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Is it the one that was asked with?
    pub current: bool,
}

impl Commands {
    /// The caller's own sessions, the newest first.
    pub async fn sessions(
        &self,
        caller: &Caller,
        bearer: Option<&str>,
    ) -> Result<Vec<Session>, CommandError> {
        let id = person(caller)?;
        let current = bearer.map(|bearer| TokenHash::of(bearer).id());
        let rows = self.store.sessions_of(&id.to_string()).await?;
        let session = |row: store::SessionRow| Session {
            id: SessionId(row.id),
            created_at: micros(row.created_at),
            expires_at: micros(row.expires_at),
            current: Some(row.id) == current,
        };
        Ok(rows.into_iter().map(session).collect())
    }

    /// `revokeSession`: ends one of the caller's own; says whether there was one.
    pub async fn revoke_session(&self, caller: &Caller, session: SessionId) -> Result<bool, CommandError> {
        let id = person(caller)?;
        Ok(self.store.end_session_of(&id.to_string(), session.0).await?)
    }

    /// `changePassword`: every session ends, and this one begins anew.
    pub async fn change_password(
        &self,
        caller: &Caller,
        current: &str,
        new: &str,
    ) -> Result<SignedIn, CommandError> {
        let id = person(caller)?;
        let new = Password::parse(new)?;
        let member_id = id.to_string();
        let hash = self.store.password_of(&member_id).await?;
        if !self.passwords.fits(Password::attempt(current), hash).await? {
            self.count_refusal(&member_id).await?;
            return Err(CommandError::WrongCredentials);
        }
        let hash = self.passwords.hash(new).await?;
        let (at, now) = (self.store.clock().now(), self.store.clock().micros());
        let token = token::token(token::SESSION, store::random::bytes());
        let expires_at = now + crate::accounts::SESSION_LIFE;
        let change =
            Change { caller, id: member_id.clone(), key: Some(member_key(id)), relies_on: Relies::Nothing };
        let choose = |_: &Relied| MemberCommand::ChoosePassword { at };
        let rows = |_: &[_]| {
            vec![
                CredentialRow::Password { member_id: member_id.clone(), hash: hash.clone() },
                CredentialRow::Session {
                    token: TokenHash::of(&token),
                    member_id: member_id.clone(),
                    created_at: now,
                    expires_at,
                },
            ]
        };
        let position = self.change::<Member>(change, choose, rows).await?.position;
        Ok(SignedIn { token, expires_at: micros(expires_at), member_id: id, position })
    }
}

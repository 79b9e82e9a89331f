//! API keys: programs that act for a member, within what the key was given and its owner may.

use crate::{
    Caller, Commands,
    access::{admit, person},
    change::{Change, Relied, Relies},
    error::CommandError,
    members::MANAGE,
    streams::member_key,
    token,
};
use chrono::{DateTime, Utc};
use domain::{
    access::{Permissions, held},
    ids::{KeyId, MemberId},
    member::{CreateKey, Member, MemberCommand},
    text::Name,
};
use store::{CredentialRow, KeyChange, Receipt, TokenHash};

/// What a key is for, and what it may do.
#[derive(Clone, Debug)]
pub struct KeyInput {
    /// What it is for.
    pub name: Name,
    /// What it may do.
    pub permissions: Permissions,
    /// When it ends; `None`: 90 days from now.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A new key.
#[derive(Clone)]
pub struct NewKey {
    /// Its id.
    pub id: KeyId,
    /// The key itself: shown once.
    pub secret: String,
    /// Whose it is.
    pub owner: MemberId,
    /// What was recorded.
    pub receipt: Receipt,
}

/// Nothing of the key.
impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewKey({})", self.id)
    }
}

/// How long a key lasts that nobody said an end for.
const LIFE: chrono::TimeDelta = chrono::TimeDelta::days(90);

impl Commands {
    /// `createApiKey`: for oneself. What it may do is never more than oneself may.
    pub async fn create_api_key(&self, caller: &Caller, input: KeyInput) -> Result<NewKey, CommandError> {
        let owner = person(caller)?;
        let at = self.store.clock().now();
        let key_id = KeyId(store::random::uuid(at));
        let KeyInput { name, permissions, expires_at } = input;
        let expires_at = expires_at.unwrap_or(at + LIFE);
        let secret = token::token(token::KEY, store::random::bytes());
        let create = || {
            let (name, held) = (name.clone(), held(caller.actor));
            MemberCommand::CreateKey(CreateKey { at, key_id, name, permissions, held, expires_at })
        };
        let row = || {
            CredentialRow::Key(KeyChange::Created {
                token: TokenHash::of(&secret),
                key_id: key_id.to_string(),
                member_id: owner.to_string(),
                permissions: permissions.names().join(" "),
                expires_at: expires_at.timestamp_micros(),
            })
        };
        let change = Change {
            caller,
            id: owner.to_string(),
            key: Some(member_key(owner)),
            relies_on: Relies::Nothing,
        };
        let receipt = self.change::<Member>(change, |_| create(), |_| vec![row()]).await?;
        Ok(NewKey { id: key_id, secret, owner, receipt })
    }

    /// `revokeApiKey`: one's own; whoever manages members anybody's. Says whether there was one.
    pub async fn revoke_api_key(&self, caller: &Caller, key_id: KeyId) -> Result<bool, CommandError> {
        let id = person(caller)?;
        let owner = self.store.owner_of_key(&key_id.to_string()).await?;
        let Some(owner) = owner.and_then(|owner| owner.parse::<MemberId>().ok()) else { return Ok(false) };
        // Somebody else's is absent to whoever does not manage members.
        if owner != id && admit(caller, MANAGE).is_err() {
            return Ok(false);
        }
        let at = self.store.clock().now();
        let revoke = |_: &Relied| MemberCommand::RevokeKey { at, key_id };
        match self.of_member(caller, owner, Relies::Nothing, revoke).await {
            Ok(_) => Ok(true),
            Err(CommandError::Member(domain::member::MemberError::KeyUnknown)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

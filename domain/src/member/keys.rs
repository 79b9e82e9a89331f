//! A member's API keys: what they may do is never more than their owner may.

use super::{ApiKeyCreated, ApiKeyRevoked, CreateKey, Employed, MOST_KEYS, MemberError, MemberEvent};
use crate::ids::KeyId;
use chrono::{DateTime, TimeDelta, Utc};

/// A key ends within a year: what was forgotten somewhere opens nothing for ever.
const LONGEST: TimeDelta = TimeDelta::days(366);

impl Employed {
    pub(super) fn create_key(&self, command: CreateKey) -> Result<MemberEvent, MemberError> {
        let CreateKey { at, key_id, name, permissions, held, expires_at } = command;
        let at = self.at(at);
        if !self.joined {
            return Err(MemberError::NotJoined);
        }
        if permissions.is_empty() {
            return Err(MemberError::NoPermission);
        }
        if let Some(beyond) = permissions.iter().find(|wanted| held.scope(*wanted).is_none()) {
            return Err(MemberError::BeyondRole(beyond));
        }
        if expires_at <= at {
            return Err(MemberError::InThePast);
        }
        if expires_at - at > LONGEST {
            return Err(MemberError::TooFarAhead);
        }
        if self.keys.values().filter(|expires_at| **expires_at > at).count() >= MOST_KEYS {
            return Err(MemberError::TooManyKeys);
        }
        let name = name.into();
        Ok(MemberEvent::ApiKeyCreated(ApiKeyCreated { at, key_id, name, permissions, expires_at }))
    }

    pub(super) fn revoke_key(&self, at: DateTime<Utc>, key_id: KeyId) -> Result<MemberEvent, MemberError> {
        match self.keys.contains_key(&key_id) {
            true => Ok(MemberEvent::ApiKeyRevoked(ApiKeyRevoked { at: self.at(at), key_id })),
            false => Err(MemberError::KeyUnknown),
        }
    }

    /// Whoever leaves leaves no key behind.
    pub(super) fn revoke_all(&self, at: DateTime<Utc>) -> impl Iterator<Item = MemberEvent> {
        self.keys
            .keys()
            .map(move |key_id| MemberEvent::ApiKeyRevoked(ApiKeyRevoked { at: self.at(at), key_id: *key_id }))
    }
}

//! A member's API keys, as a column of their row: a JSON array, the names sealed.

use crate::{
    error::QueryError,
    opening::{Opened, column},
};
use chrono::{DateTime, Utc};
use domain::{access::Permissions, ids::KeyId, member::ApiKeyCreated, personal::Personal, text::Name};
use serde::{Deserialize, Serialize};
use store::{HandleError, Row};

/// A key, by which a program acts for a member.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Which.
    pub id: KeyId,
    /// What it is for.
    pub name: Personal<Name>,
    /// What it may do.
    pub permissions: Permissions,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// The column: bounded by how many keys a member has at once, for what has ended goes when another one comes.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Keys(Vec<Key>);

#[derive(Serialize, Deserialize)]
struct Key {
    id: KeyId,
    /// Sealed.
    name: String,
    permissions: Permissions,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Keys {
    pub(super) fn read(row: &Row) -> Result<Self, HandleError> {
        Ok(serde_json::from_str(&row.text("api_keys")?)?)
    }

    pub(super) fn of_row(row: &Row) -> Result<Self, QueryError> {
        serde_json::from_str(&row.text("api_keys")?).map_err(|error| QueryError::row("api_keys", error))
    }

    pub(super) fn column(&self) -> Result<String, HandleError> {
        Ok(serde_json::to_string(self)?)
    }

    pub(super) fn created(&mut self, event: &ApiKeyCreated) -> Result<(), HandleError> {
        let name = column(&event.name)?;
        let (id, permissions) = (event.key_id, event.permissions);
        self.0.retain(|key| key.expires_at > event.at);
        self.0.push(Key { id, name, permissions, created_at: event.at, expires_at: event.expires_at });
        Ok(())
    }

    pub(super) fn revoked(&mut self, id: KeyId) {
        self.0.retain(|key| key.id != id);
    }

    /// What is to be opened, in order.
    pub(super) fn sealed(&self) -> impl Iterator<Item = Option<String>> {
        self.0.iter().map(|key| Some(key.name.clone()))
    }

    /// The keys, their names being what is opened next.
    pub(super) fn opened(&self, opened: &mut Opened) -> Result<Vec<KeyRow>, QueryError> {
        let row = |key: &Key| {
            Ok(KeyRow {
                id: key.id,
                name: opened.required()?,
                permissions: key.permissions,
                created_at: key.created_at,
                expires_at: key.expires_at,
            })
        };
        self.0.iter().map(row).collect()
    }
}

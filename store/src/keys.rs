//! Keys: master → visitor or member → message. Destroying one row makes everything below it unreadable for ever.

use crate::{
    append::StreamKey,
    error::{AppendError, StoreError},
    master::MasterKey,
    seal::{Key, length_prefixed},
    sql::{Side, Tx, Value, placeholders},
};
use ring::aead::NONCE_LEN;
use std::collections::{BTreeSet, HashMap};

const WRAPPED: &[u8] = b"leaveword wrapped key 1";

/// Wraps a key, or another secret, under a key above it.
pub(crate) fn wrap(above: &Key, name: &str, above_id: &str, secret: &[u8]) -> Vec<u8> {
    let aad = length_prefixed(&[WRAPPED, name.as_bytes(), above_id.as_bytes()]);
    let (nonce, data) = above.seal(&aad, secret);
    [nonce.as_slice(), &data].concat()
}

/// Unwraps it; `None` when it was wrapped under another key, for another name, or changed.
pub(crate) fn unwrap(above: &Key, name: &str, above_id: &str, wrapped: &[u8]) -> Option<Key> {
    let aad = length_prefixed(&[WRAPPED, name.as_bytes(), above_id.as_bytes()]);
    let (nonce, data) = wrapped.split_at_checked(NONCE_LEN)?;
    above.open(&aad, nonce, data)?.try_into().ok().map(Key)
}

/// The keys of one read or append, by id; `None`: destroyed.
pub(crate) struct KeyRing {
    keys: HashMap<String, Option<Key>>,
}

/// What an append has to do about keys, under the head lock.
pub(crate) struct KeyPlan {
    ring: KeyRing,
    /// Keys that were there: they still have to be when the events are written.
    existing: Vec<String>,
    /// Keys made for this append: id, parent, wrapped.
    new: Vec<(String, String, Vec<u8>)>,
}

struct KeyRow {
    parent_id: String,
    wrapped: Option<Vec<u8>>,
}

impl KeyRing {
    /// Loads the keys of these ids and all above them. A key that never was is a fault.
    pub(crate) async fn load(
        log: &Side,
        master: &MasterKey,
        ids: BTreeSet<String>,
    ) -> Result<Self, StoreError> {
        let rows = rows(log, master, ids.clone()).await?;
        let mut ring = Self { keys: HashMap::new() };
        for id in ids {
            ring.unlock(&id, &rows, master)?;
        }
        Ok(ring)
    }

    /// The key, unless it or one above it has been destroyed.
    pub(crate) fn get(&self, id: &str) -> Option<&Key> {
        self.keys.get(id).and_then(Option::as_ref)
    }

    fn unlock(
        &mut self,
        id: &str,
        rows: &HashMap<String, KeyRow>,
        master: &MasterKey,
    ) -> Result<Option<Key>, StoreError> {
        if id == master.id {
            return Ok(Some(master.key().clone()));
        }
        if let Some(known) = self.keys.get(id) {
            return Ok(known.clone());
        }
        let row = rows.get(id).ok_or_else(|| StoreError::KeyMissing { key_id: id.to_owned() })?;
        let above = self.unlock(&row.parent_id, rows, master)?;
        let key = match (above, &row.wrapped) {
            (Some(above), Some(wrapped)) => {
                let key = unwrap(&above, id, &row.parent_id, wrapped);
                Some(key.ok_or_else(|| StoreError::Seal { key_id: row.parent_id.clone() })?)
            }
            _ => None,
        };
        self.keys.insert(id.to_owned(), key.clone());
        Ok(key)
    }
}

/// The rows of these keys and of all above them, up to the master key.
async fn rows(
    log: &Side,
    master: &MasterKey,
    mut wanted: BTreeSet<String>,
) -> Result<HashMap<String, KeyRow>, StoreError> {
    let mut found = HashMap::new();
    wanted.remove(&master.id);
    while !wanted.is_empty() {
        let ids: Vec<Value> = wanted.iter().map(|id| id.as_str().into()).collect();
        let sql = format!(
            "SELECT key_id, parent_id, wrapped FROM keys WHERE key_id IN ({})",
            placeholders(1, ids.len())
        );
        wanted.clear();
        for row in log.rows(&sql, &ids).await? {
            let key = KeyRow { parent_id: row.text("parent_id")?, wrapped: row.bytes_or_null("wrapped")? };
            if key.parent_id != master.id && !found.contains_key(&key.parent_id) {
                wanted.insert(key.parent_id.clone());
            }
            found.insert(row.text("key_id")?, key);
        }
        wanted.retain(|id| !found.contains_key(id));
    }
    Ok(found)
}

impl KeyPlan {
    /// Finds or makes the key of each stream, in order: a stream's key may be made under one made before it.
    pub(crate) async fn make(
        log: &Side,
        master: &MasterKey,
        streams: &[&StreamKey],
    ) -> Result<Self, AppendError> {
        let ids =
            streams.iter().flat_map(|key| [Some(key.id.clone()), key.parent.clone()]).flatten().collect();
        let rows = rows(log, master, ids).await?;
        let mut plan = Self { ring: KeyRing { keys: HashMap::new() }, existing: Vec::new(), new: Vec::new() };
        for stream in streams {
            if rows.contains_key(&stream.id) {
                plan.ring.unlock(&stream.id, &rows, master)?.ok_or(AppendError::Erased)?;
            } else if plan.ring.get(&stream.id).is_none() {
                let parent_id = stream.parent.clone().unwrap_or_else(|| master.id.clone());
                let above = plan.ring.unlock(&parent_id, &rows, master)?.ok_or(AppendError::Erased)?;
                let key = Key::generate();
                let wrapped = wrap(&above, &stream.id, &parent_id, &key.0);
                plan.new.push((stream.id.clone(), parent_id, wrapped));
                plan.ring.keys.insert(stream.id.clone(), Some(key));
            }
        }
        plan.existing = rows.into_keys().collect();
        Ok(plan)
    }

    pub(crate) fn key(&self, id: &str) -> Option<&Key> {
        self.ring.get(id)
    }

    /// Under the head lock: the keys that were there still are, and the new ones are written.
    pub(crate) async fn commit(&self, tx: &mut Tx, now: i64) -> Result<(), AppendError> {
        if !self.existing.is_empty() {
            let ids: Vec<Value> = self.existing.iter().map(|id| id.as_str().into()).collect();
            let sql = format!(
                "SELECT key_id FROM keys WHERE destroyed_at IS NOT NULL AND key_id IN ({})",
                placeholders(1, ids.len())
            );
            if tx.row(&sql, &ids).await?.is_some() {
                return Err(AppendError::Erased);
            }
        }
        for (id, parent_id, wrapped) in &self.new {
            let written = tx
                .execute(
                    "INSERT INTO keys (key_id, parent_id, wrapped, created_at) VALUES ($1, $2, $3, $4) \
                     ON CONFLICT (key_id) DO NOTHING",
                    &[id.as_str().into(), parent_id.as_str().into(), wrapped.as_slice().into(), now.into()],
                )
                .await?;
            if written == 0 {
                return Err(AppendError::Conflict);
            }
        }
        Ok(())
    }
}

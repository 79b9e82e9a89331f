//! Keys: master → visitor or member → message. Destroying one row makes everything below it unreadable for ever.

pub(crate) mod rows;

use crate::{
    append::{StreamAppend, StreamKey},
    error::{AppendError, StoreError},
    lent::Asked,
    master::MasterKey,
    seal::{Key, has_clear, length_prefixed},
    sql::{Value, any_of},
    store::Store,
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

/// Unwraps a key; `None` when it was wrapped under another key, for another name, or changed.
pub(crate) fn unwrap(above: &Key, name: &str, above_id: &str, wrapped: &[u8]) -> Option<Key> {
    unwrap_bytes(above, name, above_id, wrapped)?.try_into().ok().map(Key)
}

/// Unwraps a secret of any length.
pub(crate) fn unwrap_bytes(above: &Key, name: &str, above_id: &str, wrapped: &[u8]) -> Option<Vec<u8>> {
    let aad = length_prefixed(&[WRAPPED, name.as_bytes(), above_id.as_bytes()]);
    let (nonce, data) = wrapped.split_at_checked(NONCE_LEN)?;
    above.open(&aad, nonce, data)
}

/// The keys of one read or append, by id; `None`: destroyed.
pub(crate) struct KeyRing {
    keys: HashMap<String, Option<Key>>,
}

/// A key made for an append.
pub(crate) struct NewKey {
    pub(crate) id: String,
    pub(crate) parent_id: String,
    pub(crate) wrapped: Vec<u8>,
    pub(crate) key: Key,
}

/// What an append seals with: keys that are there, and keys made for it.
pub(crate) struct KeyPlan {
    ring: KeyRing,
    /// Keys that were there: they still have to be when the events are written.
    living: BTreeSet<String>,
    new: Vec<NewKey>,
}

struct KeyRow {
    parent_id: String,
    wrapped: Option<Vec<u8>>,
}

impl KeyRing {
    /// Loads the keys of these ids and all above them. A key that never was is a fault.
    pub(crate) async fn load(
        from: Asked<'_>,
        master: &MasterKey,
        ids: BTreeSet<String>,
    ) -> Result<Self, StoreError> {
        let rows = found(from, master, ids.clone()).await?;
        let mut ring = Self { keys: HashMap::new() };
        for id in ids {
            ring.unlock(&id, &rows, master)?;
        }
        Ok(ring)
    }

    /// The same without those that are missing or were changed, which it then does not know.
    pub(crate) async fn load_sound(
        from: Asked<'_>,
        master: &MasterKey,
        ids: BTreeSet<String>,
    ) -> Result<Self, StoreError> {
        let rows = found(from, master, ids.clone()).await?;
        let mut ring = Self { keys: HashMap::new() };
        for id in ids {
            match ring.unlock(&id, &rows, master) {
                Ok(_) | Err(StoreError::KeyMissing { .. } | StoreError::Seal { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ring)
    }

    /// The key, or `None` when it or one above it has been destroyed; one that it does not know is a fault.
    pub(crate) fn known(&self, id: &str) -> Result<Option<&Key>, StoreError> {
        let known = self.keys.get(id).map(Option::as_ref);
        known.ok_or_else(|| StoreError::KeyMissing { key_id: id.to_owned() })
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
async fn found(
    mut from: Asked<'_>,
    master: &MasterKey,
    mut wanted: BTreeSet<String>,
) -> Result<HashMap<String, KeyRow>, StoreError> {
    let mut found = HashMap::new();
    wanted.remove(&master.id);
    while !wanted.is_empty() {
        // A message's and its visitor's in one round trip.
        let named = any_of(from.dialect(), 1);
        let sql = format!(
            "SELECT key_id, parent_id, wrapped FROM keys WHERE key_id {named} UNION ALL \
             SELECT above.key_id, above.parent_id, above.wrapped FROM keys AS below \
             JOIN keys AS above ON above.key_id = below.parent_id WHERE below.key_id {named}"
        );
        let ids = Value::Texts(std::mem::take(&mut wanted).into_iter().collect());
        for row in from.rows(&sql, &[ids]).await? {
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
    pub(crate) async fn make(store: &Store, streams: &[StreamAppend]) -> Result<Self, AppendError> {
        let mut plan =
            Self { ring: KeyRing { keys: HashMap::new() }, living: BTreeSet::new(), new: Vec::new() };
        // What says nothing of a person needs no key, and happens although the key is gone.
        let sealed =
            streams.iter().filter(|stream| stream.events.iter().any(|event| has_clear(&event.payload)));
        let wanted: Vec<(&StreamKey, bool)> =
            sealed.filter_map(|stream| Some((stream.key.as_ref()?, stream.after.sequence == 0))).collect();
        let rows = plan.recall(store, &wanted).await?;
        let master = store.master();
        for (key, _) in wanted {
            let parent_id = key.parent.clone().unwrap_or_else(|| master.id.clone());
            if plan.ring.get(&key.id).is_some() {
                plan.living(&key.id, &parent_id, master);
            } else if rows.contains_key(&key.id) {
                let opened = plan.ring.unlock(&key.id, &rows, master)?.ok_or(AppendError::Erased)?;
                store.keys().put(&key.id, opened);
                plan.living(&key.id, &parent_id, master);
            } else {
                let above = plan.ring.unlock(&parent_id, &rows, master)?.ok_or(AppendError::Erased)?;
                if rows.contains_key(&parent_id) {
                    store.keys().put(&parent_id, above.clone());
                }
                plan.living(&parent_id, &master.id, master);
                let made = Key::generate();
                let wrapped = wrap(&above, &key.id, &parent_id, &made.0);
                plan.new.push(NewKey { id: key.id.clone(), parent_id, wrapped, key: made.clone() });
                plan.ring.keys.insert(key.id.clone(), Some(made));
            }
        }
        Ok(plan)
    }

    /// Takes what the cache has into the ring, and reads the rest. A new stream's own key is not looked for: whether
    /// it really is new is seen when it is written.
    async fn recall(
        &mut self,
        store: &Store,
        wanted: &[(&StreamKey, bool)],
    ) -> Result<HashMap<String, KeyRow>, AppendError> {
        let mut missing = BTreeSet::new();
        let made: BTreeSet<&str> =
            wanted.iter().filter(|(_, new)| *new).map(|(key, _)| key.id.as_str()).collect();
        for (key, new) in wanted {
            let ids = [(!new).then_some(&key.id), key.parent.as_ref()];
            for id in ids.into_iter().flatten().filter(|id| !made.contains(id.as_str())) {
                match store.keys().get(id) {
                    Some(known) => {
                        self.ring.keys.insert(id.clone(), Some(known));
                    }
                    None => {
                        missing.insert(id.clone());
                    }
                }
            }
        }
        Ok(found(Asked::Log(&store.database().log), store.master(), missing).await?)
    }

    /// These have to be alive when the events are written; what this append makes is.
    fn living(&mut self, id: &str, parent_id: &str, master: &MasterKey) {
        for id in [id, parent_id] {
            if id != master.id && self.new.iter().all(|new| new.id != id) {
                self.living.insert(id.to_owned());
            }
        }
    }

    pub(crate) fn key(&self, id: &str) -> Option<&Key> {
        self.ring.get(id)
    }

    /// The keys that have to be alive when the events are written, and those to be written with them.
    pub(crate) fn finish(self) -> (Vec<String>, Vec<NewKey>) {
        (self.living.into_iter().collect(), self.new)
    }
}

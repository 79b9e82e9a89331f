//! The store: an open database, its keys, its clock, and word of what was appended.

use crate::{
    append::{Queue, supervise},
    blobs::{Blobs, BucketPlace},
    cache::{Aggregates, Keys},
    clock::Clock,
    database::{Database, DatabaseUrl},
    error::StoreError,
    hashed::Hashes,
    keys::{KeyRing, unwrap, wrap},
    lent::Asked,
    master::MasterKey,
    measures::Measures,
    random,
    seal::{self, Key, length_prefixed},
    secrets,
};
use ring::hmac;
use std::{collections::BTreeSet, path::PathBuf, sync::Arc};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// The secret that makes ids and tokens from idempotency keys, and look-up values from addresses.
const DERIVING: &str = "deriving";
/// The secret under which tokens are hashed that a view is searched by. With another one that view has to be rebuilt.
const SEARCHING: &str = "search";

/// Where everything is.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// The database.
    pub database: DatabaseUrl,
    /// The master key's file.
    pub master_key_file: PathBuf,
    /// The folder where pictures lie, sealed. Every process of one desk has the same.
    pub images: PathBuf,
    /// The bucket where they lie instead.
    pub bucket: Option<BucketPlace>,
}

/// An open store; its clones are the same store.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    database: Database,
    master: MasterKey,
    deriving: hmac::Key,
    hashes: Hashes,
    clock: Clock,
    head: watch::Sender<i64>,
    queue: Queue,
    aggregates: Aggregates,
    keys: Keys,
    blobs: Blobs,
    writer: TaskTracker,
    measures: Measures,
    #[cfg(feature = "testing")]
    losses: crate::append::Losses,
}

/// Nothing of its keys.
impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({:?})", self.0.database.dialect())
    }
}

impl Store {
    /// Opens the database, migrates it, and unlocks it with the master key; at first start makes that key.
    pub async fn open(config: &StoreConfig, clock: Clock) -> Result<Self, StoreError> {
        let database = Database::open(&config.database).await?;
        let (master, deriving) = unlock(&database, config).await?;
        let searching = secrets::secret(&database, &master, SEARCHING).await?;
        let (head, _) = watch::channel(0);
        let deriving = hmac::Key::new(hmac::HMAC_SHA256, &deriving.0);
        let hashes = Hashes::new(hmac::Key::new(hmac::HMAC_SHA256, searching.bytes()));
        let blobs = Blobs::new(config, &clock);
        let store = Self(Arc::new(Inner {
            database,
            master,
            deriving,
            hashes,
            clock,
            head,
            queue: Queue::new(),
            aggregates: Aggregates::new(),
            keys: Keys::new(),
            blobs,
            writer: TaskTracker::new(),
            measures: Measures::new(),
            #[cfg(feature = "testing")]
            losses: crate::append::Losses::default(),
        }));
        store.0.writer.spawn(supervise(store.clone()));
        store.0.writer.close();
        Ok(store)
    }

    /// The open database, for views.
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.0.queue
    }

    pub(crate) fn aggregates(&self) -> &Aggregates {
        &self.0.aggregates
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }

    /// Tries out where pictures lie, before the first one comes.
    pub async fn try_blobs(&self) -> Result<(), StoreError> {
        self.blobs().try_out().await.map_err(StoreError::Blobs)
    }

    pub(crate) fn master(&self) -> &MasterKey {
        &self.0.master
    }

    pub(crate) fn measures(&self) -> &Measures {
        &self.0.measures
    }

    #[cfg(feature = "testing")]
    pub(crate) fn losses(&self) -> &crate::append::Losses {
        &self.0.losses
    }

    /// HMAC-SHA256 under the installation's own secret, over a purpose and parts of any length.
    pub fn derive(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let fields: Vec<&[u8]> = [purpose.as_bytes()].into_iter().chain(parts.iter().copied()).collect();
        let tag = hmac::sign(&self.0.deriving, &length_prefixed(&fields));
        let mut derived = [0; 32];
        derived.copy_from_slice(tag.as_ref());
        derived
    }

    pub(crate) fn hashes(&self) -> &Hashes {
        &self.0.hashes
    }

    /// An id that is always the same for the same purpose and parts (version 8, RFC 9562).
    pub fn derive_id(&self, purpose: &str, parts: &[&[u8]]) -> Uuid {
        let mut half = [0; 16];
        half.copy_from_slice(&self.derive(purpose, parts)[..16]);
        uuid::Builder::from_custom_bytes(half).into_uuid()
    }

    /// Opens every sealed value below these; what was erased becomes `"erased"`. A value that was changed or moved
    /// is a fault, never an erasure.
    pub async fn open_personal(&self, values: &mut [&mut serde_json::Value]) -> Result<(), StoreError> {
        let mut needed = BTreeSet::new();
        for value in values.iter_mut() {
            seal::keys_needed(value, &mut needed);
        }
        if needed.is_empty() {
            return Ok(());
        }
        let ring = KeyRing::load(Asked::Log(&self.0.database.log), &self.0.master, needed).await?;
        for value in values {
            seal::open(value, &|id| ring.get(id))?;
        }
        Ok(())
    }

    /// The same of JSON texts, as the columns of a view are: one look-up of keys for all of them.
    pub async fn open_columns(&self, texts: &[&str]) -> Result<Vec<String>, StoreError> {
        let read = texts.iter().map(|text| seal::Column::read(text));
        let mut columns = read.collect::<Result<Vec<_>, _>>()?;
        let mut needed = BTreeSet::new();
        for column in &mut columns {
            column.keys_needed(&mut needed);
        }
        let ring = KeyRing::load(Asked::Log(&self.0.database.log), &self.0.master, needed).await?;
        columns.into_iter().map(|column| column.open(&|id| ring.get(id))).collect()
    }

    /// Tells followers in this process that the log has grown.
    pub(crate) fn announce(&self, position: i64) {
        self.0.head.send_if_modified(|head| {
            let grown = position > *head;
            *head = position.max(*head);
            grown
        });
    }

    /// Wakes whoever follows the log in this process: a word that can be lost, never the truth.
    pub fn appended(&self) -> watch::Receiver<i64> {
        self.0.head.subscribe()
    }

    /// Writes what waits, takes nothing more, and closes every connection.
    pub async fn close(&self) {
        self.0.queue.close();
        self.0.writer.wait().await;
        self.0.database.close().await;
    }
}

/// The master key, and the deriving secret it unwraps: that it does is the proof that it is the right one.
async fn unlock(database: &Database, config: &StoreConfig) -> Result<(MasterKey, Key), StoreError> {
    let file = &config.master_key_file;
    let read = "SELECT wrapped FROM secrets WHERE name = $1";
    if database.log.row(read, &[DERIVING.into()]).await?.is_none() {
        let master = match MasterKey::read(file)? {
            Some(master) => master,
            None => MasterKey::create(file)?,
        };
        let wrapped = wrap(master.key(), DERIVING, &master.id, &random::bytes::<32>());
        // Another process may do the same: the first one's secret counts.
        let write = "INSERT INTO secrets (name, wrapped) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        database.log.execute(write, &[DERIVING.into(), wrapped.into()]).await?;
    }
    let master = MasterKey::read(file)?.ok_or_else(|| {
        StoreError::Setup(format!(
            "the master key {} is missing, and this database was set up with one; put it back, or name it with \
             LEAVEWORD_MASTER_KEY_FILE. Without it no personal data can be read",
            file.display()
        ))
    })?;
    let row = database.log.row(read, &[DERIVING.into()]).await?;
    let wrapped = row.map(|row| row.bytes("wrapped")).transpose()?.unwrap_or_default();
    let deriving = unwrap(master.key(), DERIVING, &master.id, &wrapped).ok_or_else(|| {
        StoreError::Setup(format!(
            "{} is not the master key of this database; put the right one there, or name it with \
             LEAVEWORD_MASTER_KEY_FILE",
            file.display()
        ))
    })?;
    Ok((master, deriving))
}

//! Uploads beside the log: from when somebody may send a picture or another file, to when its key is gone.
//!
//! Knows that each has a key of its own, under its sender's until an event attaches it to a message, and under that
//! message's from then on: in that event's own transaction, which also does away with the key as it was wrapped before.
//! What lies in the files is said in `images.rs` and `files.rs`.

use crate::{
    accounts::TokenHash,
    append::lock_head,
    error::{AppendError, StoreError},
    files::{FilesOf, seal_name},
    keys::{KeyPlan, KeyRing, rows, unwrap, wrap},
    lent::Asked,
    seal::Key,
    sql::{Row, Tx, Value},
    store::Store,
};
use std::collections::BTreeSet;

/// What nobody attached for so long is swept, in microseconds: a day.
const KEPT_UNATTACHED: i64 = 24 * 60 * 60 * 1_000_000;
/// So many are swept at a time.
const SWEPT: i64 = 100;

/// What became of uploads that nobody needs any more.
#[derive(Debug, Default)]
pub struct Swept {
    /// So many are gone, of those that nobody attached.
    pub removed: usize,
    /// The files of so many could not be removed.
    pub failed: usize,
    /// Why, of the first of them.
    pub why: Option<StoreError>,
}

impl Swept {
    /// Were the files removed? What is wrong with the database is wrong with all of them.
    fn count(&mut self, removed: Result<(), StoreError>) -> Result<bool, StoreError> {
        match removed {
            Ok(()) => Ok(true),
            Err(error @ StoreError::Picture(_)) => {
                self.failed += 1;
                self.why.get_or_insert(error);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// Leave to send a picture or another file, once.
pub struct NewUpload {
    /// Its id.
    pub id: String,
    /// The address's token.
    pub token: TokenHash,
    /// Who may attach it, as the metadata of events names them.
    pub owner: String,
    /// So many bytes are to come, at most.
    pub bytes: i64,
    /// Until when, in microseconds.
    pub expires_at: i64,
    /// Of a file that is no picture: what it is to be.
    pub file: Option<NewFile>,
}

/// What a file that is no picture is to be.
pub struct NewFile {
    /// A word of whoever lets it in.
    pub wanted: String,
    /// What its sender calls it.
    pub name: String,
}

/// Leave that was given, and not used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: String,
    /// Who sends it.
    pub owner: String,
    /// So many bytes are to come, at most.
    pub bytes: i64,
    /// Of a file that is no picture: what it is to be.
    pub wanted: Option<String>,
}

/// A picture or another file is attached to a message by the events that this is committed with.
#[derive(Clone)]
pub struct UploadChange {
    id: String,
    owner: String,
    message_id: String,
    entry_id: String,
    place: i64,
    /// The key it is wrapped under from now on, and how it is.
    wrapped: Option<(String, Vec<u8>)>,
}

impl UploadChange {
    /// The upload `id` of that owner belongs to these words of a message, at that place beside them.
    pub fn new(id: String, owner: String, message_id: String, entry_id: String, place: i64) -> Self {
        Self { id, owner, message_id, entry_id, place, wrapped: None }
    }

    /// Wraps its key under the key of the stream that attaches it. One that was swept meanwhile is spent.
    pub(crate) async fn wrap(
        &mut self,
        store: &Store,
        under: Option<&str>,
        plan: &KeyPlan,
    ) -> Result<(), AppendError> {
        let id = key_id(&self.id);
        let ring =
            KeyRing::load(Asked::Log(&store.database().log), store.master(), BTreeSet::from([id.clone()]))
                .await;
        let ring = match ring {
            Err(StoreError::KeyMissing { key_id }) if key_id == id => return Err(AppendError::Spent),
            ring => ring?,
        };
        let own = ring.get(&id).ok_or(AppendError::Erased)?;
        let under = under.and_then(|under| Some((under, plan.key(under)?)));
        let (under, above) = under.ok_or_else(|| {
            StoreError::Setup("an upload is attached by an event that nothing is sealed in".to_owned())
        })?;
        self.wrapped = Some((under.to_owned(), wrap(above, &id, under, &own.0)));
        Ok(())
    }

    /// Attached already, or swept: nothing of the whole append is written.
    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), AppendError> {
        let (parent, wrapped) = self.wrapped.as_ref().ok_or(AppendError::Spent)?;
        let from = owner_key_id(&self.owner);
        let rewrapped = rows::rewrap(tx, &key_id(&self.id), &from, (parent, wrapped)).await?;
        let sql = "UPDATE uploads SET message_id = $2, entry_id = $3, place = $4 WHERE upload_id = $1 \
                   AND owner = $5 AND message_id IS NULL AND received_at IS NOT NULL";
        let values = [
            self.id.as_str().into(),
            self.message_id.as_str().into(),
            self.entry_id.as_str().into(),
            self.place.into(),
            self.owner.as_str().into(),
        ];
        let attached = tx.execute(sql, &values).await?;
        if rewrapped && attached == 1 { Ok(()) } else { Err(AppendError::Spent) }
    }
}

/// The same for pictures and other files.
pub(crate) fn key_id(upload: &str) -> String {
    format!("image/{upload}")
}

/// `visitor:ID` has the key `visitor/ID`.
pub(crate) fn owner_key_id(owner: &str) -> String {
    owner.replacen(':', "/", 1)
}

impl Store {
    /// Gives leave to send something. A file's name is sealed under the file's own key, which is made for that.
    pub async fn write_upload(&self, upload: &NewUpload) -> Result<(), AppendError> {
        let mut tx = self.database().log.begin().await.map_err(StoreError::from)?;
        let (mut wanted, mut name) = (None, None);
        if let Some(file) = &upload.file {
            let now = lock_head(&mut tx, self.clock()).await?.now;
            let (id, above_id) = (key_id(&upload.id), owner_key_id(&upload.owner));
            let (above, key) = (self.key_of_owner(&mut tx, &above_id, now).await?, Key::generate());
            rows::write(&mut tx, &id, &above_id, wrap(&above, &id, &above_id, &key.0), now).await?;
            wanted = Some(file.wanted.clone());
            name = Some(seal_name(&key, &upload.id, &file.name));
        }
        let sql = "INSERT INTO uploads (upload_id, token_hash, owner, bytes, created_at, expires_at, wanted, name) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = [
            upload.id.as_str().into(),
            upload.token.bytes().into(),
            upload.owner.as_str().into(),
            upload.bytes.into(),
            self.clock().micros().into(),
            upload.expires_at.into(),
            wanted.into(),
            Value::Bytes(name),
        ];
        tx.execute(sql, &values).await?;
        Ok(tx.commit().await?)
    }

    /// The leave of a token that is neither used nor over.
    pub async fn upload(&self, token: &TokenHash) -> Result<Option<Upload>, StoreError> {
        let sql = "SELECT upload_id, owner, bytes, wanted FROM uploads \
                   WHERE token_hash = $1 AND spent_at IS NULL AND expires_at > $2";
        let values = [token.bytes().into(), self.clock().micros().into()];
        let row = self.database().log.row(sql, &values).await?;
        let upload = |row: Row| {
            let (id, owner, bytes) = (row.text("upload_id")?, row.text("owner")?, row.int("bytes")?);
            Ok(Upload { id, owner, bytes, wanted: row.text_or_null("wanted")? })
        };
        row.map(upload).transpose()
    }

    /// Uses a token up; says whether nobody had.
    pub async fn spend_upload(&self, token: &TokenHash) -> Result<bool, StoreError> {
        let sql =
            "UPDATE uploads SET spent_at = $2 WHERE token_hash = $1 AND spent_at IS NULL AND expires_at > $2";
        let values = [token.bytes().into(), self.clock().micros().into()];
        Ok(self.database().log.execute(sql, &values).await? == 1)
    }

    /// The key of whoever sends something, made when there is none: nothing of theirs had to be sealed so far. The head is
    /// locked, so nobody makes or destroys it meanwhile.
    pub(crate) async fn key_of_owner(&self, tx: &mut Tx, id: &str, now: i64) -> Result<Key, AppendError> {
        let master = self.master();
        let row = tx.row("SELECT wrapped FROM keys WHERE key_id = $1", &[id.into()]).await?;
        let Some(row) = row else {
            let made = Key::generate();
            rows::write(tx, id, &master.id, wrap(master.key(), id, &master.id, &made.0), now).await?;
            return Ok(made);
        };
        let wrapped = row.bytes_or_null("wrapped")?.ok_or(AppendError::Erased)?;
        let opened = unwrap(master.key(), id, &master.id, &wrapped);
        Ok(opened.ok_or_else(|| StoreError::Seal { key_id: master.id.clone() })?)
    }

    /// Removes what came with a message whose words are gone for ever. The keys went with the message's, so nobody can open
    /// it; doing it again changes nothing. A file that cannot be removed now is left to the sweep: nothing else waits for it.
    pub async fn forget_uploads(&self, message_id: &str) -> Result<Swept, StoreError> {
        let sql = "SELECT upload_id, wanted, bytes FROM uploads WHERE message_id = $1";
        let rows = self.database().log.rows(sql, &[message_id.into()]).await?;
        let mut swept = Swept::default();
        for row in &rows {
            let upload = FilesOf::read(row)?;
            let removed = swept.count(self.remove_files(&upload).await)?;
            let sql = match removed {
                true => "DELETE FROM uploads WHERE upload_id = $1",
                // As old as anything: what is nobody's and older than a day is swept.
                false => {
                    "UPDATE uploads SET message_id = NULL, entry_id = NULL, received_at = NULL, format = NULL, \
                     created_at = 0 WHERE upload_id = $1"
                }
            };
            let mut tx = self.database().log.begin().await?;
            let now = lock_head(&mut tx, self.clock()).await?.now;
            rows::destroy(&mut tx, &[key_id(&upload.id)], now).await?;
            tx.execute(sql, &[upload.id.into()]).await?;
            tx.commit().await?;
        }
        Ok(swept)
    }

    /// Removes what nobody attached within a day: sent, half sent, or never sent. What cannot be removed keeps nothing else
    /// back, and is tried again the next time.
    pub async fn sweep_uploads(&self) -> Result<Swept, StoreError> {
        let until = self.clock().micros() - KEPT_UNATTACHED;
        let old = "SELECT upload_id, wanted, bytes, created_at FROM uploads \
                   WHERE message_id IS NULL AND created_at <= $1 AND (created_at, upload_id) > ($2, $3) \
                   ORDER BY created_at, upload_id LIMIT $4";
        let (mut swept, mut after) = (Swept::default(), (i64::MIN, String::new()));
        loop {
            let (created_at, id) = after.clone();
            let rows = self
                .database()
                .log
                .rows(old, &[until.into(), created_at.into(), id.into(), SWEPT.into()])
                .await?;
            let Some(last) = rows.last() else { return Ok(swept) };
            after = (last.int("created_at")?, last.text("upload_id")?);
            for row in &rows {
                self.sweep_upload(&FilesOf::read(row)?, &mut swept).await?;
            }
        }
    }

    /// First nobody can attach it any more, then its files go, and only then what names them.
    async fn sweep_upload(&self, upload: &FilesOf, swept: &mut Swept) -> Result<(), StoreError> {
        let id = upload.id.as_str();
        let mut tx = self.database().log.begin().await?;
        lock_head(&mut tx, self.clock()).await?;
        let sql = "UPDATE uploads SET received_at = NULL, format = NULL WHERE upload_id = $1 AND message_id IS NULL";
        if tx.execute(sql, &[id.into()]).await? == 0 {
            return Ok(());
        }
        rows::remove(&mut tx, &key_id(id)).await?;
        tx.commit().await?;
        if !swept.count(self.remove_files(upload).await)? {
            return Ok(());
        }
        let sql = "DELETE FROM uploads WHERE upload_id = $1 AND message_id IS NULL";
        swept.removed += usize::try_from(self.database().log.execute(sql, &[id.into()]).await?).unwrap_or(0);
        Ok(())
    }
}

//! The sealed parts of files that are no pictures. A file may be ten times as large as a picture, so it comes, lies and goes in
//! parts: nobody ever holds more of it than one. Must not know what a file is: it seals bytes.

use crate::{
    append::lock_head,
    error::{AppendError, StoreError},
    keys::KeyRing,
    lent::Asked,
    seal::{Key, length_prefixed},
    sql::{Row, Value, any_of, placeholders},
    store::Store,
    uploads::key_id,
};
use ring::aead::NONCE_LEN;
use std::collections::BTreeSet;

const SEALED: &[u8] = b"leaveword file 1";
const FACTS: &str = "upload_id, format, kept_bytes, name, message_id, entry_id";

/// So many bytes of a file lie together; its last part has what is left. Changing it loses every file that is there.
pub const FILE_PART: usize = 512 << 10;

/// What is told of a file as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// Its id.
    pub id: String,
    /// What it is; a word of whoever put it there.
    pub format: String,
    /// As it is kept, before it is sealed.
    pub bytes: i64,
    /// What its sender calls it.
    pub name: String,
}

/// A file that belongs to a message.
#[derive(Clone, PartialEq, Eq)]
pub struct AttachedFile {
    /// What is told of it.
    pub facts: FileFacts,
    /// The message.
    pub message_id: String,
    /// The words in it that the file came with.
    pub entry_id: String,
}

/// What lies there of an upload.
pub(crate) struct FilesOf {
    pub(crate) id: String,
    /// `None`: it is a picture.
    parts: Option<u32>,
}

impl FilesOf {
    /// Of a row with `upload_id`, `wanted` and `bytes`: nothing has more parts than were announced.
    pub(crate) fn read(row: &Row) -> sqlx::Result<Self> {
        let (id, bytes) = (row.text("upload_id")?, row.int("bytes")?);
        let parts = row.text_or_null("wanted")?.map(|_| parts_of(bytes));
        Ok(Self { id, parts })
    }
}

fn parts_of(bytes: i64) -> u32 {
    let bytes = usize::try_from(bytes).unwrap_or_default();
    u32::try_from(bytes.div_ceil(FILE_PART)).unwrap_or(u32::MAX)
}

fn blob(id: &str, part: u32) -> String {
    format!("{id}.{part}")
}

fn place_of(id: &str, part: u32) -> Vec<u8> {
    length_prefixed(&[SEALED, id.as_bytes(), b"part", &part.to_be_bytes()])
}

fn place_of_name(id: &str) -> Vec<u8> {
    length_prefixed(&[SEALED, id.as_bytes(), b"name"])
}

/// A file's name as its row has it.
pub(crate) fn seal_name(key: &Key, id: &str, name: &str) -> Vec<u8> {
    let (nonce, sealed) = key.seal(&place_of_name(id), name.as_bytes());
    [nonce.as_slice(), &sealed].concat()
}

fn open(key: &Key, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, data) = sealed.split_at_checked(NONCE_LEN)?;
    key.open(place, nonce, data)
}

impl Store {
    /// Keeps one part of a file whose token was used up.
    pub async fn keep_file_part(&self, id: &str, part: u32, bytes: &[u8]) -> Result<(), AppendError> {
        let key = self.key_of_file(id).await?.ok_or(AppendError::Erased)?;
        let (nonce, sealed) = key.seal(&place_of(id, part), bytes);
        let sealed = [nonce.as_slice(), &sealed].concat();
        Ok(self.blobs().put(&blob(id, part), &sealed).await.map_err(StoreError::Picture)?)
    }

    /// Says that all parts of a file are there. Whoever is killed before leaves parts that no row speaks of as received, and
    /// the sweep knows their names.
    pub async fn keep_file(&self, id: &str, format: &str, bytes: i64) -> Result<(), AppendError> {
        let mut tx = self.database().log.begin().await.map_err(StoreError::from)?;
        // The sweep takes keys away under the same lock.
        lock_head(&mut tx, self.clock()).await?;
        let sql = "UPDATE uploads SET received_at = $2, format = $3, kept_bytes = $4 \
                   WHERE upload_id = $1 AND spent_at IS NOT NULL AND received_at IS NULL AND wanted = $3";
        let values = [id.into(), self.clock().micros().into(), format.into(), bytes.into()];
        if tx.execute(sql, &values).await? == 0 {
            return Err(AppendError::Spent);
        }
        Ok(tx.commit().await?)
    }

    /// Removes the first parts of a file that is not taken; the sweep would in the end.
    pub async fn remove_file_parts(&self, id: &str, parts: u32) -> Result<(), StoreError> {
        for part in 0..parts {
            self.blobs().remove(&blob(id, part)).await.map_err(StoreError::Picture)?;
        }
        Ok(())
    }

    /// Of these files those that this owner has sent and not attached.
    pub async fn unattached_files(&self, owner: &str, ids: &[String]) -> Result<Vec<FileFacts>, StoreError> {
        let condition = format!(
            "owner = $1 AND message_id IS NULL AND received_at IS NOT NULL AND upload_id IN ({})",
            placeholders(2, ids.len())
        );
        let ids = ids.iter().map(|id| Value::from(id.as_str()));
        let values: Vec<Value> = [owner.into()].into_iter().chain(ids).collect();
        match self.files(&condition, &values).await {
            // One of them was swept between two questions: they cannot be attached together any more.
            Err(StoreError::KeyMissing { .. }) => Ok(vec![]),
            files => Ok(files?.into_iter().map(|(facts, _)| facts).collect()),
        }
    }

    /// The files of these messages, each message's in their order; none whose key is gone.
    pub async fn files_of(&self, messages: &[String]) -> Result<Vec<AttachedFile>, StoreError> {
        let named = any_of(self.database().dialect(), 1);
        self.attached_files(&format!("message_id {named}"), &[Value::texts(messages)]).await
    }

    /// A file that belongs to a message; `None` as well when its key is gone.
    pub async fn attached_file(&self, id: &str) -> Result<Option<AttachedFile>, StoreError> {
        Ok(self.attached_files("message_id IS NOT NULL AND upload_id = $1", &[id.into()]).await?.pop())
    }

    async fn attached_files(
        &self,
        condition: &str,
        values: &[Value],
    ) -> Result<Vec<AttachedFile>, StoreError> {
        let attached = |(facts, belongs): (FileFacts, Option<(String, String)>)| {
            belongs.map(|(message_id, entry_id)| AttachedFile { facts, message_id, entry_id })
        };
        Ok(self.files(condition, values).await?.into_iter().filter_map(attached).collect())
    }

    /// Files with their names opened, and the message and entry they belong to.
    async fn files(
        &self,
        condition: &str,
        values: &[Value],
    ) -> Result<Vec<(FileFacts, Option<(String, String)>)>, StoreError> {
        let sql = format!(
            "SELECT {FACTS} FROM uploads WHERE {condition} AND wanted IS NOT NULL ORDER BY message_id, entry_id, place"
        );
        let rows = self.database().log.rows(&sql, values).await?;
        let ids = rows.iter().map(|row| row.text("upload_id")).collect::<sqlx::Result<Vec<_>>>()?;
        if ids.is_empty() {
            return Ok(vec![]);
        }
        let keys: BTreeSet<String> = ids.iter().map(|id| key_id(id)).collect();
        let ring = KeyRing::load(Asked::Log(&self.database().log), self.master(), keys).await?;
        let mut files = Vec::with_capacity(rows.len());
        for (row, id) in rows.iter().zip(ids) {
            let key_id = key_id(&id);
            let Some(key) = ring.get(&key_id) else { continue };
            let sealed = row.bytes_or_null("name")?.unwrap_or_default();
            let name = open(key, &place_of_name(&id), &sealed).and_then(|name| String::from_utf8(name).ok());
            let name = name.ok_or(StoreError::Seal { key_id })?;
            let (format, bytes) = (row.text("format")?, row.int("kept_bytes")?);
            let belongs = row.text_or_null("message_id")?.zip(row.text_or_null("entry_id")?);
            files.push((FileFacts { id, format, bytes, name }, belongs));
        }
        Ok(files)
    }

    /// One part of a file; `None`: it is gone, or its key is.
    pub async fn file_part(&self, id: &str, part: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(key) = self.key_of_file(id).await? else { return Ok(None) };
        let sealed = self.blobs().get(&blob(id, part)).await.map_err(StoreError::Picture)?;
        let Some(sealed) = sealed else { return Ok(None) };
        let opened = key.open_whole(&place_of(id, part), sealed);
        opened.map(Some).ok_or_else(|| StoreError::Seal { key_id: key_id(id) })
    }

    async fn key_of_file(&self, id: &str) -> Result<Option<Key>, StoreError> {
        let id = key_id(id);
        let ring =
            KeyRing::load(Asked::Log(&self.database().log), self.master(), BTreeSet::from([id.clone()]))
                .await;
        match ring {
            Err(StoreError::KeyMissing { .. }) => Ok(None),
            ring => Ok(ring?.get(&id).cloned()),
        }
    }

    /// Removes what lies there of an upload, whatever can still open it.
    pub(crate) async fn remove_files(&self, of: &FilesOf) -> Result<(), StoreError> {
        match of.parts {
            None => self.remove_image_files(&of.id).await,
            Some(parts) => self.remove_file_parts(&of.id, parts).await,
        }
    }
}

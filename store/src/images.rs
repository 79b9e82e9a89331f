//! Pictures beside the log: from when somebody may send one, through its sealed files, to when its key is gone.
//!
//! Knows that a picture has a key of its own, under its sender's until an event attaches it to a message, and under that
//! message's from then on: in that event's own transaction, which also does away with the key as it was wrapped before.
//! Must not know what a picture is: it seals bytes.

use crate::{
    accounts::TokenHash,
    append::lock_head,
    error::{AppendError, StoreError},
    keys::{KeyPlan, KeyRing, unwrap, wrap},
    seal::{Key, length_prefixed},
    sql::{Row, Tx, Value, placeholders},
    store::Store,
};
use ring::aead::NONCE_LEN;
use std::collections::BTreeSet;

const SEALED: &[u8] = b"leaveword picture 1";
/// What nobody attached for so long is swept, in microseconds: a day.
const KEPT_UNATTACHED: i64 = 24 * 60 * 60 * 1_000_000;
/// So many are swept at a time.
const SWEPT: i64 = 100;
const FACTS: &str = "upload_id, format, width, height, kept_bytes";

/// Leave to send a picture, once.
pub struct NewUpload {
    /// The picture's id.
    pub id: String,
    /// The address's token.
    pub token: TokenHash,
    /// Who may attach it, as the metadata of events names them.
    pub owner: String,
    /// So many bytes are to come, at most.
    pub bytes: i64,
    /// Until when, in microseconds.
    pub expires_at: i64,
}

/// Leave that was given, and not used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The picture's id.
    pub id: String,
    /// So many bytes are to come, at most.
    pub bytes: i64,
}

/// What is told of a picture as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFacts {
    /// Its id.
    pub id: String,
    /// What it is; a word of whoever put it there.
    pub format: String,
    /// In pixels.
    pub width: i64,
    /// In pixels.
    pub height: i64,
    /// As it is kept, before it is sealed.
    pub bytes: i64,
}

/// A picture that belongs to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachedImage {
    /// What is told of it.
    pub facts: ImageFacts,
    /// The message.
    pub message_id: String,
    /// The words in it that the picture came with.
    pub entry_id: String,
}

/// Which of a picture's two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageSize {
    /// As it was sent.
    Picture,
    /// Small.
    Thumbnail,
}

impl ImageSize {
    const ALL: [Self; 2] = [Self::Picture, Self::Thumbnail];

    fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Thumbnail => "thumbnail",
        }
    }

    fn file(self, id: &str) -> String {
        format!("{id}.{}", self.name())
    }
}

/// A picture is attached to a message by the events that this is committed with.
#[derive(Clone)]
pub struct ImageChange {
    id: String,
    owner: String,
    message_id: String,
    entry_id: String,
    place: i64,
    /// The key it is wrapped under from now on, and how it is.
    wrapped: Option<(String, Vec<u8>)>,
}

impl ImageChange {
    /// The picture `id` of that owner belongs to these words of a message, at that place beside them.
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
        let ring = KeyRing::load(&store.database().log, store.master(), BTreeSet::from([id.clone()])).await;
        let ring = match ring {
            Err(StoreError::KeyMissing { key_id }) if key_id == id => return Err(AppendError::Spent),
            ring => ring?,
        };
        let own = ring.get(&id).ok_or(AppendError::Erased)?;
        let under = under.and_then(|under| Some((under, plan.key(under)?)));
        let (under, above) = under.ok_or_else(|| {
            StoreError::Setup("a picture is attached by an event that nothing is sealed in".to_owned())
        })?;
        self.wrapped = Some((under.to_owned(), wrap(above, &id, under, &own.0)));
        Ok(())
    }

    /// Attached already, or swept: nothing of the whole append is written.
    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), AppendError> {
        let (parent, wrapped) = self.wrapped.as_ref().ok_or(AppendError::Spent)?;
        let sql = "UPDATE keys SET parent_id = $2, wrapped = $3 WHERE key_id = $1 AND parent_id = $4 \
                   AND destroyed_at IS NULL";
        let above = owner_key_id(&self.owner);
        let values =
            [key_id(&self.id).into(), parent.as_str().into(), wrapped.as_slice().into(), above.into()];
        let rewrapped = tx.execute(sql, &values).await?;
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
        if (rewrapped, attached) == (1, 1) { Ok(()) } else { Err(AppendError::Spent) }
    }
}

fn key_id(image: &str) -> String {
    format!("image/{image}")
}

/// `visitor:ID` has the key `visitor/ID`.
fn owner_key_id(owner: &str) -> String {
    owner.replacen(':', "/", 1)
}

fn place_of(id: &str, size: ImageSize) -> Vec<u8> {
    length_prefixed(&[SEALED, id.as_bytes(), size.name().as_bytes()])
}

fn facts(row: &Row) -> sqlx::Result<ImageFacts> {
    Ok(ImageFacts {
        id: row.text("upload_id")?,
        format: row.text("format")?,
        width: row.int("width")?,
        height: row.int("height")?,
        bytes: row.int("kept_bytes")?,
    })
}

impl Store {
    /// Gives leave to send a picture.
    pub async fn write_upload(&self, upload: &NewUpload) -> Result<(), StoreError> {
        let sql = "INSERT INTO uploads (upload_id, token_hash, owner, bytes, created_at, expires_at) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let values = [
            upload.id.as_str().into(),
            upload.token.bytes().into(),
            upload.owner.as_str().into(),
            upload.bytes.into(),
            self.clock().micros().into(),
            upload.expires_at.into(),
        ];
        self.database().log.execute(sql, &values).await?;
        Ok(())
    }

    /// The leave of a token that is neither used nor over.
    pub async fn upload(&self, token: &TokenHash) -> Result<Option<Upload>, StoreError> {
        let sql = "SELECT upload_id, bytes FROM uploads \
                   WHERE token_hash = $1 AND spent_at IS NULL AND expires_at > $2";
        let values = [token.bytes().into(), self.clock().micros().into()];
        let row = self.database().log.row(sql, &values).await?;
        row.map(|row| Ok(Upload { id: row.text("upload_id")?, bytes: row.int("bytes")? })).transpose()
    }

    /// Uses a token up; says whether nobody had.
    pub async fn spend_upload(&self, token: &TokenHash) -> Result<bool, StoreError> {
        let sql =
            "UPDATE uploads SET spent_at = $2 WHERE token_hash = $1 AND spent_at IS NULL AND expires_at > $2";
        let values = [token.bytes().into(), self.clock().micros().into()];
        Ok(self.database().log.execute(sql, &values).await? == 1)
    }

    /// Keeps a picture whose token was used up: first its two files, sealed, then that they are there. Whoever is killed in
    /// between leaves files that no row speaks of as received, and the sweep knows their names.
    pub async fn keep_image(
        &self,
        image: &ImageFacts,
        picture: &[u8],
        thumbnail: &[u8],
    ) -> Result<(), AppendError> {
        let key = Key::generate();
        for (size, bytes) in [(ImageSize::Picture, picture), (ImageSize::Thumbnail, thumbnail)] {
            let (nonce, sealed) = key.seal(&place_of(&image.id, size), bytes);
            let sealed = [nonce.as_slice(), &sealed].concat();
            self.blobs().put(&size.file(&image.id), &sealed).await.map_err(StoreError::Picture)?;
        }
        let mut tx = self.database().log.begin().await.map_err(StoreError::from)?;
        let now = lock_head(&mut tx, self.clock()).await?.now;
        let sql = "UPDATE uploads SET received_at = $2, format = $3, width = $4, height = $5, kept_bytes = $6 \
                   WHERE upload_id = $1 AND spent_at IS NOT NULL AND received_at IS NULL";
        let values = [
            image.id.as_str().into(),
            self.clock().micros().into(),
            image.format.as_str().into(),
            image.width.into(),
            image.height.into(),
            image.bytes.into(),
        ];
        let row =
            tx.row("SELECT owner FROM uploads WHERE upload_id = $1", &[image.id.as_str().into()]).await?;
        let owner = row.map(|row| row.text("owner")).transpose()?.ok_or(AppendError::Spent)?;
        if tx.execute(sql, &values).await? == 0 {
            return Err(AppendError::Spent);
        }
        let above_id = owner_key_id(&owner);
        let above = self.key_of_owner(&mut tx, &above_id, now).await?;
        let id = key_id(&image.id);
        let wrapped = wrap(&above, &id, &above_id, &key.0);
        write_key(&mut tx, &id, &above_id, wrapped, now).await?;
        Ok(tx.commit().await?)
    }

    /// The key of whoever sends pictures, made when there is none: nothing of theirs had to be sealed so far. The head is
    /// locked, so nobody makes or destroys it meanwhile.
    async fn key_of_owner(&self, tx: &mut Tx, id: &str, now: i64) -> Result<Key, AppendError> {
        let master = self.master();
        let row = tx.row("SELECT wrapped FROM keys WHERE key_id = $1", &[id.into()]).await?;
        let Some(row) = row else {
            let made = Key::generate();
            write_key(tx, id, &master.id, wrap(master.key(), id, &master.id, &made.0), now).await?;
            return Ok(made);
        };
        let wrapped = row.bytes_or_null("wrapped")?.ok_or(AppendError::Erased)?;
        let opened = unwrap(master.key(), id, &master.id, &wrapped);
        Ok(opened.ok_or_else(|| StoreError::Seal { key_id: master.id.clone() })?)
    }

    /// Of these pictures those that this owner has sent and not attached.
    pub async fn unattached_images(
        &self,
        owner: &str,
        ids: &[String],
    ) -> Result<Vec<ImageFacts>, StoreError> {
        let sql = format!(
            "SELECT {FACTS} FROM uploads WHERE owner = $1 AND message_id IS NULL AND received_at IS NOT NULL \
             AND upload_id IN ({})",
            placeholders(2, ids.len())
        );
        let ids = ids.iter().map(|id| Value::from(id.as_str()));
        let values: Vec<Value> = [owner.into()].into_iter().chain(ids).collect();
        let rows = self.database().log.rows(&sql, &values).await?;
        Ok(rows.iter().map(facts).collect::<sqlx::Result<_>>()?)
    }

    /// The pictures of these messages, each message's in their order.
    pub async fn images_of(&self, messages: &[String]) -> Result<Vec<AttachedImage>, StoreError> {
        let named = placeholders(1, messages.len());
        let values: Vec<Value> = messages.iter().map(|id| id.as_str().into()).collect();
        self.attached(&format!("message_id IN ({named})"), &values).await
    }

    /// A picture that belongs to a message.
    pub async fn attached_image(&self, id: &str) -> Result<Option<AttachedImage>, StoreError> {
        Ok(self.attached("message_id IS NOT NULL AND upload_id = $1", &[id.into()]).await?.pop())
    }

    async fn attached(&self, condition: &str, values: &[Value]) -> Result<Vec<AttachedImage>, StoreError> {
        let sql = format!(
            "SELECT {FACTS}, message_id, entry_id FROM uploads WHERE {condition} \
             ORDER BY message_id, entry_id, place"
        );
        let image = |row: &Row| {
            Ok(AttachedImage {
                facts: facts(row)?,
                message_id: row.text("message_id")?,
                entry_id: row.text("entry_id")?,
            })
        };
        self.database().log.rows(&sql, values).await?.iter().map(image).collect()
    }

    /// A picture's bytes; `None`: it is gone, or its key is.
    pub async fn image_bytes(&self, id: &str, size: ImageSize) -> Result<Option<Vec<u8>>, StoreError> {
        let key_id = key_id(id);
        let ring = KeyRing::load(&self.database().log, self.master(), BTreeSet::from([key_id.clone()])).await;
        let ring = match ring {
            Err(StoreError::KeyMissing { .. }) => return Ok(None),
            ring => ring?,
        };
        let Some(key) = ring.get(&key_id) else { return Ok(None) };
        let sealed = self.blobs().get(&size.file(id)).await.map_err(StoreError::Picture)?;
        let Some(sealed) = sealed else { return Ok(None) };
        let opened = sealed
            .split_at_checked(NONCE_LEN)
            .and_then(|(nonce, data)| key.open(&place_of(id, size), nonce, data));
        opened.map(Some).ok_or(StoreError::Seal { key_id })
    }

    /// Removes the pictures of a message whose words are gone for ever. Their keys went with the message's; doing it again
    /// changes nothing.
    pub async fn forget_images(&self, message_id: &str) -> Result<(), StoreError> {
        let images = self.images_of(&[message_id.to_owned()]).await?;
        for image in &images {
            self.remove_files(&image.facts.id).await?;
        }
        for image in images {
            let id = image.facts.id.as_str();
            let mut tx = self.database().log.begin().await?;
            let now = lock_head(&mut tx, self.clock()).await?.now;
            let sql = "UPDATE keys SET wrapped = NULL, destroyed_at = $2 WHERE key_id = $1 AND destroyed_at IS NULL";
            tx.execute(sql, &[key_id(id).into(), now.into()]).await?;
            tx.execute("DELETE FROM uploads WHERE upload_id = $1", &[id.into()]).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Removes what nobody attached within a day: sent, half sent, or never sent. Says how many.
    pub async fn sweep_uploads(&self) -> Result<usize, StoreError> {
        let until = self.clock().micros() - KEPT_UNATTACHED;
        let old = "SELECT upload_id FROM uploads WHERE message_id IS NULL AND created_at <= $1 \
                   ORDER BY created_at LIMIT $2";
        let mut swept = 0;
        loop {
            let rows = self.database().log.rows(old, &[until.into(), SWEPT.into()]).await?;
            let ids: Vec<String> =
                rows.iter().map(|row| row.text("upload_id")).collect::<sqlx::Result<_>>()?;
            for id in &ids {
                swept += usize::from(self.sweep_upload(id).await?);
            }
            if ids.len() < usize::try_from(SWEPT).unwrap_or(usize::MAX) {
                return Ok(swept);
            }
        }
    }

    /// First nobody can attach it any more, then its files go, and only then what names them.
    async fn sweep_upload(&self, id: &str) -> Result<bool, StoreError> {
        let mut tx = self.database().log.begin().await?;
        lock_head(&mut tx, self.clock()).await?;
        let sql = "UPDATE uploads SET received_at = NULL, format = NULL WHERE upload_id = $1 AND message_id IS NULL";
        if tx.execute(sql, &[id.into()]).await? == 0 {
            return Ok(false);
        }
        tx.execute("DELETE FROM keys WHERE key_id = $1", &[key_id(id).into()]).await?;
        tx.commit().await?;
        self.remove_files(id).await?;
        let sql = "DELETE FROM uploads WHERE upload_id = $1 AND message_id IS NULL";
        Ok(self.database().log.execute(sql, &[id.into()]).await? == 1)
    }

    async fn remove_files(&self, id: &str) -> Result<(), StoreError> {
        for size in ImageSize::ALL {
            self.blobs().remove(&size.file(id)).await.map_err(StoreError::Picture)?;
        }
        Ok(())
    }
}

async fn write_key(tx: &mut Tx, id: &str, above: &str, wrapped: Vec<u8>, now: i64) -> sqlx::Result<()> {
    let sql = "INSERT INTO keys (key_id, parent_id, wrapped, created_at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, &[id.into(), above.into(), wrapped.into(), now.into()]).await?;
    Ok(())
}

//! The sealed files of pictures, two of each. Must not know what a picture is: it seals bytes.

use crate::{
    append::lock_head,
    error::{AppendError, StoreError},
    keys::{KeyRing, rows, wrap},
    lent::Asked,
    seal::{Key, length_prefixed},
    sql::{Row, Value, any_of, placeholders},
    store::Store,
    uploads::{key_id, owner_key_id},
};
use std::collections::BTreeSet;

const SEALED: &[u8] = b"leaveword picture 1";
const FACTS: &str = "upload_id, format, width, height, kept_bytes";

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
        rows::write(&mut tx, &id, &above_id, wrapped, now).await?;
        Ok(tx.commit().await?)
    }

    /// Of these pictures those that this owner has sent and not attached.
    pub async fn unattached_images(
        &self,
        owner: &str,
        ids: &[String],
    ) -> Result<Vec<ImageFacts>, StoreError> {
        let sql = format!(
            "SELECT {FACTS} FROM uploads WHERE owner = $1 AND message_id IS NULL AND received_at IS NOT NULL \
             AND wanted IS NULL AND upload_id IN ({})",
            placeholders(2, ids.len())
        );
        let ids = ids.iter().map(|id| Value::from(id.as_str()));
        let values: Vec<Value> = [owner.into()].into_iter().chain(ids).collect();
        let rows = self.database().log.rows(&sql, &values).await?;
        Ok(rows.iter().map(facts).collect::<sqlx::Result<_>>()?)
    }

    /// The pictures of these messages, each message's in their order. A message takes no more than so many, so it has no more.
    pub async fn images_of(&self, messages: &[String]) -> Result<Vec<AttachedImage>, StoreError> {
        let named = any_of(self.database().dialect(), 1);
        self.attached(&format!("message_id {named}"), &[Value::texts(messages)]).await
    }

    /// A picture that belongs to a message.
    pub async fn attached_image(&self, id: &str) -> Result<Option<AttachedImage>, StoreError> {
        Ok(self.attached("message_id IS NOT NULL AND upload_id = $1", &[id.into()]).await?.pop())
    }

    async fn attached(&self, condition: &str, values: &[Value]) -> Result<Vec<AttachedImage>, StoreError> {
        let sql = format!(
            "SELECT {FACTS}, message_id, entry_id FROM uploads WHERE {condition} \
             AND wanted IS NULL ORDER BY message_id, entry_id, place"
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
        let ring =
            KeyRing::load(Asked::Log(&self.database().log), self.master(), BTreeSet::from([key_id.clone()]))
                .await;
        let ring = match ring {
            Err(StoreError::KeyMissing { .. }) => return Ok(None),
            ring => ring?,
        };
        let Some(key) = ring.get(&key_id) else { return Ok(None) };
        let sealed = self.blobs().get(&size.file(id)).await.map_err(StoreError::Picture)?;
        let Some(sealed) = sealed else { return Ok(None) };
        key.open_whole(&place_of(id, size), sealed).map(Some).ok_or(StoreError::Seal { key_id })
    }

    /// Lies anything there of this upload, whatever can still open it?
    #[cfg(feature = "testing")]
    pub async fn holds_upload(&self, id: &str) -> Result<bool, StoreError> {
        let mut any = self.blobs().get(&format!("{id}.0")).await.map_err(StoreError::Picture)?.is_some();
        for size in ImageSize::ALL {
            any |= self.blobs().get(&size.file(id)).await.map_err(StoreError::Picture)?.is_some();
        }
        Ok(any)
    }

    /// Both, as far as they can be removed.
    pub(crate) async fn remove_image_files(&self, id: &str) -> Result<(), StoreError> {
        let mut removed = Ok(());
        for size in ImageSize::ALL {
            removed = removed.and(self.blobs().remove(&size.file(id)).await);
        }
        removed.map_err(StoreError::Picture)
    }
}

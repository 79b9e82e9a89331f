//! Pictures on their way: leave to send one, what has come, and which of them belong to the words that are said now.
//!
//! Knows who may send how many and how large. Must not know how bytes come (the server's), nor where they lie (the store's).

use crate::{
    Caller, Commands,
    error::CommandError,
    images::{Admission, ImageKind, ImageLimits, ImageRefusal, PreparedImage},
    token,
};
use domain::{
    actor::Actor,
    desk::DeskRevised,
    ids::{ImageId, MessageId, VisitorId},
    message::{Image, ImageFormat},
    visitor::{Visitor, VisitorError},
};
use std::time::Duration;
use store::{AppendError, CredentialRow, ImageChange, ImageFacts, ImageSize, NewUpload, TokenHash};
use tokio_util::sync::CancellationToken;

/// An address is good for so long, in microseconds: a quarter of an hour.
const ADDRESS_LIFE: i64 = 15 * 60 * 1_000_000;
/// How often what nobody attached is swept.
const SWEEP_EVERY: Duration = Duration::from_secs(600);

/// What somebody wants to send.
#[derive(Clone, Debug)]
pub struct UploadInput {
    /// As they say; what it is, its own bytes say.
    pub content_type: String,
    /// As they say, at most.
    pub bytes: i64,
}

/// Leave to send one picture.
#[derive(Clone)]
pub struct UploadLeave {
    /// The picture's id from now on.
    pub id: ImageId,
    /// What opens the address, once.
    pub token: String,
    /// Until when.
    pub expires_at: chrono::DateTime<chrono::Utc>,
}

/// A picture that may come in now, and the room for it.
#[derive(Debug)]
pub struct Arrival {
    id: String,
    admission: Admission,
}

impl Arrival {
    /// So many bytes may be read.
    pub fn bytes(&self) -> usize {
        self.admission.bytes()
    }
}

/// Pictures of one owner that belong to what is said now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attaching {
    owner: String,
    pub(crate) images: Vec<Image>,
}

impl Attaching {
    /// As rows that are committed with the events that name them.
    pub(crate) fn rows(&self, message_id: MessageId, entry_id: &str) -> Vec<CredentialRow> {
        let row = |(place, image): (i64, &Image)| {
            let (id, owner) = (image.image_id.to_string(), self.owner.clone());
            CredentialRow::Image(ImageChange::new(
                id,
                owner,
                message_id.to_string(),
                entry_id.to_owned(),
                place,
            ))
        };
        (0..).zip(&self.images).map(row).collect()
    }
}

/// Who sends, as the metadata of events names them: a key sends for its owner.
fn owner(caller: &Caller) -> Result<String, CommandError> {
    match caller.actor {
        Actor::Visitor(id) => Ok(format!("visitor:{id}")),
        Actor::Member { id, .. } | Actor::Key { owner: id, .. } => Ok(format!("member:{id}")),
        Actor::Anonymous if caller.token_unknown => Err(CommandError::TokenUnknown),
        Actor::Anonymous => Err(CommandError::Unauthenticated),
        Actor::System(_) => Err(CommandError::NotForYou("rules send no pictures")),
    }
}

impl Commands {
    /// `createUpload`: leave to send one picture to an address that works once.
    pub async fn create_upload(
        &self,
        caller: &Caller,
        input: UploadInput,
    ) -> Result<UploadLeave, CommandError> {
        let owner = owner(caller)?;
        if let Actor::Visitor(id) = caller.actor {
            self.may_send(id).await?;
        }
        let limits = self.image_limits().await?;
        if !matches!(input.content_type.as_str(), "image/jpeg" | "image/png" | "image/gif" | "image/webp") {
            return Err(ImageRefusal::NotAnImage.into());
        }
        let most = limits.bytes;
        match usize::try_from(input.bytes) {
            Ok(bytes) if bytes > most => return Err(ImageRefusal::TooManyBytes { most }.into()),
            Ok(bytes) if bytes > 0 => {}
            Ok(_) | Err(_) => return Err(ImageRefusal::Empty.into()),
        }
        self.count_upload(caller, &owner).await?;
        let id = ImageId(store::random::uuid(self.store.clock().now()));
        let token = token::token(token::UPLOAD, store::random::bytes());
        let expires_at = self.store.clock().micros() + ADDRESS_LIFE;
        let upload = NewUpload {
            id: id.to_string(),
            token: TokenHash::of(&token),
            owner,
            bytes: input.bytes,
            expires_at,
        };
        self.store.write_upload(&upload).await?;
        Ok(UploadLeave { id, token, expires_at: store::micros(expires_at) })
    }

    /// Lets the picture of an address in, once there is room for it; from then on the address is used up. `declared`: so
    /// many bytes are announced now.
    pub async fn admit_upload(&self, token: &str, declared: Option<u64>) -> Result<Arrival, CommandError> {
        let hash = TokenHash::of(token);
        let upload = self.store.upload(&hash).await?.ok_or(CommandError::NotFound)?;
        let most = usize::try_from(upload.bytes).unwrap_or_default();
        if declared.is_some_and(|declared| usize::try_from(declared).map_or(true, |bytes| bytes > most)) {
            return Err(ImageRefusal::TooManyBytes { most }.into());
        }
        let limits = ImageLimits { bytes: most, ..self.image_limits().await? };
        let admission = self.images.admit(most, limits).await?;
        if !self.store.spend_upload(&hash).await? {
            return Err(CommandError::NotFound);
        }
        Ok(Arrival { id: upload.id, admission })
    }

    /// Makes the picture anew, and keeps it.
    pub async fn receive_upload(&self, arrival: Arrival, bytes: Vec<u8>) -> Result<Image, CommandError> {
        let prepared = arrival.admission.prepare(bytes).await?;
        let image = described(&arrival.id, &prepared)?;
        let facts = ImageFacts {
            id: arrival.id.clone(),
            format: image.format.name().to_owned(),
            width: image.width.into(),
            height: image.height.into(),
            bytes: i64::try_from(image.bytes).unwrap_or(i64::MAX),
        };
        let kept = self.store.keep_image(&facts, &prepared.picture.bytes, &prepared.thumbnail.bytes).await;
        kept.map_err(|error| match error {
            AppendError::Spent => CommandError::NotFound,
            error => CommandError::of_append(error),
        })?;
        Ok(image)
    }

    /// The pictures with these ids, in this order: all of them the caller's, here, and no message's yet.
    pub(crate) async fn attaching(
        &self,
        caller: &Caller,
        ids: &[ImageId],
    ) -> Result<Attaching, CommandError> {
        if ids.is_empty() {
            return Ok(Attaching::default());
        }
        let most = self.desk_limits().await?.map_or(0, |desk| desk.uploads_per_message);
        if u32::try_from(ids.len()).map_or(true, |count| count > most) {
            return Err(CommandError::TooManyUploads { most });
        }
        // Nobody without a token has sent any.
        let owner = owner(caller).map_err(|_| CommandError::UploadUnknown)?;
        let wanted: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let mut known = self.store.unattached_images(&owner, &wanted).await?;
        let mut images = Vec::with_capacity(wanted.len());
        for id in &wanted {
            let at = known.iter().position(|facts| facts.id == *id).ok_or(CommandError::UploadUnknown)?;
            // One that is named twice is not there the second time.
            images.push(image_of(&known.swap_remove(at)).ok_or(CommandError::UploadUnknown)?);
        }
        Ok(Attaching { owner, images })
    }

    /// The bytes of a picture; `None`: they are gone.
    pub async fn image_bytes(&self, id: ImageId, size: ImageSize) -> Result<Option<Vec<u8>>, CommandError> {
        Ok(self.store.image_bytes(&id.to_string(), size).await?)
    }

    /// Sweeps what nobody attached within a day, now and every ten minutes, until `stop` is cancelled.
    pub async fn watch_uploads(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.store.sweep_uploads().await {
                Ok(0) => {}
                Ok(swept) => tracing::info!(swept, "pictures that nobody attached were removed"),
                Err(error) => tracing::warn!(%error, "pictures that nobody attached could not be removed"),
            }
            let _ = tokio::time::timeout(SWEEP_EVERY, stop.cancelled()).await;
        }
    }

    /// Whoever may leave no message needs no picture for one.
    async fn may_send(&self, id: VisitorId) -> Result<(), CommandError> {
        let visitor = self.store.load::<Visitor>(&id.to_string()).await?;
        match &*visitor.aggregate {
            Visitor::Arrived(visitor) if visitor.erased => Err(VisitorError::Erased.into()),
            Visitor::Arrived(visitor) if visitor.blocked => Err(VisitorError::Blocked.into()),
            Visitor::Arrived(_) => Ok(()),
            Visitor::NotArrived => Err(CommandError::TokenUnknown),
        }
    }

    async fn desk_limits(&self) -> Result<Option<DeskRevised>, CommandError> {
        let (desk, _) = self.desk_as(false).await?;
        Ok(desk.settings().desk.clone())
    }

    async fn image_limits(&self) -> Result<ImageLimits, CommandError> {
        let most = self.desk_limits().await?.map_or(0, |desk| desk.upload_bytes);
        Ok(ImageLimits { bytes: usize::try_from(most).unwrap_or(usize::MAX), ..ImageLimits::default() })
    }
}

fn described(id: &str, prepared: &PreparedImage) -> Result<Image, CommandError> {
    let picture = &prepared.picture;
    let format = match picture.kind {
        ImageKind::Jpeg => ImageFormat::Jpeg,
        ImageKind::Png => ImageFormat::Png,
        ImageKind::Gif => ImageFormat::Gif,
        // It is read, never written.
        ImageKind::WebP => return Err(ImageRefusal::Damaged.into()),
    };
    let bytes = picture.bytes.len() as u64;
    Ok(Image { image_id: ImageId::typed(id), format, width: picture.width, height: picture.height, bytes })
}

fn image_of(facts: &ImageFacts) -> Option<Image> {
    Some(Image {
        image_id: facts.id.parse().ok()?,
        format: ImageFormat::named(&facts.format)?,
        width: u32::try_from(facts.width).ok()?,
        height: u32::try_from(facts.height).ok()?,
        bytes: u64::try_from(facts.bytes).ok()?,
    })
}

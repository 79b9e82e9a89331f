//! Pictures and other files on their way: leave to send one, and which of them belong to the words that are said now. What
//! comes is taken in by `uploads/`.
//!
//! Knows who may send how many and how large. Must not know how bytes come (the server's), nor where they lie (the store's).

mod arrival;

pub use arrival::{Arrival, FileArrival, ImageArrival, TakenFile, TakenImage};

use crate::{Caller, Commands, error::CommandError, files::FileRefusal, images::ImageRefusal, token};
use domain::{
    actor::Actor,
    desk::DeskRevised,
    ids::{MessageId, UploadId, VisitorId},
    message::{File, FileFormat, FileName, Image, ImageFormat},
    visitor::{Visitor, VisitorError},
};
use std::time::Duration;
use store::{CredentialRow, FileFacts, ImageFacts, NewFile, NewUpload, Swept, TokenHash, UploadChange};
use tokio_util::sync::CancellationToken;

/// An address is good for so long, in microseconds: a quarter of an hour.
const ADDRESS_LIFE: i64 = 15 * 60 * 1_000_000;
/// How often what nobody attached is swept.
const SWEEP_EVERY: Duration = Duration::from_secs(600);

/// What somebody wants to send.
#[derive(Clone, Debug)]
pub struct UploadInput {
    /// What they call it; of a picture it is not kept.
    pub name: FileName,
    /// As they say; what it is, its own bytes say.
    pub content_type: String,
    /// As they say, at most.
    pub bytes: i64,
}

/// Leave to send one picture or file.
#[derive(Clone)]
pub struct UploadLeave {
    /// Its id from now on.
    pub id: UploadId,
    /// What opens the address, once.
    pub token: String,
    /// Until when.
    pub expires_at: chrono::DateTime<chrono::Utc>,
}

/// Pictures and other files of one owner that belong to what is said now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attaching {
    owner: String,
    /// All of them, in order.
    ids: Vec<String>,
    pub(crate) images: Vec<Image>,
    pub(crate) files: Vec<File>,
}

impl Attaching {
    /// As rows that are committed with the events that name them.
    pub(crate) fn rows(&self, message_id: MessageId, entry_id: &str) -> Vec<CredentialRow> {
        let row = |(place, id): (i64, &String)| {
            let (id, owner, message_id) = (id.clone(), self.owner.clone(), message_id.to_string());
            CredentialRow::Upload(UploadChange::new(id, owner, message_id, entry_id.to_owned(), place))
        };
        (0..).zip(&self.ids).map(row).collect()
    }
}

/// Who sends, as the metadata of events names them: a key sends for its owner.
fn owner(caller: &Caller) -> Result<String, CommandError> {
    owner_of(caller.actor).ok_or(match caller.actor {
        Actor::System(_) => CommandError::NotForYou("rules send nothing"),
        _ if caller.token_unknown => CommandError::TokenUnknown,
        _ => CommandError::Unauthenticated,
    })
}

/// Whoever has a name to send and to read under.
fn owner_of(actor: Actor) -> Option<String> {
    match actor {
        Actor::Visitor(id) => Some(format!("visitor:{id}")),
        Actor::Member { id, .. } | Actor::Key { owner: id, .. } => Some(format!("member:{id}")),
        Actor::Anonymous | Actor::System(_) => None,
    }
}

impl Commands {
    /// `createUpload`: leave to send one picture, or a file that the desk takes, to an address that works once.
    pub async fn create_upload(
        &self,
        caller: &Caller,
        input: UploadInput,
    ) -> Result<UploadLeave, CommandError> {
        let owner = owner(caller)?;
        if let Actor::Visitor(id) = caller.actor {
            self.may_send(id).await?;
        }
        let desk = self.desk_limits().await?;
        let format = FileFormat::of_content_type(&input.content_type);
        let format = format.filter(|format| desk.as_ref().is_some_and(|desk| desk.files.contains(format)));
        let file = match format {
            None => {
                check_image(&input, desk.as_ref().map_or(0, |desk| desk.upload_bytes))?;
                None
            }
            Some(format) => {
                check_file(&input, desk.as_ref().map_or(0, |desk| desk.file_bytes))?;
                let name = format.name_of(input.name.as_str()).map_err(CommandError::FileName)?;
                Some(NewFile { wanted: format.name().to_owned(), name: name.as_str().to_owned() })
            }
        };
        self.count_upload(caller, &owner).await?;
        let id = UploadId(store::random::uuid(self.store.clock().now()));
        let token = token::token(token::UPLOAD, store::random::bytes());
        let expires_at = self.store.clock().micros() + ADDRESS_LIFE;
        let upload = NewUpload {
            id: id.to_string(),
            token: TokenHash::of(&token),
            owner,
            bytes: input.bytes,
            expires_at,
            file,
        };
        self.store.write_upload(&upload).await.map_err(CommandError::of_append)?;
        Ok(UploadLeave { id, token, expires_at: store::micros(expires_at) })
    }

    /// The pictures and files with these ids, each in this order: all of them the caller's, here, and no message's yet.
    pub(crate) async fn attaching(
        &self,
        caller: &Caller,
        ids: &[UploadId],
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
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let mut pictures = self.store.unattached_images(&owner, &ids).await?;
        let mut others = match pictures.len() < ids.len() {
            true => self.store.unattached_files(&owner, &ids).await?,
            false => vec![],
        };
        let (mut images, mut files) = (vec![], vec![]);
        for id in &ids {
            // One that is named twice is not there the second time.
            if let Some(at) = pictures.iter().position(|facts| facts.id == *id) {
                images.push(image_of(&pictures.swap_remove(at)).ok_or(CommandError::UploadUnknown)?);
            } else {
                let at =
                    others.iter().position(|facts| facts.id == *id).ok_or(CommandError::UploadUnknown)?;
                files.push(file_of(&others.swap_remove(at)).ok_or(CommandError::UploadUnknown)?);
            }
        }
        Ok(Attaching { owner, ids, images, files })
    }

    /// Sweeps what nobody attached within a day, now and every ten minutes, until `stop` is cancelled.
    pub async fn watch_uploads(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            // A store that is away takes its time to say so, each time.
            let Some(swept) = stop.run_until_cancelled(self.store.sweep_uploads()).await else { return };
            match swept {
                Ok(Swept { removed, failed, why }) => {
                    if removed > 0 {
                        tracing::info!(swept = removed, "uploads that nobody attached were removed");
                    }
                    if let Some(error) = why {
                        tracing::warn!(failed, %error, "files of uploads could not be removed; it is tried again");
                    }
                }
                Err(error) => tracing::warn!(%error, "uploads that nobody attached could not be removed"),
            }
            let _ = tokio::time::timeout(SWEEP_EVERY, stop.cancelled()).await;
        }
    }

    /// Whoever may leave no message needs nothing to go with one.
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
}

/// Of what is announced as a picture, or as nothing that the desk takes.
fn check_image(input: &UploadInput, most: u64) -> Result<(), ImageRefusal> {
    if !matches!(input.content_type.as_str(), "image/jpeg" | "image/png" | "image/gif" | "image/webp") {
        return Err(ImageRefusal::NotAnImage);
    }
    match u64::try_from(input.bytes) {
        Ok(bytes) if bytes > most => {
            Err(ImageRefusal::TooManyBytes { most: usize::try_from(most).unwrap_or(usize::MAX) })
        }
        Ok(bytes) if bytes > 0 => Ok(()),
        Ok(_) | Err(_) => Err(ImageRefusal::Empty),
    }
}

fn check_file(input: &UploadInput, most: u64) -> Result<(), FileRefusal> {
    match u64::try_from(input.bytes) {
        Ok(bytes) if bytes > most => Err(FileRefusal::TooManyBytes { most }),
        Ok(bytes) if bytes > 0 => Ok(()),
        Ok(_) | Err(_) => Err(FileRefusal::Empty),
    }
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

fn file_of(facts: &FileFacts) -> Option<File> {
    Some(File {
        file_id: facts.id.parse().ok()?,
        format: FileFormat::named(&facts.format)?,
        bytes: u64::try_from(facts.bytes).ok()?,
        name: FileName::parse(&facts.name).ok()?.into(),
    })
}

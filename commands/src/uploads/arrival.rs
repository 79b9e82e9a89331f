//! What comes to an address that was given: a picture whole, to be made anew; another file in parts, as it is.

use super::owner_of;
use crate::{
    Commands,
    error::CommandError,
    files::{FileRefusal, begins_as},
    images::{Admission, ImageKind, ImageLimits, ImageRefusal, PreparedImage, THUMBNAIL_BYTES},
    limits::network,
    places::Place,
};
use domain::{
    actor::Actor,
    ids::{FileId, ImageId},
    message::{FileFormat, Image, ImageFormat},
};
use std::net::IpAddr;
use store::{AppendError, FILE_PART, ImageFacts, ImageSize, TokenHash, Upload};

/// What may come in now.
#[derive(Debug)]
pub enum Arrival {
    /// A picture.
    Image(ImageArrival),
    /// Another file.
    File(FileArrival),
}

/// A picture that may come in now, and the room for it.
#[derive(Debug)]
pub struct ImageArrival {
    id: String,
    admission: Admission,
}

impl ImageArrival {
    /// So many bytes may be read.
    pub fn bytes(&self) -> usize {
        self.admission.bytes()
    }
}

/// Another file that may come in now, and what has come of it.
pub struct FileArrival {
    id: String,
    format: FileFormat,
    /// So many bytes may be read.
    most: u64,
    /// So many were.
    taken: u64,
    /// Parts that are kept already.
    parts: u32,
    /// What has come of the next one.
    part: Vec<u8>,
    _place: Place,
}

impl FileArrival {
    /// So many parts have come.
    pub fn parts(&self) -> u32 {
        self.parts
    }
}

impl std::fmt::Debug for FileArrival {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}, {} of {} bytes", self.id, self.format, self.taken, self.most)
    }
}

/// A picture that was taken.
#[derive(Clone, Debug)]
pub struct TakenImage {
    /// As it is kept.
    pub image: Image,
    /// It moved when it came, and only its first frame is kept: its sender has to be told.
    pub stands_still: bool,
}

/// A file that was taken.
#[derive(Clone, Copy, Debug)]
pub struct TakenFile {
    /// Which one.
    pub id: FileId,
    /// What it is.
    pub format: FileFormat,
    /// How many bytes it has.
    pub bytes: u64,
}

impl Commands {
    /// Lets what an address is for in, once there is room for it; from then on the address is used up. `declared`: so many
    /// bytes are announced now. `from`: the network address that it comes from, if that is known.
    pub async fn admit_upload(
        &self,
        token: &str,
        declared: Option<u64>,
        from: Option<IpAddr>,
    ) -> Result<Arrival, CommandError> {
        let hash = TokenHash::of(token);
        let upload = self.store.upload(&hash).await?.ok_or(CommandError::NotFound)?;
        let arrival = match &upload.wanted {
            None => Arrival::Image(self.admit_image(upload, declared, from).await?),
            Some(format) => {
                let format = FileFormat::named(format).ok_or(CommandError::NotFound)?;
                Arrival::File(self.admit_file(upload, format, declared).await?)
            }
        };
        if !self.store.spend_upload(&hash).await? {
            return Err(CommandError::NotFound);
        }
        Ok(arrival)
    }

    async fn admit_image(
        &self,
        upload: Upload,
        declared: Option<u64>,
        from: Option<IpAddr>,
    ) -> Result<ImageArrival, CommandError> {
        let most = usize::try_from(upload.bytes).unwrap_or_default();
        if declared.is_some_and(|declared| usize::try_from(declared).map_or(true, |bytes| bytes > most)) {
            return Err(ImageRefusal::TooManyBytes { most }.into());
        }
        let (limits, near) = (ImageLimits::of(most), from.map(|from| format!("{:?}", network(from))));
        let admission = self.images.admit(&upload.owner, near.as_deref(), most, limits).await?;
        Ok(ImageArrival { id: upload.id, admission })
    }

    async fn admit_file(
        &self,
        upload: Upload,
        format: FileFormat,
        declared: Option<u64>,
    ) -> Result<FileArrival, CommandError> {
        let most = u64::try_from(upload.bytes).unwrap_or_default();
        if declared.is_some_and(|declared| declared > most) {
            return Err(FileRefusal::TooManyBytes { most }.into());
        }
        let place = self.files.come(&upload.owner).await?;
        Ok(FileArrival { id: upload.id, format, most, taken: 0, parts: 0, part: vec![], _place: place })
    }

    /// Makes the picture anew, and keeps it.
    pub async fn receive_image(
        &self,
        arrival: ImageArrival,
        bytes: Vec<u8>,
    ) -> Result<TakenImage, CommandError> {
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
        kept.map_err(of_keeping)?;
        Ok(TakenImage { image, stands_still: prepared.stands_still_now })
    }

    /// Takes in what has come of a file, and keeps each part that is complete.
    pub async fn receive_some(
        &self,
        arrival: &mut FileArrival,
        mut bytes: &[u8],
    ) -> Result<(), CommandError> {
        arrival.taken += bytes.len() as u64;
        if arrival.taken > arrival.most {
            return Err(FileRefusal::TooManyBytes { most: arrival.most }.into());
        }
        while !bytes.is_empty() {
            let room = FILE_PART - arrival.part.len();
            let (now, rest) = bytes.split_at(room.min(bytes.len()));
            arrival.part.extend_from_slice(now);
            bytes = rest;
            if arrival.part.len() == FILE_PART {
                self.keep_part(arrival).await?;
            }
        }
        Ok(())
    }

    /// All of it has come.
    pub async fn receive_rest(&self, arrival: &mut FileArrival) -> Result<TakenFile, CommandError> {
        if arrival.taken == 0 {
            return Err(FileRefusal::Empty.into());
        }
        if !arrival.part.is_empty() {
            self.keep_part(arrival).await?;
        }
        let bytes = i64::try_from(arrival.taken).unwrap_or(i64::MAX);
        self.store.keep_file(&arrival.id, arrival.format.name(), bytes).await.map_err(of_keeping)?;
        Ok(TakenFile { id: FileId::typed(&arrival.id), format: arrival.format, bytes: arrival.taken })
    }

    /// It is not taken after all: what is kept of it goes. What does not go now, the sweep removes.
    pub async fn give_up(&self, arrival: &FileArrival) {
        if let Err(error) = self.store.remove_file_parts(&arrival.id, arrival.parts).await {
            tracing::warn!(%error, "parts of a file that was not taken stay for a day");
        }
    }

    async fn keep_part(&self, arrival: &mut FileArrival) -> Result<(), CommandError> {
        if arrival.parts == 0 && !begins_as(arrival.format, &arrival.part) {
            return Err(FileRefusal::NotThat(arrival.format).into());
        }
        // Counted before it is kept: what breaks off in between is removed as well.
        let part = arrival.parts;
        arrival.parts += 1;
        self.store.keep_file_part(&arrival.id, part, &arrival.part).await.map_err(of_keeping)?;
        arrival.part.clear();
        Ok(())
    }

    /// The bytes of a picture; `None`: they are gone.
    pub async fn image_bytes(&self, id: ImageId, size: ImageSize) -> Result<Option<Vec<u8>>, CommandError> {
        Ok(self.store.image_bytes(&id.to_string(), size).await?)
    }

    /// Leave to send a picture of so many bytes, or what is small of it, to somebody who may read it.
    pub async fn image_place(
        &self,
        reader: Actor,
        size: ImageSize,
        bytes: u64,
    ) -> Result<Place, CommandError> {
        // A key reads for its owner. Nobody without a name may read any.
        let name = owner_of(reader).ok_or(CommandError::NotFound)?;
        let bytes = match size {
            ImageSize::Picture => usize::try_from(bytes).unwrap_or(usize::MAX),
            ImageSize::Thumbnail => THUMBNAIL_BYTES,
        };
        Ok(self.images.show(&name, bytes).await?)
    }

    /// Leave to send a file to somebody who may read it.
    pub async fn file_place(&self, reader: Actor) -> Result<Place, CommandError> {
        // A key reads for its owner. Nobody without a name may read any.
        let name = owner_of(reader).ok_or(CommandError::NotFound)?;
        Ok(self.files.go(&name).await?)
    }

    /// A part of a file, counted from 0; `None`: it is gone.
    pub async fn file_part(&self, id: FileId, part: u32) -> Result<Option<Vec<u8>>, CommandError> {
        Ok(self.store.file_part(&id.to_string(), part).await?)
    }
}

fn of_keeping(error: AppendError) -> CommandError {
    match error {
        AppendError::Spent => CommandError::NotFound,
        error => CommandError::of_append(error),
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

//! The pictures of messages. They are no view: their rows are written with the events that name them, and each is as it was
//! from then on until it is gone.

use crate::{Projections, error::QueryError};
use domain::{
    ids::{ImageId, MessageId},
    message::{Image, ImageFormat},
};
use store::{AttachedImage, StoreError};

/// A picture, and where it belongs.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageRow {
    /// The picture.
    pub image: Image,
    /// The message.
    pub message_id: MessageId,
    /// The entry that it came with: the id that `EntryRow` has for it.
    pub entry_id: String,
}

impl Projections {
    /// The pictures of messages that the caller was given, in order; this does not ask again whether they may read them.
    pub async fn images_of(&self, of: &[MessageId]) -> Result<Vec<ImageRow>, QueryError> {
        let of: Vec<String> = of.iter().map(ToString::to_string).collect();
        let rows = self.store.images_of(&of).await?;
        Ok(rows.iter().map(image).collect::<Result<_, _>>()?)
    }

    /// A picture that belongs to a message, whoever may read that.
    pub async fn image(&self, id: ImageId) -> Result<Option<ImageRow>, QueryError> {
        let row = self.store.attached_image(&id.to_string()).await?;
        Ok(row.as_ref().map(image).transpose()?)
    }
}

fn image(row: &AttachedImage) -> Result<ImageRow, StoreError> {
    let bad = || StoreError::Setup("uploads holds a bad picture".to_owned());
    let image = Image {
        image_id: row.facts.id.parse().map_err(|_| bad())?,
        format: ImageFormat::named(&row.facts.format).ok_or_else(bad)?,
        width: u32::try_from(row.facts.width).map_err(|_| bad())?,
        height: u32::try_from(row.facts.height).map_err(|_| bad())?,
        bytes: u64::try_from(row.facts.bytes).map_err(|_| bad())?,
    };
    Ok(ImageRow {
        image,
        message_id: row.message_id.parse().map_err(|_| bad())?,
        entry_id: row.entry_id.clone(),
    })
}

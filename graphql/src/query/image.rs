//! Pictures, and the addresses at which whoever asks can see them.

use crate::caller::{Asks, Links};
use async_graphql::{Context, ID, Result, SimpleObject};
use commands::ImageSize;
use domain::ids::MessageId;
use projections::ImageRow;

/// A picture that came with words.
#[derive(SimpleObject)]
pub(crate) struct Image {
    /// Its id.
    id: ID,
    /// Where whoever asked can fetch it, for ten minutes: it is a download. The address is theirs alone.
    url: String,
    /// The same for a small one, which can be shown: a still of at most 320 pixels a side.
    thumbnail_url: String,
    /// In pixels.
    width: u32,
    /// In pixels.
    height: u32,
    /// As it is kept.
    bytes: u64,
    /// image/jpeg, image/png or image/gif.
    content_type: String,
}

impl Image {
    fn new(ctx: &Context<'_>, row: &ImageRow) -> Self {
        let image = &row.image;
        let address = |size, path: &str| {
            let said = ctx.commands().image_reader(ctx.caller(), image.image_id, size);
            let said = said.map_or_else(String::new, |said| {
                format!("?for={}&until={}&signature={}", said.reader, said.until, said.signature)
            });
            links(ctx).of(&format!("/images/{}{path}{said}", image.image_id))
        };
        Self {
            id: ID(image.image_id.to_string()),
            url: address(ImageSize::Picture, ""),
            thumbnail_url: address(ImageSize::Thumbnail, "/thumbnail"),
            width: image.width,
            height: image.height,
            bytes: image.bytes,
            content_type: image.format.content_type().to_owned(),
        }
    }

    /// The pictures that came with one entry of a message that the caller was given.
    pub(crate) async fn of_entry(ctx: &Context<'_>, of: MessageId, entry: &str) -> Result<Vec<Self>> {
        let rows = ctx.neighbours().images(ctx, of).await?;
        Ok(rows.iter().filter(|row| row.entry_id == entry).map(|row| Self::new(ctx, row)).collect())
    }

    /// The pictures that a message was left with.
    pub(crate) async fn of_message(ctx: &Context<'_>, of: MessageId) -> Result<Vec<Self>> {
        Self::of_entry(ctx, of, &of.to_string()).await
    }
}

pub(crate) fn links<'c>(ctx: &Context<'c>) -> &'c Links {
    ctx.data_unchecked::<Links>()
}

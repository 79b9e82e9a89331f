//! Files other than pictures, and the addresses at which whoever asks can save them.

use super::image::links;
use crate::caller::Asks;
use async_graphql::{Context, Enum, ID, Result, SimpleObject};
use domain::{ids::MessageId, message::FileFormat};
use projections::FileRow;

/// A file that came with words, and that is no picture.
#[derive(SimpleObject)]
pub(crate) struct File {
    /// Its id.
    id: ID,
    /// What its sender calls it; it ends as the file is.
    name: String,
    /// How many bytes it has.
    bytes: u64,
    /// application/pdf or video/mp4.
    content_type: String,
    /// Where whoever asked can save it, for ten minutes. The address is theirs alone.
    url: String,
}

/// What a file can be, beside pictures.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "FileFormat")]
pub(crate) enum FileKind {
    /// application/pdf
    Pdf,
    /// video/mp4
    #[graphql(name = "MP4")]
    Mp4,
}

impl File {
    fn new(ctx: &Context<'_>, row: FileRow) -> Self {
        let said = ctx.commands().file_reader(ctx.caller(), row.file_id);
        let said = said.map_or_else(String::new, |said| {
            format!("?for={}&until={}&signature={}", said.reader, said.until, said.signature)
        });
        Self {
            id: ID(row.file_id.to_string()),
            url: links(ctx).of(&format!("/files/{}{said}", row.file_id)),
            name: row.name,
            bytes: row.bytes,
            content_type: row.format.content_type().to_owned(),
        }
    }

    /// The files that came with one entry of a message that the caller was given.
    pub(crate) async fn of_entry(ctx: &Context<'_>, of: MessageId, entry: &str) -> Result<Vec<Self>> {
        let rows = ctx.neighbours().files(ctx, of).await?;
        Ok(rows.into_iter().filter(|row| row.entry_id == entry).map(|row| Self::new(ctx, row)).collect())
    }

    /// The files that a message was left with.
    pub(crate) async fn of_message(ctx: &Context<'_>, of: MessageId) -> Result<Vec<Self>> {
        Self::of_entry(ctx, of, &of.to_string()).await
    }
}

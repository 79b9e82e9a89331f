//! The files of messages that are no pictures. They are no view, for the same reasons as pictures (`images.rs`).

use crate::{Projections, error::QueryError};
use domain::{
    ids::{FileId, MessageId},
    message::FileFormat,
};
use store::{AttachedFile, StoreError};

/// A file, and where it belongs.
#[derive(Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Which one.
    pub file_id: FileId,
    /// What it is.
    pub format: FileFormat,
    /// How many bytes it has.
    pub bytes: u64,
    /// What its sender calls it.
    pub name: String,
    /// The message.
    pub message_id: MessageId,
    /// The entry that it came with: the id that `EntryRow` has for it.
    pub entry_id: String,
}

impl Projections {
    /// The files of messages that the caller was given, in order; this does not ask again whether they may read them.
    pub async fn files_of(&self, of: &[MessageId]) -> Result<Vec<FileRow>, QueryError> {
        let of: Vec<String> = of.iter().map(ToString::to_string).collect();
        let rows = self.store.files_of(&of).await?;
        Ok(rows.into_iter().map(file).collect::<Result<_, _>>()?)
    }

    /// A file that belongs to a message, whoever may read that.
    pub async fn file(&self, id: FileId) -> Result<Option<FileRow>, QueryError> {
        let row = self.store.attached_file(&id.to_string()).await?;
        Ok(row.map(file).transpose()?)
    }
}

fn file(row: AttachedFile) -> Result<FileRow, StoreError> {
    let bad = || StoreError::Setup("uploads holds a bad file".to_owned());
    Ok(FileRow {
        file_id: row.facts.id.parse().map_err(|_| bad())?,
        format: FileFormat::named(&row.facts.format).ok_or_else(bad)?,
        bytes: u64::try_from(row.facts.bytes).map_err(|_| bad())?,
        name: row.facts.name,
        message_id: row.message_id.parse().map_err(|_| bad())?,
        entry_id: row.entry_id,
    })
}

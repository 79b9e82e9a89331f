//! What else a desk has set: what can be sent, what is answered by itself, how long what is deleted is kept.

use super::form::{LocalisedText, texts};
use crate::query::file::FileKind;
use async_graphql::SimpleObject;
use domain::desk::{AutoReplyRevised, DeskRevised};

/// What can be sent with a message.
#[derive(SimpleObject)]
pub(super) struct UploadLimits {
    /// The largest picture, in bytes.
    bytes: u64,
    /// The most pictures and other files with each words of a message, together. In all a message has at most 90.
    per_message: u32,
    /// Which other files are taken.
    files: Vec<FileKind>,
    /// The largest of them, in bytes.
    file_bytes: u64,
}

/// What a visitor is answered at once when the desk is closed.
#[derive(SimpleObject)]
pub(super) struct AutoReply {
    /// Is it sent?
    enabled: bool,
    /// What it says when it is known when the desk opens, in each language that it is kept in.
    texts: Vec<LocalisedText>,
    /// What it says when nobody can tell, in each language that it is kept in.
    texts_without_time: Vec<LocalisedText>,
}

impl From<&DeskRevised> for UploadLimits {
    fn from(desk: &DeskRevised) -> Self {
        Self {
            bytes: desk.upload_bytes,
            per_message: desk.uploads_per_message,
            files: desk.files.iter().copied().map(Into::into).collect(),
            file_bytes: desk.file_bytes,
        }
    }
}

impl From<&AutoReplyRevised> for AutoReply {
    fn from(revised: &AutoReplyRevised) -> Self {
        Self {
            enabled: revised.enabled,
            texts: texts(&revised.text),
            texts_without_time: texts(&revised.text_without_time),
        }
    }
}

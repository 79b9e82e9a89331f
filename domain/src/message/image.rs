//! Pictures as a message knows them: which, and how large. Not one pixel: those lie sealed beside the log.

use crate::ids::ImageId;
use serde::{Deserialize, Serialize};

/// A picture that was sent with words, made anew from its pixels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Which one.
    pub image_id: ImageId,
    /// What it is as it is kept.
    pub format: ImageFormat,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// As it is kept.
    pub bytes: u64,
}

/// What a picture is as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF, perhaps one that moves.
    Gif,
}

impl ImageFormat {
    /// By the name that events have for it.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "jpeg" => Self::Jpeg,
            "png" => Self::Png,
            "gif" => Self::Gif,
            _ => return None,
        })
    }

    /// The name that events have for it, and the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Gif => "gif",
        }
    }

    /// Its media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
        }
    }
}

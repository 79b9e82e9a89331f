//! What a file says of itself before anything of it is decoded.

use image::metadata::Orientation;

/// By the first bytes, which is what browsers go by when nobody forbids it; never by a name or a declared type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageKind {
    /// Photographs.
    Jpeg,
    /// Screenshots, drawings, whatever can be seen through.
    Png,
    /// Animations.
    Gif,
    /// Read only: it is kept as JPEG or PNG, which every channel and every mail program takes.
    WebP,
}

impl ImageKind {
    /// What it is, if it is one of ours.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            _ => None,
        }
    }

    /// As HTTP names it.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

/// What a file says of itself; its size is within the limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) kind: ImageKind,
    pub(super) width: u32,
    pub(super) height: u32,
    /// How many frames would be kept.
    pub(super) frames: u32,
    /// It moves, and that will be lost.
    pub(super) moved: bool,
    /// What decoding, turning and writing it takes from the heap at most.
    pub(super) memory: usize,
}

/// For rows, tables and whatever else grows with a side and not with the area.
pub(super) const SLACK: usize = 4 << 20;

/// A quarter turn needs the picture twice for a moment; the others are made in place.
pub(super) fn is_copied_by(turn: Orientation) -> bool {
    match turn {
        Orientation::NoTransforms
        | Orientation::Rotate180
        | Orientation::FlipHorizontal
        | Orientation::FlipVertical => false,
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => true,
    }
}

/// Is this written anywhere in the file? Said too often it only makes a reckoning higher.
pub(super) fn mentions(bytes: &[u8], name: [u8; 4]) -> bool {
    bytes.windows(4).any(|it| it == name)
}

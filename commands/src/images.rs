//! Pictures that people send: what they are by their own bytes, whether they fit, and made anew from their pixels, so
//! that nothing but pixels is kept. Knows neither where a picture comes from nor where it is kept.

mod gif;
mod header;
mod jpeg;
mod limits;
mod png;
mod refusal;
mod room;
mod still;
mod webp;
mod webp_tables;
mod written;

pub use header::ImageKind;
pub use limits::ImageLimits;
pub use refusal::ImageRefusal;
pub use room::{Admission, ImageRoom, Space};
pub(crate) use still::THUMBNAIL_BYTES;

use header::Header;

/// A picture made anew: upright, without anything that is not pixels.
#[derive(Clone, PartialEq, Eq)]
pub struct PreparedImage {
    /// The picture as it is kept.
    pub picture: Picture,
    /// The same with a longest side of at most 320 pixels, still: JPEG, or PNG when it can be seen through.
    pub thumbnail: Picture,
    /// How many frames are kept; 1 for a still picture.
    pub frames: u32,
    /// It moved, and only its first frame was kept: the sender should be told.
    pub stands_still_now: bool,
}

/// Encoded pixels.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// JPEG, PNG or GIF; WebP is read, never written.
    pub kind: ImageKind,
    /// The file.
    pub bytes: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A picture is somebody's: its size may be told, its bytes not.
        write!(f, "{:?} {}×{}, {} bytes", self.kind, self.width, self.height, self.bytes.len())
    }
}

impl std::fmt::Debug for PreparedImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}, {} frames, thumbnail {:?}", self.picture, self.frames, self.thumbnail)
    }
}

/// The whole way in one thread; servers go by [`ImageRoom`]. A decoder may panic on what it did not expect.
pub fn prepare(bytes: &[u8], limits: &ImageLimits) -> Result<PreparedImage, ImageRefusal> {
    develop(bytes, &look(bytes, limits)?, limits)
}

/// What a file says of itself, held against the limits. Nothing is decoded, and nothing of the picture's size allocated.
fn look(bytes: &[u8], limits: &ImageLimits) -> Result<Header, ImageRefusal> {
    limits.check_bytes(bytes.len())?;
    let header = match ImageKind::of(bytes).ok_or(ImageRefusal::NotAnImage)? {
        ImageKind::Jpeg => jpeg::header(bytes, limits)?,
        ImageKind::Png => png::header(bytes, limits)?,
        ImageKind::Gif => gif::header(bytes, limits)?,
        ImageKind::WebP => webp::header(bytes, limits)?,
    };
    limits.check_memory(header.memory)?;
    Ok(header)
}

/// Decodes what [`look`] let pass and writes it anew, in at most `header.memory` bytes besides the input and the output.
fn develop(bytes: &[u8], header: &Header, limits: &ImageLimits) -> Result<PreparedImage, ImageRefusal> {
    match header.kind {
        ImageKind::Gif => gif::prepare(bytes, header, limits),
        ImageKind::Jpeg => still::prepare(&jpeg::decode(bytes, header)?, ImageKind::Jpeg, header, limits),
        ImageKind::Png => still::prepare(&png::decode(bytes, header)?, ImageKind::Png, header, limits),
        ImageKind::WebP => {
            let (image, kind) = webp::decode(bytes, header)?;
            still::prepare(&image, kind, header, limits)
        }
    }
}

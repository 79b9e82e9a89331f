//! A decoded picture, written anew, and its thumbnail.

use super::written::within;
use super::{Header, ImageKind, ImageLimits, ImageRefusal, Picture, PreparedImage, jpeg, png};
use image::DynamicImage;

/// What a list shows.
const THUMBNAIL: u32 = 320;
/// More than that has as a file: 320 × 320 pixels of four bytes each, and what the format adds.
pub(crate) const THUMBNAIL_BYTES: usize = 512 << 10;

/// The first is hard to tell from the original; the others are for pictures that would grow, because their original
/// was stored with less.
const QUALITIES: [u8; 3] = [85, 75, 60];
/// Seen by everybody, and better than a refusal.
const LAST_QUALITY: u8 = 45;
const THUMBNAIL_QUALITY: u8 = 80;

/// Written as JPEG or PNG, whichever `kind` says.
pub(super) fn prepare(
    image: &DynamicImage,
    kind: ImageKind,
    header: &Header,
    limits: &ImageLimits,
) -> Result<PreparedImage, ImageRefusal> {
    let thumbnail = thumbnail(image, limits)?;
    let (width, height) = (image.width(), image.height());
    let bytes = match kind {
        ImageKind::Jpeg => photograph(image, limits)?,
        ImageKind::Png | ImageKind::Gif | ImageKind::WebP => drawing(image, limits)?,
    };
    let picture = Picture { kind, bytes, width, height };
    Ok(PreparedImage { picture, thumbnail, frames: 1, stands_still_now: header.moved })
}

/// The best quality in which it is no larger than what people may send: channels have the same limit.
fn photograph(image: &DynamicImage, limits: &ImageLimits) -> Result<Vec<u8>, ImageRefusal> {
    let small = QUALITIES.into_iter().find_map(|quality| {
        match within(limits.bytes.min(limits.stored), |file| jpeg::encode(image, quality, file)) {
            Err(ImageRefusal::TooLargeAnew { .. }) => None,
            done => Some(done),
        }
    });
    small.unwrap_or_else(|| within(limits.stored, |file| jpeg::encode(image, LAST_QUALITY, file)))
}

fn drawing(image: &DynamicImage, limits: &ImageLimits) -> Result<Vec<u8>, ImageRefusal> {
    within(limits.stored, |file| png::encode(image, file))
}

/// The longest side becomes 320 pixels; a smaller picture stays as it is.
pub(super) fn thumbnail(image: &DynamicImage, limits: &ImageLimits) -> Result<Picture, ImageRefusal> {
    let is_small = image.width().max(image.height()) <= THUMBNAIL;
    let smaller = if is_small { None } else { Some(image.thumbnail(THUMBNAIL, THUMBNAIL)) };
    let image = smaller.as_ref().unwrap_or(image);
    let (kind, bytes) = if image.color().has_alpha() {
        (ImageKind::Png, drawing(image, limits)?)
    } else {
        (ImageKind::Jpeg, within(limits.stored, |file| jpeg::encode(image, THUMBNAIL_QUALITY, file))?)
    };
    Ok(Picture { kind, bytes, width: image.width(), height: image.height() })
}

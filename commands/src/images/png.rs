//! PNG: W3C Portable Network Graphics, third edition.

use super::header::{Header, ImageKind, SLACK, is_copied_by, mentions};
use super::written::Written;
use super::{ImageLimits, ImageRefusal};
use image::metadata::Orientation;
use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};
use png::{BitDepth, ColorType, Compression, Decoder, Encoder, EncodingError, Limits, Transformations};
use std::io::{Cursor, Write};

/// For rows and for chunks that are kept, such as the orientation.
const FOR_CHUNKS: usize = 2 << 20;

/// Its size and the memory it takes, from the first chunk.
pub(super) fn header(bytes: &[u8], limits: &ImageLimits) -> Result<Header, ImageRefusal> {
    let mut decoder = open(bytes);
    let info = decoder.read_header_info().map_err(|_| ImageRefusal::Damaged)?;
    let (width, height, color) = (info.width, info.height, info.color_type);
    let area = limits.check_size(width, height)?;
    let alpha = usize::from(mentions(bytes, *b"tRNS"));
    let channels = match color {
        ColorType::Grayscale => 1 + alpha,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb | ColorType::Indexed => 3 + alpha,
        ColorType::Rgba => 4,
    };
    let copies = 1 + usize::from(mentions(bytes, *b"eXIf"));
    let memory = area * channels * copies + SLACK;
    Ok(Header { kind: ImageKind::Png, width, height, frames: 1, moved: mentions(bytes, *b"acTL"), memory })
}

/// Upright, with 8 bits a channel and without palettes. Of an animation the picture that is shown where none is played.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<DynamicImage, ImageRefusal> {
    let damaged = |_| ImageRefusal::Damaged;
    let mut reader = open(bytes).read_info().map_err(damaged)?;
    let size =
        reader.output_buffer_size().filter(|size| *size <= header.memory).ok_or(ImageRefusal::TooHeavy)?;
    let mut pixels = vec![0; size];
    let color = reader.next_frame(&mut pixels).map_err(damaged)?.color_type;
    // To the end: the orientation may follow the pixels, and a file that was cut off is refused.
    reader.finish().map_err(damaged)?;
    let turn = reader.info().exif_metadata.as_ref().and_then(|exif| Orientation::from_exif_chunk(exif));
    let (width, height) = (header.width, header.height);
    let image = match color {
        ColorType::Grayscale => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        ColorType::GrayscaleAlpha => GrayAlphaImage::from_raw(width, height, pixels).map(DynamicImage::from),
        ColorType::Rgb => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
        ColorType::Rgba => RgbaImage::from_raw(width, height, pixels).map(DynamicImage::from),
        ColorType::Indexed => None,
    };
    let mut image = image.ok_or(ImageRefusal::Damaged)?;
    let turn = turn.unwrap_or(Orientation::NoTransforms);
    if is_copied_by(turn) && 2 * size + SLACK > header.memory {
        return Err(ImageRefusal::TooHeavy);
    }
    image.apply_orientation(turn);
    Ok(image)
}

/// Row by row, so that it stops where the file is full.
pub(super) fn encode(image: &DynamicImage, file: &mut Written) -> Result<(), EncodingError> {
    let color = match image {
        DynamicImage::ImageLuma8(_) => ColorType::Grayscale,
        DynamicImage::ImageLumaA8(_) => ColorType::GrayscaleAlpha,
        DynamicImage::ImageRgb8(_) => ColorType::Rgb,
        // The encoder says no to any other: it counts the bytes.
        _ => ColorType::Rgba,
    };
    let mut encoder = Encoder::new(file, image.width(), image.height());
    encoder.set_color(color);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    let mut writer = encoder.write_header()?;
    let mut rows = writer.stream_writer()?;
    rows.write_all(image.as_bytes())?;
    rows.finish()?;
    writer.finish()
}

fn open(bytes: &[u8]) -> Decoder<Cursor<&[u8]>> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: FOR_CHUNKS });
    // Neither is kept, so neither needs to be inflated.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder
}

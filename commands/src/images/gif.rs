//! GIF: the specification of 1989 and Netscape's loops. Frames are copied with their own colours, delays and disposals;
//! comments, other extensions and whatever follows the end are not.

use super::header::{Header, ImageKind, SLACK};
use super::still::thumbnail;
use super::written::{Written, within};
use super::{ImageLimits, ImageRefusal, Picture, PreparedImage};
use gif::{ColorOutput, DecodeOptions, Decoder, Encoder, Frame, MemoryLimit};
use image::{DynamicImage, Rgba, RgbaImage};
use std::io::Cursor;
use std::num::NonZeroU64;

/// A frame, the same compressed, and the canvas of the thumbnail with alpha and without.
const PER_PIXEL: usize = 10;

/// Its size, its frames and the memory it takes. Goes over the frames without decoding one, no further than the limit.
pub(super) fn header(bytes: &[u8], limits: &ImageLimits) -> Result<Header, ImageRefusal> {
    let damaged = |_| ImageRefusal::Damaged;
    let mut decoder = open(bytes, limits.memory, true)?;
    let (width, height) = (u32::from(decoder.width()), u32::from(decoder.height()));
    let area = limits.check_size(width, height)?;
    let mut frames = 0;
    while let Some(frame) = decoder.next_frame_info().map_err(damaged)? {
        if frame.width == 0 || frame.height == 0 {
            return Err(ImageRefusal::Damaged);
        }
        frames += 1;
        limits.check_frames(frames, area)?;
    }
    if frames == 0 {
        return Err(ImageRefusal::Damaged);
    }
    let memory = area * PER_PIXEL + bytes.len() + SLACK;
    Ok(Header { kind: ImageKind::Gif, width, height, frames, moved: false, memory })
}

/// The same animation, frame by frame.
pub(super) fn prepare(
    bytes: &[u8],
    header: &Header,
    limits: &ImageLimits,
) -> Result<PreparedImage, ImageRefusal> {
    let thumbnail = first_frame(bytes, header).and_then(|image| self::thumbnail(&image, limits))?;
    let bytes = within(limits.stored, |file| rewrite(bytes, header, file))?;
    let (width, height, frames) = (header.width, header.height, header.frames);
    let picture = Picture { kind: ImageKind::Gif, bytes, width, height };
    Ok(PreparedImage { picture, thumbnail, frames, stands_still_now: false })
}

fn rewrite(bytes: &[u8], header: &Header, file: &mut Written) -> Result<(), gif::EncodingError> {
    // Whoever reads the reason is `within`, which has one for all of them.
    let damaged = || gif::EncodingError::Io(std::io::Error::other("damaged"));
    let mut decoder = open(bytes, header.memory, false).map_err(|_| damaged())?;
    let palette = decoder.global_palette().unwrap_or_default().to_vec();
    let mut encoder = Encoder::new(file, decoder.width(), decoder.height(), &palette)?;
    encoder.set_repeat(repeat(bytes).map_err(|_| damaged())?)?;
    for _ in 0..header.frames {
        let frame = decoder.read_next_frame().map_err(|_| damaged())?.ok_or_else(damaged)?;
        encoder.write_frame(frame)?;
    }
    encoder.into_inner().map(|_| ())
}

/// On the canvas, which can be seen through where the frame does not reach.
fn first_frame(bytes: &[u8], header: &Header) -> Result<DynamicImage, ImageRefusal> {
    let damaged = |_| ImageRefusal::Damaged;
    let mut decoder = open(bytes, header.memory, false)?;
    let global = decoder.global_palette().unwrap_or_default().to_vec();
    let frame = decoder.read_next_frame().map_err(damaged)?.ok_or(ImageRefusal::Damaged)?;
    let palette = frame.palette.as_deref().unwrap_or(&global);
    let mut canvas = RgbaImage::new(header.width, header.height);
    let (left, top) = (u32::from(frame.left), u32::from(frame.top));
    let rows = frame.buffer.chunks_exact(usize::from(frame.width));
    for (y, row) in (top..header.height).zip(rows) {
        for (x, index) in (left..header.width).zip(row) {
            canvas.put_pixel(x, y, color(*index, frame, palette));
        }
    }
    // Most fill the canvas; then a photograph's thumbnail may be a JPEG.
    let is_opaque = canvas.pixels().all(|pixel| pixel.0[3] == u8::MAX);
    let canvas = DynamicImage::ImageRgba8(canvas);
    Ok(if is_opaque { DynamicImage::ImageRgb8(canvas.into_rgb8()) } else { canvas })
}

fn color(index: u8, frame: &Frame<'_>, palette: &[u8]) -> Rgba<u8> {
    let at = 3 * usize::from(index);
    match palette.get(at..at + 3) {
        Some(&[red, green, blue]) if frame.transparent != Some(index) => Rgba([red, green, blue, u8::MAX]),
        _ => Rgba([0; 4]),
    }
}

/// How often it is played: known once the extensions before the first frame have been read.
fn repeat(bytes: &[u8]) -> Result<gif::Repeat, ImageRefusal> {
    let mut decoder = open(bytes, SLACK, true)?;
    decoder.next_frame_info().map_err(|_| ImageRefusal::Damaged)?;
    Ok(decoder.repeat())
}

/// Frames outside the canvas are refused: each program shows them otherwise.
fn open(bytes: &[u8], memory: usize, only_headers: bool) -> Result<Decoder<Cursor<&[u8]>>, ImageRefusal> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.set_memory_limit(MemoryLimit::Bytes(NonZeroU64::new(memory as u64).unwrap_or(NonZeroU64::MIN)));
    options.check_frame_consistency(true);
    options.skip_frame_decoding(only_headers);
    options.read_info(Cursor::new(bytes)).map_err(|_| ImageRefusal::Damaged)
}

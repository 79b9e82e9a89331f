//! WebP: RFC 9649.

use super::header::{Header, ImageKind, SLACK, mentions};
use super::{ImageLimits, ImageRefusal, webp_tables};
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder};
use std::io::Cursor;

/// The decoder's planes, its frame, the canvas, what comes out, and alpha by way of a picture of its own.
const FRAME: usize = 20;
/// The planes (12 bits a pixel) and what comes out.
const LOSSY: usize = 6;
/// … and alpha, by way of a picture of its own.
const LOSSY_ALPHA: usize = 12;
/// What comes out, once with alpha and once without, and transforms.
const LOSSLESS: usize = 9;

/// Its size, whether it moves, and the memory it takes.
pub(super) fn header(bytes: &[u8], limits: &ImageLimits) -> Result<Header, ImageRefusal> {
    let bytes = riff(bytes)?;
    let mut seen = Seen::default();
    let mut rest = &bytes[12..];
    while !rest.is_empty() {
        let chunk = Chunk::first(rest)?;
        match &chunk.name {
            // Of those that move only the first frame is decoded.
            b"ANMF" if seen.moves => {}
            b"ANMF" => {
                seen.moves = true;
                seen.note_frame(chunk.content)?;
            }
            _ => seen.note(&chunk)?,
        }
        rest = chunk.after;
    }
    let (width, height) = seen.canvas.or(seen.frame).ok_or(ImageRefusal::Damaged)?;
    let area = limits.check_size(width, height)?;
    // The decoder makes room for a lossy frame of the size that the frame says, and compares it with the canvas
    // afterwards.
    let larger = seen.frames.iter().any(|frame| frame.0 > width || frame.1 > height);
    if larger {
        return Err(ImageRefusal::Damaged);
    }
    let tables = match seen.lossless {
        Some(stream) => webp_tables::size(stream, limits.memory).ok_or(ImageRefusal::Damaged)?,
        None => 0,
    };
    let tables = tables
        + match seen.alpha {
            // Compressed as a lossless picture is.
            Some([first, stream @ ..]) if first & 3 == 1 => {
                let frame = seen.alpha_frame.unwrap_or((width, height));
                webp_tables::size_of_alpha(stream, frame, limits.memory).ok_or(ImageRefusal::Damaged)?
            }
            _ => 0,
        };
    let per_pixel = match (seen.moves, seen.lossless.is_some(), seen.has_alpha) {
        (true, ..) => FRAME,
        (false, true, _) => LOSSLESS,
        (false, false, true) => LOSSY_ALPHA,
        (false, false, false) => LOSSY,
    };
    // A quarter turn: the picture twice is less than what decoding took, except for the simple lossy one.
    let per_pixel = if mentions(bytes, *b"EXIF") { per_pixel.max(8) } else { per_pixel };
    let memory = area * per_pixel + tables + bytes.len() + SLACK;
    Ok(Header { kind: ImageKind::WebP, width, height, frames: 1, moved: seen.moves, memory })
}

/// Upright; JPEG when it was lossy and cannot be seen through, PNG otherwise.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<(DynamicImage, ImageKind), ImageRefusal> {
    let damaged = |_| ImageRefusal::Damaged;
    let bytes = riff(bytes)?;
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    if decoder.dimensions() != (header.width, header.height) {
        return Err(ImageRefusal::Damaged);
    }
    let turn = decoder.orientation().map_err(damaged)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    // Encoders often say that there is alpha when there is none to be seen.
    let is_opaque = image.as_rgba8().is_some_and(|it| it.pixels().all(|pixel| pixel.0[3] == u8::MAX));
    if is_opaque {
        image = DynamicImage::ImageRgb8(image.into_rgb8());
    }
    image.apply_orientation(turn);
    let kind = if mentions(bytes, *b"VP8 ") && !image.color().has_alpha() {
        ImageKind::Jpeg
    } else {
        ImageKind::Png
    };
    Ok((image, kind))
}

#[derive(Default)]
struct Seen<'a> {
    canvas: Option<(u32, u32)>,
    /// The first frame's own size.
    frame: Option<(u32, u32)>,
    /// The sizes of all frames.
    frames: Vec<(u32, u32)>,
    moves: bool,
    has_alpha: bool,
    lossless: Option<&'a [u8]>,
    alpha: Option<&'a [u8]>,
    /// If not the canvas.
    alpha_frame: Option<(u32, u32)>,
}

impl<'a> Seen<'a> {
    fn note(&mut self, chunk: &Chunk<'a>) -> Result<(), ImageRefusal> {
        let content = chunk.content;
        match &chunk.name {
            b"VP8X" => self.canvas = Some(canvas(content).ok_or(ImageRefusal::Damaged)?),
            b"VP8 " => {
                let size = lossy_size(content).ok_or(ImageRefusal::Damaged)?;
                self.frame = self.frame.or(Some(size));
                self.frames.push(size);
            }
            b"VP8L" => {
                let size = lossless_size(content).ok_or(ImageRefusal::Damaged)?;
                self.frame = self.frame.or(Some(size));
                self.frames.push(size);
                // One picture has one.
                if self.lossless.replace(content).is_some() {
                    return Err(ImageRefusal::Damaged);
                }
            }
            b"ALPH" => {
                self.has_alpha = true;
                if self.alpha.replace(content).is_some() {
                    return Err(ImageRefusal::Damaged);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// 16 bytes of where and how long, then a picture, or alpha and a picture.
    fn note_frame(&mut self, frame: &'a [u8]) -> Result<(), ImageRefusal> {
        let first = Chunk::first(frame.get(16..).ok_or(ImageRefusal::Damaged)?)?;
        self.note(&first)?;
        if first.name == *b"ALPH" {
            let size = frame_size(frame).ok_or(ImageRefusal::Damaged)?;
            self.alpha_frame = Some(size);
            self.frames.push(size);
            self.note(&Chunk::first(first.after)?)?;
        }
        Ok(())
    }
}

struct Chunk<'a> {
    name: [u8; 4],
    content: &'a [u8],
    after: &'a [u8],
}

impl<'a> Chunk<'a> {
    fn first(bytes: &'a [u8]) -> Result<Self, ImageRefusal> {
        let (name, rest) = bytes.split_first_chunk().ok_or(ImageRefusal::Damaged)?;
        let (size, rest) = rest.split_at_checked(4).ok_or(ImageRefusal::Damaged)?;
        let size = number(size);
        let (content, rest) = rest.split_at_checked(size).ok_or(ImageRefusal::Damaged)?;
        // To an even number of bytes; some leave the last one out.
        Ok(Self { name: *name, content, after: rest.get(size % 2..).unwrap_or_default() })
    }
}

/// The file as far as it says that it goes: what follows is nobody's.
fn riff(bytes: &[u8]) -> Result<&[u8], ImageRefusal> {
    let size = number(bytes.get(4..8).ok_or(ImageRefusal::Damaged)?);
    bytes.get(..8 + size).filter(|it| it.len() > 12).ok_or(ImageRefusal::Damaged)
}

fn number(little_endian: &[u8]) -> usize {
    little_endian.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

fn canvas(chunk: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| u32::try_from(1 + number(chunk.get(at..at + 3)?)).ok();
    Some((side(4)?, side(7)?))
}

fn frame_size(frame: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| u32::try_from(1 + number(frame.get(at..at + 3)?)).ok();
    Some((side(6)?, side(9)?))
}

fn lossy_size(chunk: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| u32::try_from(number(chunk.get(at..at + 2)?) & 0x3FFF).ok();
    Some((side(6)?, side(8)?))
}

fn lossless_size(chunk: &[u8]) -> Option<(u32, u32)> {
    let bits = number(chunk.get(1..5)?);
    let side = |bits: usize| u32::try_from(1 + (bits & 0x3FFF)).ok();
    Some((side(bits)?, side(bits >> 14)?))
}

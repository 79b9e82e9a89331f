//! JPEG: ITU-T T.81, Annex B.

use super::header::{Header, ImageKind, SLACK, is_copied_by};
use super::written::Written;
use super::{ImageLimits, ImageRefusal};
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError};
use std::io::Cursor;

/// Each scan goes over the whole picture however few bytes it has; ten are usual.
const MOST_SCANS: u32 = 100;

/// Its size and the memory it takes. A file with anything but segments between its first and last marker is refused:
/// the decoder would search on, and find another size than we did.
pub(super) fn header(bytes: &[u8], limits: &ImageLimits) -> Result<Header, ImageRefusal> {
    let frame = walk(bytes).ok_or(ImageRefusal::Damaged)?;
    let area = limits.check_size(frame.width, frame.height)?;
    let mut decoder = open(bytes)?;
    if decoder.dimensions() != (frame.width, frame.height) {
        return Err(ImageRefusal::Damaged);
    }
    let copies = 1 + usize::from(is_copied_by(decoder.orientation().map_err(|_| ImageRefusal::Damaged)?));
    let pixels = area * usize::from(decoder.color_type().bytes_per_pixel()) * copies;
    // The decoder copies its input.
    let memory = pixels + frame.coefficients() + bytes.len() + SLACK;
    let Frame { width, height, .. } = frame;
    Ok(Header { kind: ImageKind::Jpeg, width, height, frames: 1, moved: false, memory })
}

/// Upright, in grey or in colour.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<DynamicImage, ImageRefusal> {
    let mut decoder = open(bytes)?;
    let mut limits = image::Limits::no_limits();
    (limits.max_image_width, limits.max_image_height) = (Some(header.width), Some(header.height));
    limits.max_alloc = Some(header.memory as u64);
    decoder.set_limits(limits).map_err(|_| ImageRefusal::Damaged)?;
    let turn = decoder.orientation().map_err(|_| ImageRefusal::Damaged)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(|_| ImageRefusal::Damaged)?;
    image.apply_orientation(turn);
    Ok(image)
}

pub(super) fn encode(image: &DynamicImage, quality: u8, file: &mut Written) -> Result<(), ImageError> {
    let color = match image {
        DynamicImage::ImageLuma8(_) => ExtendedColorType::L8,
        // The encoder says no to any other.
        _ => ExtendedColorType::Rgb8,
    };
    JpegEncoder::new_with_quality(file, quality).encode(
        image.as_bytes(),
        image.width(),
        image.height(),
        color,
    )
}

fn open(bytes: &[u8]) -> Result<JpegDecoder<Cursor<&[u8]>>, ImageRefusal> {
    JpegDecoder::new(Cursor::new(bytes)).map_err(|_| ImageRefusal::Damaged)
}

/// The frame header.
struct Frame {
    width: u32,
    height: u32,
    is_progressive: bool,
    /// How often each component is sampled in a unit of coding, across and down.
    samplings: Vec<(usize, usize)>,
    /// How many components are in the first scan.
    first_scan: usize,
}

impl Frame {
    fn parse(marker: u8, segment: &[u8]) -> Option<Self> {
        let [8, h1, h0, w1, w0, count, components @ ..] = segment else { return None };
        let (components, []) = components.as_chunks::<3>() else { return None };
        let samplings: Vec<(usize, usize)> =
            components.iter().map(|[_, it, _]| (usize::from(it >> 4), usize::from(it & 15))).collect();
        let is_sound = samplings.len() == usize::from(*count)
            && (1..=4).contains(count)
            && samplings.iter().all(|(across, down)| (1..=4).contains(across) && (1..=4).contains(down));
        let size = |high: u8, low: u8| u32::from(u16::from_be_bytes([high, low]));
        is_sound.then(|| Self {
            width: size(*w1, *w0),
            height: size(*h1, *h0),
            is_progressive: marker == 0xC2,
            samplings,
            first_scan: 0,
        })
    }

    /// Bytes. The decoder keeps 16 bits for each value of the whole picture when its components come one after another.
    fn coefficients(&self) -> usize {
        if !self.is_progressive && self.first_scan == self.samplings.len() {
            return 0;
        }
        let across = self.samplings.iter().map(|it| it.0).max().unwrap_or(1);
        let down = self.samplings.iter().map(|it| it.1).max().unwrap_or(1);
        let units = (self.width as usize).div_ceil(8 * across) * (self.height as usize).div_ceil(8 * down);
        let blocks: usize = self.samplings.iter().map(|(across, down)| across * down).sum();
        2 * 64 * units * blocks
    }
}

/// From marker to marker up to the end of the picture; what follows that is never looked at.
fn walk(bytes: &[u8]) -> Option<Frame> {
    let (mut at, mut frame, mut scans) = (2, None::<Frame>, 0);
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        at += bytes.get(at..)?.iter().take_while(|byte| **byte == 0xFF).count();
        let marker = *bytes.get(at)?;
        at += 1;
        match marker {
            0xD9 => return frame.filter(|_| scans > 0),
            // Restarts, and one that says nothing, have no segment.
            0x01 | 0xD0..=0xD7 => continue,
            0x00 | 0xD8 => return None,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let segment = bytes.get(at + 2..at + length)?;
        at += length;
        match marker {
            0xC0..=0xC2 if frame.is_none() => frame = Some(Frame::parse(marker, segment)?),
            // DHT, JPG and DAC lie between the frames of rare makes.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => return None,
            0xDA => {
                scans += 1;
                let frame = frame.as_mut().filter(|_| scans <= MOST_SCANS)?;
                if scans == 1 {
                    frame.first_scan = usize::from(*segment.first()?);
                }
                at += bytes.get(at..)?.windows(2).position(ends_a_scan)?;
            }
            _ => {}
        }
    }
}

/// In a scan, 0xFF is followed by 0 when it is a value, and by 0xD0 to 0xD7 when the scan restarts.
fn ends_a_scan(two: &[u8]) -> bool {
    two[0] == 0xFF && !matches!(two[1], 0 | 0xD0..=0xD7)
}

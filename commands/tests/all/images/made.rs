//! Files made by hand, for what no honest program writes; and the pictures of `tests/pictures/`, made by Pillow.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, RgbImage};
use std::io::Write;
use std::path::Path;

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name);
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// A photograph-like picture: smooth, with as much noise as asked for.
pub(crate) fn photograph(width: u32, height: u32, noise: u32) -> DynamicImage {
    let mut state = 7_u32;
    let image = RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 24) * noise / 256;
        let level = |value: u32| u8::try_from(value.min(255)).expect("at most 255");
        image::Rgb([level(x * 200 / width + grain), level(y * 200 / height + grain), level(90 + grain)])
    });
    DynamicImage::ImageRgb8(image)
}

pub(crate) fn jpeg(image: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality)
        .encode(image.as_bytes(), image.width(), image.height(), image.color().into())
        .expect("encodes");
    file
}

/// Rows of one byte, as `png` writes them.
pub(crate) fn png_file(width: u32, height: u32, color: png::ColorType, pixels: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(color);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(pixels).expect("pixels");
    writer.finish().expect("an end");
    file
}

/// Any chunks behind the signature.
pub(crate) fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in chunks {
        file.extend(u32::try_from(content.len()).expect("short").to_be_bytes());
        let start = file.len();
        file.extend(*name);
        file.extend(*content);
        let sum = crc32(&file[start..]);
        file.extend(sum.to_be_bytes());
    }
    file
}

pub(crate) fn ihdr(width: u32, height: u32, depth: u8, color: u8) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat()
}

/// So many zeros, as small as they get.
pub(crate) fn zlib_of_zeros(count: usize) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 16];
    for _ in 0..count >> 16 {
        zlib.write_all(&zeros).expect("writes");
    }
    zlib.write_all(&zeros[..count & 0xFFFF]).expect("writes");
    zlib.finish().expect("ends")
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    })
}

pub(crate) fn gif_of(side: u16, frames: usize, repeat: gif::Repeat) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, side, side, &[0, 0, 0, 255, 0, 0]).expect("a header");
    encoder.set_repeat(repeat).expect("repeats");
    let pixels = vec![1; usize::from(side) * usize::from(side)];
    for _ in 0..frames {
        let frame =
            gif::Frame { width: side, height: side, buffer: pixels.as_slice().into(), ..Default::default() };
        encoder.write_frame(&frame).expect("a frame");
    }
    drop(encoder);
    file
}

/// A file of one chunk.
pub(crate) fn webp_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, content) in chunks {
        body.extend(*name);
        body.extend(u32::try_from(content.len()).expect("short").to_le_bytes());
        body.extend(*content);
        body.extend(vec![0; content.len() % 2]);
    }
    [b"RIFF", &u32::try_from(body.len()).expect("short").to_le_bytes()[..], &body].concat()
}

/// One pixel, whose tables are chosen among so many groups of five: 12 bytes become 4096 in a decoder.
pub(crate) fn webp_of_tables(groups: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    // Signature, 1 × 1, no alpha, version 0, no transform, no cache, and a choice of tables in tiles of four.
    bits.put(0x2F, 8);
    bits.put(0, 14 + 14 + 1 + 3 + 1 + 1);
    bits.put(1, 1);
    bits.put(0, 3);
    // The picture of choices: no cache; green, red, blue, alpha and distance of one symbol each.
    bits.put(0, 1);
    let last = groups - 1;
    for symbol in [last & 0xFF, last >> 8, 0, 0, 0] {
        bits.put(0b101, 3);
        bits.put(symbol, 8);
    }
    for _ in 0..groups * 5 {
        bits.put_table();
    }
    bits.put(0, 32);
    webp_of(&[(b"VP8L", &bits.bytes)])
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    /// The lowest first.
    fn put(&mut self, value: u32, count: u32) {
        for at in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = u8::try_from(u64::from(value) >> at & 1).expect("a bit");
            *self.bytes.last_mut().expect("pushed") |= bit << (self.used % 8);
            self.used += 1;
        }
    }

    /// Eleven symbols with codes of 1, 2, … 9, 10, 10 bits, told by a code in which 1 to 6 have three bits and 7 to 10
    /// have four.
    fn put_table(&mut self) {
        self.put(0, 1);
        self.put(14 - 4, 4);
        for length in [0, 0, 0, 3, 3, 3, 3, 3, 0, 3, 4, 4, 4, 4] {
            self.put(length, 3);
        }
        // Eleven lengths: 2 + 9, in 2 + 2 × 1 bits.
        self.put(1, 1);
        self.put(1, 3);
        self.put(9, 4);
        for length in [1_u32, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10] {
            let (code, count) = if length <= 6 { (length - 1, 3) } else { (length + 5, 4) };
            self.put(code.reverse_bits() >> (32 - count), count);
        }
    }
}

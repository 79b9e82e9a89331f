//! Pictures made by hand, for what no picture of the folder is large enough, or says of itself.

use flate2::{Compression, write::ZlibEncoder};
use std::io::Write;

/// A picture of so many pixels a side that nothing makes smaller, so that its file takes a while to be written.
pub(crate) fn noise(side: u32) -> Vec<u8> {
    let mut state = 0x9E37_79B9_u32;
    let mut rows = Vec::new();
    for place in 0..side * (1 + side * 3) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        // Each row begins with how it was filtered: not at all.
        rows.push(if place % (1 + side * 3) == 0 { 0 } else { state.to_le_bytes()[0] });
    }
    let length = side.to_be_bytes();
    let head = [length.as_slice(), &length, &[8, 2, 0, 0, 0]].concat();
    let parts = [chunk(*b"IHDR", &head), chunk(*b"IDAT", &stored(&rows)), chunk(*b"IEND", &[])];
    [b"\x89PNG\r\n\x1a\n".as_slice(), &parts.concat()].concat()
}

/// As many pixels a side, all of them black, in colour: a small file, and a large picture.
pub(crate) fn blank(side: u32) -> Vec<u8> {
    let length = side.to_be_bytes();
    let head = [length.as_slice(), &length, &[8, 2, 0, 0, 0]].concat();
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::fast());
    let row = vec![0; 1 + 3 * side as usize];
    (0..side).for_each(|_| rows.write_all(&row).expect("written"));
    let rows = rows.finish().expect("written");
    let parts = [chunk(*b"IHDR", &head), chunk(*b"IDAT", &rows), chunk(*b"IEND", &[])];
    [b"\x89PNG\r\n\x1a\n".as_slice(), &parts.concat()].concat()
}

/// As zlib has what it does not compress (RFC 1950 and 1951).
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(0xFFFF).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).expect("a block");
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    stream.extend((high << 16 | low).to_be_bytes());
    stream
}

/// A part of a PNG with its length and its sum.
fn chunk(kind: [u8; 4], bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a chunk").to_be_bytes();
    let named = [kind.as_slice(), bytes].concat();
    let sum = crc(&named).to_be_bytes();
    [length.as_slice(), &named, &sum].concat()
}

/// As PNG has it (ISO 15948, annex D).
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { 0xEDB8_8320 ^ (sum >> 1) } else { sum >> 1 };
        }
    }
    !sum
}

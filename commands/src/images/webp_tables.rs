//! How much room the tables of a lossless WebP take (RFC 9649, section 3): a few bits ask a decoder for a table of
//! thousands of bytes, as often as a stream likes, so they are added up before one of them is built.

/// The heap that the tables take in `image-webp` 0.2 (huffman.rs), or none if the stream makes no sense; beyond
/// `most` it adds no further. Besides the input it takes four bytes for each tile of the picture of choices: at most a sixteenth of the picture's pixels, whose
/// number has to be checked before.
pub(super) fn size(stream: &[u8], most: usize) -> Option<usize> {
    let mut bits = Bits { stream, at: 8 };
    let (width, height) = (bits.take(14)? + 1, bits.take(14)? + 1);
    bits.take(4)?;
    transformed(bits, width, height, most)
}

/// The same of an alpha, which has the size of its frame and says nothing of itself.
pub(super) fn size_of_alpha(stream: &[u8], (width, height): (u32, u32), most: usize) -> Option<usize> {
    transformed(Bits { stream, at: 0 }, width, height, most)
}

fn transformed(mut bits: Bits<'_>, width: u32, height: u32, most: usize) -> Option<usize> {
    let mut across = width;
    // The decoder takes each of the four transforms once.
    for _ in 0..=4 {
        if bits.take(1)? == 0 {
            return picture(&mut bits, across, height, most);
        }
        match bits.take(2)? {
            0 | 1 => {
                let tile = bits.take(3)? + 2;
                pixels(&mut bits, tiles(across, tile), tiles(height, tile), false)?;
            }
            2 => {}
            _ => {
                let colors = bits.take(8)? + 1;
                pixels(&mut bits, colors, 1, false)?;
                // Several indices share a pixel when there are few colours.
                across = tiles(
                    across,
                    [3, 2, 1, 0]
                        [usize::from(colors > 2) + usize::from(colors > 4) + usize::from(colors > 16)],
                );
            }
        }
    }
    None
}

/// The picture itself: up to its tables, which it chooses among by tile.
fn picture(bits: &mut Bits<'_>, width: u32, height: u32, most: usize) -> Option<usize> {
    let cache = cache_bits(bits)?;
    let mut groups = 1;
    if bits.take(1)? == 1 {
        let tile = bits.take(3)? + 2;
        let choices = pixels(bits, tiles(width, tile), tiles(height, tile), true)?;
        groups += choices.iter().map(|it| it >> 8 & 0xFFFF).max()?;
    }
    let mut size = 0;
    for _ in 0..groups {
        size += group(bits, cache)?.iter().map(Code::size).sum::<usize>() + GROUP;
        if size > most {
            break;
        }
    }
    Some(size)
}

/// Five codes side by side in a list that doubles when it is full.
const GROUP: usize = 3 * 5 * 56;

fn tiles(side: u32, bits: u32) -> u32 {
    side.div_ceil(1 << bits)
}

fn cache_bits(bits: &mut Bits<'_>) -> Option<u32> {
    match bits.take(1)? {
        0 => Some(0),
        _ => bits.take(4).filter(|it| (1..=11).contains(it)),
    }
}

/// Green with lengths and the cache, red, blue, alpha, and distance.
fn group(bits: &mut Bits<'_>, cache: u32) -> Option<[Code; 5]> {
    let cached = if cache == 0 { 0 } else { 1 << cache };
    let mut code = |symbols| code(bits, symbols);
    Some([code(256 + 24 + cached)?, code(256)?, code(256)?, code(256)?, code(40)?])
}

/// A picture with one group of codes, such as a transform's; its pixels as ARGB only if they are wanted.
fn pixels(bits: &mut Bits<'_>, width: u32, height: u32, wanted: bool) -> Option<Vec<u32>> {
    let cache_bits = cache_bits(bits)?;
    let [green, red, blue, alpha, distance] = group(bits, cache_bits)?;
    let mut cache = vec![0_u32; 1 << cache_bits];
    let (count, mut at) = ((width * height) as usize, 0);
    let mut pixels = Vec::with_capacity(if wanted { count } else { 0 });
    while at < count {
        let symbol = green.read(bits)?;
        let before = pixels.len();
        match symbol {
            0..256 => {
                let (red, blue, alpha) = (red.read(bits)?, blue.read(bits)?, alpha.read(bits)?);
                at += 1;
                if wanted {
                    pixels.push(alpha << 24 | red << 16 | symbol << 8 | blue);
                }
            }
            256..280 => {
                let length = number(bits, symbol - 256)? as usize;
                let code = distance.read(bits)?;
                let back = back(number(bits, code)?, width);
                if back > at || length > count - at {
                    return None;
                }
                at += length;
                if wanted {
                    (0..length).for_each(|_| pixels.push(pixels[pixels.len() - back]));
                }
            }
            _ => {
                at += 1;
                if wanted {
                    pixels.push(*cache.get(symbol as usize - 280)?);
                }
            }
        }
        if cache_bits > 0 {
            for pixel in &pixels[before..] {
                cache[(0x1E35_A7BD_u32.wrapping_mul(*pixel) >> (32 - cache_bits)) as usize] = *pixel;
            }
        }
    }
    Some(pixels)
}

/// A length or a distance: the symbol says how many bits follow.
fn number(bits: &mut Bits<'_>, symbol: u32) -> Option<u32> {
    if symbol < 4 {
        return Some(symbol + 1);
    }
    let extra = (symbol - 2) >> 1;
    Some(((2 + (symbol & 1)) << extra) + bits.take(extra)? + 1)
}

/// The first 120 distances are places nearby, over and to the left.
fn back(distance: u32, width: u32) -> usize {
    let nearby = usize::try_from(distance).ok().and_then(|it| NEARBY.get(it - 1));
    let pixels = match nearby {
        Some((left, over)) => i64::from(*left) + i64::from(*over) * i64::from(width),
        None => i64::from(distance) - 120,
    };
    usize::try_from(pixels.max(1)).unwrap_or(usize::MAX)
}

/// A canonical prefix code.
struct Code {
    /// How many symbols have a code of so many bits.
    counts: [u32; 16],
    /// By the length of their codes, then by themselves.
    symbols: Vec<u32>,
}

impl Code {
    fn new(lengths: &[u32]) -> Option<Self> {
        let mut counts = [0; 16];
        for length in lengths {
            counts[*length as usize] += 1;
        }
        counts[0] = 0;
        let mut symbols: Vec<u32> = (0..).zip(lengths).filter(|it| *it.1 > 0).map(|it| it.0).collect();
        symbols.sort_by_key(|it| lengths[*it as usize]);
        let used = (1..16).fold(0, |used, length| used + (counts[length] << (15 - length)));
        // Nothing left over and nothing twice, except that a single symbol needs no bits.
        (symbols.len() == 1 || used == 1 << 15).then_some(Self { counts, symbols })
    }

    fn read(&self, bits: &mut Bits<'_>) -> Option<u32> {
        if let [only] = self.symbols[..] {
            return Some(only);
        }
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in &self.counts[1..] {
            code = code << 1 | bits.take(1)?;
            if code < first + count {
                return self.symbols.get((index + code - first) as usize).copied();
            }
            index += count;
            first = (first + count) << 1;
        }
        None
    }

    /// In the decoder: four bytes for each entry of a table of up to ten bits, and two nodes of sixteen for each
    /// longer code; what the allocator adds.
    fn size(&self) -> usize {
        let longest = self.counts.iter().rposition(|it| *it > 0).unwrap_or(0).min(10);
        let longer: u32 = self.counts[11..].iter().sum();
        (4 << longest) + 32 * longer as usize + 64
    }
}

/// As it is written before what it codes.
fn code(bits: &mut Bits<'_>, symbols: u32) -> Option<Code> {
    if bits.take(1)? == 1 {
        let is_two = bits.take(1)? == 1;
        let width = if bits.take(1)? == 1 { 8 } else { 1 };
        let first = bits.take(width)?;
        let second = if is_two { Some(bits.take(8)?) } else { None };
        let counts = [0, if is_two { 2 } else { 1 }, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let both: Vec<u32> = [first].into_iter().chain(second).collect();
        return both.iter().all(|it| *it < symbols).then_some(Code { counts, symbols: both });
    }
    let mut of_lengths = [0; 19];
    let told = bits.take(4)? as usize + 4;
    for symbol in ORDER.get(..told)? {
        of_lengths[*symbol] = bits.take(3)?;
    }
    let of_lengths = Code::new(&of_lengths)?;
    let mut most = symbols;
    if bits.take(1)? == 1 {
        let width = 2 + 2 * bits.take(3)?;
        most = 2 + bits.take(width)?;
        if most > symbols {
            return None;
        }
    }
    let (mut lengths, mut last) = (Vec::with_capacity(symbols as usize), 8);
    while lengths.len() < symbols as usize && most > 0 {
        most -= 1;
        let (length, times) = match of_lengths.read(bits)? {
            16 => (last, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (length, 1),
        };
        if length > 0 {
            last = length;
        }
        lengths.extend((0..times).map(|_| length));
    }
    if lengths.len() > symbols as usize { None } else { Code::new(&lengths) }
}

/// Lowest bits first.
struct Bits<'a> {
    stream: &'a [u8],
    /// In bits.
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<u32> {
        let end = self.at + count as usize;
        let bytes = self.stream.get(self.at / 8..end.div_ceil(8))?;
        let value = bytes.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        let value = value >> (self.at % 8) & ((1 << count) - 1);
        self.at = end;
        u32::try_from(value).ok()
    }
}

/// Of the lengths that are told first.
const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// Pixels to the left, rows above.
#[rustfmt::skip]
const NEARBY: [(i8, i8); 120] = [
    (0, 1), (1, 0), (1, 1), (-1, 1), (0, 2), (2, 0), (1, 2), (-1, 2), (2, 1), (-2, 1), (2, 2), (-2, 2),
    (0, 3), (3, 0), (1, 3), (-1, 3), (3, 1), (-3, 1), (2, 3), (-2, 3), (3, 2), (-3, 2), (0, 4), (4, 0),
    (1, 4), (-1, 4), (4, 1), (-4, 1), (3, 3), (-3, 3), (2, 4), (-2, 4), (4, 2), (-4, 2), (0, 5), (3, 4),
    (-3, 4), (4, 3), (-4, 3), (5, 0), (1, 5), (-1, 5), (5, 1), (-5, 1), (2, 5), (-2, 5), (5, 2), (-5,
    2), (4, 4), (-4, 4), (3, 5), (-3, 5), (5, 3), (-5, 3), (0, 6), (6, 0), (1, 6), (-1, 6), (6, 1), (-6,
    1), (2, 6), (-2, 6), (6, 2), (-6, 2), (4, 5), (-4, 5), (5, 4), (-5, 4), (3, 6), (-3, 6), (6, 3),
    (-6, 3), (0, 7), (7, 0), (1, 7), (-1, 7), (5, 5), (-5, 5), (7, 1), (-7, 1), (4, 6), (-4, 6), (6, 4),
    (-6, 4), (2, 7), (-2, 7), (7, 2), (-7, 2), (3, 7), (-3, 7), (7, 3), (-7, 3), (5, 6), (-5, 6), (6,
    5), (-6, 5), (8, 0), (4, 7), (-4, 7), (7, 4), (-7, 4), (8, 1), (8, 2), (6, 6), (-6, 6), (8, 3), (5,
    7), (-5, 7), (7, 5), (-7, 5), (8, 4), (6, 7), (-6, 7), (7, 6), (-7, 6), (8, 5), (7, 7), (-7, 7), (8,
    6), (8, 7),
];

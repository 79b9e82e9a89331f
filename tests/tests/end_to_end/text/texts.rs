//! Texts that break things: each for a reason, and some that nobody has a reason for.

use store::random;

/// What was met in the wild, or is a place where one of the layers counts, cuts, escapes or folds.
const PIECES: [&str; 47] = [
    // PostgreSQL's `json` takes the first, its `text` does not; the others are controls of both halves of Latin-1.
    "\0",
    "\u{1}",
    "\u{8}",
    "\u{b}",
    "\u{c}",
    "\u{1b}[31m",
    "\u{1f}",
    "\u{7f}",
    "\u{80}",
    "\u{85}",
    "\u{9f}",
    // White space and line ends, the ordinary and the others.
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\n\r\r\n",
    "\u{a0}",
    "\u{2028}",
    "\u{2029}",
    "\u{3000}",
    "\u{feff}",
    // Seen by nobody: zero width, direction, language tags, soft hyphen.
    "\u{200b}",
    "\u{200d}",
    "\u{2060}",
    "\u{ad}",
    "\u{200e}\u{202e}\u{2066}",
    "\u{2069}\u{202c}",
    "\u{e0041}\u{e007f}",
    // Four bytes, two UTF-16 units, many scalars in one sign, and combining marks on nothing or on one letter.
    "𠮷",
    "👩\u{200d}👩\u{200d}👧\u{200d}👦",
    "🇩🇪🇩",
    "\u{301}",
    "e\u{301}\u{327}\u{20dd}",
    "ก็็็็็็็็็็",
    "\u{1f3fb}",
    // No characters, private ones, the last one; one whose lower case has two.
    "\u{fffe}",
    "\u{ffff}",
    "\u{fdd0}",
    "\u{e000}",
    "\u{10ffff}",
    "İ",
    // What some layer would take for its own.
    "\\u0000\\ud800",
    "\"}]}' -- \\",
    "{\"$personal\":{\"key\":\"x\"}}",
    "{{member.name}}%s%n${x}",
    "\u{fffd}",
];

/// How many of the texts are drawn.
const DRAWN: usize = 24;

/// Pieces by themselves and around letters, drawn mixtures, and all of [`few`].
pub(super) fn texts(limit: usize) -> Vec<String> {
    let mut texts = vec![String::new()];
    texts.extend(PIECES.iter().flat_map(|piece| [(*piece).to_owned(), format!("{piece}a{piece}")]));
    texts.extend((0..DRAWN).map(|_| drawn()));
    texts.extend(few(limit));
    texts
}

/// Each piece between letters, and texts at a limit.
pub(super) fn few(limit: usize) -> impl Iterator<Item = String> {
    let long = ["x", "𠮷", "\u{301}"].into_iter().flat_map(move |sign| {
        [sign.repeat(limit), sign.repeat(limit + 1), format!(" {}\r\n", sign.repeat(limit))]
    });
    PIECES.iter().map(|piece| format!("a{piece}b")).chain(long)
}

/// Pieces and characters from anywhere.
fn drawn() -> String {
    let [length] = random::bytes();
    let part = |_| {
        let [choice, piece, a, b, c] = random::bytes();
        match choice % 3 {
            0 => PIECES[usize::from(piece) % PIECES.len()].to_owned(),
            1 => char::from(a).to_string(),
            _ => {
                char::from_u32(u32::from_be_bytes([0, a % 0x11, b, c])).map_or_else(String::new, String::from)
            }
        }
    };
    (0..length % 24).map(part).collect()
}

//! Folded text, cut into what can be looked for.

use super::fold::{bare, fold, spelt_out};
use unicode_normalization::char::is_combining_mark;

/// Something to look for, and where it stands. White space takes no place, so that 배송 지연 and 배송지연, and `K8 门锁` and
/// `K8门锁`, are the same; other marks take one, so that nothing is found across the end of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) at: u32,
    /// How many places it takes: more than one when it was put together.
    pub(super) width: u32,
    pub(super) form: Form,
}

/// What it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One character of a script that is written without spaces, or with spaces that people forget.
    Character(char),
    /// A word, or a part of one between hyphens or between letters and digits.
    Word(String),
    /// The same word spelt another way: mueller for Müller.
    Spelling(String),
    /// Neighbouring words put together: nf200 for NF-200, 13800138000 for 138 0013 8000.
    Joined(String),
}

/// Longer ones are looked for by their parts.
const LONGEST_JOINED: usize = 24;

/// Cuts a text.
pub(super) fn cut(text: &str) -> Vec<Unit> {
    let mut cutter = Cutter::default();
    let folded = fold(text);
    let mut word = String::new();
    for c in folded.chars() {
        let unspaced = is_unspaced(c);
        if !unspaced && (c.is_alphanumeric() || is_combining_mark(c) && !word.is_empty()) {
            word.push(c);
            continue;
        }
        cutter.word(&std::mem::take(&mut word));
        if unspaced {
            cutter.end_joins();
            cutter.push(1, Form::Character(c));
            cutter.at += 1;
        } else {
            cutter.between(c);
        }
    }
    cutter.word(&word);
    cutter.end_joins();
    cutter.units
}

#[derive(Default)]
struct Cutter {
    units: Vec<Unit>,
    at: u32,
    /// Words that are written together, with where the first stands.
    joined: Vec<String>,
    /// Groups of digits that may be one number, whatever is between them.
    digits: Vec<String>,
    first_digits: u32,
}

impl Cutter {
    fn push(&mut self, width: u32, form: Form) {
        self.units.push(Unit { at: self.at, width, form });
    }

    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        let number = word.bytes().all(|b| b.is_ascii_digit());
        if !number || word.len() < 2 {
            self.end_digits();
        }
        for part in parts(word) {
            if let Some(spelling) = spelt_out(part) {
                self.push(1, Form::Spelling(spelling));
            }
            let part = bare(part);
            self.push(1, Form::Word(part.clone()));
            if number && part.len() >= 2 {
                if self.digits.is_empty() {
                    self.first_digits = self.at;
                }
                self.digits.push(part.clone());
            }
            self.joined.push(part);
            self.at += 1;
        }
    }

    /// What stands between words joins them, says nothing, or keeps them apart.
    fn between(&mut self, c: char) {
        match c {
            '-' | '\'' | '_' | '/' | '+' => self.end_digits_unless(c == '-' || c == '/'),
            c if c.is_whitespace() => self.end_joined(),
            '(' | ')' => self.end_joined(),
            // No sentence ends within an address or a version: they stay neighbours.
            '.' | '@' | '&' | '#' => self.end_joins(),
            _ => {
                self.end_joins();
                self.at += 1;
            }
        }
    }

    fn end_digits_unless(&mut self, goes_on: bool) {
        if !goes_on {
            self.end_digits();
        }
    }

    fn end_joins(&mut self) {
        self.end_joined();
        self.end_digits();
    }

    fn end_joined(&mut self) {
        let parts = std::mem::take(&mut self.joined);
        let length: usize = parts.iter().map(String::len).sum();
        if parts.len() > 1 && length <= LONGEST_JOINED {
            let width = width(&parts);
            self.units.push(Unit { at: self.at - width, width, form: Form::Joined(parts.concat()) });
        }
    }

    fn end_digits(&mut self) {
        let groups = std::mem::take(&mut self.digits);
        let length: usize = groups.iter().map(String::len).sum();
        if groups.len() > 1 && (7..=15).contains(&length) {
            let unit =
                Unit { at: self.first_digits, width: width(&groups), form: Form::Joined(groups.concat()) };
            if !self.units.contains(&unit) {
                self.units.push(unit);
            }
        }
    }
}

fn width<T>(parts: &[T]) -> u32 {
    u32::try_from(parts.len()).unwrap_or(u32::MAX)
}

/// A word of letters and digits in two parts, when it has just two: iphone15 is iphone and 15. With more it is a code.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let digit = |c: char| c.is_ascii_digit();
    let changes = |(a, b): (&char, &char)| digit(*a) != digit(*b);
    let letters: Vec<char> = word.chars().collect();
    let one = letters.iter().zip(letters.iter().skip(1)).filter(|pair| changes(*pair)).count() == 1;
    let first = word.chars().next().is_some_and(digit);
    let middle = if one { word.find(|c| digit(c) != first).unwrap_or(word.len()) } else { word.len() };
    let (head, tail) = word.split_at(middle);
    [head, tail].into_iter().filter(|part| !part.is_empty())
}

/// Chinese, Japanese and Korean, and the scripts of South-East Asia.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E01..=0x0E5B | 0x0E81..=0x0EDF | 0x1000..=0x109F | 0x1780..=0x17DD // Thai, Lao, Burmese, Khmer
        | 0x1100..=0x11FF | 0x3131..=0x318E | 0xAC00..=0xD7A3                 // Hangul
        | 0x3005..=0x3007 | 0x3041..=0x3096 | 0x309D..=0x309F | 0x30A1..=0x30FA | 0x30FC..=0x30FF
        | 0x3105..=0x312F | 0x31A0..=0x31BF | 0x31F0..=0x31FF                 // kana, Bopomofo
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

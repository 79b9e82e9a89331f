//! One thing that is looked for, and every way in which it may be written.

use super::{
    cut::{Form, Unit, cut, is_unspaced},
    index::{FEWEST_DIGITS, beginning, ending, pair},
};

/// Any of these ways will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) ways: Vec<Way>,
}

/// One way to write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// In these words.
    Said(Phrase),
    /// In all of these, wherever.
    Each(Vec<Phrase>),
    /// In both of these, so many places apart at most.
    Near(Phrase, Phrase, u32),
    /// As a contact's number that ends like this.
    Ending {
        /// The digits.
        digits: String,
        /// Were they written with the zero before an area code? Then nothing but a country's code is before them.
        national: bool,
    },
}

/// Neighbours in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase(pub(super) Vec<Part>);

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// These characters, one after the other.
    Characters(Vec<char>),
    /// This word.
    Word(String),
    /// A word that begins like this; of one letter, only the word.
    Beginning(String),
}

impl Term {
    /// What stands in quotes: whole words, in order.
    pub(super) fn quoted(text: &str) -> Option<Self> {
        let phrase = phrase(&cut(text), false)?;
        Some(Self { ways: vec![Way::Said(phrase)] })
    }

    /// What stands between spaces: a word, its beginning, or several in one.
    pub(super) fn typed(text: &str) -> Option<Self> {
        let units = cut(text);
        let mut ways = vec![Way::Said(phrase(&units, true)?)];
        let words = other_words(&units).chain(as_reference(text));
        ways.extend(words.map(|word| Way::Said(Phrase(vec![Part::Beginning(word)]))));
        ways.extend(as_number(text));
        ways.extend(apart(&units));
        Some(Self { ways })
    }

    /// Groups of digits between spaces: one number, or several.
    pub(super) fn numbers(groups: &[&str]) -> Option<Self> {
        let mut term = Self::typed(&groups.join(" "))?;
        let each = groups.iter().filter_map(|group| phrase(&cut(group), true));
        term.ways.push(Way::Each(each.collect()));
        Some(term)
    }

    /// For each way, the tokens that a message has which says it.
    pub(super) fn tokens(&self) -> Vec<Vec<String>> {
        self.ways.iter().map(Way::tokens).collect()
    }
}

impl Way {
    fn tokens(&self) -> Vec<String> {
        let of = |phrases: &[&Phrase]| {
            phrases.iter().flat_map(|phrase| &phrase.0).flat_map(Part::tokens).collect()
        };
        match self {
            Self::Said(phrase) => of(&[phrase]),
            Self::Each(phrases) => of(&phrases.iter().collect::<Vec<_>>()),
            Self::Near(one, other, _) => of(&[one, other]),
            Self::Ending { digits, .. } => vec![ending(digits)],
        }
    }
}

impl Part {
    fn tokens(&self) -> Vec<String> {
        match self {
            Self::Characters(characters) => match characters.as_slice() {
                [one] => vec![one.to_string()],
                more => more.iter().zip(more.iter().skip(1)).map(|(a, b)| pair(*a, *b)).collect(),
            },
            Self::Word(word) | Self::Beginning(word) => vec![beginning(word)],
        }
    }
}

/// So many digits are the end of a number that somebody remembers, more are a number.
const LONGEST_ENDING: usize = 6;

/// The units as neighbours; the last word may go on.
fn phrase(units: &[Unit], goes_on: bool) -> Option<Phrase> {
    let mut parts: Vec<Part> = vec![];
    for unit in units {
        match (&unit.form, parts.last_mut()) {
            (Form::Character(c), Some(Part::Characters(run))) => run.push(*c),
            (Form::Character(c), _) => parts.push(Part::Characters(vec![*c])),
            (Form::Word(word), _) => parts.push(Part::Word(word.clone())),
            (Form::Spelling(_) | Form::Joined(_), _) => {}
        }
    }
    if let (true, Some(Part::Word(last))) = (goes_on, parts.last()) {
        let last = last.clone();
        parts.pop();
        parts.push(Part::Beginning(last));
    }
    Some(Phrase(parts)).filter(|phrase| !phrase.0.is_empty())
}

/// The same put together or spelt another way, when that is all of it.
fn other_words(units: &[Unit]) -> impl Iterator<Item = String> {
    let end = units.iter().map(|unit| unit.at + unit.width).max().unwrap_or(0);
    let whole = units.iter().filter(move |unit| unit.at == 0 && unit.width == end);
    whole.filter_map(|unit| match &unit.form {
        Form::Spelling(word) | Form::Joined(word) => Some(word.clone()),
        Form::Character(_) | Form::Word(_) => None,
    })
}

/// A reference is also said: O for 0, I and L for 1.
fn as_reference(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let code = lower.strip_prefix("lw-").or(lower.strip_prefix("lw")).unwrap_or(&lower);
    let code = code.replace('o', "0").replace(['i', 'l'], "1");
    (code.len() == 6 && code.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(code)
}

/// Digits as the end of a phone number: the zero before an area code is not in it.
fn as_number(text: &str) -> Option<Way> {
    let other = |c: char| {
        !c.is_ascii_digit() && !c.is_whitespace() && !matches!(c, '+' | '-' | '(' | ')' | '/' | '.')
    };
    let half = super::fold::fold(text);
    if half.contains(other) {
        return None;
    }
    let digits: String = half.chars().filter(char::is_ascii_digit).collect();
    // The last few may begin with a zero themselves.
    let national = digits.len() > LONGEST_ENDING && digits.starts_with('0');
    let digits = if national { digits.trim_start_matches('0').to_owned() } else { digits };
    (digits.len() >= FEWEST_DIGITS).then_some(Way::Ending { digits, national })
}

/// How far apart two words are that were typed together: further, and they belong to different things.
const NEAR: u32 = 16;
/// The same when one of them is a single character, which is in many words.
const NEARER: u32 = 6;

/// Words that were typed without a space between them, found apart: 退款失败 in 退款一直失败, 开发票 in 开一张发票. Without a
/// dictionary nobody knows where one word ends, so they are cut at every place. More than six characters are a sentence.
fn apart(units: &[Unit]) -> Vec<Way> {
    let Some(Phrase(parts)) = phrase(units, true) else { return vec![] };
    match parts.as_slice() {
        [Part::Characters(run)] if (3..=6).contains(&run.len()) && run.iter().all(|c| is_han(*c)) => {
            let (edge, within) = if run.len() == 3 { (1, NEARER) } else { (2, NEAR) };
            let half = |part: &[char]| Phrase(vec![Part::Characters(part.to_vec())]);
            let cuts = edge..=run.len() - edge;
            cuts.map(|at| Way::Near(half(&run[..at]), half(&run[at..]), within)).collect()
        }
        // Where the script changes, a word ends: app闪退 in APP 一直闪退.
        [one @ (Part::Beginning(_) | Part::Word(_)), run @ Part::Characters(_)]
        | [run @ Part::Characters(_), one @ Part::Beginning(_)] => {
            let alone = |part: &Part| Phrase(vec![part.clone()]);
            vec![Way::Near(alone(one), alone(run), NEAR)]
        }
        _ => vec![],
    }
}

fn is_han(c: char) -> bool {
    is_unspaced(c) && matches!(u32::from(c), 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x20000..)
}

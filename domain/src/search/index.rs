//! The tokens of a text, of which an index holds keyed hashes.

use super::cut::{Form, cut};

/// How many characters of a word's beginning are tokens. A longer or another length is looked for by the longest of these
/// that is not longer, and the word itself is read again.
const LENGTHS: [usize; 9] = [2, 3, 4, 5, 6, 8, 10, 12, 16];
/// From so many digits on, the end of a phone number is a token.
pub(super) const FEWEST_DIGITS: usize = 4;

/// A token, and where in the text it begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token {
    /// What is hashed.
    pub text: String,
    /// Its place, for whoever wants to keep places; an index that must not tell the order of words does not.
    pub position: u32,
}

/// The tokens of a text, in order; each as often as it is there.
pub fn index_tokens(text: &str) -> Vec<Token> {
    let units = cut(text);
    let mut tokens = Vec::with_capacity(units.len() * 3);
    let mut before: Option<(u32, char)> = None;
    for unit in &units {
        let mut push = |text: String, position: u32| tokens.push(Token { text, position });
        match &unit.form {
            Form::Character(c) => {
                push(c.to_string(), unit.at);
                if let Some((at, first)) = before.filter(|(at, _)| at + 1 == unit.at) {
                    push(pair(first, *c), at);
                }
                before = Some((unit.at, *c));
            }
            Form::Word(word) | Form::Spelling(word) | Form::Joined(word) => {
                for beginning in beginnings(word) {
                    push(beginning, unit.at);
                }
            }
        }
    }
    tokens
}

/// The tokens of a phone number, of which people remember the end. Beside those of the text as it was given.
pub fn index_phone(canonical: &str) -> Vec<Token> {
    let digits: String = canonical.chars().filter(char::is_ascii_digit).collect();
    let lengths = FEWEST_DIGITS..=digits.len();
    lengths.map(|length| Token { text: ending(&digits[digits.len() - length..]), position: 0 }).collect()
}

/// Two neighbours.
pub(super) fn pair(first: char, second: char) -> String {
    [first, second].into_iter().collect()
}

/// The end of a number: no word begins like this.
pub(super) fn ending(digits: &str) -> String {
    format!("~{digits}")
}

/// The beginnings of a word that are tokens; of a word of one letter, the word.
fn beginnings(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() == 1 {
        return vec![word.to_owned()];
    }
    let lengths = LENGTHS.iter().take_while(|length| **length <= letters.len());
    lengths.map(|length| letters[..*length].iter().collect()).collect()
}

/// The token by which a word, or its beginning, is looked for.
pub(super) fn beginning(word: &str) -> String {
    beginnings(word).pop().unwrap_or_default()
}

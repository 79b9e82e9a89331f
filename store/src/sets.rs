//! Sets of small numbers in one column, for an index of what is in them: an array on PostgreSQL, on SQLite words for its
//! full-text index.

use crate::sql::Value;

/// Crockford's base 32, in lower case: ten of these are 50 bits, and SQLite's tokenizer `ascii` leaves them whole.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// How many bits a number of a set has.
pub(crate) const BITS: u32 = 50;
const BITS_EACH: u32 = 5;

/// A number of a set as SQLite's full-text index has it: what it is asked for.
pub fn word(number: i64) -> String {
    let letter = |place: u32| {
        let index = usize::try_from((number >> (place * BITS_EACH)) & 31).unwrap_or_default();
        char::from(LETTERS[index])
    };
    (0..BITS / BITS_EACH).rev().map(letter).collect()
}

/// The numbers as words, with blanks between them.
pub(crate) fn words(numbers: &[i64]) -> String {
    numbers.iter().map(|number| word(*number)).collect::<Vec<_>>().join(" ")
}

/// The numbers that are written so; what is no word is none.
pub(crate) fn read(words: &str) -> Vec<i64> {
    let digit = |byte: u8| LETTERS.iter().position(|letter| *letter == byte);
    let number = |word: &str| {
        word.bytes().try_fold(0_i64, |number, byte| {
            Some((number << BITS_EACH) | i64::try_from(digit(byte)?).unwrap_or_default())
        })
    };
    words.split_ascii_whitespace().filter_map(number).collect()
}

/// The numbers as PostgreSQL reads an array: an array of arrays cannot be taken apart into its arrays, one of texts can.
pub(crate) fn literal(numbers: &[i64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("{{{}}}", numbers.join(","))
}

impl From<Vec<i64>> for Value {
    fn from(numbers: Vec<i64>) -> Self {
        Self::Set(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        let numbers = [0, 1, 31, 32, (1 << BITS) - 1, 0x2_5A5A_5A5A_5A5A];
        let words = words(&numbers);
        assert!(words.starts_with("0000000000 0000000001 000000000z 0000000010 zzzzzzzzzz "), "{words}");
        assert_eq!(read(&words), numbers);
        assert_eq!(read(""), [0; 0]);
        assert_eq!(literal(&numbers[..3]), "{0,1,31}");
    }
}

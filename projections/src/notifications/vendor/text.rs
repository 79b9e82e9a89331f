//! Text by its bytes: cut, cleaned of what cannot be seen, and with what nobody may read taken out.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    ops::RangeInclusive,
};

/// As much of a text as fits into so many bytes, never a part of a character.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    &text[..end]
}

/// The same, and `…` in place of what is left out; nothing when not even that fits.
pub(crate) fn shorten(text: &str, bytes: usize) -> String {
    const MORE: &str = "…";
    match bytes.checked_sub(MORE.len()) {
        _ if text.len() <= bytes => text.to_owned(),
        Some(bytes) => format!("{}{MORE}", cut(text, bytes).trim_end()),
        None => String::new(),
    }
}

/// As many characters at most, `…` the last of them when something is left out.
pub(crate) fn shorten_to_characters(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// The lines of a text, without what is not seen: controls, marks that turn its direction, and fillers. Of several empty lines
/// one is left, and none at either end.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let breaks = |c: char| matches!(c, '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<String> = Vec::new();
    for line in text.split(breaks) {
        let line: String = line.chars().filter_map(seen).collect();
        let line = line.trim().trim_matches(['\u{200c}', '\u{200d}']).trim();
        if !line.is_empty() || lines.last().is_some_and(|before| !before.is_empty()) {
            lines.push(line.to_owned());
        }
    }
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Our own text without what is not seen; its blanks stay as they are, for they may be between two pieces.
pub(crate) fn ours(text: &str, newline: &str) -> String {
    let lines = text.lines().map(|line| line.chars().filter_map(seen).collect::<String>());
    lines.collect::<Vec<_>>().join(newline)
}

/// The lines of a text as one.
pub(crate) fn line(text: &str) -> String {
    lines(text).join(" ")
}

/// Marks of direction (UAX 9), fillers, and the tags that are written in no script.
const UNSEEN: [RangeInclusive<char>; 14] = [
    '\u{ad}'..='\u{ad}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{180e}'..='\u{180e}',
    '\u{200b}'..='\u{200b}',
    '\u{200e}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff9}'..='\u{fffb}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e007f}',
];

fn seen(c: char) -> Option<char> {
    match c {
        '\t' => Some(' '),
        _ if c.is_control() => None,
        // Joiners are left: emoji and scripts need them.
        _ if UNSEEN.iter().any(|range| range.contains(&c)) => None,
        _ => Some(c),
    }
}

/// A receiver's own words on one line of at most so many bytes, with addresses, of pages, people and machines, and whatever
/// looks like a key taken out: receivers repeat what they were sent, and tell where it came from.
pub fn redact(text: &str, bytes: usize) -> String {
    // Enough to fill what is shown, when nothing is taken out.
    let text = line(cut(text, bytes.saturating_mul(8)));
    let mut told = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| c.is_whitespace() || "\"'“”‘’()[]{}<>,;，；。、".contains(c))
    {
        let end = word.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
        let (word, rest) = word.split_at(end);
        if word.contains("://")
            || is_mailbox(word)
            || word.contains("key=")
            || word.contains("token=")
            || word.contains("sign=")
        {
            told.push('…');
        } else {
            redact_word(word, &mut told);
        }
        told.push_str(rest);
    }
    shorten(&told, bytes)
}

/// Takes addresses of machines and keys out of a word, which may be one with its label, such as `ip:203.0.113.7`.
fn redact_word(word: &str, told: &mut String) {
    if is_machine(word) {
        told.push('…');
        return;
    }
    for part in word.split_inclusive(|c: char| c == ':' || c == '=' || c == '/' || !c.is_ascii()) {
        let end = part.trim_end_matches(|c: char| c == ':' || c == '=' || c == '/' || !c.is_ascii()).len();
        let (part, rest) = part.split_at(end);
        told.push_str(if is_machine(part) || is_key(part) { "…" } else { part });
        told.push_str(rest);
    }
}

/// Somebody's address: mail servers name whom they refuse. `@all` is nobody's.
fn is_mailbox(word: &str) -> bool {
    word.trim_matches('@').contains('@')
}

fn is_machine(word: &str) -> bool {
    let label = word.trim_start_matches(|c: char| !c.is_ascii_hexdigit() && c != ':');
    let candidates = [word, label, word.split_once(':').map_or(word, |(_, after)| after)];
    let is_address = |text: &str| {
        text.parse::<IpAddr>().is_ok_and(|address| match address {
            IpAddr::V4(_) => true,
            // `::` and `a::b` in a program's message are names.
            IpAddr::V6(address) => address != Ipv6Addr::UNSPECIFIED && text.matches(':').count() > 1,
        })
    };
    let with_port = word.rsplit_once(':').is_some_and(|(host, _)| host.parse::<Ipv4Addr>().is_ok());
    with_port || candidates.into_iter().any(is_address)
}

/// Long, of letters and digits: no word.
fn is_key(word: &str) -> bool {
    let shape = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_+.".contains(c));
    let digits = word.chars().filter(char::is_ascii_digit).count();
    shape && (word.len() >= 16 && digits >= 3 || word.len() >= 40)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_cut_fits_and_is_the_beginning(text in "\\PC{0,40}", bytes in 0_usize..90) {
            prop_assert!(cut(&text, bytes).len() <= bytes && text.starts_with(cut(&text, bytes)));
            prop_assert!(bytes < cut(&text, bytes).len() + 4 || cut(&text, bytes) == text);
            prop_assert!(shorten(&text, bytes).len() <= bytes);
            prop_assert!(shorten_to_characters(&text, bytes).chars().count() <= bytes.max(1));
        }

        #[test]
        fn nothing_unseen_is_left(text in any::<String>()) {
            for line in lines(&text) {
                prop_assert!(line.chars().all(|c| !c.is_control() && seen(c) == Some(c)), "{line:?}");
            }
        }
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("留言", 5), "留");
        assert_eq!(shorten("留言留言", 9), "留言…");
        assert_eq!(shorten("留言", 6), "留言");
        assert_eq!(shorten("留言", 2), "");
        assert_eq!(shorten_to_characters("留言留言", 3), "留言…");
    }

    #[test]
    fn lines_have_no_controls_no_direction_and_few_gaps() {
        assert_eq!(lines("\n a\0b\u{202e}c\r\n\n\n\u{200b}\n d\u{2028}e\n "), ["abc", "", "d", "e"]);
        assert_eq!(lines(" \n\n"), Vec::<String>::new());
        assert_eq!(line("a\nb\tc"), "a b c");
        assert_eq!(lines("👩\u{200d}🚒"), ["👩\u{200d}🚒"], "joiners stay");
    }

    #[test]
    fn what_receivers_repeat_is_told_without_addresses_and_keys() {
        for (said, told) in [
            (
                "invalid webhook url, hint: [1751234567890123456789], from ip: 203.0.113.7, more info at \
                 https://open.work.weixin.qq.com/devtool/query?e=93000",
                "invalid webhook url, hint: […], from ip: …, more info at …",
            ),
            ("ip 203.0.113.7 not in whitelist", "ip … not in whitelist"),
            ("ip:203.0.113.7不在白名单", "ip:…不在白名单"),
            ("connect to 10.0.0.1:8080: refused", "connect to …: refused"),
            ("at 2001:db8::1.", "at …."),
            ("key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", "…"),
            ("token 693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa", "token …"),
            ("sign not match", "sign not match"),
            ("5.1.1 <li.lei@example.com>: no such user", "5.1.1 <…>: no such user"),
            ("RCPT TO:<x@example.com>，李雷@例子.中国", "RCPT TO:<…>，…"),
            ("@all is not allowed", "@all is not allowed"),
            (
                "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]",
                "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]",
            ),
            ("std::io: failed", "std::io: failed"),
        ] {
            assert_eq!(redact(said, 300), told);
        }
        assert_eq!(redact(&"留".repeat(1_000), 10), "留留…");
    }
}

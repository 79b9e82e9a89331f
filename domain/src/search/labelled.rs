//! The bar: what people expect to find, by questions that were labelled without a tokenizer.

use super::{Query, Said, TOKENS_VERSION, index_phone, index_tokens};
use std::collections::BTreeSet;

const MESSAGES: &str = include_str!("labelled/messages.tsv");
const QUERIES: &str = include_str!("labelled/queries.tsv");

struct Message {
    id: &'static str,
    tokens: BTreeSet<String>,
    said: Said,
}

/// How many answers are right, how many were given, how many were expected.
#[derive(Default)]
struct Counted {
    right: usize,
    given: usize,
    expected: usize,
}

#[test]
fn chinese_is_found_as_people_expect() {
    meets(|language| language.starts_with("zh"), 96, 97);
}

#[test]
fn other_languages_are_found_as_people_expect() {
    for language in ["en", "de", "ja", "ko"] {
        meets(|of| of == language, 98, 97);
    }
}

/// The version of the tokens, and FNV-1a (64 bits) of all tokens of all messages. Another message changes the second alone.
const TOKENS: (u32, u64) = (1, 0x2B66_1979_9022_0E93);

#[test]
fn the_same_text_has_the_same_tokens_as_long_as_their_version_is_the_same() {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for token in messages().iter().flat_map(|message| &message.tokens) {
        for byte in token.bytes().chain([b'\n']) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
    assert_eq!(
        (TOKENS_VERSION, hash),
        TOKENS,
        "tokens are others than before: what is indexed is not found by them. Raise TOKENS_VERSION, and with it the version \
         of the view `message_search`"
    );
}

/// In percent. Both are a little under what was measured, and over what the project asks for (90 and 95).
fn meets(language: impl Fn(&str) -> bool, precision: usize, recall: usize) {
    let messages = messages();
    let mut counted = Counted::default();
    for line in QUERIES.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [_, of, _, _, typed, expected] = columns[..] else { panic!("{line}") };
        if !language(of) {
            continue;
        }
        let query = Query::read(typed).unwrap();
        let expected: BTreeSet<&str> = expected.split_whitespace().collect();
        let given: BTreeSet<&str> = messages.iter().filter(|m| finds(&query, m)).map(|m| m.id).collect();
        counted.right += given.intersection(&expected).count();
        counted.given += given.len();
        counted.expected += expected.len();
    }
    let Counted { right, given, expected } = counted;
    assert!(expected > 30);
    assert!(right * 100 >= given * precision, "precision: {right} of {given}");
    assert!(right * 100 >= expected * recall, "recall: {right} of {expected}");
}

fn finds(query: &Query, message: &Message) -> bool {
    let every = |tokens: &Vec<String>| tokens.iter().all(|token| message.tokens.contains(token));
    query.tokens().iter().all(|ways| ways.iter().any(every)) && query.is_in(&message.said)
}

fn messages() -> Vec<Message> {
    let message = |line: &'static str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let texts = columns[2..].iter().copied();
        let phone = canonical(columns[1], columns[4]);
        let tokens = texts.clone().flat_map(index_tokens).chain(phone.iter().flat_map(|p| index_phone(p)));
        let tokens = tokens.map(|token| token.text).collect();
        Message { id: columns[0], tokens, said: Said::new(texts, phone.as_deref()) }
    };
    MESSAGES.lines().skip(1).map(message).collect()
}

/// A number as the domain would have it, near enough.
fn canonical(language: &str, given: &str) -> Option<String> {
    if given.contains('@') {
        return None;
    }
    let digits: String = given.chars().filter(char::is_ascii_digit).collect();
    let country = match language {
        _ if given.starts_with('+') => "",
        "zh-CN" => "86",
        "zh-TW" => "886",
        "ja" => "81",
        "ko" => "82",
        "de" => "49",
        _ => "1",
    };
    let national = if country.is_empty() { digits.as_str() } else { digits.trim_start_matches('0') };
    Some(format!("+{country}{national}"))
}

//! What people say at a shop's desk, in six languages: sentences put together from short lists.
//!
//! The lists are the files in `words/`, one a language: a line is a kind of text and its variants. Nobody real is in them:
//! names are given names alone, addresses end in example.com, numbers come from ranges that are kept for stories.

use super::dice::Dice;
use domain::{
    contact::Contact,
    locale::Locale,
    text::{Name, Text},
};
use std::collections::HashMap;

/// A language of the desk's visitors.
pub(super) struct Language {
    pub(super) locale: Locale,
    /// Of a hundred visitors so many speak it.
    pub(super) share: u64,
    /// Its hours ahead of UTC, near enough to tell day from night.
    pub(super) ahead: i64,
    /// The beginning of numbers that nobody has, and how many digits follow.
    number: (&'static str, usize),
    texts: HashMap<&'static str, Vec<&'static str>>,
}

/// Tag, share, hours ahead of UTC, numbers, words. The numbers: North America's 555-0100 to 555-0199, the United Kingdom's
/// 020 7946 0000 to 0999 and Germany's 030 23125 000 to 999 are given to nobody; in other countries none are.
type Source = (&'static str, u64, i64, (&'static str, usize), &'static str);

const SOURCES: [Source; 6] = [
    ("zh-CN", 46, 8, ("+1202555 01", 2), include_str!("words/zh-CN.txt")),
    ("zh-TW", 8, 8, ("+1212555 01", 2), include_str!("words/zh-TW.txt")),
    ("en", 20, 0, ("+442079460", 3), include_str!("words/en.txt")),
    ("de", 10, 1, ("+493023125", 3), include_str!("words/de.txt")),
    ("ja", 10, 9, ("+1213555 01", 2), include_str!("words/ja.txt")),
    ("ko", 6, 9, ("+1415555 01", 2), include_str!("words/ko.txt")),
];

/// Kinds of what visitors ask, which are the desk's categories.
pub(super) const TOPICS: [&str; 6] = ["delivery", "returns", "payment", "product", "account", "complaint"];

/// All of the languages.
pub(super) fn languages() -> Vec<Language> {
    SOURCES.into_iter().map(Language::read).collect()
}

impl Language {
    fn read((tag, share, ahead, number, words): Source) -> Self {
        let line = |line: &'static str| {
            line.split_once(": ").map(|(kind, texts)| (kind, texts.split('|').collect()))
        };
        let locale = Locale::parse(tag).expect("a tag of ours");
        Self { locale, share, ahead, number, texts: words.lines().filter_map(line).collect() }
    }

    /// A text of that kind, its gaps filled.
    pub(super) fn say(&self, kind: &str, dice: &mut Dice) -> String {
        let Some(texts) = self.texts.get(kind) else { return String::new() };
        let text = dice.pick(texts);
        let mut said = (*text).to_owned();
        if said.contains("{product}") {
            said = said.replace("{product}", dice.pick::<&str>(&self.texts["item"]));
        }
        if said.contains("{order}") {
            said = said.replace("{order}", &order(dice));
        }
        if said.contains("{days}") {
            said = said.replace("{days}", &(2 + dice.below(8)).to_string());
        }
        said
    }

    /// The same as a text of the domain.
    ///
    /// # Panics
    /// When a list has nothing to say of that kind: a test says that each has.
    pub(super) fn text<const MAX: usize>(&self, kind: &str, dice: &mut Dice) -> Text<MAX> {
        Text::parse(&self.say(kind, dice)).expect("every kind has words")
    }

    /// What somebody asks about that: a greeting, a question or two, and an end.
    pub(super) fn question<const MAX: usize>(&self, topic: &str, dice: &mut Dice) -> Text<MAX> {
        let mut said = vec![self.say("hello", dice), self.say(topic, dice)];
        if dice.percent(25) {
            said.push(self.say(topic, dice));
        }
        if dice.percent(8) {
            said.push(self.say("more", dice) + "\n");
        }
        said.push(self.say("bye", dice));
        said.retain(|part| !part.is_empty());
        // Chinese and Japanese put nothing between their sentences.
        let gap = if ["zh", "ja"].contains(&self.locale.language()) { "" } else { " " };
        Text::parse(&said.join(gap)).expect("a question has words")
    }

    /// Somebody's name.
    pub(super) fn name(&self, dice: &mut Dice) -> Name {
        self.text("name", dice)
    }

    /// How somebody can be reached; in the desk's region if it says none.
    pub(super) fn contact(&self, dice: &mut Dice) -> Contact {
        let email = |dice: &mut Dice| {
            let (name, number) = (self.say("mail", dice), dice.below(1_000_000));
            format!("{name}{number}@example.com")
        };
        let given = if dice.percent(35) {
            let (begin, digits) = self.number;
            let rest =
                (0..digits).map(|_| char::from(b'0' + u8::try_from(dice.below(10)).unwrap_or_default()));
            begin.chars().chain(rest).collect()
        } else {
            email(dice)
        };
        Contact::parse(&given, "US").expect("a test reads each kind of number")
    }
}

/// The number of an order.
pub(super) fn order(dice: &mut Dice) -> String {
    format!("A{:07}", dice.below(10_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [&str; 17] = [
        "name", "mail", "hello", "bye", "outage", "more", "thanks", "reply", "sorry", "note", "good", "bad",
        "close", "spam", "review", "erase", "item",
    ];

    #[test]
    fn every_language_has_words_of_every_kind_with_no_gap_left_in_them() {
        for language in languages() {
            for kind in KINDS.iter().chain(&TOPICS) {
                let texts =
                    language.texts.get(kind).unwrap_or_else(|| panic!("{} has no {kind}", language.locale));
                for text in texts {
                    let filled = ["{product}", "{order}", "{days}"]
                        .iter()
                        .fold((*text).to_owned(), |t, gap| t.replace(gap, ""));
                    assert!(!filled.contains('{') && !filled.contains('}'), "{text}");
                    assert!(["hello", "bye"].contains(kind) || !text.trim().is_empty(), "{kind}");
                }
            }
            let known = |kind: &&str| KINDS.contains(kind) || TOPICS.contains(kind);
            assert!(
                language.texts.keys().all(known),
                "{} has words of a kind nobody asks for",
                language.locale
            );
        }
    }

    #[test]
    fn every_contact_can_be_read_and_reaches_nobody() {
        let mut dice = Dice::new(3);
        for language in languages() {
            for _ in 0..300 {
                let contact = language.contact(&mut dice).canonical;
                let reserved = ["@example.com", "55501", "+442079460", "+493023125"];
                assert!(reserved.iter().any(|part| contact.contains(part)), "{contact}");
            }
        }
    }
}

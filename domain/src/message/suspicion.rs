//! What is taken for spam as it comes in. It is accepted all the same: whoever sent it learns nothing, and a member who
//! looks can say that it was none.

use super::{GivenAnswer, MOST_ANSWERS};
use crate::{
    desk::{FieldKind, Settings},
    search::{Query, Said},
    text::{Name, Words},
};
use std::time::Duration;

/// Nobody fills a form in within less.
pub const FEWEST_SECONDS: u64 = 2;
/// In characters, like the longest answer that is taken.
const LONGEST_ANSWER: usize = 1_000;

/// Why a message is taken for spam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// A field that people do not see was filled in.
    Honeypot,
    /// The form was sent sooner than anybody can write.
    TooQuick,
    /// It says a word that the desk blocks.
    BlockedWord,
}

impl Suspicion {
    /// The rule that found it, as it stands in the metadata of what it did.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Honeypot => "honeypot",
            Self::TooQuick => "fill-time",
            Self::BlockedWord => "blocked-words",
        }
    }
}

/// How a form was filled in, as the page that showed it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FilledIn {
    /// Does the field that people do not see hold anything?
    pub honeypot: bool,
    /// How long after it was shown; `None`: the page does not say.
    pub after: Option<Duration>,
}

/// What whoever leaves a message says in it.
#[derive(Clone, Copy, Debug)]
pub struct SaidIn<'a> {
    /// The words.
    pub content: &'a Words,
    /// Their name.
    pub name: Option<&'a Name>,
    /// Answers to the form's own questions, of whatever length: nobody has judged them yet.
    pub answers: &'a [GivenAnswer],
}

impl Settings {
    /// What is suspicious about a message, when anything is.
    pub fn suspects(&self, filled_in: FilledIn, said: SaidIn<'_>) -> Option<Suspicion> {
        if filled_in.honeypot {
            return Some(Suspicion::Honeypot);
        }
        if filled_in.after.is_some_and(|after| after < Duration::from_secs(FEWEST_SECONDS)) {
            return Some(Suspicion::TooQuick);
        }
        if self.blocked_words().is_empty() {
            return None;
        }
        let said = Said::new(self.words_of(said), None);
        let mut phrases = self.blocked_words().iter().filter_map(|word| Query::phrase(word));
        phrases.any(|phrase| phrase.is_in(&said)).then_some(Suspicion::BlockedWord)
    }

    /// What can hold a blocked word: the words, the name, and answers in words, no longer than any that is taken. A choice that
    /// is not offered any more is taken as words.
    fn words_of<'a>(&'a self, said: SaidIn<'a>) -> impl Iterator<Item = &'a str> {
        let asks_for_words = |id: &str| {
            let is_asked = self.form.iter().flat_map(|form| &form.fields).any(|field| field.id == id);
            let in_words = |kind| kind == FieldKind::Text || (kind == FieldKind::Choice && !is_asked);
            self.field_ever(id).is_some_and(|field| in_words(field.kind))
        };
        let answers = said.answers.iter().take(MOST_ANSWERS).filter(move |answer| {
            answer.said.chars().nth(LONGEST_ANSWER).is_none() && asks_for_words(&answer.field_id)
        });
        let name = said.name.map(Name::as_str);
        [said.content.as_str()].into_iter().chain(name).chain(answers.map(|answer| answer.said.as_str()))
    }
}

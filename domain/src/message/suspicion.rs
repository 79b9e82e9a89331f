//! What is taken for spam as it comes in. It is accepted all the same: whoever sent it learns nothing, and a member who
//! looks can say that it was none.

use crate::{
    desk::Settings,
    search::{Query, Said},
};
use std::time::Duration;

/// Nobody fills a form in within less.
pub const FEWEST_SECONDS: u64 = 2;

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

impl Settings {
    /// What is suspicious about a message with these texts, when anything is.
    pub fn suspects<'a>(
        &self,
        filled_in: FilledIn,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Option<Suspicion> {
        if filled_in.honeypot {
            return Some(Suspicion::Honeypot);
        }
        if filled_in.after.is_some_and(|after| after < Duration::from_secs(FEWEST_SECONDS)) {
            return Some(Suspicion::TooQuick);
        }
        if self.blocked_words().is_empty() {
            return None;
        }
        let said = Said::new(texts, None);
        let mut phrases = self.blocked_words().iter().filter_map(|word| Query::phrase(word));
        phrases.any(|phrase| phrase.is_in(&said)).then_some(Suspicion::BlockedWord)
    }
}

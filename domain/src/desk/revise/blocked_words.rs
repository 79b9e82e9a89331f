//! Words whose messages are taken for spam.

use super::{
    super::{BlockedWordsRevised, DeskError, DeskEvent, Settings},
    Decided, SettingProblem,
    wrong::Wrong,
};
use crate::search::Query;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// More than any desk needs; each is looked for in every message.
pub const MOST_BLOCKED_WORDS: usize = 100;
/// In characters: a word, or a few that follow each other.
const LONGEST: usize = 50;
/// Letters and digits: a single Chinese character is in many words.
const FEWEST: usize = 2;

/// Other blocked words.
#[derive(Clone, Debug)]
pub struct ReviseBlockedWords {
    /// The clock.
    pub at: DateTime<Utc>,
    /// All of them; empty: there are none any more.
    pub words: Vec<String>,
}

impl Settings {
    pub(in crate::desk) fn revise_blocked_words(&self, command: ReviseBlockedWords) -> Decided {
        let mut wrong = Wrong::default();
        let (mut words, mut seen) = (vec![], BTreeSet::new());
        for (index, given) in
            wrong.within(&["words"], MOST_BLOCKED_WORDS, command.words).into_iter().enumerate()
        {
            let index = index.to_string();
            let field = ["words", index.as_str()];
            let word = wrong.line(&field, LONGEST, &given);
            // What is empty or too long was refused already.
            let long_enough = word.chars().filter(|c| c.is_alphanumeric()).count() >= FEWEST;
            if (1..=LONGEST).contains(&word.chars().count())
                && !(long_enough && Query::phrase(&word).is_some())
            {
                wrong.refuse(&field, SettingProblem::NoWord);
            }
            if !seen.insert(word.to_lowercase()) {
                wrong.refuse(&field, SettingProblem::Twice);
            }
            words.push(word);
        }
        wrong.found()?;
        if words == self.blocked_words() {
            return Err(DeskError::AlreadySo);
        }
        Ok(vec![DeskEvent::BlockedWordsRevised(BlockedWordsRevised { at: command.at, words })])
    }
}

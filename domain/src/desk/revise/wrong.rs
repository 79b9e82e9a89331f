//! What is wrong with settings, and where; and the readers that find it.

use crate::{
    desk::{DeskError, Localised},
    locale::Locale,
    text::{TextError, refuse_control},
};
use std::{collections::BTreeSet, ops::RangeInclusive};

/// More languages than any desk has.
pub(super) const MOST_LANGUAGES: usize = 30;

/// A text in one language, as it was given.
pub type TextIn = (Locale, String);

/// Something that is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", field.join("."))]
pub struct SettingError {
    /// The way to the field, such as `fields`, `3`, `label`; entries of lists are counted from 0.
    pub field: Vec<String>,
    /// What is wrong with it.
    pub problem: SettingProblem,
}

/// What can be wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingProblem {
    /// Nothing is said.
    #[error("is missing")]
    Missing,
    /// A text of too many characters.
    #[error("has {actual} characters, at most {max} are allowed")]
    TooLong {
        /// So many are allowed.
        max: usize,
        /// So many there are.
        actual: usize,
    },
    /// More than one line where one is shown.
    #[error("has to be on one line")]
    Lines,
    /// A control character that no person types.
    #[error("has the control character U+{0:04X}")]
    Control(u32),
    /// A list that is too long.
    #[error("has {actual} entries, at most {most} are allowed")]
    TooMany {
        /// So many are allowed.
        most: usize,
        /// So many there are.
        actual: usize,
    },
    /// The same twice in one list.
    #[error("stands twice in the list")]
    Twice,
    /// No short word.
    #[error("is not a short word: at most 50 letters (a to z), digits, _ and -, the first a letter")]
    Id,
    /// A number out of its range.
    #[error("is not a number from {} to {}", .0.start(), .0.end())]
    Number(RangeInclusive<u64>),
    /// No time zone.
    #[error("is not a time zone such as Asia/Shanghai or Europe/Berlin (IANA)")]
    TimeZone,
    /// No region.
    #[error("is not a region such as CN or DE (ISO 3166-1) whose phone numbers are known")]
    Region,
    /// A choice of less than two.
    #[error("a question of kind CHOICE needs at least two options")]
    OptionsMissing,
    /// Options of what is no choice.
    #[error("only a question of kind CHOICE has options")]
    OptionsUnasked,
    /// The id once stood for another kind of question.
    #[error("this id has stood for a question of another kind: give this one an id of its own")]
    OtherKind,
    /// A category is required, and there is none.
    #[error("a category cannot be required of a desk that has none: nobody could leave a message")]
    NothingToChoose,
    /// Nothing that could be found in a message, or that is in too many.
    #[error("has less than two letters or digits")]
    NoWord,
    /// A gap that nothing can fill.
    #[error(
        "has a gap that nothing fills: there is {{{{desk.name}}}}, and {{{{opensAt}}}} where it is known"
    )]
    Gap,
}

/// Everything that is found wrong, field by field.
#[derive(Default)]
pub(super) struct Wrong(Vec<SettingError>);

impl Wrong {
    pub(super) fn refuse(&mut self, field: &[&str], problem: SettingProblem) {
        let field = field.iter().map(|&part| part.to_owned()).collect();
        self.0.push(SettingError { field, problem });
    }

    /// All of it; `Ok`: nothing is wrong.
    pub(super) fn found(self) -> Result<(), DeskError> {
        if self.0.is_empty() { Ok(()) } else { Err(DeskError::Setting(self.0)) }
    }

    /// A list of at most so many entries; one that is longer is not gone through.
    pub(super) fn within<T>(&mut self, field: &[&str], most: usize, list: Vec<T>) -> Vec<T> {
        if list.len() <= most {
            return list;
        }
        self.refuse(field, SettingProblem::TooMany { most, actual: list.len() });
        vec![]
    }

    /// A text of 1 to so many characters, on one line.
    pub(super) fn line(&mut self, field: &[&str], most: usize, given: &str) -> String {
        self.text(field, most, given, false)
    }

    fn text(&mut self, field: &[&str], most: usize, given: &str, lines: bool) -> String {
        let text = given.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim();
        match (text.chars().count(), refuse_control(text)) {
            (0, _) => self.refuse(field, SettingProblem::Missing),
            (actual, _) if actual > most => self.refuse(field, SettingProblem::TooLong { max: most, actual }),
            (_, Err(TextError::Control(control))) => self.refuse(field, SettingProblem::Control(control)),
            (..) if !lines && text.contains(['\n', '\t']) => self.refuse(field, SettingProblem::Lines),
            (..) => {}
        }
        text.to_owned()
    }

    /// A text in several languages, each given once, on one line each.
    pub(super) fn lines_in(&mut self, field: &[&str], most: usize, given: Vec<TextIn>) -> Localised {
        self.localised(field, most, given, false)
    }

    /// The same, on as many lines as there are.
    pub(super) fn paragraphs_in(&mut self, field: &[&str], most: usize, given: Vec<TextIn>) -> Localised {
        self.localised(field, most, given, true)
    }

    fn localised(&mut self, field: &[&str], most: usize, given: Vec<TextIn>, lines: bool) -> Localised {
        let mut texts = Localised::default();
        for (index, (locale, text)) in self.within(field, MOST_LANGUAGES, given).into_iter().enumerate() {
            let index = index.to_string();
            let of = |part| [field, &[index.as_str(), part]].concat();
            let text = self.text(&of("text"), most, &text, lines);
            if texts.0.insert(locale, text).is_some() {
                self.refuse(&of("locale"), SettingProblem::Twice);
            }
        }
        texts
    }

    /// A short word that stands for one entry of a list, and for no other.
    pub(super) fn id(&mut self, field: &[&str], given: &str, seen: &mut BTreeSet<String>) {
        let begins = given.starts_with(|c: char| c.is_ascii_alphabetic());
        let fits = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c == b'-';
        if !begins || given.len() > 50 || !given.bytes().all(fits) {
            self.refuse(field, SettingProblem::Id);
        } else if !seen.insert(given.to_owned()) {
            self.refuse(field, SettingProblem::Twice);
        }
    }

    /// A number within a range.
    pub(super) fn number(&mut self, field: &str, range: RangeInclusive<u64>, given: u64) -> u64 {
        if !range.contains(&given) {
            self.refuse(&[field], SettingProblem::Number(range));
        }
        given
    }
}

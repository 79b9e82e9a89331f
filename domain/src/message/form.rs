//! What the desk's form asks for, and whether it was answered.

use super::MessageError;
use crate::{
    contact::half_width,
    desk::{FieldKind, FormField, Localised},
    ids::CategoryId,
    personal::Personal,
    text::{Text, TextError},
};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// An answer: 1 to 1,000 characters.
pub type AnswerText = Text<1_000>;

/// More answers than any form has questions, those included that it had a moment ago.
pub const MOST_ANSWERS: usize = 40;

/// What the desk's form asks for, and what it was shown with.
#[derive(Clone, Debug, Default)]
pub struct FormRules {
    /// Is a name required?
    pub require_name: bool,
    /// Is a category required?
    pub require_category: bool,
    /// The categories there are.
    pub categories: Vec<CategoryId>,
    /// The desk's own questions, in order.
    pub fields: Vec<FormField>,
    /// Questions of the form that was shown and is no more: whoever was answering one when it changed loses no word.
    pub once: Vec<FormField>,
    /// The last version of the privacy notice; 0: there never was one.
    pub privacy_notice: u32,
}

/// What was filled in, as it was given.
#[derive(Clone, Debug, Default)]
pub struct Filled<'a> {
    /// Is there a name?
    pub has_name: bool,
    /// What it is about.
    pub category_id: Option<&'a CategoryId>,
    /// Answers to the desk's own questions.
    pub answers: &'a [GivenAnswer],
    /// The version of the privacy notice that was shown, when they say.
    pub privacy_notice: Option<u32>,
}

/// An answer as it was given.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct GivenAnswer {
    /// Which question.
    pub field_id: String,
    /// What they said; empty: nothing.
    pub said: String,
}

/// What people wrote is never printed by accident.
impl fmt::Debug for GivenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// An answer to a question of the desk's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Which question.
    pub field_id: String,
    /// What they said: a number as `-12.5`, a day as `2026-11-22`, a checkbox as `true` or `false`, of a choice the words
    /// that were shown.
    pub value: Personal<AnswerText>,
    /// Of a choice: what was chosen, in every language that it was offered in then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<Personal<Localised>>,
}

/// What is wrong with the answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerProblem {
    /// It has to be answered.
    #[error("needs an answer")]
    Required,
    /// A checkbox that has to be ticked.
    #[error("has to be ticked")]
    Unticked,
    /// The form never asked that.
    #[error("is no question of this form")]
    Unknown,
    /// The same question twice.
    #[error("is answered twice")]
    Twice,
    /// More than fits.
    #[error("has {actual} characters, at most {max} are allowed")]
    TooLong {
        /// So many are allowed.
        max: usize,
        /// So many there are.
        actual: usize,
    },
    /// A control character that no person types.
    #[error("has the control character U+{0:04X}")]
    Control(u32),
    /// None of what can be chosen.
    #[error("is none of what can be chosen")]
    NotAnOption,
    /// No number.
    #[error("is not a number such as 12 or -3.5, without marks between thousands")]
    NotANumber,
    /// No day.
    #[error("is not a day such as 2026-11-22 in the years 1900 to 2199")]
    NotADate,
    /// Neither yes nor no.
    #[error("is neither true nor false")]
    NotABoolean,
}

impl FormRules {
    /// The answers in the order of the questions, and everything that is wrong with what was filled in.
    pub fn judge(&self, filled: &Filled<'_>) -> (Vec<Answer>, Vec<MessageError>) {
        let mut wrong = Vec::new();
        if self.require_name && !filled.has_name {
            wrong.push(MessageError::NameRequired);
        }
        match filled.category_id {
            None if self.require_category => wrong.push(MessageError::CategoryRequired),
            Some(id) if !self.categories.contains(id) => wrong.push(MessageError::CategoryUnknown),
            None | Some(_) => {}
        }
        if filled.privacy_notice.is_some_and(|shown| shown > self.privacy_notice) {
            wrong.push(MessageError::NoticeUnknown);
        }
        match self.answers(filled.answers) {
            Ok(answers) => (answers, wrong),
            Err(of_answers) => {
                wrong.extend(of_answers);
                (vec![], wrong)
            }
        }
    }

    /// The answers in the order of the questions, read as their questions ask; or everything that is wrong with them.
    pub(super) fn answers(&self, given: &[GivenAnswer]) -> Result<Vec<Answer>, Vec<MessageError>> {
        if given.len() > MOST_ANSWERS {
            return Err(vec![MessageError::TooManyAnswers]);
        }
        let (mut answers, mut wrong, mut seen) = (vec![], vec![], BTreeSet::new());
        let mut refuse = |id: &str, problem| {
            // An id of ours has at most 50 characters; whatever else was sent as one is not told again whole.
            wrong.push(MessageError::Answer(id.chars().take(50).collect(), problem));
        };
        for GivenAnswer { field_id, .. } in given {
            let known = self.fields.iter().chain(&self.once).any(|field| field.id == *field_id);
            if !seen.insert(field_id) {
                refuse(field_id, AnswerProblem::Twice);
            } else if !known {
                refuse(field_id, AnswerProblem::Unknown);
            }
        }
        let asked = self.fields.iter().map(|field| (field, field.required, field.kind));
        // What could be chosen may have been something else on the form that was shown: what was chosen there stays a text.
        let kind_once = |kind| if kind == FieldKind::Choice { FieldKind::Text } else { kind };
        let once = self.once.iter().map(|field| (field, false, kind_once(field.kind)));
        for (field, required, kind) in asked.chain(once) {
            let said =
                given.iter().find(|answer| answer.field_id == field.id).map(|answer| answer.said.trim());
            match said.filter(|said| !said.is_empty()).map(|said| read(kind, field, said)) {
                None if required => refuse(&field.id, AnswerProblem::Required),
                None => {}
                Some(Ok(value)) if required && field.kind == FieldKind::Checkbox && value.as_str() == NO => {
                    refuse(&field.id, AnswerProblem::Unticked);
                }
                Some(Ok(value)) => {
                    let option = field.option_of(value.as_str()).cloned().map(Into::into);
                    answers.push(Answer { field_id: field.id.clone(), value: value.into(), option });
                }
                Some(Err(problem)) => refuse(&field.id, problem),
            }
        }
        if wrong.is_empty() { Ok(answers) } else { Err(wrong) }
    }
}

const YES: &str = "true";
const NO: &str = "false";

impl FormField {
    /// What can be chosen and is called so in one of its languages.
    fn option_of(&self, said: &str) -> Option<&Localised> {
        self.options.iter().find(|option| option.0.values().any(|text| text == said))
    }
}

/// Reads an answer as a question of that kind asks for it.
fn read(kind: FieldKind, field: &FormField, said: &str) -> Result<AnswerText, AnswerProblem> {
    let read = match kind {
        FieldKind::Text => said.to_owned(),
        FieldKind::Choice => {
            field.option_of(said).map(|_| said.to_owned()).ok_or(AnswerProblem::NotAnOption)?
        }
        FieldKind::Number => number(&half_width(said)).ok_or(AnswerProblem::NotANumber)?,
        FieldKind::Date => date(&half_width(said)).ok_or(AnswerProblem::NotADate)?,
        FieldKind::Checkbox => match said {
            YES | NO => said.to_owned(),
            _ => return Err(AnswerProblem::NotABoolean),
        },
    };
    AnswerText::parse(&read).map_err(|error| match error {
        TextError::TooLong { max, actual } => AnswerProblem::TooLong { max, actual },
        TextError::Control(control) => AnswerProblem::Control(control),
        TextError::Empty | TextError::NotAPage => AnswerProblem::Required,
    })
}

/// A decimal number without what does not count: `007,50` is `7.5`. Either mark may stand before the fraction; one that may
/// as well stand between thousands, as in `1,200`, is not guessed at.
fn number(typed: &str) -> Option<String> {
    let (sign, digits) = match typed.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", typed.strip_prefix('+').unwrap_or(typed)),
    };
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let is_digits =
        |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole, 15) || !is_digits(fraction, 6) {
        return None;
    }
    if fraction.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0') {
        return None;
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(match (whole, fraction) {
        ("0", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    })
}

fn date(typed: &str) -> Option<String> {
    let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok()?;
    (1900..=2199).contains(&day.year()).then(|| day.to_string()).filter(|day| day == typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_without_what_does_not_count() {
        for (typed, kept) in [
            ("12", "12"),
            ("-3.50", "-3.5"),
            ("007,5", "7.5"),
            ("+0.0", "0"),
            ("-0", "0"),
            ("0.000001", "0.000001"),
        ] {
            assert_eq!(number(typed).as_deref(), Some(kept), "{typed}");
        }
        for bad in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "1e3",
            "1.2.3",
            "1 000",
            "0x1",
            "1234567890123456",
            "1.1234567",
            "NaN",
            "1,200",
            "12.000",
        ] {
            assert_eq!(number(bad), None, "{bad}");
        }
        assert_eq!(number(&half_width("１２．５")).as_deref(), Some("12.5"));
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert_eq!(date("2026-02-28").as_deref(), Some("2026-02-28"));
        for bad in ["2026-02-29", "1899-12-31", "2200-01-01", "26-1-1", "2026/01/01", "+2026-01-01", ""] {
            assert_eq!(date(bad), None, "{bad}");
        }
    }
}

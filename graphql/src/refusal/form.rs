//! What is refused of answers to the desk's own questions.

use super::{UserError, UserErrorCode as C, of_version, tell_within};
use domain::{locale::Locale, message::AnswerProblem};

/// An answer, by the id of its question.
pub(crate) fn of_answer(id: &str, problem: &AnswerProblem, locale: Option<&Locale>) -> UserError {
    let field = vec!["fields".to_owned(), id.to_owned()];
    let told = |refusal, gaps: &[_]| tell_within(field.clone(), refusal, gaps, locale);
    match problem {
        AnswerProblem::Required => told((C::Required, "answer-required"), &[]),
        AnswerProblem::Unticked => told((C::Required, "answer-unticked"), &[]),
        AnswerProblem::Unknown => told((C::Unknown, "answer-unknown"), &[]),
        AnswerProblem::Twice => told((C::Invalid, "answer-twice"), &[]),
        AnswerProblem::TooLong { max, actual } => {
            let (max, actual) = (max.to_string(), actual.to_string());
            told((C::TooLong, "answer-too-long"), &[("max", &max), ("actual", &actual)])
        }
        AnswerProblem::Control(code) => {
            let character = format!("U+{code:04X}");
            told((C::Invalid, "answer-control"), &[("character", &character)])
        }
        AnswerProblem::NotAnOption => told((C::Unknown, "answer-not-an-option"), &[]),
        AnswerProblem::NotANumber => told((C::Invalid, "answer-not-a-number"), &[]),
        AnswerProblem::NotADate => told((C::Invalid, "answer-not-a-date"), &[]),
        AnswerProblem::NotABoolean => told((C::Invalid, "answer-not-a-boolean"), &[]),
    }
}

/// What was filled in does not fit, and the form is not the one that was shown.
pub(crate) fn form_changed(shown: u32, now: u32, locale: Option<&Locale>) -> UserError {
    of_version((C::Conflict, Some("formVersion"), "form-changed"), shown.into(), now.into(), locale)
}

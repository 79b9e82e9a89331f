//! Hours and target.

use super::{
    super::{
        DeskError, DeskEvent, OpeningHoursRevised, ServiceTargetRevised, Settings, TargetException, hours,
    },
    Decided, HoursChange, RuleChange,
};
use crate::{
    hours::{CategoryHoursInput, DeskHours, DeskHoursInput, Hours, HoursError, HoursInput, LeftOut, Problem},
    ids::CategoryId,
};
use chrono::{DateTime, Utc};
use std::{collections::BTreeSet, ops::RangeInclusive};

/// How long an answer may take, in seconds of desk time: up to ten years of 365 days.
pub const ANSWER_WITHIN: RangeInclusive<u64> = 1..=10 * 365 * 24 * 60 * 60;
/// The most exceptions from a target.
pub const MOST_EXCEPTIONS: usize = 500;

/// When somebody is there; what is left out stays as it is.
#[derive(Clone, Debug)]
pub struct ReviseOpeningHours {
    /// The clock.
    pub at: DateTime<Utc>,
    /// The desk's hours.
    pub desk: HoursChange,
    /// The hours of categories that have their own: all of them.
    pub categories: Option<Vec<(CategoryId, HoursChange)>>,
    /// What of what makes the desk open.
    pub availability: RuleChange,
}

/// How soon an answer is due; what is left out stays as it is.
#[derive(Clone, Debug)]
pub struct ReviseServiceTarget {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Seconds of desk time.
    pub answer_within_seconds: Option<u64>,
    /// For some messages: all of the exceptions.
    pub exceptions: Option<Vec<TargetException>>,
}

/// Something that is wrong with a target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", field.join("."))]
pub struct TargetError {
    /// The way to the field, such as `exceptions`, `3`, `categoryId`; entries of lists are counted from 0.
    pub field: Vec<String>,
    /// What is wrong with it.
    pub problem: TargetProblem,
}

/// What can be wrong with a field of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetProblem {
    /// No time, or longer than anybody waits.
    #[error("is not a number of seconds from {} to {}", ANSWER_WITHIN.start(), ANSWER_WITHIN.end())]
    Seconds,
    /// Longer than allowed.
    #[error("has more than {MOST_EXCEPTIONS} entries")]
    TooMany,
    /// The desk has no such category.
    #[error("there is no such category")]
    CategoryUnknown,
    /// An exception for all.
    #[error("an exception names a category, a priority, or both")]
    ForAll,
    /// Two exceptions for the same.
    #[error("stands twice in the list: give each combination of category and priority once")]
    Twice,
}

/// The hours of categories, as they are to be otherwise.
type Categories = Vec<(CategoryId, HoursChange)>;

impl Settings {
    /// Days of files that these changes of hours would leave out, because they stand as the opposite or nobody works then:
    /// the desk's, then those of each category that is given.
    pub fn days_left_out(&self, desk: HoursChange, categories: Option<Categories>) -> Vec<LeftOut> {
        let stands = self.opening_hours.as_ref().map(|revised| revised.hours.clone()).unwrap_or_default();
        made(&stands, desk, categories).1
    }

    pub(in crate::desk) fn revise_opening_hours(&self, command: ReviseOpeningHours) -> Decided {
        let (hours, rule) = match &self.opening_hours {
            Some(revised) => (revised.hours.clone(), revised.availability),
            None => (DeskHours::default(), hours::BY_HOURS),
        };
        let mut errors = vec![];
        for (index, (id, _)) in command.categories.iter().flatten().enumerate() {
            if !self.has_category(id) {
                let field = path("categories", index, "categoryId");
                errors.push(HoursError { field, problem: Problem::CategoryUnknown });
            }
        }
        let (given, _) = made(&hours, command.desk, command.categories);
        errors.extend(closed_working_days(&hours, &given));
        let revised = match DeskHours::read(given) {
            Ok(revised) if errors.is_empty() => revised,
            Ok(_) => return Err(DeskError::Hours(errors)),
            Err(wrong) => return Err(DeskError::Hours([wrong, errors].concat())),
        };
        let availability = command.availability.made_in(rule);
        if revised == hours && availability == rule {
            return Err(DeskError::AlreadySo);
        }
        let revised = OpeningHoursRevised { at: command.at, hours: revised, availability };
        Ok(vec![DeskEvent::OpeningHoursRevised(revised)])
    }

    pub(in crate::desk) fn revise_service_target(&self, command: ReviseServiceTarget) -> Decided {
        let stands = self.service_target.as_ref();
        let seconds =
            command.answer_within_seconds.or_else(|| stands.map(|target| target.answer_within_seconds));
        let errors = self.wrong_target(seconds, command.exceptions.as_deref().unwrap_or_default());
        let (Some(seconds), true) = (seconds, errors.is_empty()) else {
            return Err(DeskError::Target(errors));
        };
        let exceptions = command.exceptions;
        let exceptions =
            exceptions.unwrap_or_else(|| stands.map(|target| target.exceptions.clone()).unwrap_or_default());
        let same = |target: &ServiceTargetRevised| {
            target.answer_within_seconds == seconds && target.exceptions == exceptions
        };
        if stands.is_some_and(same) {
            return Err(DeskError::AlreadySo);
        }
        let revised = ServiceTargetRevised { at: command.at, answer_within_seconds: seconds, exceptions };
        Ok(vec![DeskEvent::ServiceTargetRevised(revised)])
    }

    fn wrong_target(&self, seconds: Option<u64>, exceptions: &[TargetException]) -> Vec<TargetError> {
        let mut errors = vec![];
        let mut refuse = |field, problem| errors.push(TargetError { field, problem });
        let fits = |seconds: u64| ANSWER_WITHIN.contains(&seconds);
        if !seconds.is_some_and(fits) {
            refuse(vec!["answerWithinSeconds".to_owned()], TargetProblem::Seconds);
        }
        // A list that is too long is not gone through.
        if exceptions.len() > MOST_EXCEPTIONS {
            refuse(vec!["exceptions".to_owned()], TargetProblem::TooMany);
            return errors;
        }
        let mut seen = BTreeSet::new();
        for (index, exception) in exceptions.iter().enumerate() {
            let field = |name| path("exceptions", index, name);
            if !fits(exception.answer_within_seconds) {
                refuse(field("answerWithinSeconds"), TargetProblem::Seconds);
            }
            if exception.category_id.as_ref().is_some_and(|id| !self.has_category(id)) {
                refuse(field("categoryId"), TargetProblem::CategoryUnknown);
            }
            let named = (&exception.category_id, exception.priority);
            if named == (&None, None) {
                refuse(field("categoryId"), TargetProblem::ForAll);
            } else if !seen.insert(named) {
                refuse(field("categoryId"), TargetProblem::Twice);
            }
        }
        errors
    }

    fn has_category(&self, id: &CategoryId) -> bool {
        self.categories.iter().any(|revised| revised.categories.iter().any(|known| known.id == *id))
    }
}

/// The hours that become of those that stand, and the days of files that are left out.
fn made(
    stands: &DeskHours,
    desk: HoursChange,
    categories: Option<Categories>,
) -> (DeskHoursInput, Vec<LeftOut>) {
    let (desk, mut left_out) = desk.made_in(stands.desk.input());
    let categories = categories.map(|categories| {
        // What a category does not say is as it was, or as it is for the desk.
        let of = |(id, change): (CategoryId, HoursChange)| {
            let stands = stands.categories.get(&id.0).map_or(&desk, Hours::input);
            let (hours, others) = change.made_in(stands);
            left_out.extend(others);
            CategoryHoursInput { hours, category_id: id.0 }
        };
        categories.into_iter().map(of).collect()
    });
    let categories = categories.unwrap_or_else(|| stands.categories_input());
    (DeskHoursInput { desk, categories }, left_out)
}

/// Working days on which nobody would work, in what is to be otherwise: what stands is not asked again.
fn closed_working_days(stands: &DeskHours, given: &DeskHoursInput) -> Vec<HoursError> {
    let wrong = |below: &[&str], hours: &HoursInput, stands: Option<&Hours>| -> Vec<HoursError> {
        if stands.is_some_and(|stands| stands.input() == hours) {
            return vec![];
        }
        let below: Vec<String> = below.iter().map(|&part| part.to_owned()).collect();
        let within = |error: HoursError| HoursError { field: [&below[..], &error.field].concat(), ..error };
        hours.closed_working_days().into_iter().map(within).collect()
    };
    let mut errors = wrong(&["desk"], &given.desk, Some(&stands.desk));
    for (index, of) in given.categories.iter().enumerate() {
        let below = ["categories", &index.to_string(), "hours"];
        errors.extend(wrong(&below, &of.hours, stands.categories.get(&of.category_id)));
    }
    errors
}

fn path(list: &str, index: usize, field: &str) -> Vec<String> {
    vec![list.to_owned(), index.to_string(), field.to_owned()]
}

//! What is refused of the desk's settings.

use super::{UserError, UserErrorCode as C, of_command, roles::of_roles, tell, tell_within};
use crate::language::Language;
use commands::CommandError;
use domain::{
    desk::{
        ANSWER_WITHIN, DeskError, MOST_EXCEPTIONS, SettingError, SettingProblem, TargetError, TargetProblem,
    },
    hours::{HoursError, ICalendarError, Problem, SpecialDaysError, WhyLeftOut},
    locale::Locale,
};

/// Everything that is refused: of the desk's settings many things may be wrong at once.
pub(crate) fn all_of_command(error: &CommandError, locale: Option<&Locale>) -> Vec<UserError> {
    if let CommandError::Desk(error) = error {
        return of_desk(error, locale);
    }
    vec![of_command(error, locale)]
}

/// What is refused of the desk; at least one thing is.
fn of_desk(error: &DeskError, locale: Option<&Locale>) -> Vec<UserError> {
    let why = error.to_string();
    let not_now = || tell((C::NotAllowed, None, "not-now"), &[("why", &why)], locale);
    match error {
        DeskError::Hours(errors) => errors.iter().map(|error| of_hours(error, locale)).collect(),
        DeskError::Target(errors) => errors.iter().map(|error| of_target(error, locale)).collect(),
        DeskError::Setting(errors) => errors.iter().map(|error| of_setting(error, locale)).collect(),
        DeskError::Roles(errors) => errors.iter().map(|error| of_roles(error, locale)).collect(),
        DeskError::AlreadySo => vec![tell((C::AlreadySo, None, "already-so"), &[], locale)],
        DeskError::AlreadyOpened | DeskError::NotOpened => vec![not_now()],
    }
}

fn of_hours(error: &HoursError, locale: Option<&Locale>) -> UserError {
    let refusal = match &error.problem {
        Problem::TooMany { most, actual } => {
            let (most, actual) = (most.to_string(), actual.to_string());
            let gaps = [("most", most.as_str()), ("actual", actual.as_str())];
            return tell_within(error.field.clone(), (C::TooLong, "hours-too-many"), &gaps, locale);
        }
        Problem::TimeZone => (C::Unknown, "hours-time-zone"),
        Problem::Days => (C::Invalid, "hours-days"),
        Problem::Weekday => (C::Invalid, "hours-weekday"),
        Problem::WeekdayClosed => (C::Invalid, "hours-weekday-closed"),
        Problem::Time => (C::Invalid, "hours-time"),
        Problem::BeginsAtTheEnd => (C::Invalid, "hours-begins-at-the-end"),
        Problem::NoLength => (C::Invalid, "hours-no-length"),
        Problem::Name => (C::Invalid, "hours-name"),
        Problem::Year => (C::Invalid, "hours-year"),
        Problem::Twice => (C::Invalid, "hours-twice"),
        Problem::LikeOrRanges => (C::Required, "hours-like-or-ranges"),
        Problem::CategoryUnknown => (C::Unknown, "category-unknown"),
        Problem::CategoryTwice => (C::Invalid, "hours-category-twice"),
    };
    tell_within(error.field.clone(), refusal, &[], locale)
}

fn of_setting(error: &SettingError, locale: Option<&Locale>) -> UserError {
    let told = |refusal, gaps: &[_]| tell_within(error.field.clone(), refusal, gaps, locale);
    match &error.problem {
        SettingProblem::Missing => told((C::Required, "setting-missing"), &[]),
        SettingProblem::TooLong { max, actual } => {
            let (max, actual) = (max.to_string(), actual.to_string());
            told((C::TooLong, "setting-too-long"), &[("max", &max), ("actual", &actual)])
        }
        SettingProblem::Lines => told((C::Invalid, "setting-lines"), &[]),
        SettingProblem::Control(code) => {
            let character = format!("U+{code:04X}");
            told((C::Invalid, "setting-control"), &[("character", &character)])
        }
        SettingProblem::TooMany { most, actual } => {
            let (most, actual) = (most.to_string(), actual.to_string());
            told((C::TooLong, "hours-too-many"), &[("most", &most), ("actual", &actual)])
        }
        SettingProblem::Twice => told((C::Invalid, "setting-twice"), &[]),
        SettingProblem::Id => told((C::Invalid, "setting-id"), &[]),
        SettingProblem::Number(range) => {
            let (from, until) = (range.start().to_string(), range.end().to_string());
            told((C::Invalid, "setting-number"), &[("from", &from), ("until", &until)])
        }
        SettingProblem::TimeZone => told((C::Unknown, "hours-time-zone"), &[]),
        SettingProblem::Region => told((C::Unknown, "setting-region"), &[]),
        SettingProblem::OptionsMissing => told((C::Required, "setting-options-missing"), &[]),
        SettingProblem::OptionsUnasked => told((C::Invalid, "setting-options-unasked"), &[]),
        SettingProblem::OtherKind => told((C::Invalid, "setting-other-kind"), &[]),
        SettingProblem::NothingToChoose => told((C::Required, "setting-nothing-to-choose"), &[]),
        SettingProblem::NoWord => told((C::Invalid, "setting-no-word"), &[]),
        SettingProblem::Gap => told((C::Invalid, "setting-gap"), &[]),
    }
}

fn of_target(error: &TargetError, locale: Option<&Locale>) -> UserError {
    let (from, until) = (ANSWER_WITHIN.start().to_string(), ANSWER_WITHIN.end().to_string());
    let most = MOST_EXCEPTIONS.to_string();
    let seconds = [("from", from.as_str()), ("until", until.as_str())];
    let too_many = [("field", "exceptions"), ("most", most.as_str())];
    let (refusal, gaps): (_, &[_]) = match error.problem {
        TargetProblem::Seconds => ((C::Invalid, "target-seconds"), &seconds),
        TargetProblem::TooMany => ((C::TooLong, "too-many"), &too_many),
        TargetProblem::CategoryUnknown => ((C::Unknown, "category-unknown"), &[]),
        TargetProblem::ForAll => ((C::Required, "target-for-all"), &[]),
        TargetProblem::Twice => ((C::Invalid, "target-twice"), &[]),
    };
    tell_within(error.field.clone(), refusal, gaps, locale)
}

/// A number of messages that is none.
pub(crate) fn of_most_waiting(locale: Option<&Locale>) -> UserError {
    let field = vec!["availability".to_owned(), "mostWaitingPerMember".to_owned()];
    tell_within(field, (C::Invalid, "hours-most-waiting"), &[], locale)
}

/// An iCalendar file that cannot be read.
pub(crate) fn of_calendar(error: &ICalendarError, below: &[&str], locale: Option<&Locale>) -> UserError {
    let number = match error {
        ICalendarError::TooLarge(bytes) => *bytes,
        ICalendarError::Line(line) => *line,
        ICalendarError::TooMany
        | ICalendarError::NotACalendar
        | ICalendarError::CutOff
        | ICalendarError::Years => 0,
    };
    let number = number.to_string();
    let (bytes, line) = ([("bytes", number.as_str())], [("line", number.as_str())]);
    let (refusal, gaps): (_, &[_]) = match error {
        ICalendarError::TooLarge(_) => ((C::TooLong, "calendar-too-large"), &bytes),
        ICalendarError::TooMany => ((C::TooLong, "calendar-too-many"), &[]),
        ICalendarError::NotACalendar | ICalendarError::Years => ((C::Invalid, "calendar-none"), &[]),
        ICalendarError::Line(_) => ((C::Invalid, "calendar-line"), &line),
        ICalendarError::CutOff => ((C::Invalid, "calendar-cut-off"), &[]),
    };
    let field = below.iter().copied().chain(["iCalendar"]).map(str::to_owned).collect();
    tell_within(field, refusal, gaps, locale)
}

/// Days of a file that cannot be, each by the way to its field in the file.
pub(crate) fn of_days(errors: Vec<HoursError>, below: &[&str], locale: Option<&Locale>) -> Vec<UserError> {
    let within = |error: HoursError| HoursError { field: days_file(below, error.field), ..error };
    errors.into_iter().map(within).map(|error| of_hours(&error, locale)).collect()
}

/// A file of days that cannot be read.
pub(crate) fn of_days_file(error: &SpecialDaysError, below: &[&str], locale: Option<&Locale>) -> UserError {
    let field = days_file(below, vec![]);
    match error {
        SpecialDaysError::TooLarge(bytes) => {
            tell_within(field, (C::TooLong, "days-too-large"), &[("bytes", &bytes.to_string())], locale)
        }
        SpecialDaysError::Shape(error) => {
            let (line, column) = (error.line().to_string(), error.column().to_string());
            // It may quote what was sent.
            let why: String = error.to_string().chars().take(200).collect();
            let gaps = [("line", line.as_str()), ("column", column.as_str()), ("why", why.as_str())];
            tell_within(field, (C::Invalid, "days-shape"), &gaps, locale)
        }
    }
}

fn days_file(below: &[&str], field: Vec<String>) -> Vec<String> {
    below.iter().copied().chain(["specialDays"]).map(str::to_owned).chain(field).collect()
}

/// Why an event or a day of a file was not taken.
pub(crate) fn why_left_out(why: &WhyLeftOut, locale: Option<&Locale>) -> String {
    let language = Language::of(locale);
    match why {
        WhyLeftOut::Timed => language.say("left-out-timed", &[]),
        WhyLeftOut::Cancelled => language.say("left-out-cancelled", &[]),
        WhyLeftOut::Unreadable(what) => language.say("left-out-unreadable", &[("what", what)]),
        WhyLeftOut::TooLong => language.say("left-out-too-long", &[]),
        WhyLeftOut::Repeats(rule) => language.say("left-out-repeats", &[("rule", rule)]),
        WhyLeftOut::Unclear => language.say("left-out-unclear", &[]),
        WhyLeftOut::WorkingDayAlready => language.say("left-out-working-day", &[]),
        WhyLeftOut::HolidayAlready => language.say("left-out-holiday", &[]),
        WhyLeftOut::NoHours => language.say("left-out-no-hours", &[]),
    }
}

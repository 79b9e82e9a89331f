//! Holidays from an iCalendar file (RFC 5545): its all-day events, of some years.
//!
//! Read here and not by a crate: `ical` is archived, and `icalendar` switches on chrono's clock, which this house
//! keeps off, and brings nom and randomness for the four properties that a holiday has.

mod event;
mod lines;
mod name;

use self::{event::Event, lines::Line, name::Called};
use super::{HolidayInput, SpecialDays, WorkingDayInput, input::LONGEST_NAME};
use chrono::{Datelike, NaiveDate};
use std::{collections::BTreeMap, ops::RangeInclusive};

/// The largest file, in bytes: 1 MiB.
const LARGEST: usize = 1024 * 1024;
/// The most events in a file.
const MOST_EVENTS: usize = 5_000;
/// The most years that are taken from a file.
const MOST_YEARS: i32 = 5;
/// The longest holiday, in days.
const LONGEST: i64 = 60;
/// The hours of a make-up working day, of which the file does not say the weekday: Monday's, or, where nobody works on
/// Mondays, those of the first weekday that has some (`HoursInput::add_days`).
const LIKE_MONDAY: u8 = 1;

/// What was taken from a file, and what was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedDays {
    /// Each day once, in order; names of events on the same day are joined by ` / `. One that calendars of
    /// China mark as a make-up working day (调休), such as 春节（班）, is one, with Monday's hours.
    pub days: SpecialDays,
    /// Events that somebody has to look at, in the order of the file. One that is called something with work that is not
    /// understood is here, and no holiday: it may be the opposite of one.
    pub left_out: Vec<LeftOut>,
}

/// An event or a day of a file that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The line on which it begins; of a day the first on which its date stands. 0: no file, but a ready set.
    pub line: usize,
    /// Which day; `None`: the whole event.
    pub date: Option<NaiveDate>,
    /// What it is called.
    pub name: String,
    /// Why.
    pub why: WhyLeftOut,
}

/// Why an event or a day was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhyLeftOut {
    /// It has a time of day.
    #[error("is not an all-day event")]
    Timed,
    /// It does not take place.
    #[error("is cancelled")]
    Cancelled,
    /// A date that is missing or cannot be read.
    #[error("has no {0} that can be read")]
    Unreadable(&'static str),
    /// Longer than any holiday.
    #[error("is longer than {LONGEST} days")]
    TooLong,
    /// It repeats in a way that is not understood.
    #[error(
        "repeats by {0}: only FREQ=YEARLY on the same day is understood, with INTERVAL, COUNT and UNTIL; add its days by hand"
    )]
    Repeats(String),
    /// Its name speaks of work, and may mean a working day or a holiday.
    #[error(
        "is called something with work that is not understood: add it by hand, as a holiday or a working day"
    )]
    Unclear,
    /// A holiday of a file, on a day that is worked as the hours stand.
    #[error("is a working day already: take that away first if it is a holiday")]
    WorkingDayAlready,
    /// A working day of a file, on a day that is a holiday as the hours stand.
    #[error("is a holiday already: take that away first if it is worked")]
    HolidayAlready,
    /// A working day of a file, for a desk that has no weekday with hours.
    #[error("cannot be worked like another day: no weekday has hours")]
    NoHours,
}

/// A file that is refused whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ICalendarError {
    /// More bytes than allowed.
    #[error("has {0} bytes, at most {LARGEST} are allowed")]
    TooLarge(usize),
    /// More events than allowed.
    #[error("has more than {MOST_EVENTS} events")]
    TooMany,
    /// Something else.
    #[error("is not an iCalendar file: it does not begin with BEGIN:VCALENDAR")]
    NotACalendar,
    /// A line that is no property, or an end without a beginning.
    #[error("cannot be read at line {0}")]
    Line(usize),
    /// The file was cut off.
    #[error("ends too early: a BEGIN has no END")]
    CutOff,
    /// Too many years, or none.
    #[error("needs 1 to {MOST_YEARS} years")]
    Years,
}

/// Takes the holidays of some years (at most 5) from the text of an iCalendar file. All-day events that repeat every
/// year on the same day are taken in each of these years; what else repeats is left out and named.
pub fn import_holidays(text: &str, years: RangeInclusive<i32>) -> Result<ImportedDays, ICalendarError> {
    if !(0..MOST_YEARS).contains(&years.end().saturating_sub(*years.start())) {
        return Err(ICalendarError::Years);
    }
    if text.len() > LARGEST {
        return Err(ICalendarError::TooLarge(text.len()));
    }
    let (mut left_out, mut lines) = (vec![], BTreeMap::new());
    let (mut holidays, mut working_days) = (BTreeMap::new(), BTreeMap::new());
    for event in events(text)? {
        let name = event.name();
        let called = Called::of(&name);
        let days = event.days(&years, called == Called::WorkingDay).map(|mut days| {
            days.retain(|day| years.contains(&day.year()));
            days
        });
        let list = match (called, &days) {
            (Called::Unclear, Ok(days)) if !days.is_empty() => Err(WhyLeftOut::Unclear),
            (Called::WorkingDay, Ok(_)) => Ok(&mut working_days),
            (Called::Holiday | Called::Unclear, Ok(_)) => Ok(&mut holidays),
            (_, Err(why)) => Err(why.clone()),
        };
        match list {
            Ok(list) => {
                for day in days.unwrap_or_default() {
                    add(list, day, &name);
                    lines.entry(day).or_insert(event.line);
                }
            }
            Err(why) => left_out.push(LeftOut { line: event.line, date: None, name, why }),
        }
    }
    let holidays = holidays.into_iter().map(|(date, name)| HolidayInput { date, name, ranges: vec![] });
    let working_days = working_days.into_iter().map(|(date, name)| {
        let like = Some(LIKE_MONDAY);
        WorkingDayInput { date, name, like, ranges: vec![] }
    });
    let days = SpecialDays {
        holidays: holidays.collect(),
        working_days: working_days.collect(),
        lines,
        ..SpecialDays::default()
    };
    Ok(ImportedDays { days, left_out })
}

/// The events of a file, none of what stands within them (alarms have names and lengths, too).
fn events(text: &str) -> Result<Vec<Event>, ICalendarError> {
    let (mut open, mut events) = (Vec::<String>::new(), Vec::<Event>::new());
    let mut begun = false;
    for (number, line) in lines::unfold(text) {
        let line = Line::read(&line);
        if open.is_empty() && !line.as_ref().is_some_and(Line::begins_calendar) {
            // After a calendar, only another may follow.
            return Err(if begun { ICalendarError::Line(number) } else { ICalendarError::NotACalendar });
        }
        begun = true;
        let line = line.ok_or(ICalendarError::Line(number))?;
        let component = line.value.to_ascii_uppercase();
        match line.name.as_str() {
            "BEGIN" => {
                if component == "VEVENT" {
                    if events.len() == MOST_EVENTS {
                        return Err(ICalendarError::TooMany);
                    }
                    events.push(Event::on_line(number));
                }
                open.push(component);
            }
            "END" if open.pop() == Some(component) => {}
            "END" => return Err(ICalendarError::Line(number)),
            _ if open.last().is_some_and(|component| component == "VEVENT") => {
                if let Some(event) = events.last_mut() {
                    event.set(line);
                }
            }
            _ => {}
        }
    }
    match (begun, open.is_empty()) {
        (false, _) => Err(ICalendarError::NotACalendar),
        (true, false) => Err(ICalendarError::CutOff),
        (true, true) => Ok(events),
    }
}

fn add(days: &mut BTreeMap<NaiveDate, String>, day: NaiveDate, name: &str) {
    let known = days.entry(day).or_default();
    if known.is_empty() {
        name.clone_into(known);
    } else if !known.split(" / ").any(|known| known == name) {
        let joined = format!("{known} / {name}");
        *known = joined.chars().take(LONGEST_NAME).collect();
    }
}

//! Holidays from an iCalendar file (RFC 5545): its all-day events, of some years.
//!
//! Read here and not by a crate: `ical` is archived, and `icalendar` switches on chrono's clock, which this house
//! keeps off, and brings nom and randomness for the four properties that a holiday has.

mod event;
mod lines;

use self::{event::Event, lines::Line};
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
/// The hours of a make-up working day, of which the file does not say the weekday: Monday's.
const LIKE_MONDAY: u8 = 1;

/// What was taken from a file, and what was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedDays {
    /// Each day once, in order; names of events on the same day are joined by ` / `. One that calendars of
    /// China mark as a make-up working day (调休), such as 春节（班）, is one, with Monday's hours.
    pub days: SpecialDays,
    /// Events that somebody has to look at, in the order of the file.
    pub left_out: Vec<LeftOut>,
}

/// An event that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The line on which it begins.
    pub line: usize,
    /// What it is called.
    pub name: String,
    /// Why.
    pub why: WhyLeftOut,
}

/// Why an event is no holiday.
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
    let mut left_out = vec![];
    let (mut holidays, mut working_days) = (BTreeMap::new(), BTreeMap::new());
    for event in events(text)? {
        let name = event.name();
        let is_working_day = is_working_day(&name);
        match event.days(&years, is_working_day) {
            Ok(days) => {
                let list = if is_working_day { &mut working_days } else { &mut holidays };
                let days = days.into_iter().filter(|day| years.contains(&day.year()));
                days.for_each(|day| add(list, day, &name));
            }
            Err(why) => left_out.push(LeftOut { line: event.line, name, why }),
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

/// Is it called a day that is worked, as calendars of China (春节（班）, 国庆节补班 第1天) and others do? To be on call (值班) is
/// something else.
fn is_working_day(name: &str) -> bool {
    const WHOLE: [&str; 4] = ["working day", "make-up day", "make-up working day", "arbeitstag"];
    let name = name.to_lowercase();
    let end = name.trim_end_matches([')', '）', ']', '】', ' ']);
    WHOLE.contains(&name.trim())
        || (name.contains("补班") && !name.contains("不补班"))
        || (name.contains("補班") && !name.contains("不補班"))
        || ["(班", "（班", "[班", "【班", " 班", "上班", "调班", "調班"]
            .into_iter()
            .any(|mark| end.ends_with(mark))
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

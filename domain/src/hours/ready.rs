//! Ready sets: hours to begin with, and days that can be replaced by a file of the same shape.

use super::{HolidayInput, HoursError, HoursInput, HoursRange, LeftOut, WhyLeftOut, WorkingDayInput, read};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The largest file of days, in bytes.
const LARGEST: usize = 256 * 1024;

/// Holidays and make-up working days, as in `china.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecialDays {
    /// Who says so, and where.
    #[serde(default)]
    pub source: String,
    /// What has to be known about them.
    #[serde(default)]
    pub note: String,
    /// The holidays.
    #[serde(default)]
    pub holidays: Vec<HolidayInput>,
    /// The make-up working days.
    #[serde(default)]
    pub working_days: Vec<WorkingDayInput>,
    /// The line of the file on which each date stands first, counted from 1.
    #[serde(skip)]
    pub lines: BTreeMap<NaiveDate, usize>,
}

/// A file of days that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SpecialDaysError {
    /// More than anybody's holidays.
    #[error("has {0} bytes, at most {LARGEST} are allowed")]
    TooLarge(usize),
    /// Not of the shape of `china.json`.
    #[error("is no list of days as in china.json: {0}")]
    Shape(#[from] serde_json::Error),
}

/// Every hour of every day; the zone (IANA) is what times are told in.
pub fn always_open(time_zone: &str) -> HoursInput {
    let weekly =
        HoursRange { days: vec![1, 2, 3, 4, 5, 6, 7], from: "00:00".to_owned(), until: "24:00".to_owned() };
    HoursInput {
        time_zone: time_zone.to_owned(),
        weekly: vec![weekly],
        holidays: vec![],
        working_days: vec![],
    }
}

/// Monday to Friday, 9 to 18 o'clock in a zone (IANA).
pub fn monday_to_friday_9_to_18(time_zone: &str) -> HoursInput {
    let weekly =
        HoursRange { days: vec![1, 2, 3, 4, 5], from: "09:00".to_owned(), until: "18:00".to_owned() };
    HoursInput {
        time_zone: time_zone.to_owned(),
        weekly: vec![weekly],
        holidays: vec![],
        working_days: vec![],
    }
}

/// Monday to Friday, 9 to 18 o'clock in China, with the holidays and make-up working days that are known.
pub fn china() -> HoursInput {
    let mut hours = monday_to_friday_9_to_18("Asia/Shanghai");
    hours.add_days(&SpecialDays::china());
    hours
}

impl SpecialDays {
    /// Reads a file of days (JSON). What is wrong with its days is another question: `wrong`.
    pub fn read(json: &str) -> Result<Self, SpecialDaysError> {
        if json.len() > LARGEST {
            return Err(SpecialDaysError::TooLarge(json.len()));
        }
        // Some editors begin a file with a mark that JSON does not know.
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let days = serde_json::from_str(json)?;
        Ok(Self { lines: lines(json), ..days })
    }

    /// Those that China's State Council has announced.
    pub fn china() -> Self {
        Self::read(include_str!("china.json")).expect("china.json is read by a test")
    }

    /// What is wrong with these days by themselves, whatever hours they are added to, by the way to its field in the file;
    /// empty: nothing.
    pub fn wrong(&self) -> Vec<HoursError> {
        let hours = HoursInput {
            holidays: self.holidays.clone(),
            working_days: self.working_days.clone(),
            ..always_open("UTC")
        };
        let too_many = read::limits(&hours);
        let mut wrong =
            if too_many.is_empty() { read::hours(&hours).err().unwrap_or_default() } else { too_many };
        for list in wrong.iter_mut().filter_map(|error| error.field.first_mut()) {
            if list == "workingDays" {
                "working_days".clone_into(list);
            }
        }
        wrong
    }

    fn left_out(&self, date: NaiveDate, name: &str, why: WhyLeftOut) -> LeftOut {
        let line = self.lines.get(&date).copied().unwrap_or_default();
        LeftOut { line, date: Some(date), name: name.to_owned(), why }
    }
}

/// Where each date stands first, between quotation marks.
fn lines(json: &str) -> BTreeMap<NaiveDate, usize> {
    let mut lines = BTreeMap::new();
    for (number, line) in (1..).zip(json.lines()) {
        let quoted = line.split('"').filter(|text| text.len() == 10);
        for date in quoted.filter_map(|text| text.parse::<NaiveDate>().ok()) {
            lines.entry(date).or_insert(number);
        }
    }
    lines
}

impl HoursInput {
    /// Adds days of a file or a ready set, and says which were not taken. One that stands in the same list already stays as
    /// it is, so what was set by hand is kept; one that stands in the other list is left out, because it would say the
    /// opposite. A working day like a weekday without hours is like the first that has some: whoever wrote the file does
    /// not know this desk.
    pub fn add_days(&mut self, days: &SpecialDays) -> Vec<LeftOut> {
        let holidays: BTreeSet<_> = self.holidays.iter().map(|day| day.date).collect();
        let working_days: BTreeSet<_> = self.working_days.iter().map(|day| day.date).collect();
        let first_weekday = (1..=7).find(|weekday| self.has_hours_on(*weekday));
        let mut left_out = vec![];
        for day in &days.holidays {
            if working_days.contains(&day.date) {
                left_out.push(days.left_out(day.date, &day.name, WhyLeftOut::WorkingDayAlready));
            } else if !holidays.contains(&day.date) {
                self.holidays.push(day.clone());
            }
        }
        for day in days.working_days.iter().filter(|day| !working_days.contains(&day.date)) {
            let is_closed = |like: &u8| (1..=7).contains(like) && !self.has_hours_on(*like);
            let like = if day.like.as_ref().is_some_and(is_closed) { first_weekday } else { day.like };
            if holidays.contains(&day.date) {
                left_out.push(days.left_out(day.date, &day.name, WhyLeftOut::HolidayAlready));
            } else if day.like.is_some() && like.is_none() {
                left_out.push(days.left_out(day.date, &day.name, WhyLeftOut::NoHours));
            } else {
                self.working_days.push(WorkingDayInput { like, ..day.clone() });
            }
        }
        left_out
    }

    /// Working days that are like a weekday without hours, on which nobody would work.
    pub fn closed_working_days(&self) -> Vec<HoursError> {
        read::closed_working_days(self)
    }

    /// Does something begin on this weekday?
    pub(super) fn has_hours_on(&self, weekday: u8) -> bool {
        self.weekly.iter().any(|range| range.days.contains(&weekday))
    }
}

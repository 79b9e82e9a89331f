//! Ready sets: hours to begin with, and days that can be replaced by a file of the same shape.

use super::{HolidayInput, HoursInput, HoursRange, WorkingDayInput};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
    hours.add_days(SpecialDays::china());
    hours
}

impl SpecialDays {
    /// Reads a file of days (JSON). Its days are checked with the hours that they are added to.
    pub fn read(json: &str) -> Result<Self, SpecialDaysError> {
        if json.len() > LARGEST {
            return Err(SpecialDaysError::TooLarge(json.len()));
        }
        Ok(serde_json::from_str(json)?)
    }

    /// Those that China's State Council has announced.
    pub fn china() -> Self {
        Self::read(include_str!("china.json")).expect("china.json is read by a test")
    }
}

impl HoursInput {
    /// Adds days; one that stands in the same list already stays as it is, so what was set by hand is kept.
    pub fn add_days(&mut self, days: SpecialDays) {
        let known: BTreeSet<_> = self.holidays.iter().map(|day| day.date).collect();
        self.holidays.extend(days.holidays.into_iter().filter(|day| !known.contains(&day.date)));
        let known: BTreeSet<_> = self.working_days.iter().map(|day| day.date).collect();
        self.working_days.extend(days.working_days.into_iter().filter(|day| !known.contains(&day.date)));
    }
}

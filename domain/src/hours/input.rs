//! Hours as people give them, and as events keep them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The most ranges in a week.
pub(super) const MOST_WEEKLY: usize = 50;
/// The most ranges of one day.
pub(super) const MOST_RANGES: usize = 10;
/// The most holidays: some years of them.
pub(super) const MOST_HOLIDAYS: usize = 500;
/// The most make-up working days.
pub(super) const MOST_WORKING_DAYS: usize = 200;
/// The most characters of a day's name.
pub(super) const LONGEST_NAME: usize = 100;

/// Opening hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursInput {
    /// IANA time zone, such as `Asia/Shanghai`.
    pub time_zone: String,
    /// The hours of each week, at most 50 ranges; they may overlap. None: closed, but for the days below.
    pub weekly: Vec<HoursRange>,
    /// Days with other hours or none, at most 500; they beat the week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<HolidayInput>,
    /// Make-up working days (调休), at most 200; they beat holidays and the week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub working_days: Vec<WorkingDayInput>,
}

/// From a time of day until another, on some days of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursRange {
    /// The days on which it begins: 1 is Monday, 7 Sunday (ISO 8601).
    pub days: Vec<u8>,
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`; on the next day when it is before `from`; `24:00` is the end of the day.
    pub until: String,
}

/// From a time of day until another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`; on the next day when it is before `from`; `24:00` is the end of the day.
    pub until: String,
}

/// A day with other hours than its weekday's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayInput {
    /// Which, in the years 2000 to 2099.
    pub date: NaiveDate,
    /// What it is called: 1 to 100 characters.
    pub name: String,
    /// Its hours, at most 10 ranges; none: closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<TimeRange>,
}

/// A day on which is worked although its weekday or a holiday says otherwise. It has the hours of another weekday or
/// its own, not both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingDayInput {
    /// Which, in the years 2000 to 2099.
    pub date: NaiveDate,
    /// What it is called: 1 to 100 characters.
    pub name: String,
    /// It has the hours of this weekday: 1 is Monday, 7 Sunday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<u8>,
    /// Its own hours, at most 10 ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<TimeRange>,
}

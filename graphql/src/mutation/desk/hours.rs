//! Opening hours as they came in, read.

use crate::{
    caller::Asks,
    refusal::{self, UserError},
    scalar::{Date, TimeZone},
};
use async_graphql::{Context, Enum, ID, InputObject};
use chrono::Datelike;
use domain::{
    desk::{HoursChange, HoursPreset as DomainPreset},
    hours::{
        HolidayInput as Holiday, HoursRange, ImportedDays, LeftOut, SpecialDays, TimeRange,
        WorkingDayInput as WorkingDay, import_holidays,
    },
};

/// Years that are taken from an iCalendar file: the one before this one, and so many in all.
const YEARS: i32 = 5;

/// A ready set of hours.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainPreset")]
enum HoursPreset {
    /// Every hour of every day.
    AlwaysOpen,
    /// Monday to Friday, 9 to 18 o'clock.
    MondayToFriday,
    /// The same in China, with the holidays and make-up working days (调休) that are known.
    China,
}

/// Opening hours; what is left out stays as it is.
#[derive(InputObject)]
pub(super) struct HoursInput {
    /// To begin with a ready set, not with the hours that stand.
    preset: Option<HoursPreset>,
    /// Whose wall clock they go by.
    time_zone: Option<TimeZone>,
    /// The hours of each week, at most 50: all of them. None: closed, but for the days below.
    weekly: Option<Vec<HoursRangeInput>>,
    /// Days with other hours or none, at most 500: all of them. They beat the week.
    holidays: Option<Vec<HolidayInput>>,
    /// Make-up working days (调休), at most 200: all of them. They beat holidays and the week.
    working_days: Option<Vec<WorkingDayInput>>,
    /// An iCalendar file (RFC 5545): the all-day events of last year and the four years after it come on top of the days
    /// above, each as a holiday, or as a make-up working day when it is called one. A day that is there already stays as it
    /// is; one that stands as the opposite, and what is not understood, is in `leftOut`.
    i_calendar: Option<String>,
    /// Holidays and make-up working days as JSON, such as the next year's: `{"holidays": [{"date": "2027-01-01", "name":
    /// "元旦"}], "working_days": [{"date": "2027-01-03", "name": "元旦（班）", "like": 1}]}`, at most 256 KiB. They come on top of
    /// the days above, as those of an iCalendar file do.
    special_days: Option<String>,
}

/// Hours of a category, which replace the desk's.
#[derive(InputObject)]
pub(super) struct CategoryHoursInput {
    /// Which category.
    pub(super) category_id: ID,
    /// Its hours; what is left out is as it was, or as it is for the desk.
    pub(super) hours: HoursInput,
}

/// From a time of day until another, on some days; `22:00` to `08:00` passes midnight.
#[derive(InputObject)]
pub(in crate::mutation) struct HoursRangeInput {
    /// 1 is Monday, 7 Sunday.
    days: Vec<i32>,
    /// `HH:MM`.
    from: String,
    /// `HH:MM`.
    until: String,
}

/// From a time of day until another; `22:00` to `08:00` passes midnight.
#[derive(InputObject)]
struct TimeRangeInput {
    /// `HH:MM`.
    from: String,
    /// `HH:MM`; `24:00` is the end of the day.
    until: String,
}

/// A day with other hours than its weekday's.
#[derive(InputObject)]
struct HolidayInput {
    /// Which, in the years 2000 to 2099.
    date: Date,
    /// What it is called: 1 to 100 characters.
    name: String,
    /// Its hours, at most 10; none: closed.
    ranges: Option<Vec<TimeRangeInput>>,
}

/// A day on which is worked although its weekday or a holiday says otherwise.
#[derive(InputObject)]
struct WorkingDayInput {
    /// Which, in the years 2000 to 2099.
    date: Date,
    /// What it is called: 1 to 100 characters.
    name: String,
    /// It has the hours of this weekday, which has some: 1 is Monday, 7 Sunday.
    like: Option<i32>,
    /// Or its own, at most 10.
    ranges: Option<Vec<TimeRangeInput>>,
}

impl HoursInput {
    /// What is to be otherwise, unless a file cannot be read; `left_out` gets the events that are not taken. Everything else
    /// is refused by the hours themselves.
    pub(super) fn read(
        self,
        ctx: &Context<'_>,
        below: &[&str],
        left_out: &mut Vec<LeftOut>,
    ) -> Result<HoursChange, Vec<UserError>> {
        let (mut added, mut refused) = (vec![], vec![]);
        if let Some(file) = self.i_calendar {
            let last_year = ctx.commands().now().year() - 1;
            match import_holidays(&file, last_year..=last_year + YEARS - 1) {
                Ok(ImportedDays { days, left_out: others }) => {
                    left_out.extend(others);
                    added.push(days);
                }
                Err(error) => refused.push(refusal::of_calendar(&error, below, ctx.locale())),
            }
        }
        if let Some(file) = self.special_days {
            match SpecialDays::read(&file) {
                Ok(days) => {
                    refused.extend(refusal::of_days(days.wrong(), below, ctx.locale()));
                    added.push(days);
                }
                Err(error) => refused.push(refusal::of_days_file(&error, below, ctx.locale())),
            }
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        Ok(HoursChange {
            preset: self.preset.map(Into::into),
            time_zone: self.time_zone.map(|zone| zone.0),
            weekly: self.weekly.map(|all| all.into_iter().map(HoursRange::from).collect()),
            holidays: self.holidays.map(|all| all.into_iter().map(Holiday::from).collect()),
            working_days: self.working_days.map(|all| all.into_iter().map(WorkingDay::from).collect()),
            added,
        })
    }
}

/// What is no day of the week is 0, which is refused.
fn weekday(day: i32) -> u8 {
    u8::try_from(day).unwrap_or_default()
}

fn ranges(ranges: Option<Vec<TimeRangeInput>>) -> Vec<TimeRange> {
    let range = |range: TimeRangeInput| TimeRange { from: range.from, until: range.until };
    ranges.unwrap_or_default().into_iter().map(range).collect()
}

impl From<HoursRangeInput> for HoursRange {
    fn from(range: HoursRangeInput) -> Self {
        let days = range.days.into_iter().map(weekday).collect();
        Self { days, from: range.from, until: range.until }
    }
}

impl From<HolidayInput> for Holiday {
    fn from(day: HolidayInput) -> Self {
        Self { date: day.date.0, name: day.name, ranges: ranges(day.ranges) }
    }
}

impl From<WorkingDayInput> for WorkingDay {
    fn from(day: WorkingDayInput) -> Self {
        let like = day.like.map(weekday);
        Self { date: day.date.0, name: day.name, like, ranges: ranges(day.ranges) }
    }
}

//! Opening hours and the service target, as they are kept.

use crate::{
    query::message::Priority,
    scalar::{Date, DateTime, TimeZone},
};
use async_graphql::{ID, SimpleObject};
use domain::{
    desk::{OpeningHoursRevised, ServiceTargetRevised, TargetException as Exception},
    hours::{AvailabilityRule as Rule, Hours as DomainHours, HoursRange as Range, TimeRange as OfDay},
};

/// When somebody is there.
#[derive(SimpleObject)]
pub(super) struct OpeningHours {
    /// Since when these hours are in force.
    since: DateTime,
    /// The desk's.
    desk: Hours,
    /// Of the categories that have their own.
    categories: Vec<CategoryHours>,
    /// What makes the desk open.
    availability: AvailabilityRule,
}

/// Hours of one team.
#[derive(SimpleObject)]
struct Hours {
    /// Whose wall clock they go by.
    time_zone: TimeZone,
    /// Is that every hour of every day?
    always_open: bool,
    /// The hours of each week; none: closed, but for the days below.
    weekly: Vec<HoursRange>,
    /// Days with other hours or none; they beat the week.
    holidays: Vec<Holiday>,
    /// Make-up working days (调休); they beat holidays and the week.
    working_days: Vec<WorkingDay>,
    /// The last of these days: of a later one nothing is known, and the desk is open by its week. Add those of the next year
    /// before that. Null: there are none.
    special_days_until: Option<Date>,
}

/// Hours of a category, which replace the desk's.
#[derive(SimpleObject)]
struct CategoryHours {
    /// Which category.
    category_id: ID,
    /// Its hours.
    hours: Hours,
}

/// From a time of day until another, on some days of the week.
#[derive(SimpleObject)]
struct HoursRange {
    /// The days on which it begins: 1 is Monday, 7 Sunday.
    days: Vec<i32>,
    /// `HH:MM`.
    from: String,
    /// `HH:MM`; on the next day when it is before `from`; `24:00` is the end of the day.
    until: String,
}

/// From a time of day until another.
#[derive(SimpleObject)]
struct TimeRange {
    /// `HH:MM`.
    from: String,
    /// `HH:MM`; on the next day when it is before `from`; `24:00` is the end of the day.
    until: String,
}

/// A day with other hours than its weekday's.
#[derive(SimpleObject)]
struct Holiday {
    /// Which.
    date: Date,
    /// What it is called.
    name: String,
    /// Its hours; none: closed.
    ranges: Vec<TimeRange>,
}

/// A day on which is worked although its weekday or a holiday says otherwise.
#[derive(SimpleObject)]
struct WorkingDay {
    /// Which.
    date: Date,
    /// What it is called.
    name: String,
    /// It has the hours of this weekday: 1 is Monday, 7 Sunday.
    like: Option<i32>,
    /// Or its own.
    ranges: Vec<TimeRange>,
}

/// What makes the desk open: all that is asked for here has to hold.
#[derive(SimpleObject)]
struct AvailabilityRule {
    /// It is within opening hours.
    by_hours: bool,
    /// At least one member is present.
    by_presence: bool,
    /// At most so many messages wait per present member.
    most_waiting_per_member: Option<u32>,
}

/// How soon an answer is due.
#[derive(SimpleObject)]
pub(super) struct ServiceTarget {
    /// Since when this target is in force.
    since: DateTime,
    /// Seconds of desk time, unless an exception says otherwise.
    answer_within_seconds: u64,
    /// For some messages. One that names category and priority comes before one that names a priority, and that before one
    /// that names a category.
    exceptions: Vec<TargetException>,
}

/// How soon an answer to some messages is due.
#[derive(SimpleObject)]
struct TargetException {
    /// To those of this category; null: of any.
    category_id: Option<ID>,
    /// To those as urgent as this; null: however urgent.
    priority: Option<Priority>,
    /// Seconds of desk time.
    answer_within_seconds: u64,
}

impl From<&OpeningHoursRevised> for OpeningHours {
    fn from(revised: &OpeningHoursRevised) -> Self {
        let of = |(id, hours): (&String, &DomainHours)| CategoryHours {
            category_id: ID(id.clone()),
            hours: hours.into(),
        };
        Self {
            since: DateTime(revised.at),
            desk: (&revised.hours.desk).into(),
            categories: revised.hours.categories.iter().map(of).collect(),
            availability: revised.availability.into(),
        }
    }
}

impl From<&DomainHours> for Hours {
    fn from(hours: &DomainHours) -> Self {
        let input = hours.input();
        let holidays = input.holidays.iter().map(|day| Holiday {
            date: Date(day.date),
            name: day.name.clone(),
            ranges: ranges(&day.ranges),
        });
        let working_days = input.working_days.iter().map(|day| WorkingDay {
            date: Date(day.date),
            name: day.name.clone(),
            like: day.like.map(i32::from),
            ranges: ranges(&day.ranges),
        });
        Self {
            time_zone: TimeZone(input.time_zone.clone()),
            always_open: hours.is_always_open(),
            weekly: input.weekly.iter().map(Into::into).collect(),
            holidays: holidays.collect(),
            working_days: working_days.collect(),
            special_days_until: hours.special_days_until().map(Date),
        }
    }
}

impl From<&Range> for HoursRange {
    fn from(range: &Range) -> Self {
        let days = range.days.iter().copied().map(i32::from).collect();
        Self { days, from: range.from.clone(), until: range.until.clone() }
    }
}

fn ranges(ranges: &[OfDay]) -> Vec<TimeRange> {
    ranges
        .iter()
        .map(|OfDay { from, until }| TimeRange { from: from.clone(), until: until.clone() })
        .collect()
}

impl From<Rule> for AvailabilityRule {
    fn from(rule: Rule) -> Self {
        let Rule { by_hours, by_presence, most_waiting_per_member } = rule;
        Self { by_hours, by_presence, most_waiting_per_member }
    }
}

impl From<&ServiceTargetRevised> for ServiceTarget {
    fn from(revised: &ServiceTargetRevised) -> Self {
        Self {
            since: DateTime(revised.at),
            answer_within_seconds: revised.answer_within_seconds,
            exceptions: revised.exceptions.iter().map(TargetException::from).collect(),
        }
    }
}

impl From<&Exception> for TargetException {
    fn from(exception: &Exception) -> Self {
        Self {
            category_id: exception.category_id.as_ref().map(|id| ID(id.0.clone())),
            priority: exception.priority.map(Priority::from),
            answer_within_seconds: exception.answer_within_seconds,
        }
    }
}

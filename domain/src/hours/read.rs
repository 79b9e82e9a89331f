//! Reads hours as people give them, and tells everything that is wrong.

use super::{
    HoursError, HoursInput, HoursRange, Problem, TimeRange, WorkingDayInput,
    calendar::SpecialDay,
    input::{LONGEST_NAME, MOST_HOLIDAYS, MOST_RANGES, MOST_WEEKLY, MOST_WORKING_DAYS},
    span::{DAY, Span, minutes},
};
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};

/// What has been read.
pub(super) struct Read {
    pub(super) zone: Tz,
    pub(super) week: [Vec<Span>; 7],
    pub(super) special: BTreeMap<NaiveDate, SpecialDay>,
}

/// The lists that are too long.
pub(super) fn limits(input: &HoursInput) -> Vec<HoursError> {
    let mut errors = Errors::default();
    errors.limit("weekly", input.weekly.len(), MOST_WEEKLY);
    errors.limit("holidays", input.holidays.len(), MOST_HOLIDAYS);
    errors.limit("workingDays", input.working_days.len(), MOST_WORKING_DAYS);
    for (index, day) in input.holidays.iter().take(MOST_HOLIDAYS).enumerate() {
        errors.limit(&format!("holidays.{index}.ranges"), day.ranges.len(), MOST_RANGES);
    }
    for (index, day) in input.working_days.iter().take(MOST_WORKING_DAYS).enumerate() {
        errors.limit(&format!("workingDays.{index}.ranges"), day.ranges.len(), MOST_RANGES);
    }
    errors.0
}

/// Everything else.
pub(super) fn hours(input: &HoursInput) -> Result<Read, Vec<HoursError>> {
    let mut errors = Errors::default();
    let zone = input.time_zone.parse::<Tz>();
    if zone.is_err() {
        errors.refuse("timeZone", Problem::TimeZone);
    }
    let mut week: [Vec<Span>; 7] = Default::default();
    for (index, range) in input.weekly.iter().enumerate() {
        errors.weekly(&format!("weekly.{index}"), range, &mut week);
    }
    let mut special = BTreeMap::new();
    errors.days("holidays", input.holidays.iter().map(|day| (day.date, day.name.as_str())));
    for (index, day) in input.holidays.iter().enumerate() {
        let spans = errors.spans(&format!("holidays.{index}.ranges"), &day.ranges);
        special.insert(day.date, SpecialDay { spans, holiday: Some(day.name.clone()) });
    }
    // After the holidays, because they beat them.
    errors.days("workingDays", input.working_days.iter().map(|day| (day.date, day.name.as_str())));
    for (index, day) in input.working_days.iter().enumerate() {
        let spans = errors.working_day(&format!("workingDays.{index}"), day, &week);
        special.insert(day.date, SpecialDay { spans, holiday: None });
    }
    zone.ok().filter(|_| errors.0.is_empty()).map(|zone| Read { zone, week, special }).ok_or(errors.0)
}

/// The working days that are like a weekday on which nothing begins. What is stored may have some; what is given may not.
pub(super) fn closed_working_days(input: &HoursInput) -> Vec<HoursError> {
    let mut errors = Errors::default();
    for (index, day) in input.working_days.iter().take(MOST_WORKING_DAYS).enumerate() {
        let is_closed = |like: u8| (1..=7).contains(&like) && !input.has_hours_on(like);
        if day.ranges.is_empty() && day.like.is_some_and(is_closed) {
            errors.refuse(&format!("workingDays.{index}.like"), Problem::WeekdayClosed);
        }
    }
    errors.0
}

/// What is wrong so far.
#[derive(Default)]
struct Errors(Vec<HoursError>);

impl Errors {
    /// Notes what is wrong with a field, named with dots.
    fn refuse(&mut self, field: &str, problem: Problem) {
        self.0.push(HoursError { field: field.split('.').map(str::to_owned).collect(), problem });
    }

    fn limit(&mut self, field: &str, actual: usize, most: usize) {
        if actual > most {
            self.refuse(field, Problem::TooMany { most, actual });
        }
    }

    fn weekly(&mut self, field: &str, range: &HoursRange, week: &mut [Vec<Span>; 7]) {
        let days: BTreeSet<u8> = range.days.iter().copied().filter(|day| (1..=7).contains(day)).collect();
        if days.is_empty() || days.len() != range.days.len() {
            self.refuse(&format!("{field}.days"), Problem::Days);
        }
        if let Some(span) = self.span(field, &range.from, &range.until) {
            for day in days {
                week[usize::from(day) - 1].push(span);
            }
        }
    }

    fn working_day(&mut self, field: &str, day: &WorkingDayInput, week: &[Vec<Span>; 7]) -> Vec<Span> {
        match (day.like, day.ranges.is_empty()) {
            (Some(like @ 1..=7), true) => return week[usize::from(like) - 1].clone(),
            (None, false) => return self.spans(&format!("{field}.ranges"), &day.ranges),
            (Some(_), true) => self.refuse(&format!("{field}.like"), Problem::Weekday),
            (Some(_), false) | (None, true) => self.refuse(&format!("{field}.ranges"), Problem::LikeOrRanges),
        }
        vec![]
    }

    /// Each day once, with a name, and not too far away.
    fn days<'a>(&mut self, list: &str, days: impl Iterator<Item = (NaiveDate, &'a str)>) {
        let mut seen = BTreeSet::new();
        for (index, (date, name)) in days.enumerate() {
            if !(2000..=2099).contains(&date.year()) {
                self.refuse(&format!("{list}.{index}.date"), Problem::Year);
            }
            if !seen.insert(date) {
                self.refuse(&format!("{list}.{index}.date"), Problem::Twice);
            }
            let too_long = name.chars().count() > LONGEST_NAME;
            if name.trim().is_empty() || too_long || name.chars().any(char::is_control) {
                self.refuse(&format!("{list}.{index}.name"), Problem::Name);
            }
        }
    }

    fn spans(&mut self, field: &str, ranges: &[TimeRange]) -> Vec<Span> {
        let spans = ranges.iter().enumerate();
        spans
            .filter_map(|(index, range)| self.span(&format!("{field}.{index}"), &range.from, &range.until))
            .collect()
    }

    fn span(&mut self, field: &str, from: &str, until: &str) -> Option<Span> {
        let (begins, ends) = (minutes(from), minutes(until));
        match begins {
            None => self.refuse(&format!("{field}.from"), Problem::Time),
            Some(DAY) => self.refuse(&format!("{field}.from"), Problem::BeginsAtTheEnd),
            Some(_) => {}
        }
        match ends {
            None => self.refuse(&format!("{field}.until"), Problem::Time),
            Some(_) if begins == ends => self.refuse(&format!("{field}.until"), Problem::NoLength),
            Some(_) => {}
        }
        let (from, until) = (begins.filter(|from| *from < DAY)?, ends?);
        let until = if until > from { until } else { until + DAY };
        (begins != ends).then_some(Span { from, until })
    }
}

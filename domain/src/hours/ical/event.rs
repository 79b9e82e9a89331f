//! One event of a file, and the days that it takes.

use super::{super::input::LONGEST_NAME, LONGEST, Line, WhyLeftOut};
use chrono::{Datelike, NaiveDate};
use std::ops::RangeInclusive;

/// What is kept of an event.
#[derive(Default)]
pub(super) struct Event {
    /// The line on which it begins.
    pub(super) line: usize,
    name: String,
    start: Option<Line>,
    end: Option<Line>,
    duration: Option<String>,
    rule: Option<String>,
    /// Exceptions and additions to a rule.
    other_rule: Option<String>,
    cancelled: bool,
}

/// `FREQ=YEARLY` on the same day.
struct Yearly {
    interval: usize,
    count: usize,
    until: Option<NaiveDate>,
}

impl Event {
    pub(super) fn on_line(line: usize) -> Self {
        Self { line, ..Self::default() }
    }

    pub(super) fn set(&mut self, line: Line) {
        match line.name.as_str() {
            "SUMMARY" => self.name = line.text(),
            "DTSTART" => self.start = Some(line),
            "DTEND" => self.end = Some(line),
            "DURATION" => self.duration = Some(line.value),
            "RRULE" => self.rule = Some(line.value),
            "EXDATE" | "RDATE" | "EXRULE" | "RECURRENCE-ID" => self.other_rule = Some(line.name),
            "STATUS" => self.cancelled = line.value.eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
    }

    /// What it is called; without a name, its date as it stands.
    pub(super) fn name(&self) -> String {
        let start = self.start.as_ref().map_or("?", |start| start.value.as_str());
        let shown = |text: &str| {
            let text: String = text.chars().filter(|c| !c.is_control()).collect();
            text.trim().chars().take(LONGEST_NAME).collect()
        };
        let name: String = shown(&self.name);
        if name.is_empty() { shown(start) } else { name }
    }

    /// The days that it takes when it begins in or shortly before these years. `timed`: one with times of day takes its
    /// days as well.
    pub(super) fn days(
        &self,
        years: &RangeInclusive<i32>,
        timed: bool,
    ) -> Result<Vec<NaiveDate>, WhyLeftOut> {
        let start = self.start.as_ref().ok_or(WhyLeftOut::Unreadable("DTSTART"))?;
        let first = date(start, "DTSTART", timed)?;
        if self.cancelled {
            return Err(WhyLeftOut::Cancelled);
        }
        let length = self.length(first, timed)?;
        if let Some(rule) = &self.other_rule {
            return Err(WhyLeftOut::Repeats(rule.clone()));
        }
        let starts = match &self.rule {
            None => vec![first],
            Some(rule) => Yearly::read(rule, first)
                .ok_or_else(|| WhyLeftOut::Repeats(rule.clone()))?
                .starts(first, years),
        };
        // A holiday over the turn of the year began in the year before.
        let near = starts
            .into_iter()
            .filter(|day| (years.start().saturating_sub(1)..=*years.end()).contains(&day.year()));
        Ok(near.flat_map(|day| day.iter_days().take(length)).collect())
    }

    /// In days; the end is the day after the last. An end that is not after the start is the start's.
    fn length(&self, first: NaiveDate, timed: bool) -> Result<usize, WhyLeftOut> {
        let days = match (&self.end, &self.duration) {
            (Some(end), _) => (date(end, "DTEND", timed)? - first).num_days(),
            (None, Some(_)) if timed => 1,
            (None, Some(duration)) => whole_days(duration).ok_or(WhyLeftOut::Unreadable("DURATION"))?,
            (None, None) => 1,
        };
        if days > LONGEST { Err(WhyLeftOut::TooLong) } else { Ok(usize::try_from(days.max(1)).unwrap_or(1)) }
    }
}

/// A date without a time of day; with one when that is asked for, as the wall clock of whoever wrote it shows it.
fn date(line: &Line, property: &'static str, timed: bool) -> Result<NaiveDate, WhyLeftOut> {
    let value = line.value.trim();
    let has_time = line.parameters.split(';').any(|parameter| parameter == "VALUE=DATE-TIME");
    if (has_time || value.contains(['T', 't'])) && !timed {
        return Err(WhyLeftOut::Timed);
    }
    let value = if timed { value.split(['T', 't']).next().unwrap_or(value) } else { value };
    day(value).ok_or(WhyLeftOut::Unreadable(property))
}

/// `YYYYMMDD`.
fn day(value: &str) -> Option<NaiveDate> {
    let digits = value.len() == 8 && value.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| NaiveDate::parse_from_str(value, "%Y%m%d").ok())?
}

/// `P3D` or `P1W` (3.3.6).
fn whole_days(duration: &str) -> Option<i64> {
    let duration = duration.trim().strip_prefix('+').unwrap_or(duration.trim()).strip_prefix('P')?;
    let number = |digits: &str| digits.parse::<u16>().ok().map(i64::from);
    match (duration.strip_suffix('D'), duration.strip_suffix('W')) {
        (Some(days), _) => number(days),
        (None, Some(weeks)) => number(weeks).map(|weeks| weeks * 7),
        (None, None) => None,
    }
}

impl Yearly {
    /// Reads a rule that means the same day every year, or every so many.
    fn read(rule: &str, first: NaiveDate) -> Option<Self> {
        let mut yearly = Self { interval: 1, count: usize::MAX, until: None };
        let mut is_yearly = false;
        for part in rule.trim().trim_end_matches(';').split(';') {
            let (name, value) = part.split_once('=')?;
            let (name, value) = (name.to_ascii_uppercase(), value.trim());
            match name.as_str() {
                "FREQ" => is_yearly = value.eq_ignore_ascii_case("YEARLY"),
                "INTERVAL" => yearly.interval = value.parse().ok().filter(|interval| *interval > 0)?,
                "COUNT" => yearly.count = value.parse().ok()?,
                // Of an all-day event it is a date; some write an instant.
                "UNTIL" => yearly.until = Some(day(value.get(..8)?)?),
                "BYMONTH" => value.parse().ok().filter(|month: &u32| *month == first.month()).map(drop)?,
                "BYMONTHDAY" => value.parse().ok().filter(|day: &u32| *day == first.day()).map(drop)?,
                "WKST" => {}
                _ => return None,
            }
        }
        is_yearly.then_some(yearly)
    }

    /// When it begins each time until the end of these years; the 29th of February only in leap years.
    fn starts(&self, first: NaiveDate, years: &RangeInclusive<i32>) -> Vec<NaiveDate> {
        let all = (first.year()..=*years.end()).step_by(self.interval);
        let until = self.until.unwrap_or(NaiveDate::MAX);
        all.filter_map(|year| first.with_year(year))
            .take(self.count)
            .take_while(|day| *day <= until)
            .collect()
    }
}

//! Ranges of days in the desk's zone, and the points of a series in them.

use crate::error::QueryError;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::hours::day_begins;

/// A series has no more points: three years by day, six weeks by hour.
pub const MOST_POINTS: usize = 1_100;

/// How long a point of a series is, in the desk's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// An hour since the day began.
    Hour,
    /// A day.
    Day,
    /// A week that begins on Monday.
    Week,
    /// A month of the calendar.
    Month,
}

/// A stretch of time: from an instant until before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The first instant after it.
    pub until: DateTime<Utc>,
}

/// Days in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatisticsRange {
    from: NaiveDate,
    until: NaiveDate,
    zone: Tz,
    whole: Point,
}

impl StatisticsRange {
    /// From the beginning of one day until the beginning of another; `None`: the other is not later, or a year has not
    /// four digits.
    pub fn new(from: NaiveDate, until: NaiveDate, zone: Tz) -> Option<Self> {
        let years = 1000..=9998;
        let is_possible = from < until && years.contains(&from.year()) && years.contains(&until.year());
        let begins = |day| day_begins(zone, day).filter(|_| is_possible);
        Some(Self { from, until, zone, whole: Point { from: begins(from)?, until: begins(until)? } })
    }

    /// Its instants.
    pub fn whole(&self) -> Point {
        self.whole
    }

    /// As much time just before it.
    pub fn before(&self) -> Point {
        let Point { from, until } = self.whole;
        Point { from: from - (until - from), until: from }
    }

    /// Its points, one after the other without a hole; the first and the last may be cut by the range.
    pub fn points(&self, interval: Interval) -> Result<Vec<Point>, QueryError> {
        self.cut(interval, MOST_POINTS).ok_or(QueryError::TooManyPoints)
    }

    /// Its days, however many: what every other point but an hour is made of.
    pub(super) fn days(&self) -> Vec<Point> {
        self.cut(Interval::Day, usize::MAX).unwrap_or_default()
    }

    fn cut(&self, interval: Interval, most: usize) -> Option<Vec<Point>> {
        let mut points = Vec::new();
        let mut day = self.from;
        while day < self.until {
            let next = match interval {
                Interval::Hour | Interval::Day => day.checked_add_days(Days::new(1)),
                Interval::Week => {
                    day.checked_add_days(Days::new(7 - u64::from(day.weekday().num_days_from_monday())))
                }
                Interval::Month => day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1))),
            };
            let next = next.unwrap_or(self.until).min(self.until);
            let begins = |day| day_begins(self.zone, day).unwrap_or(self.whole.until);
            let (mut from, until) = (begins(day), begins(next));
            while from < until {
                let step = match interval {
                    Interval::Hour => TimeDelta::hours(1),
                    Interval::Day | Interval::Week | Interval::Month => until - from,
                };
                let end = (from + step).min(until);
                points.push(Point { from, until: end });
                from = end;
                if points.len() > most {
                    return None;
                }
            }
            day = next;
        }
        Some(points)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, until: &str, zone: Tz) -> StatisticsRange {
        StatisticsRange::new(from.parse().unwrap(), until.parse().unwrap(), zone).unwrap()
    }

    fn hours(range: StatisticsRange) -> usize {
        range.points(Interval::Hour).unwrap().len()
    }

    #[test]
    fn points_follow_each_other_without_a_hole_also_where_the_clocks_change() {
        let zones = [Tz::Europe__Berlin, Tz::Asia__Shanghai, Tz::Australia__Lord_Howe, Tz::Pacific__Apia];
        for zone in zones {
            let range = range("2011-12-01", "2012-01-15", zone);
            for interval in [Interval::Hour, Interval::Day, Interval::Week, Interval::Month] {
                let points = range.points(interval).unwrap();
                assert_eq!(points.first().unwrap().from, range.whole().from);
                assert_eq!(points.last().unwrap().until, range.whole().until);
                assert!(points.windows(2).all(|pair| pair[0].until == pair[1].from));
                assert!(points.iter().all(|point| point.from < point.until));
            }
        }
    }

    #[test]
    fn a_day_has_as_many_hours_as_the_clocks_let_it_have() {
        assert_eq!(hours(range("2026-03-29", "2026-03-30", Tz::Europe__Berlin)), 23);
        assert_eq!(hours(range("2026-10-25", "2026-10-26", Tz::Europe__Berlin)), 25);
        assert_eq!(hours(range("2026-10-25", "2026-10-26", Tz::Asia__Shanghai)), 24);
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        let range = range("2026-01-30", "2026-03-02", Tz::Asia__Shanghai);
        let days = |interval| {
            let local =
                |point: &Point| point.from.with_timezone(&Tz::Asia__Shanghai).date_naive().to_string();
            range.points(interval).unwrap().iter().map(local).collect::<Vec<_>>()
        };
        assert_eq!(days(Interval::Month), ["2026-01-30", "2026-02-01", "2026-03-01"]);
        assert_eq!(
            days(Interval::Week),
            ["2026-01-30", "2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23"]
        );
    }

    #[test]
    fn what_would_be_too_long_is_refused_before_it_is_made() {
        let years = range("1000-01-01", "9998-01-01", Tz::UTC);
        assert!(matches!(years.points(Interval::Hour), Err(QueryError::TooManyPoints)));
        assert_eq!(range("2024-01-01", "2027-01-01", Tz::UTC).points(Interval::Day).unwrap().len(), 1096);
    }

    #[test]
    fn the_time_before_is_as_long() {
        let range = range("2026-03-01", "2026-04-01", Tz::Europe__Berlin);
        assert_eq!(range.before().until, range.whole().from);
        assert_eq!(range.before().until - range.before().from, range.whole().until - range.whole().from);
        assert_eq!(
            StatisticsRange::new("2026-01-02".parse().unwrap(), "2026-01-02".parse().unwrap(), Tz::UTC),
            None
        );
    }
}

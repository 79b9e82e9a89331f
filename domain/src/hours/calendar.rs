//! Hours that have been read: the ranges of every day.

use super::{
    HoursError, HoursInput,
    read::{self, Read},
    span::{DAY, Span},
};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Opening hours, ready to be asked. They are stored as they were given. Clones share one calendar, which may be long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "HoursInput", into = "HoursInput")]
pub struct Hours(Arc<Calendar>);

#[derive(Debug, PartialEq, Eq)]
struct Calendar {
    input: HoursInput,
    zone: Tz,
    week: [Vec<Span>; 7],
    special: BTreeMap<NaiveDate, SpecialDay>,
    always_open: bool,
}

/// A day that does not go by its weekday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SpecialDay {
    pub(super) spans: Vec<Span>,
    /// The holiday it is; `None` for a make-up working day.
    pub(super) holiday: Option<String>,
}

impl Hours {
    /// Reads hours as they came in; everything that is wrong with them is told at once.
    pub fn read(input: HoursInput) -> Result<Self, Vec<HoursError>> {
        // A list that is too long is not gone through.
        let too_long = read::limits(&input);
        if too_long.is_empty() { Ok(Self::of(read::hours(&input)?, input)) } else { Err(too_long) }
    }

    fn of(read: Read, input: HoursInput) -> Self {
        let Read { zone, week, special } = read;
        let always_open = special.is_empty() && covers_the_week(&week);
        Self(Arc::new(Calendar { input, zone, week, special, always_open }))
    }

    /// The hours as they were given.
    pub fn input(&self) -> &HoursInput {
        &self.0.input
    }

    /// Whose wall clock they go by.
    pub fn zone(&self) -> Tz {
        self.0.zone
    }

    /// Every hour of every day, for ever.
    pub fn is_always_open(&self) -> bool {
        self.0.always_open
    }

    /// What begins on a day.
    pub(super) fn ranges_on(&self, day: NaiveDate) -> &[Span] {
        let of_weekday = || &self.0.week[day.weekday().num_days_from_monday() as usize];
        self.0.special.get(&day).map_or_else(of_weekday, |special| &special.spans)
    }

    /// The first day from this one on on which something begins.
    pub(super) fn next_day_with_ranges(&self, day: NaiveDate) -> Option<NaiveDate> {
        if self.0.week.iter().all(Vec::is_empty) {
            let mut special = self.0.special.range(day..);
            return special.find(|(_, special)| !special.spans.is_empty()).map(|(day, _)| *day);
        }
        day.iter_days().find(|day| !self.ranges_on(*day).is_empty())
    }

    /// The day after which every week is like the other.
    pub(super) fn last_special_day(&self) -> Option<DateTime<Utc>> {
        self.special_days_until().map(|day| day.and_time(NaiveTime::MIN).and_utc())
    }

    /// The last holiday or make-up working day that is known: of later ones nothing was said. `None`: there are none.
    pub fn special_days_until(&self) -> Option<NaiveDate> {
        self.0.special.last_key_value().map(|(day, _)| *day)
    }

    pub(super) fn holiday_on(&self, day: NaiveDate) -> Option<&str> {
        self.0.special.get(&day)?.holiday.as_deref()
    }
}

/// What is stored is read back whatever today's limits are.
impl TryFrom<HoursInput> for Hours {
    type Error = HoursError;
    fn try_from(input: HoursInput) -> Result<Self, HoursError> {
        match read::hours(&input) {
            Ok(read) => Ok(Self::of(read, input)),
            Err(mut errors) => Err(errors.swap_remove(0)),
        }
    }
}

impl From<Hours> for HoursInput {
    fn from(hours: Hours) -> Self {
        hours.0.input.clone()
    }
}

/// Is there no minute of the week without a range?
fn covers_the_week(week: &[Vec<Span>; 7]) -> bool {
    // Twice over, because Sunday night runs on into Monday.
    let days = (0..).zip(week.iter().chain(week));
    let mut minutes: Vec<_> = days
        .flat_map(|(day, spans)| {
            spans.iter().map(move |span| (day * DAY + span.from, day * DAY + span.until))
        })
        .collect();
    minutes.sort_unstable();
    let reached = minutes
        .into_iter()
        .fold(7 * DAY, |reached, (from, until)| if from <= reached { reached.max(until) } else { reached });
    reached >= 14 * DAY
}

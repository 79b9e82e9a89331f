//! A range of one day, and the instants at which it begins and ends.

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

pub(super) const DAY: u32 = 24 * 60;

/// Minutes of the wall clock since the midnight on which the day begins: `from` before 24 hours, `until` after `from`
/// by 24 hours at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) from: u32,
    pub(super) until: u32,
}

/// An interval in which the desk is open: from `opens` until before `closes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Piece {
    pub(super) opens: DateTime<Utc>,
    pub(super) closes: DateTime<Utc>,
}

impl Span {
    /// The interval on a day; none when the clocks skip it whole.
    pub(super) fn on(self, day: NaiveDate, zone: Tz) -> Option<Piece> {
        let opens = instant(zone, wall_clock(day, self.from)?, DateTime::min)?;
        let closes = instant(zone, wall_clock(day, self.until)?, DateTime::max)?;
        (opens < closes).then_some(Piece { opens, closes })
    }
}

/// The first instant of a day in a zone: of a day that the clocks skip, that of the next one. `None`: at the very ends of
/// all time.
pub fn day_begins(zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
    instant(zone, wall_clock(day, 0)?, DateTime::min)
}

/// Minutes since midnight of `HH:MM`, `24:00` included.
pub(super) fn minutes(text: &str) -> Option<u32> {
    let number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?;
    let (hours, minutes): (&str, &str) = text.split_once(':').filter(|_| text.len() == 5)?;
    let (hours, minutes): (u32, u32) = (number(hours)?, number(minutes).filter(|_| minutes.len() == 2)?);
    (minutes < 60 && hours * 60 + minutes <= DAY).then_some(hours * 60 + minutes)
}

/// What the wall clock shows at an instant; `None` at the very ends of all time.
pub(super) fn local(zone: Tz, at: DateTime<Utc>) -> Option<NaiveDateTime> {
    at.naive_utc().checked_add_offset(zone.offset_from_utc_datetime(&at.naive_utc()).fix())
}

fn wall_clock(day: NaiveDate, minutes: u32) -> Option<NaiveDateTime> {
    let day = day.checked_add_days(Days::new((minutes / DAY).into()))?;
    day.and_hms_opt(minutes % DAY / 60, minutes % 60, 0)
}

/// When the wall clock shows a time; of two such instants the one that `choose` takes, of none the first after.
fn instant(
    zone: Tz,
    wanted: NaiveDateTime,
    choose: fn(DateTime<Utc>, DateTime<Utc>) -> DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&wanted) {
        LocalResult::Single(found) => Some(found.to_utc()),
        LocalResult::Ambiguous(one, other) => Some(choose(one.to_utc(), other.to_utc())),
        LocalResult::None => first_after(zone, wanted),
    }
}

/// The first instant after a time that the clocks skip, to the second. No zone is further than 15 hours from UTC, and
/// clocks that are put forward only go forward, so half the hours are out of the question at each step.
fn first_after(zone: Tz, skipped: NaiveDateTime) -> Option<DateTime<Utc>> {
    let around = skipped.and_utc();
    let (mut before, mut after) =
        (around.checked_sub_signed(TimeDelta::hours(15))?, around.checked_add_signed(TimeDelta::hours(15))?);
    while after - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if local(zone, middle)? < skipped { before = middle } else { after = middle }
    }
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_have_five_characters() {
        assert_eq!(minutes("00:00"), Some(0));
        assert_eq!(minutes("09:30"), Some(570));
        assert_eq!(minutes("24:00"), Some(1440));
        for bad in
            ["24:01", "25:00", "9:30", "09:60", "+9:30", "09:3 ", "0930", "009:3", "1:230", "", "０9:00"]
        {
            assert_eq!(minutes(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_day_that_an_island_skipped_has_no_hours() {
        let day = NaiveDate::from_ymd_opt(2011, 12, 30).expect("a day");
        let all_day = Span { from: 0, until: DAY };
        assert_eq!(all_day.on(day, Tz::Pacific__Apia), None);
        let night =
            Span { from: 22 * 60, until: 30 * 60 }.on(day.pred_opt().expect("a day"), Tz::Pacific__Apia);
        assert_eq!(night.map(|night| night.closes - night.opens), Some(TimeDelta::hours(2)));
    }
}

//! Hours of the week in which a channel is quiet.

use crate::hours::HoursRange;
use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};

/// Not a range of hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a range of hours: days are 1 (Monday) to 7, and times look like 22:00")]
pub struct NotHours;

/// The hours of all ranges, ready to be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quiet(Vec<(Vec<u8>, u32, u32)>);

/// Minutes since midnight.
fn minutes(text: &str) -> Option<u32> {
    if text == "24:00" {
        return Some(24 * 60);
    }
    let time = NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| text.len() == 5)?;
    Some(time.hour() * 60 + time.minute())
}

impl Quiet {
    /// Reads ranges.
    pub fn read(ranges: &[HoursRange]) -> Result<Self, NotHours> {
        let read = |range: &HoursRange| {
            let days_fit = !range.days.is_empty() && range.days.iter().all(|day| (1..=7).contains(day));
            let (from, until) = (minutes(&range.from)?, minutes(&range.until)?);
            (days_fit && from < 24 * 60 && from != until).then(|| (range.days.clone(), from, until))
        };
        ranges.iter().map(|range| read(range).ok_or(NotHours)).collect::<Result<_, _>>().map(Self)
    }

    /// When it is over, if it is quiet at an instant in this zone. Ranges that follow each other are one.
    pub fn over_at<Z: TimeZone>(&self, now: DateTime<Utc>, zone: &Z) -> Option<DateTime<Utc>> {
        let mut over = None;
        let mut at = now;
        // A week of quiet hours without an end is quiet for a week, and is asked again.
        while let Some(end) = self.end_of(at, zone).filter(|end| *end <= now + chrono::TimeDelta::days(8)) {
            (over, at) = (Some(end), end);
        }
        over
    }

    fn end_of<Z: TimeZone>(&self, now: DateTime<Utc>, zone: &Z) -> Option<DateTime<Utc>> {
        let today = now.with_timezone(zone).date_naive();
        let began = [Some(today), today.checked_sub_days(Days::new(1))];
        let ends = began.into_iter().flatten().flat_map(|day| self.ranges_on(day, zone));
        ends.filter(|(from, until)| *from <= now && now < *until).map(|(_, until)| until).max()
    }

    fn ranges_on<Z: TimeZone>(&self, day: NaiveDate, zone: &Z) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let weekday = u8::try_from(day.weekday().number_from_monday()).unwrap_or_default();
        let ranges = self.0.iter().filter(|(days, _, _)| days.contains(&weekday));
        let instants = ranges.filter_map(|(_, from, until)| {
            let ends_on = if until > from { day } else { day.checked_add_days(Days::new(1))? };
            Some((instant(day, *from, zone)?, instant(ends_on, *until, zone)?))
        });
        instants.collect()
    }
}

/// A time of day as an instant; one that the clocks skip is the first after, one that they repeat the first.
fn instant<Z: TimeZone>(day: NaiveDate, minutes: u32, zone: &Z) -> Option<DateTime<Utc>> {
    let (day, minutes) =
        if minutes == 24 * 60 { (day.checked_add_days(Days::new(1))?, 0) } else { (day, minutes) };
    (0..=4).find_map(|quarters| {
        let local =
            day.and_hms_opt(0, 0, 0)? + chrono::TimeDelta::minutes(i64::from(minutes + quarters * 30));
        match zone.from_local_datetime(&local) {
            LocalResult::Single(found) | LocalResult::Ambiguous(found, _) => Some(found.with_timezone(&Utc)),
            LocalResult::None => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    fn quiet(days: &[u8], from: &str, until: &str) -> Result<Quiet, NotHours> {
        Quiet::read(&[HoursRange { days: days.to_vec(), from: from.into(), until: until.into() }])
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    /// 2026-11-27 is a Friday.
    #[test]
    fn a_night_passes_midnight_and_ends_in_the_morning() {
        let shanghai = FixedOffset::east_opt(8 * 3600).expect("a zone");
        let night = quiet(&[1, 2, 3, 4, 5], "22:00", "08:00").expect("hours");
        let over = |now| night.over_at(at(now), &shanghai);
        assert_eq!(over("2026-11-27T13:59:59Z"), None);
        assert_eq!(over("2026-11-27T14:00:00Z"), Some(at("2026-11-28T00:00:00Z")));
        assert_eq!(over("2026-11-27T23:59:59Z"), Some(at("2026-11-28T00:00:00Z")));
        assert_eq!(over("2026-11-28T00:00:00Z"), None);
        // Saturday's evening is not on the list.
        assert_eq!(over("2026-11-28T15:00:00Z"), None);
    }

    #[test]
    fn ranges_that_follow_each_other_are_one() {
        let weekend = quiet(&[6, 7], "00:00", "24:00").expect("hours");
        assert_eq!(weekend.over_at(at("2026-11-28T05:00:00Z"), &Utc), Some(at("2026-11-30T00:00:00Z")));
    }

    #[test]
    fn what_is_never_over_is_asked_again_within_a_week_or_so() {
        let always = quiet(&[1, 2, 3, 4, 5, 6, 7], "00:00", "24:00").expect("hours");
        let over = always.over_at(at("2026-11-28T05:00:00Z"), &Utc).expect("quiet");
        assert!(over > at("2026-12-04T00:00:00Z"));
    }

    #[test]
    fn what_are_no_hours_is_refused() {
        for (days, from, until) in [
            (&[0_u8][..], "22:00", "08:00"),
            (&[8], "22:00", "08:00"),
            (&[], "22:00", "08:00"),
            (&[1], "24:00", "08:00"),
        ] {
            assert_eq!(quiet(days, from, until), Err(NotHours));
        }
        for (from, until) in [("25:00", "08:00"), ("8:00", "09:00"), ("08:00", "08:00"), ("a", "b")] {
            assert_eq!(quiet(&[1], from, until), Err(NotHours), "{from} {until}");
        }
    }
}

//! What holds for all hours, in zones with every kind of change.

use super::*;
use proptest::{collection::vec, option, prelude::*, sample::select};

const ZONES: [&str; 7] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Santiago",
    "Pacific/Chatham",
];

/// Days on which clocks change in these zones, and some on which they do not.
const DAYS: [&str; 10] = [
    "2026-03-08",
    "2026-03-29",
    "2026-04-05",
    "2026-04-24",
    "2026-09-06",
    "2026-09-27",
    "2026-10-04",
    "2026-10-25",
    "2026-10-30",
    "2026-11-01",
];

fn time() -> impl Strategy<Value = String> {
    (0..24_u32, select(vec![0_u32, 15, 30, 45, 59]))
        .prop_map(|(hour, minute)| format!("{hour:02}:{minute:02}"))
}

fn times() -> impl Strategy<Value = TimeRange> {
    (time(), time()).prop_map(|(from, until)| {
        let until = if from == until { "24:00".to_owned() } else { until };
        TimeRange { from, until }
    })
}

fn hours() -> impl Strategy<Value = Hours> {
    let weekly = vec((proptest::collection::btree_set(1..=7_u8, 1..=7), times()), 0..4);
    let holidays = option::of((select(DAYS.to_vec()), vec(times(), 0..2)));
    let working = option::of((select(DAYS.to_vec()), times()));
    (select(ZONES.to_vec()), weekly, holidays, working).prop_map(|(zone, weekly, holidays, working)| {
        let range = |(days, times): (std::collections::BTreeSet<u8>, TimeRange)| HoursRange {
            days: days.into_iter().collect(),
            from: times.from,
            until: times.until,
        };
        read(HoursInput {
            time_zone: zone.into(),
            weekly: weekly.into_iter().map(range).collect(),
            holidays: holidays
                .into_iter()
                .map(|(date, ranges)| HolidayInput { ranges, ..holiday(date) })
                .collect(),
            working_days: working
                .into_iter()
                .map(|(date, times)| WorkingDayInput {
                    date: day(date),
                    name: "补班".into(),
                    like: None,
                    ranges: vec![times],
                })
                .collect(),
        })
    })
}

/// An instant within three days of one of the days, to the millisecond.
fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    let three_days = 3 * 24 * 3_600_000_i64;
    (select(DAYS.to_vec()), -three_days..three_days).prop_map(|(date, offset)| {
        day(date).and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::milliseconds(offset)
    })
}

const TICK: TimeDelta = TimeDelta::milliseconds(1);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn desk_time_added_is_desk_time_between(hours in hours(), from in instant(), seconds in 1..400_000_i64) {
        let desk_time = TimeDelta::seconds(seconds);
        if let Some(due) = hours.add_desk_time(from, desk_time) {
            prop_assert_eq!(hours.open_between(from, due), desk_time);
            // No sooner instant would do.
            prop_assert!(hours.open_between(from, due - TICK) < desk_time);
        } else {
            let ten_years = from + TimeDelta::days(3_653);
            prop_assert!(hours.open_between(from, ten_years) < desk_time);
        }
    }

    #[test]
    fn desk_time_between_is_due_no_later(hours in hours(), from in instant(), seconds in 0..400_000_i64) {
        let to = from + TimeDelta::seconds(seconds);
        let open = hours.open_between(from, to);
        let due = hours.add_desk_time(from, open).expect("it has passed");
        prop_assert!(due <= to);
        prop_assert_eq!(hours.open_between(due, to), TimeDelta::zero());
    }

    #[test]
    fn desk_time_grows_while_it_is_open(hours in hours(), at in instant()) {
        // Everything begins and ends on a whole minute, so nothing changes within a tick that begins on one.
        let grown = hours.open_between(at, at + TICK);
        prop_assert_eq!(grown, if hours.is_open(at) { TICK } else { TimeDelta::zero() });
    }

    #[test]
    fn desk_time_adds_up(hours in hours(), from in instant(), first in 0..400_000_i64, second in 0..400_000_i64) {
        let (middle, to) = (from + TimeDelta::seconds(first), from + TimeDelta::seconds(first + second));
        prop_assert_eq!(
            hours.open_between(from, middle) + hours.open_between(middle, to),
            hours.open_between(from, to)
        );
    }

    #[test]
    fn it_opens_no_sooner_than_it_says(hours in hours(), at in instant()) {
        let opens = hours.opens_next(at);
        prop_assert_eq!(hours.open_between(at, opens.unwrap_or(at + TimeDelta::days(800))), TimeDelta::zero());
        if let Some(opens) = opens {
            prop_assert!(opens >= at && hours.is_open(opens));
            prop_assert!(opens == at || !hours.is_open(opens - TICK));
        }
    }

    #[test]
    fn it_closes_no_sooner_than_it_says(hours in hours(), at in instant()) {
        let closes = hours.closes_next(at);
        let until = closes.unwrap_or(at + TimeDelta::days(800));
        prop_assert_eq!(hours.open_between(at, until), until - at);
        prop_assert!(closes.is_none_or(|closes| closes >= at && !hours.is_open(closes)));
    }
}

//! The rules of opening hours, one test each.

mod availability;
mod calendars;
mod independent;
mod properties;
mod reading;

use super::*;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn range(days: &[u8], from: &str, until: &str) -> HoursRange {
    HoursRange { days: days.to_vec(), from: from.into(), until: until.into() }
}

fn week(time_zone: &str, weekly: Vec<HoursRange>) -> HoursInput {
    HoursInput { time_zone: time_zone.into(), weekly, holidays: vec![], working_days: vec![] }
}

fn holiday(date: &str) -> HolidayInput {
    HolidayInput { date: day(date), name: "假日".into(), ranges: vec![] }
}

fn read(input: HoursInput) -> Hours {
    Hours::read(input).expect("hours")
}

#[test]
fn seconds_count() {
    let hours = read(monday_to_friday_9_to_18("Asia/Shanghai"));
    // 2026-11-27 is a Friday; 18:00 in Shanghai is 10:00 in UTC.
    assert!(hours.is_open(at("2026-11-27T09:59:59.999999Z")) && !hours.is_open(at("2026-11-27T10:00:00Z")));
    assert!(!hours.is_open(at("2026-11-27T00:59:59.999999Z")) && hours.is_open(at("2026-11-27T01:00:00Z")));
    let open = hours.open_between(at("2026-11-27T09:59:59.25Z"), at("2026-11-30T01:00:00.5Z"));
    assert_eq!(open, TimeDelta::milliseconds(1_250));
    let due = hours.add_desk_time(at("2026-11-27T09:59:59.25Z"), TimeDelta::milliseconds(1_250));
    assert_eq!(due, Some(at("2026-11-30T01:00:00.5Z")));
}

#[test]
fn desk_time_that_ends_with_the_day_is_due_at_the_closing() {
    let hours = read(monday_to_friday_9_to_18("Asia/Shanghai"));
    let due = |hours_of_desk| {
        hours.add_desk_time(at("2026-11-27T08:00:00Z"), TimeDelta::hours(hours_of_desk)).expect("due")
    };
    assert_eq!(due(2), at("2026-11-27T10:00:00Z"));
    assert_eq!(due(3), at("2026-11-30T02:00:00Z"));
    assert_eq!(due(0), at("2026-11-27T08:00:00Z"));
    assert_eq!(due(-1), at("2026-11-27T08:00:00Z"));
}

#[test]
fn ranges_that_meet_close_once() {
    let hours =
        read(week("Asia/Shanghai", vec![range(&[1], "20:00", "24:00"), range(&[2], "00:00", "04:00")]));
    assert_eq!(hours.closes_next(at("2026-11-30T13:00:00Z")), Some(at("2026-11-30T20:00:00Z")));
}

#[test]
fn always_open_never_closes_and_every_second_is_desk_time() {
    let hours = read(week("Europe/Berlin", vec![range(&[1, 2, 3, 4, 5, 6, 7], "00:00", "24:00")]));
    assert!(hours.is_always_open());
    let now = at("2026-11-27T08:00:00Z");
    assert_eq!((hours.opens_next(now), hours.closes_next(now)), (Some(now), None));
    assert_eq!(hours.add_desk_time(now, TimeDelta::hours(24)), Some(now + TimeDelta::hours(24)));
    assert_eq!(hours.open_between(now, now + TimeDelta::days(400)), TimeDelta::days(400));
    let in_shifts = vec![
        range(&[1, 2, 3, 4, 5, 6, 7], "06:00", "18:00"),
        range(&[1, 2, 3, 4, 5, 6, 7], "17:00", "06:00"),
    ];
    assert!(read(week("Europe/Berlin", in_shifts)).is_always_open());
    let but_a_minute = vec![range(&[1, 2, 3, 4, 5, 6], "00:00", "24:00"), range(&[7], "00:00", "23:59")];
    assert!(!read(week("Europe/Berlin", but_a_minute)).is_always_open());
    let mut but_a_holiday = hours.input().clone();
    but_a_holiday.holidays.push(holiday("2030-01-01"));
    let hours = read(but_a_holiday);
    assert!(!hours.is_always_open());
    assert_eq!(hours.closes_next(now), Some(at("2029-12-31T23:00:00Z")));
    assert_eq!(hours.closes_next(at("2030-01-02T00:00:00Z")), None);
}

#[test]
fn closed_for_ever_never_opens() {
    let mut empty = week("Asia/Shanghai", vec![]);
    empty.holidays.push(holiday("2026-12-25"));
    let hours = read(empty);
    let now = at("2026-11-27T08:00:00Z");
    assert_eq!((hours.opens_next(now), hours.closes_next(now)), (None, Some(now)));
    assert_eq!(hours.add_desk_time(now, TimeDelta::seconds(1)), None);
    assert_eq!(hours.open_between(now, at("2036-01-01T00:00:00Z")), TimeDelta::zero());
}

#[test]
fn desk_time_beyond_ten_years_is_never_over() {
    let hours = read(week("Asia/Shanghai", vec![range(&[3], "09:00", "10:00")]));
    let now = at("2026-11-27T08:00:00Z");
    assert!(hours.add_desk_time(now, TimeDelta::hours(500)).is_some());
    assert_eq!(hours.add_desk_time(now, TimeDelta::hours(600)), None);
    assert_eq!(hours.add_desk_time(now, TimeDelta::MAX), None);
    let always = read(week("UTC", vec![range(&[1, 2, 3, 4, 5, 6, 7], "00:00", "24:00")]));
    assert_eq!(always.add_desk_time(now, TimeDelta::MAX), None);
}

/// 2026-11-27 is a Friday, and Monday a holiday.
#[test]
fn the_last_opening_is_looked_for_as_far_back_as_it_is() {
    let mut hours = monday_to_friday_9_to_18("UTC");
    hours.holidays.push(holiday("2026-11-30"));
    let hours = read(hours);
    let last = |until: &str| hours.last_open(at("2026-11-01T00:00:00Z"), at(until));
    let friday = Some(at("2026-11-27T18:00:00Z"));
    assert_eq!(last("2026-11-27T18:00:00Z"), friday);
    assert_eq!(last("2026-12-01T08:59:59Z"), friday);
    assert_eq!(last("2026-12-01T09:00:00Z"), Some(at("2026-12-01T09:00:00Z")));
    assert_eq!(last("2026-11-27T12:00:00Z"), Some(at("2026-11-27T12:00:00Z")));
    assert_eq!(last("2026-11-01T20:00:00Z"), None, "a Sunday");
    assert_eq!(hours.last_open(at("2026-11-27T18:00:00Z"), at("2026-11-29T00:00:00Z")), None);
    assert_eq!(hours.last_open(at("2026-11-27T17:00:00Z"), at("2026-11-29T00:00:00Z")), friday);
    let mut once = week("UTC", vec![]);
    once.holidays.push(HolidayInput {
        ranges: vec![TimeRange { from: "09:00".into(), until: "10:00".into() }],
        ..holiday("2020-05-01")
    });
    let once = read(once);
    let long_ago = at("2000-01-01T00:00:00Z");
    assert_eq!(once.last_open(long_ago, at("2026-12-01T00:00:00Z")), Some(at("2020-05-01T10:00:00Z")));
    assert_eq!(once.last_open(long_ago, at("2036-12-01T00:00:00Z")), None, "not within ten years");
    let always = read(always_open("UTC"));
    assert_eq!(always.last_open(long_ago, at("2026-12-01T00:00:00Z")), Some(at("2026-12-01T00:00:00Z")));
    assert_eq!(always.last_open(long_ago, long_ago), None);
}

#[test]
fn hours_say_until_when_their_special_days_are_known() {
    let category = |id: &str, hours| CategoryHoursInput { category_id: id.into(), hours };
    let mut export = monday_to_friday_9_to_18("Europe/Berlin");
    export.holidays.push(holiday("2027-12-25"));
    let plain = category("plain", always_open("UTC"));
    let input = DeskHoursInput { desk: china(), categories: vec![category("export", export), plain] };
    let hours = DeskHours::read(input).expect("hours");
    assert_eq!(hours.desk.special_days_until(), Some(day("2026-10-10")));
    assert_eq!(hours.of(Some("plain")).special_days_until(), None);
    let ending = |before: &str| hours.special_days_ending_before(day(before));
    assert_eq!(ending("2026-10-10"), []);
    assert_eq!(ending("2026-10-11"), [(None, day("2026-10-10"))]);
    assert_eq!(ending("2028-01-01"), [(None, day("2026-10-10")), (Some("export"), day("2027-12-25"))]);
}

#[test]
fn the_ends_of_all_time_do_no_harm() {
    let hours = read(monday_to_friday_9_to_18("America/New_York"));
    let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    assert!(!hours.is_open(first) && !hours.is_open(last));
    assert_eq!((hours.opens_next(last), hours.closes_next(last)), (None, Some(last)));
    assert_eq!(hours.add_desk_time(last, TimeDelta::hours(1)), None);
    assert_eq!(hours.open_between(last, first), TimeDelta::zero());
    assert_eq!(hours.open_between(last, last), TimeDelta::zero());
}

#[test]
fn a_category_has_its_own_hours_or_the_desks() {
    let category = |hours| CategoryHoursInput { category_id: "export".into(), hours };
    let input = DeskHoursInput {
        desk: china(),
        categories: vec![category(monday_to_friday_9_to_18("Europe/Berlin"))],
    };
    let hours = DeskHours::read(input.clone()).expect("hours");
    // Golden Week is China's.
    let noon = at("2026-10-05T12:00:00Z");
    assert!(hours.of(Some("export")).is_open(noon));
    assert!(!hours.of(Some("other")).is_open(noon) && !hours.of(None).is_open(noon));
    let stored = serde_json::to_string(&hours).expect("written");
    assert_eq!(serde_json::from_str::<DeskHours>(&stored).expect("read back"), hours);

    let twice = [input.categories.clone(), vec![category(monday_to_friday_9_to_18("Mars"))]].concat();
    let errors = DeskHours::read(DeskHoursInput { categories: twice, ..input }).expect_err("refused");
    let told: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "categories.1.hours.timeZone: is not a time zone such as Asia/Shanghai or Europe/Berlin (IANA)",
            "categories.1.categoryId: has hours already: give each category once",
        ]
    );
}

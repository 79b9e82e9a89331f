//! What is refused, with the field that it stands in; and what is read back.

use super::*;
use crate::hours::error::Problem;

/// The fields that are refused, and why.
fn refused(input: HoursInput) -> Vec<(String, Problem)> {
    let errors = Hours::read(input).expect_err("refused");
    errors.into_iter().map(|error| (error.field.join("."), error.problem)).collect()
}

fn working(date: &str, like: Option<u8>, ranges: Vec<TimeRange>) -> WorkingDayInput {
    WorkingDayInput { date: day(date), name: "补班".into(), like, ranges }
}

fn times(from: &str, until: &str) -> TimeRange {
    TimeRange { from: from.into(), until: until.into() }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let mut input = week("Asia/Peking", vec![range(&[1, 1], "09:00", "18:00"), range(&[8], "9:00", "18:00")]);
    input.weekly.extend([range(&[], "24:00", "25:00"), range(&[5], "08:00", "08:00")]);
    let named = |name: &str| HolidayInput { name: name.into(), ..holiday("2026-10-01") };
    input.holidays =
        vec![named("国庆节"), named(""), HolidayInput { date: day("2101-01-01"), ..named("a\nb") }];
    input.holidays[0].ranges.push(times("10:00", "10:00"));
    input.working_days = vec![
        working("2026-10-10", Some(8), vec![]),
        working("2026-10-11", None, vec![]),
        working("2026-10-12", Some(1), vec![times("10:00", "12:00")]),
        working("2026-10-12", None, vec![times("10:00", "soon")]),
    ];
    let expected = [
        ("timeZone", Problem::TimeZone),
        ("weekly.0.days", Problem::Days),
        ("weekly.1.days", Problem::Days),
        ("weekly.1.from", Problem::Time),
        ("weekly.2.days", Problem::Days),
        ("weekly.2.from", Problem::BeginsAtTheEnd),
        ("weekly.2.until", Problem::Time),
        ("weekly.3.until", Problem::NoLength),
        ("holidays.1.date", Problem::Twice),
        ("holidays.1.name", Problem::Name),
        ("holidays.2.date", Problem::Year),
        ("holidays.2.name", Problem::Name),
        ("holidays.0.ranges.0.until", Problem::NoLength),
        ("workingDays.3.date", Problem::Twice),
        ("workingDays.0.like", Problem::Weekday),
        ("workingDays.1.ranges", Problem::LikeOrRanges),
        ("workingDays.2.ranges", Problem::LikeOrRanges),
        ("workingDays.3.ranges.0.until", Problem::Time),
    ];
    assert_eq!(refused(input), expected.map(|(field, problem)| (field.to_owned(), problem)));
}

#[test]
fn every_list_has_a_limit_but_what_is_stored_is_read_back() {
    let mut input = week("UTC", vec![range(&[1], "09:00", "10:00"); 51]);
    let days = || day("2026-01-01").iter_days();
    input.holidays = days().take(501).map(|date| HolidayInput { date, ..holiday("2026-01-01") }).collect();
    input.holidays[7].ranges = vec![times("09:00", "10:00"); 11];
    input.working_days = days()
        .take(201)
        .map(|date| WorkingDayInput { date, ..working("2026-01-01", Some(1), vec![]) })
        .collect();
    let stored = serde_json::to_string(&input).expect("written");
    let too_many = |field: &str, most| (field.to_owned(), Problem::TooMany { most, actual: most + 1 });
    let expected = [
        too_many("weekly", 50),
        too_many("holidays", 500),
        too_many("workingDays", 200),
        too_many("holidays.7.ranges", 10),
    ];
    assert_eq!(refused(input), expected);
    assert!(serde_json::from_str::<Hours>(&stored).is_ok());
}

#[test]
fn hours_are_stored_as_they_were_given() {
    let hours = read(china());
    let stored = serde_json::to_value(&hours).expect("written");
    assert_eq!(
        stored["weekly"][0],
        serde_json::json!({"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00"})
    );
    assert_eq!(serde_json::from_value::<Hours>(stored).expect("read back"), hours);
    let broken = r#"{"time_zone":"Mars/Base","weekly":[]}"#;
    let error = serde_json::from_str::<Hours>(broken).expect_err("refused").to_string();
    assert!(error.starts_with("timeZone: is not a time zone"), "{error}");
}

#[test]
fn the_file_of_china_is_whole_and_can_be_replaced() {
    let days = SpecialDays::china();
    assert!(days.source.contains("国办发明电〔2025〕7号"));
    assert_eq!((days.holidays.len(), days.working_days.len()), (33, 6));
    let hours = read(china());
    assert_eq!(hours.holiday_at(at("2026-10-01T04:00:00Z")), Some("国庆节"));
    assert_eq!(hours.holiday_at(at("2026-10-10T04:00:00Z")), None);

    let mut own = monday_to_friday_9_to_18("Asia/Shanghai");
    own.holidays.push(HolidayInput { name: "公司年会".into(), ..holiday("2026-02-16") });
    own.add_days(
        &SpecialDays::read(
            r#"{"holidays":[{"date":"2026-02-16","name":"春节"},{"date":"2026-02-17","name":"春节"}]}"#,
        )
        .expect("days"),
    );
    let names: Vec<_> = own.holidays.iter().map(|day| day.name.as_str()).collect();
    assert_eq!(names, ["公司年会", "春节"]);

    let file = r#"{"source": "x",
        "holidays": [{"date": "2027-01-01", "name": "元旦"}, {"date": "2027-01-01", "name": ""}],
        "working_days": [{"date": "2027-01-02", "name": "元旦（班）", "like": 8}]}"#;
    let file = SpecialDays::read(file).expect("of that shape");
    assert_eq!(file.lines.into_iter().collect::<Vec<_>>(), [(day("2027-01-01"), 2), (day("2027-01-02"), 3)]);
    let told = SpecialDays { lines: [].into(), ..file }.wrong();
    let told: Vec<_> = told.into_iter().map(|error| (error.field.join("."), error.problem)).collect();
    let expected = [
        ("holidays.1.date", Problem::Twice),
        ("holidays.1.name", Problem::Name),
        ("working_days.0.like", Problem::Weekday),
    ];
    assert_eq!(told, expected.map(|(field, problem)| (field.to_owned(), problem)));
    assert_eq!(days.wrong(), []);
    assert!(SpecialDays::read("\u{feff}{}").is_ok());

    let error = SpecialDays::read(r#"{"holiday":[]}"#).expect_err("refused").to_string();
    assert!(error.contains("unknown field `holiday`"), "{error}");
    assert!(SpecialDays::read(&" ".repeat(300_000)).is_err());
}

//! Holidays from iCalendar files.

use super::*;

/// A calendar of events, each the lines of one.
fn calendar(events: &[&str]) -> String {
    let events: Vec<_> = events.iter().map(|event| format!("BEGIN:VEVENT\n{event}\nEND:VEVENT\n")).collect();
    let events = events.concat();
    format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n{events}END:VCALENDAR\n").replace('\n', "\r\n")
}

fn imported(events: &[&str]) -> ImportedDays {
    import_holidays(&calendar(events), 2026..=2028).expect("a calendar")
}

/// Date and name of each holiday.
fn holidays(imported: &ImportedDays) -> Vec<(String, &str)> {
    imported.days.holidays.iter().map(|day| (day.date.to_string(), day.name.as_str())).collect()
}

fn dates(events: &[&str]) -> Vec<String> {
    let imported = imported(events);
    assert_eq!(imported.left_out, []);
    holidays(&imported).into_iter().map(|(date, _)| date).collect()
}

fn left_out(event: &str) -> WhyLeftOut {
    let mut imported = imported(&[event]);
    assert_eq!(imported.days, SpecialDays::default());
    imported.left_out.remove(0).why
}

#[test]
fn an_event_of_several_days_ends_before_its_end() {
    let days = dates(&["DTSTART;VALUE=DATE:20261001\nDTEND;VALUE=DATE:20261004\nSUMMARY:国庆节"]);
    assert_eq!(days, ["2026-10-01", "2026-10-02", "2026-10-03"]);
    assert_eq!(dates(&["DTSTART;VALUE=DATE:20261225\nDURATION:P2D"]), ["2026-12-25", "2026-12-26"]);
    assert_eq!(dates(&["DTSTART;VALUE=DATE:20261225\nDURATION:P1W"]).len(), 7);
    for one_day in ["", "\nDTEND;VALUE=DATE:20261225", "\nDTEND;VALUE=DATE:20261226"] {
        assert_eq!(dates(&[&format!("DTSTART;VALUE=DATE:20261225{one_day}")]), ["2026-12-25"]);
    }
}

#[test]
fn over_the_turn_of_the_year_only_the_years_asked_for_are_taken() {
    assert_eq!(
        dates(&["DTSTART;VALUE=DATE:20251230\nDTEND;VALUE=DATE:20260103"]),
        ["2026-01-01", "2026-01-02"]
    );
    assert_eq!(dates(&["DTSTART;VALUE=DATE:20281231\nDTEND;VALUE=DATE:20290103"]), ["2028-12-31"]);
    assert_eq!(dates(&["DTSTART;VALUE=DATE:20200101"]), [""; 0]);
}

#[test]
fn folded_lines_escapes_and_parameters_are_read() {
    let event = "dtstart;VALUE=DATE:20261225\nSUMMARY;LANGUAGE=en;X-A=\"a:b;c\":Christmas\\, first \n  day\\; \n\tyes\\\\no\\nmore";
    assert_eq!(
        holidays(&imported(&[event])),
        [("2026-12-25".to_owned(), "Christmas, first  day; yes\\no more")]
    );
    let text = calendar(&["DTSTART;VALUE=DATE:20261225\nSUMMARY:元\n 旦"]);
    for text in [text.replace("\r\n", "\n"), format!("\u{feff}\r\n{text}")] {
        let imported = import_holidays(&text, 2026..=2026).expect("a calendar");
        assert_eq!(holidays(&imported), [("2026-12-25".to_owned(), "元旦")]);
    }
}

#[test]
fn an_alarm_within_an_event_is_not_the_event() {
    let event = "DTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas\nBEGIN:VALARM\nSUMMARY:Wake up\nDURATION:P9D\nEND:VALARM";
    assert_eq!(holidays(&imported(&[event])), [("2026-12-25".to_owned(), "Christmas")]);
}

#[test]
fn a_day_with_two_events_has_both_names() {
    let both = ["DTSTART;VALUE=DATE:20261001\nSUMMARY:中秋节", "DTSTART;VALUE=DATE:20261001\nSUMMARY:国庆节"];
    assert_eq!(
        holidays(&imported(&[both[0], both[1], both[0]])),
        [("2026-10-01".to_owned(), "中秋节 / 国庆节")]
    );
}

#[test]
fn days_that_china_works_are_no_holidays() {
    let named = |name: &str| imported(&[&format!("DTSTART;VALUE=DATE:20261010\nSUMMARY:{name}")]).days;
    for name in [
        "国庆节（班）",
        "国庆节(班)",
        "国庆节补班",
        "国庆节 调休上班",
        "春节 补班 第1天/共2天",
        "补班日",
        "春节 班",
        "春节调休工作日",
        "工作日",
        "Working day",
        "Special Working Day",
        "Special working day (Spring Festival)",
        "Working day (Spring Festival)",
        "WORKING DAY - National Day",
        "Make-up workday",
        "Make-up day",
        "Spring Festival make-up working day",
        "Spring Festival Makeup Work Day",
        "Make up day for National Day",
        "National Day (Workday)",
        "Compensatory Working Day",
        "Arbeitstag",
    ] {
        let days = named(name);
        assert_eq!(days.holidays, [], "{name}");
        assert_eq!((days.working_days[0].like, days.working_days[0].name.as_str()), (Some(1), name));
    }
    for name in [
        "国庆节（休）",
        "国庆节不补班",
        "春节不上班",
        "非工作日",
        "Non-working day",
        "Special Non-Working Day",
        "Labour Day",
        "International Workers' Day",
        "Working Women's Day",
        "Tag der Arbeit",
    ] {
        assert_eq!(named(name).holidays.len(), 1, "{name}");
    }
}

#[test]
fn what_speaks_of_work_and_is_not_understood_is_no_holiday_and_is_told() {
    for name in [
        "国庆节值班",
        "班",
        "加班",
        "最后工作日",
        "Last working day",
        "Half working day",
        "No makeup day",
        "Spring Festival make-up",
        "Spring Festival workday",
        "Back to work",
        "Letzter Arbeitstag",
    ] {
        let event = |day: &str| format!("DTSTART;VALUE=DATE:{day}\nSUMMARY:{name}");
        assert_eq!(left_out(&event("20261010")), WhyLeftOut::Unclear, "{name}");
        // Of another year nobody has to know.
        assert_eq!(imported(&[&event("20211010")]).left_out, [], "{name}");
    }
}

/// A Monday without hours, and no hours at all.
#[test]
fn a_working_day_of_a_file_is_like_the_first_weekday_that_has_hours() {
    let days = || imported(&["DTSTART;VALUE=DATE:20261010\nSUMMARY:国庆节（班）"]).days;
    let mut hours = week("Asia/Shanghai", vec![range(&[2, 3], "10:00", "12:00")]);
    assert_eq!(hours.add_days(&days()), []);
    assert_eq!(hours.working_days[0].like, Some(2));
    assert!(read(hours).is_open(at("2026-10-10T02:30:00Z")));
    let mut closed = week("Asia/Shanghai", vec![]);
    let told = closed.add_days(&days());
    assert_eq!((closed.working_days.len(), told[0].line, told[0].why.clone()), (0, 4, WhyLeftOut::NoHours));
}

#[test]
fn a_day_that_stands_as_the_opposite_is_left_out_with_its_line() {
    let mut hours = monday_to_friday_9_to_18("Asia/Shanghai");
    hours.add_days(&imported(&["DTSTART;VALUE=DATE:20261010\nSUMMARY:国庆节（班）"]).days);
    hours.holidays.push(holiday("2026-10-12"));
    let before = hours.clone();
    let corrected = imported(&[
        "DTSTART;VALUE=DATE:20261009\nDTEND;VALUE=DATE:20261011\nSUMMARY:国庆节（休）",
        "DTSTART;VALUE=DATE:20261012\nSUMMARY:国庆节（班）",
    ]);
    let told = hours.add_days(&corrected.days);
    let told: Vec<_> = told.into_iter().map(|it| (it.line, it.date, it.why)).collect();
    let expected = [
        (4, Some(day("2026-10-10")), WhyLeftOut::WorkingDayAlready),
        (9, Some(day("2026-10-12")), WhyLeftOut::HolidayAlready),
    ];
    assert_eq!(told, expected);
    assert_eq!(hours.holidays.len(), before.holidays.len() + 1, "the ninth, of which nothing was said");
    assert_eq!(hours.working_days, before.working_days);
}

#[test]
fn what_comes_every_year_is_taken_in_each_of_the_years() {
    let yearly = |rule: &str| dates(&[&format!("DTSTART;VALUE=DATE:20201225\nRRULE:{rule}")]);
    let all = ["2026-12-25", "2027-12-25", "2028-12-25"];
    assert_eq!(yearly("FREQ=YEARLY"), all);
    assert_eq!(yearly("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;WKST=MO"), all);
    assert_eq!(yearly("FREQ=YEARLY;INTERVAL=2"), [all[0], all[2]]);
    assert_eq!(yearly("FREQ=YEARLY;COUNT=7"), [all[0]]);
    assert_eq!(yearly("FREQ=YEARLY;UNTIL=20271225"), all[..2]);
    assert_eq!(yearly("FREQ=YEARLY;UNTIL=20271224T230000Z"), [all[0]]);
    assert_eq!(dates(&["DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;COUNT=2"]), ["2028-02-29"]);
}

#[test]
fn what_is_not_understood_is_left_out_and_named() {
    for rule in
        ["FREQ=YEARLY;BYDAY=4TH", "FREQ=YEARLY;BYMONTH=11", "FREQ=MONTHLY", "FREQ=YEARLY;INTERVAL=0", "x"]
    {
        let why = left_out(&format!("DTSTART;VALUE=DATE:20261225\nRRULE:{rule}"));
        assert_eq!(why, WhyLeftOut::Repeats(rule.into()));
    }
    let exception = "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20271225";
    assert_eq!(left_out(exception), WhyLeftOut::Repeats("EXDATE".into()));
    assert_eq!(left_out("DTSTART:20261225T090000Z\nRRULE:FREQ=WEEKLY"), WhyLeftOut::Timed);
    assert_eq!(left_out("DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED"), WhyLeftOut::Cancelled);
    assert_eq!(left_out("SUMMARY:x"), WhyLeftOut::Unreadable("DTSTART"));
    assert_eq!(left_out("DTSTART;VALUE=DATE:20261332"), WhyLeftOut::Unreadable("DTSTART"));
    assert_eq!(left_out("DTSTART;VALUE=DATE:20261225\nDURATION:PT1H"), WhyLeftOut::Unreadable("DURATION"));
    assert_eq!(left_out("DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20270101"), WhyLeftOut::TooLong);
    let two =
        imported(&["DTSTART;VALUE=DATE:20261225\nSUMMARY:a", "DTSTART:20261225T090000\nSUMMARY:Meeting"]);
    let expected = LeftOut { line: 8, date: None, name: "Meeting".into(), why: WhyLeftOut::Timed };
    assert_eq!((two.days.holidays.len(), two.left_out), (1, vec![expected]));
}

#[test]
fn a_file_that_is_no_calendar_is_refused() {
    let refused = |text: &str| import_holidays(text, 2026..=2026).expect_err("refused");
    for text in ["", "\r\n", "<html>", "BEGIN:VCARD\nEND:VCARD", "date,name\n2026-10-01,x"] {
        assert_eq!(refused(text), ICalendarError::NotACalendar, "{text}");
    }
    assert_eq!(refused("BEGIN:VCALENDAR\nnonsense\nEND:VCALENDAR"), ICalendarError::Line(2));
    assert_eq!(refused("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR"), ICalendarError::Line(3));
    assert_eq!(refused("BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR"), ICalendarError::Line(3));
    assert_eq!(refused("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x"), ICalendarError::CutOff);
    assert_eq!(refused(&calendar(&vec!["SUMMARY:x"; 5_001])), ICalendarError::TooMany);
    assert_eq!(refused(&"x".repeat(1024 * 1024 + 1)), ICalendarError::TooLarge(1024 * 1024 + 1));
    assert_eq!(import_holidays("", 2026..=2031), Err(ICalendarError::Years));
    let long_ago = import_holidays(&calendar(&["DTSTART;VALUE=DATE:20261225"]), i32::MIN..=i32::MIN);
    assert_eq!(long_ago.map(|imported| imported.days), Ok(SpecialDays::default()));
    #[expect(clippy::reversed_empty_ranges, reason = "somebody may ask for it")]
    let backwards = import_holidays("", 2027..=2026);
    assert_eq!(backwards, Err(ICalendarError::Years));
}

#[test]
fn imported_days_are_hours_that_can_be_read() {
    let long = "节".repeat(500);
    let days = imported(&[
        &format!("DTSTART;VALUE=DATE:20261001\nDTEND;VALUE=DATE:20261008\nSUMMARY:{long}\u{7}"),
        "DTSTART;VALUE=DATE:20261225\nSUMMARY: \u{7} ",
    ])
    .days;
    assert_eq!(days.holidays.last().map(|day| day.name.as_str()), Some("20261225"));
    let mut hours = monday_to_friday_9_to_18("Asia/Shanghai");
    hours.add_days(&days);
    assert_eq!(read(hours).opens_next(at("2026-10-01T04:00:00Z")), Some(at("2026-10-08T01:00:00Z")));
}

proptest::proptest! {
    #[test]
    fn nothing_in_a_file_does_harm(text in "[A-Z:;=\\\\\"0-9\r\n \t节-]{0,300}", wrapped in proptest::bool::ANY) {
        let text = if wrapped { calendar(&[&text]) } else { text };
        if let Ok(imported) = import_holidays(&text, 2026..=2028) {
            let mut hours = monday_to_friday_9_to_18("UTC");
            hours.add_days(&imported.days);
            proptest::prop_assert!(Hours::try_from(hours).is_ok());
        }
    }
}

//! Opening hours: as a desk begins with them, as they were written before, and revised.

use super::*;
use crate::{
    hours::{
        AvailabilityRule, DeskHours, DeskHoursInput, HolidayInput, HoursError, HoursInput, HoursRange,
        Problem, SpecialDays, TimeRange, WhyLeftOut, WorkingDayInput, always_open,
    },
    message::Priority,
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn revise(desk: HoursChange) -> ReviseOpeningHours {
    ReviseOpeningHours {
        at: at("2026-11-29T08:00:00Z"),
        desk,
        categories: None,
        availability: RuleChange::default(),
    }
}

fn decide(desk: &Desk, command: ReviseOpeningHours) -> Result<Vec<DeskEvent>, DeskError> {
    desk.decide(DeskCommand::ReviseOpeningHours(Box::new(command)))
}

fn after(command: ReviseOpeningHours) -> Desk {
    let mut desk = opened();
    for event in decide(&desk, command).expect("accepted") {
        desk.apply(event);
    }
    desk
}

fn weekly(days: &[u8], from: &str, until: &str) -> Vec<HoursRange> {
    vec![HoursRange { days: days.to_vec(), from: from.into(), until: until.into() }]
}

fn holiday(date: &str, ranges: &[(&str, &str)]) -> HolidayInput {
    let range = |(from, until): &(&str, &str)| TimeRange { from: (*from).into(), until: (*until).into() };
    HolidayInput {
        date: date.parse().expect("a day"),
        name: "店庆".into(),
        ranges: ranges.iter().map(range).collect(),
    }
}

fn category(id: &str) -> CategoryId {
    CategoryId(id.to_owned())
}

fn due(desk: &Desk, began_at: &str, of: Option<&str>) -> Option<DateTime<Utc>> {
    desk.settings().due_at(at(began_at), of.map(category).as_ref(), Priority::Normal)
}

#[test]
fn a_desk_begins_always_open_in_its_zone() {
    let desk = opened();
    let hours = desk.settings().hours(None);
    assert!(hours.is_always_open() && hours.zone().name() == "Asia/Shanghai");
    assert_eq!(due(&desk, "2026-11-27T12:00:00Z", None), Some(at("2026-11-28T12:00:00Z")));
}

/// As the files in `golden/` have it.
#[test]
fn the_first_version_means_always_open() {
    let stored = include_str!("../golden/OpeningHoursRevised.1.json");
    let DeskEvent::OpeningHoursRevised(event) = serde_json::from_str(stored).expect("readable") else {
        panic!("another event");
    };
    assert!(event.hours.desk.is_always_open());
    assert_eq!(event.availability, AvailabilityRule { by_hours: true, ..AvailabilityRule::default() });
}

#[test]
fn what_is_left_out_stays_as_it_is() {
    let nights = HoursChange { weekly: Some(weekly(&[1], "22:00", "06:00")), ..HoursChange::default() };
    let mut desk = after(revise(nights));
    let rule = RuleChange { by_hours: Some(false), by_presence: Some(true), ..RuleChange::default() };
    let people = ReviseOpeningHours { availability: rule, ..revise(HoursChange::default()) };
    desk.apply(decide(&desk, people).expect("accepted").remove(0));
    let berlin = HoursChange { time_zone: Some("Europe/Berlin".into()), ..HoursChange::default() };
    desk.apply(decide(&desk, revise(berlin)).expect("accepted").remove(0));
    let hours = desk.settings().hours(None);
    assert_eq!(hours.input().weekly, weekly(&[1], "22:00", "06:00"));
    assert_eq!(hours.zone().name(), "Europe/Berlin");
    let wanted = AvailabilityRule { by_presence: true, ..AvailabilityRule::default() };
    assert_eq!(desk.settings().availability_rule(), wanted);
    assert_eq!(decide(&desk, revise(HoursChange::default())), Err(DeskError::AlreadySo));
}

#[test]
fn a_ready_set_is_begun_with_and_days_by_hand_come_before_its_own() {
    let change = HoursChange {
        preset: Some(HoursPreset::China),
        holidays: Some(vec![holiday("2026-10-01", &[("10:00", "12:00")])]),
        added: vec![SpecialDays { holidays: vec![holiday("2027-01-01", &[])], ..SpecialDays::default() }],
        ..HoursChange::default()
    };
    let desk = after(revise(change));
    // 2026-10-01 is a holiday with hours by hand, 2026-10-02 one of the set, 2026-10-10 a Saturday that is worked.
    let hours = desk.settings().hours(None);
    assert!(hours.is_open(at("2026-10-01T02:30:00Z")) && !hours.is_open(at("2026-10-02T02:30:00Z")));
    assert!(hours.is_open(at("2026-10-10T02:30:00Z")) && !hours.is_open(at("2027-01-01T02:30:00Z")));
    // What is given of holidays replaces them, and working days stay.
    let none = HoursChange { holidays: Some(vec![]), ..HoursChange::default() };
    let mut desk = desk;
    desk.apply(decide(&desk, revise(none)).expect("accepted").remove(0));
    let hours = desk.settings().hours(None);
    assert!(hours.is_open(at("2026-10-02T02:30:00Z")) && hours.is_open(at("2026-10-10T02:30:00Z")));
}

#[test]
fn a_category_has_the_desks_hours_but_for_what_it_says_itself() {
    let berlin = HoursChange { time_zone: Some("Europe/Berlin".into()), ..HoursChange::default() };
    let command = ReviseOpeningHours {
        categories: Some(vec![(category("complaint"), berlin)]),
        ..revise(HoursChange { preset: Some(HoursPreset::MondayToFriday), ..HoursChange::default() })
    };
    let desk = after(command);
    // A Friday, 17:00 in Shanghai and 10:00 in Berlin.
    let friday = "2026-11-27T09:00:00Z";
    assert_eq!(due(&desk, friday, None), Some(at("2026-12-02T06:00:00Z")));
    assert_eq!(due(&desk, friday, Some("complaint")), Some(at("2026-12-01T15:00:00Z")));
    assert_eq!(due(&desk, friday, Some("inquiry")), due(&desk, friday, None));
}

#[test]
fn a_desk_that_is_closed_for_ever_owes_no_answer() {
    let never = HoursChange { weekly: Some(vec![]), ..HoursChange::default() };
    assert_eq!(due(&after(revise(never)), "2026-11-27T09:00:00Z", None), None);
}

#[test]
fn everything_that_is_wrong_is_told_by_the_way_to_its_field() {
    let change = HoursChange {
        time_zone: Some("Mars/Olympus".into()),
        weekly: Some(weekly(&[8], "9", "18:00")),
        ..HoursChange::default()
    };
    let command = ReviseOpeningHours {
        categories: Some(vec![(category("absent"), HoursChange::default())]),
        ..revise(change)
    };
    let Err(DeskError::Hours(errors)) = decide(&opened(), command) else { panic!("accepted") };
    let told = |error: &HoursError| (error.field.join("."), error.problem.clone());
    let told: Vec<_> = errors.iter().map(told).collect();
    for wrong in [
        ("desk.timeZone", Problem::TimeZone),
        ("desk.weekly.0.days", Problem::Days),
        ("desk.weekly.0.from", Problem::Time),
        ("categories.0.categoryId", Problem::CategoryUnknown),
    ] {
        assert!(told.contains(&(wrong.0.to_owned(), wrong.1.clone())), "{wrong:?} in {told:?}");
    }
    let unknown = ReviseOpeningHours {
        categories: Some(vec![(category("absent"), HoursChange::default())]),
        ..revise(HoursChange::default())
    };
    assert!(matches!(decide(&opened(), unknown), Err(DeskError::Hours(errors)) if errors.len() == 1));
}

fn worked(date: &str, like: u8) -> WorkingDayInput {
    WorkingDayInput {
        date: date.parse().expect("a day"),
        name: "补班".into(),
        like: Some(like),
        ranges: vec![],
    }
}

/// 2026-10-10 is a Saturday.
#[test]
fn a_working_day_like_a_weekday_without_hours_is_refused_where_it_is_given() {
    let closed = |hours: HoursChange| match decide(&opened(), revise(hours)) {
        Err(DeskError::Hours(errors)) => {
            errors.into_iter().map(|error| (error.field.join("."), error.problem)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let from_tuesday = || Some(weekly(&[2, 3, 4, 5, 6], "10:00", "18:00"));
    let by_hand = HoursChange {
        weekly: from_tuesday(),
        working_days: Some(vec![worked("2026-10-10", 2), worked("2026-10-11", 1)]),
        ..HoursChange::default()
    };
    let refused = |field: &str| vec![(field.to_owned(), Problem::WeekdayClosed)];
    assert_eq!(closed(by_hand), refused("desk.workingDays.1.like"));
    // Days that stand already are looked at when the week changes, and not when nothing of it does.
    let mut desk = after(revise(HoursChange {
        preset: Some(HoursPreset::MondayToFriday),
        working_days: Some(vec![worked("2026-10-10", 1)]),
        ..HoursChange::default()
    }));
    let later = || HoursChange { weekly: from_tuesday(), ..HoursChange::default() };
    let told = decide(&desk, revise(later()));
    assert!(matches!(told, Err(DeskError::Hours(errors)) if errors[0].problem == Problem::WeekdayClosed));
    let hours = DeskHoursInput {
        desk: HoursInput {
            working_days: vec![worked("2026-10-10", 1)],
            weekly: from_tuesday().expect("a week"),
            ..always_open("UTC")
        },
        categories: vec![],
    };
    let stored = OpeningHoursRevised {
        at: at("2026-11-29T08:00:00Z"),
        hours: DeskHours::read(hours).expect("as it was taken once"),
        availability: AvailabilityRule::default(),
    };
    desk.apply(DeskEvent::OpeningHoursRevised(stored));
    let rule = RuleChange { by_hours: Some(true), ..RuleChange::default() };
    let others = ReviseOpeningHours { availability: rule, ..revise(HoursChange::default()) };
    assert!(decide(&desk, others).is_ok());
    // A ready set adapts itself: who wrote it does not know this week.
    let china =
        HoursChange { preset: Some(HoursPreset::China), weekly: from_tuesday(), ..HoursChange::default() };
    assert!(after(revise(china)).settings().hours(None).is_open(at("2026-10-10T02:30:00Z")));
    let never =
        HoursChange { weekly: Some(vec![]), preset: Some(HoursPreset::China), ..HoursChange::default() };
    assert_eq!(due(&after(revise(never)), "2026-11-27T09:00:00Z", None), None);
}

#[test]
fn days_of_files_that_stand_as_the_opposite_are_told_for_the_desk_and_its_categories() {
    let desk = after(revise(HoursChange { preset: Some(HoursPreset::China), ..HoursChange::default() }));
    let off = || HoursChange {
        added: vec![SpecialDays {
            holidays: vec![holiday("2026-10-10", &[]), holiday("2027-01-01", &[])],
            ..SpecialDays::default()
        }],
        ..HoursChange::default()
    };
    let told = desk.settings().days_left_out(off(), Some(vec![(category("complaint"), off())]));
    let told: Vec<_> = told.into_iter().map(|day| (day.date.map(|day| day.to_string()), day.why)).collect();
    let one = (Some("2026-10-10".to_owned()), WhyLeftOut::WorkingDayAlready);
    assert_eq!(told, [one.clone(), one]);
    let mut desk = desk;
    desk.apply(decide(&desk, revise(off())).expect("the other is taken").remove(0));
    let hours = desk.settings().hours(None);
    assert!(hours.is_open(at("2026-10-10T02:30:00Z")) && !hours.is_open(at("2027-01-01T02:30:00Z")));
    // What is given by hand is not undone by a ready set.
    let closed = HoursChange {
        preset: Some(HoursPreset::China),
        holidays: Some(vec![holiday("2026-10-10", &[])]),
        ..HoursChange::default()
    };
    assert!(!after(revise(closed)).settings().hours(None).is_open(at("2026-10-10T02:30:00Z")));
}

#[test]
fn nothing_is_revised_before_first_start() {
    assert_eq!(decide(&Desk::default(), revise(HoursChange::default())), Err(DeskError::NotOpened));
}

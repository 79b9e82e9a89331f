//! Opening hours: as a desk begins with them, as they were written before, and revised.

use super::*;
use crate::{
    hours::{AvailabilityRule, HolidayInput, HoursError, HoursRange, Problem, SpecialDays, TimeRange},
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
        added: SpecialDays { holidays: vec![holiday("2027-01-01", &[])], ..SpecialDays::default() },
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

#[test]
fn nothing_is_revised_before_first_start() {
    assert_eq!(decide(&Desk::default(), revise(HoursChange::default())), Err(DeskError::NotOpened));
}

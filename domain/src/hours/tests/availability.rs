//! Open or closed, and why.

use super::*;

const HOURS: AvailabilityRule =
    AvailabilityRule { by_hours: true, by_presence: false, most_waiting_per_member: None };
const PRESENCE: AvailabilityRule = AvailabilityRule { by_hours: false, by_presence: true, ..HOURS };
const LOAD: AvailabilityRule =
    AvailabilityRule { by_hours: false, by_presence: false, most_waiting_per_member: Some(3) };
const MIX: AvailabilityRule =
    AvailabilityRule { by_hours: true, by_presence: true, most_waiting_per_member: Some(3) };

fn asked(rule: AvailabilityRule, now: &str, present: u32, waiting: u32) -> Availability {
    let mut hours = monday_to_friday_9_to_18("Asia/Shanghai");
    hours.holidays.push(holiday("2026-11-30"));
    rule.decide(&read(hours), Moment { at: at(now), present, waiting })
}

/// A Friday: at noon, and in the evening.
const NOON: &str = "2026-11-27T04:00:00Z";
const EVENING: &str = "2026-11-27T12:00:00Z";

#[test]
fn by_hours_it_says_when_it_opens_and_when_it_closes() {
    let open = asked(HOURS, NOON, 0, 99);
    assert_eq!((open.open, open.reason.code()), (true, "OPEN"));
    assert_eq!((open.opens_at, open.closes_at), (None, Some(at("2026-11-27T10:00:00Z"))));
    let closed = asked(HOURS, EVENING, 5, 0);
    assert_eq!((closed.open, closed.reason.code()), (false, "OUTSIDE_HOURS"));
    // Monday is a holiday.
    assert_eq!((closed.opens_at, closed.closes_at), (Some(at("2026-12-01T01:00:00Z")), None));
    let holiday = asked(HOURS, "2026-11-30T04:00:00Z", 5, 0);
    assert_eq!((holiday.open, holiday.reason), (false, Reason::Holiday("假日".into())));
}

#[test]
fn by_presence_somebody_has_to_be_there_whatever_the_hour() {
    assert!(asked(PRESENCE, EVENING, 1, 99).open);
    let closed = asked(PRESENCE, NOON, 0, 0);
    assert_eq!((closed.open, closed.reason, closed.opens_at), (false, Reason::NobodyPresent, None));
}

#[test]
fn by_load_more_than_so_many_per_member_is_too_many() {
    assert!(asked(LOAD, EVENING, 2, 6).open);
    assert_eq!(asked(LOAD, EVENING, 2, 7).reason, Reason::TooManyWaiting);
    assert_eq!(asked(LOAD, EVENING, 0, 0).reason, Reason::NobodyPresent);
    assert!(asked(LOAD, EVENING, u32::MAX, u32::MAX).open);
}

#[test]
fn of_a_mix_all_has_to_hold_and_hours_come_first() {
    assert!(asked(MIX, NOON, 2, 6).open);
    assert_eq!(asked(MIX, NOON, 2, 7).reason, Reason::TooManyWaiting);
    assert_eq!(asked(MIX, NOON, 0, 0).reason, Reason::NobodyPresent);
    assert_eq!(asked(MIX, NOON, 0, 0).opens_at, None);
    assert_eq!(asked(MIX, EVENING, 0, 0).reason, Reason::OutsideHours);
}

#[test]
fn no_rule_is_always_open_and_no_hours_are_closed_for_ever() {
    let open = asked(AvailabilityRule::default(), EVENING, 0, 99);
    assert_eq!((open.open, open.opens_at, open.closes_at), (true, None, None));
    let never = read(week("Asia/Shanghai", vec![]));
    let closed = HOURS.decide(&never, Moment { at: at(NOON), present: 1, waiting: 0 });
    assert_eq!((closed.open, closed.reason, closed.opens_at), (false, Reason::ClosedForEver, None));
}

#[test]
fn the_rule_is_stored_with_what_it_asks_for() {
    let stored = serde_json::to_string(&MIX).expect("written");
    assert_eq!(stored, r#"{"by_hours":true,"by_presence":true,"most_waiting_per_member":3}"#);
    assert_eq!(serde_json::from_str::<AvailabilityRule>(&stored).expect("read back"), MIX);
}

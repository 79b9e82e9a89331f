//! Which automatic replies are those of the same closing: a visitor gets one of them.

use super::*;
use crate::hours::{HolidayInput, HoursRange, Moment};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

const BY_HOURS: RuleChange =
    RuleChange { by_hours: Some(true), by_presence: Some(false), most_waiting_per_member: None };
const BY_PRESENCE: RuleChange =
    RuleChange { by_hours: Some(false), by_presence: Some(true), most_waiting_per_member: None };
const BY_BOTH: RuleChange =
    RuleChange { by_hours: Some(true), by_presence: Some(true), most_waiting_per_member: None };

fn revise(desk: &mut Desk, at: DateTime<Utc>, change: HoursChange, availability: RuleChange) {
    let revise = ReviseOpeningHours { at, desk: change, categories: None, availability };
    carry_out(desk, DeskCommand::ReviseOpeningHours(Box::new(revise)));
}

fn carry_out(desk: &mut Desk, command: DeskCommand) {
    for event in desk.decide(command).expect("accepted") {
        desk.apply(event);
    }
}

/// Monday to Friday, 9 to 18 o'clock in UTC, and an automatic reply.
fn desk(availability: RuleChange) -> Desk {
    let mut desk = Desk::default();
    let open_since = at("2026-11-01T00:00:00Z");
    carry_out(&mut desk, DeskCommand::Open { at: open_since });
    let week = HoursChange {
        preset: Some(HoursPreset::MondayToFriday),
        time_zone: Some("UTC".to_owned()),
        ..HoursChange::default()
    };
    revise(&mut desk, open_since, week, availability);
    let text = |text: &str| Some(vec![(Locale::parse("en").expect("a tag"), text.to_owned())]);
    let reply = ReviseAutoReply {
        at: open_since,
        enabled: Some(true),
        text: text("Back at {{opensAt}}."),
        text_without_time: text("Nobody is here."),
    };
    carry_out(&mut desk, DeskCommand::ReviseAutoReply(reply));
    desk
}

/// The closing in which somebody is answered who leaves a message then. Nobody is there, and the last one left at `left`.
fn closing(desk: &Desk, now: &str, left: Option<&str>) -> String {
    let word = LeftWord { at: at(now), category_id: None, locale: None };
    let moment = Moment { at: at(now), present: 0, waiting: 0 };
    let reply = desk.settings().auto_reply_to(&word, moment, left.map(at));
    reply.unwrap_or_else(|| panic!("open at {now}")).closing
}

/// 2026-11-27 is a Friday.
#[test]
fn by_hours_a_closing_lasts_until_hours_begin_again() {
    let desk = desk(BY_HOURS);
    let friday = closing(&desk, "2026-11-27T18:00:00Z", None);
    assert_eq!(closing(&desk, "2026-11-30T08:59:59Z", None), friday);
    assert_ne!(closing(&desk, "2026-11-30T18:00:00Z", None), friday);
    assert_ne!(closing(&desk, "2026-11-27T08:00:00Z", None), friday);
}

#[test]
fn by_presence_a_closing_goes_on_past_midnight_until_somebody_comes() {
    let desk = desk(BY_PRESENCE);
    let left = Some("2026-11-27T23:30:00Z");
    let evening = closing(&desk, "2026-11-27T23:50:00Z", left);
    assert_eq!(closing(&desk, "2026-11-28T00:10:00Z", left), evening);
    assert_ne!(closing(&desk, "2026-11-28T12:00:00Z", Some("2026-11-28T11:00:00Z")), evening);
    let nobody_ever = closing(&desk, "2026-11-27T23:50:00Z", None);
    assert_eq!(closing(&desk, "2026-12-24T00:10:00Z", None), nobody_ever);
}

#[test]
fn whoever_leaves_before_hours_end_begins_the_closing_that_goes_on_after_them() {
    let desk = desk(BY_BOTH);
    let left = Some("2026-11-27T17:30:00Z");
    let before = closing(&desk, "2026-11-27T17:50:00Z", left);
    assert_eq!(closing(&desk, "2026-11-27T18:05:00Z", left), before);
    // And in the morning, when hours begin and nobody comes.
    assert_eq!(closing(&desk, "2026-11-30T08:55:00Z", left), before);
    assert_eq!(closing(&desk, "2026-11-30T09:05:00Z", left), before);
    assert_ne!(closing(&desk, "2026-11-30T12:00:00Z", Some("2026-11-30T11:00:00Z")), before);
    // Whoever stayed after hours does not make the closing later.
    let late = closing(&desk, "2026-11-27T20:00:00Z", Some("2026-11-27T19:00:00Z"));
    assert_eq!(closing(&desk, "2026-11-27T20:00:00Z", Some("2026-11-27T18:00:00Z")), late);
}

/// At night it becomes a holiday, the last day becomes one, or the desk was open in between.
#[test]
fn hours_that_are_revised_while_it_is_closed_begin_no_other_closing() {
    let day = |date: &str| HolidayInput {
        date: date.parse().expect("a day"),
        name: "节日".to_owned(),
        ranges: vec![],
    };
    let mut desk = desk(BY_HOURS);
    let evening = closing(&desk, "2026-11-26T20:00:00Z", None);
    for (at_night, holidays) in [
        ("2026-11-26T21:00:00Z", vec!["2026-11-27"]),
        ("2026-11-26T22:00:00Z", vec!["2026-11-26", "2026-11-27"]),
    ] {
        let holidays = Some(holidays.into_iter().map(day).collect());
        let change = HoursChange { holidays, ..HoursChange::default() };
        revise(&mut desk, at(at_night), change, BY_HOURS);
        assert_eq!(closing(&desk, "2026-11-26T23:00:00Z", None), evening);
        assert_eq!(closing(&desk, "2026-11-27T12:00:00Z", None), evening);
    }
    let always = HoursChange { preset: Some(HoursPreset::AlwaysOpen), ..HoursChange::default() };
    revise(&mut desk, at("2026-11-27T13:00:00Z"), always, BY_HOURS);
    let never = HoursChange { weekly: Some(vec![]), ..HoursChange::default() };
    revise(&mut desk, at("2026-11-27T14:00:00Z"), never, BY_HOURS);
    let for_ever = closing(&desk, "2026-11-27T15:00:00Z", None);
    assert_ne!(for_ever, evening, "it was open for an hour");
    assert_eq!(for_ever, at("2026-11-27T14:00:00Z").timestamp_micros().to_string());
}

#[test]
fn a_category_has_closings_of_its_own_hours_from_before_too() {
    let mut desk = desk(BY_HOURS);
    let complaint = CategoryId("complaint".to_owned());
    let own = |from: &str, until: &str| HoursChange {
        weekly: Some(vec![HoursRange { days: vec![4], from: from.to_owned(), until: until.to_owned() }]),
        ..HoursChange::default()
    };
    for (when, hours) in
        [("2026-11-26T08:00:00Z", own("09:00", "12:00")), ("2026-11-26T13:00:00Z", own("09:00", "10:00"))]
    {
        let categories = Some(vec![(complaint.clone(), hours)]);
        let revise = ReviseOpeningHours {
            at: at(when),
            desk: HoursChange::default(),
            categories,
            availability: RuleChange::default(),
        };
        carry_out(&mut desk, DeskCommand::ReviseOpeningHours(Box::new(revise)));
    }
    let word = LeftWord { at: at("2026-11-26T14:00:00Z"), category_id: Some(complaint), locale: None };
    let moment = Moment { at: word.at, present: 0, waiting: 0 };
    let reply = desk.settings().auto_reply_to(&word, moment, None).expect("closed");
    assert_eq!(reply.closing, at("2026-11-26T12:00:00Z").timestamp_micros().to_string());
}

/// How many waited nobody knows: the day on which the closing began is all that can be told.
#[test]
fn by_load_a_closing_is_that_of_a_day_and_of_the_night_after_it() {
    let rule = RuleChange { most_waiting_per_member: Some(Some(1)), ..BY_HOURS };
    let desk = desk(rule);
    let told = |now: &str| {
        let word = LeftWord { at: at(now), category_id: None, locale: None };
        let moment = Moment { at: at(now), present: 1, waiting: 5 };
        desk.settings().auto_reply_to(&word, moment, None).expect("closed").closing
    };
    assert_eq!(told("2026-11-27T17:50:00Z"), "2026-11-27");
    assert_eq!(told("2026-11-27T18:05:00Z"), "2026-11-27");
    assert_eq!(told("2026-11-30T08:00:00Z"), "2026-11-27");
    assert_eq!(told("2026-11-30T10:00:00Z"), "2026-11-30");
}

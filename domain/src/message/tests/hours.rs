//! What is due in desk hours: by a message's category and priority, whatever the desk's settings are.

use super::*;
use crate::{
    desk::{
        Desk, DeskCommand, HoursChange, ReviseOpeningHours, ReviseServiceTarget, Settings, TargetException,
    },
    hours::HoursRange,
};
use proptest::{collection::vec, prelude::*, sample::select};

const ZONES: [&str; 3] = ["Asia/Shanghai", "Europe/Berlin", "America/Santiago"];

fn ranges() -> impl Strategy<Value = Vec<HoursRange>> {
    let range = (select(vec![1_u8, 2, 3, 4, 5, 6, 7]), 0..24_u8, 1..24_u8);
    let range = range.prop_map(|(day, from, hours)| HoursRange {
        days: vec![day],
        from: format!("{from:02}:00"),
        until: format!("{:02}:00", (from + hours) % 24),
    });
    vec(range, 1..6)
}

/// A desk with some hours, others for complaints, and a target with exceptions.
fn desks() -> impl Strategy<Value = Settings> {
    let seconds = || 1..200_000_u64;
    (ranges(), ranges(), select(ZONES.to_vec()), seconds(), seconds(), seconds()).prop_map(
        |(desk, complaints, zone, all, urgent, complaint)| {
            let change = |weekly, zone: &str| HoursChange {
                weekly: Some(weekly),
                time_zone: Some(zone.to_owned()),
                ..HoursChange::default()
            };
            let hours = ReviseOpeningHours {
                at: at(0),
                desk: change(desk, zone),
                categories: Some(vec![(complaint_id(), change(complaints, "Asia/Tokyo"))]),
                availability: crate::desk::RuleChange::default(),
            };
            let exception = |category_id, priority, answer_within_seconds| TargetException {
                category_id,
                priority,
                answer_within_seconds,
            };
            let target = ReviseServiceTarget {
                at: at(0),
                answer_within_seconds: Some(all),
                exceptions: Some(vec![
                    exception(None, Some(Priority::Urgent), urgent),
                    exception(Some(complaint_id()), None, complaint),
                ]),
            };
            let mut desk = Desk::default();
            for command in [
                DeskCommand::Open { at: at(0) },
                DeskCommand::ReviseOpeningHours(hours.into()),
                DeskCommand::ReviseServiceTarget(target),
            ] {
                for event in desk.decide(command).expect("accepted") {
                    desk.apply(event);
                }
            }
            desk.settings().clone()
        },
    )
}

fn complaint_id() -> CategoryId {
    CategoryId("complaint".into())
}

/// A message as it came in, then what its members made of it.
fn sorted(complaint: bool, urgent: bool) -> Message {
    let categorize = || {
        let (at, category_id) = (at(1), complaint_id());
        MessageCommand::Categorize(CategorizeMessage { at, category_id, known: true })
    };
    let commands = [complaint.then(categorize), urgent.then(|| prioritize(2, Priority::Urgent))];
    after(commands.into_iter().flatten())
}

fn overdue_by(settings: &Settings, seconds: i64) -> MessageCommand {
    let (at, target) = (at(seconds), settings.target());
    MessageCommand::BecomeOverdue(BecomeOverdue { at, wait: 1, target }.into())
}

proptest! {
    /// It is refused until so much desk time has passed, counted in another way than it is planned.
    #[test]
    fn a_message_is_overdue_when_its_desk_time_has_passed(
        settings in desks(),
        complaint: bool,
        urgent: bool,
        seconds in 3..4_000_000_i64,
    ) {
        let message = sorted(complaint, urgent);
        let category = complaint.then(complaint_id);
        let priority = if urgent { Priority::Urgent } else { Priority::Normal };
        let target = settings.service_target.clone().expect("a target");
        let within = target.answer_within_seconds(category.as_ref(), priority);
        let open = settings.hours(category.as_ref()).open_between(at(0), at(seconds));
        let passed = open.num_seconds().unsigned_abs() >= within;
        let told = message.decide(overdue_by(&settings, seconds));
        prop_assert_eq!(told.is_ok(), passed, "{:?}", told);
        if !passed {
            prop_assert_eq!(told, Err(MessageError::NotDueYet));
        }
    }

    /// Whatever was planned before, what counts is what is in force; and what was told stays told.
    #[test]
    fn a_revision_plans_the_wait_anew(
        before in desks(),
        since in desks(),
        complaint: bool,
        urgent: bool,
    ) {
        let mut message = sorted(complaint, urgent);
        let due = |message: &Message, settings: &Settings| match message {
            Message::Submitted(submitted) => submitted.due_at(&settings.target()),
            Message::NotSubmitted => None,
        };
        let category = complaint.then(complaint_id);
        let priority = if urgent { Priority::Urgent } else { Priority::Normal };
        for settings in [&before, &since] {
            prop_assert_eq!(due(&message, settings), settings.due_at(at(0), category.as_ref(), priority));
        }
        let due_at = due(&message, &since).expect("some hours each week");
        let seconds = (due_at - at(0)).num_seconds();
        prop_assert_eq!(
            message.decide(overdue_by(&since, (seconds - 1).max(2))).is_ok(),
            seconds <= 2,
        );
        for event in message.decide(overdue_by(&since, seconds)).expect("due") {
            message.apply(event);
        }
        prop_assert_eq!(due(&message, &before), Some(due_at));
    }
}

//! What holds after any sequence of commands, accepted or refused.

use super::*;
use cqrs_es::DomainEvent;
use proptest::prelude::*;

fn commands() -> impl Strategy<Value = Vec<MessageCommand>> {
    // Some times are days later, some lie before the submission.
    let second = prop_oneof![-10..10_i64, 0..4 * DAY];
    let command = (second, 0..20_u8, 1..9_u32).prop_map(|(second, kind, n)| match kind {
        0 | 1 => reply(second),
        2 => claim(second, n.into()),
        3 => close(second),
        4 => reopen(second),
        5 => overdue(second, n),
        6 | 7 => more(second),
        8 | 9 => park(second, second + i64::from(n) * 7_200),
        10 => bring_up(second, n),
        11 => assign(second, n.into(), Standing::Active),
        12 => tag(second, &["refund"], &["praise"]),
        13 => note(second),
        14 => rate(second, i64::from(n % 5) + 1),
        15 | 16 => step(StepKind::ALL[n as usize % StepKind::ALL.len()], second),
        // Few: not much is possible afterwards.
        17 if n == 1 => erase(second),
        17 | 18 => shred(second, n),
        _ => MessageCommand::Submit(Box::new(submission())),
    });
    prop::collection::vec(command, 0..24)
}

/// The events of whatever is accepted, and the message after them.
fn carried_out(commands: Vec<MessageCommand>) -> (Message, Vec<MessageEvent>) {
    let (mut message, mut happened) = (Message::default(), Vec::new());
    for command in commands {
        for event in message.decide(command).unwrap_or_default() {
            happened.push(event.clone());
            message.apply(event);
        }
    }
    (message, happened)
}

/// What happened after the visitor's last words, told from the events alone; `None`: they never wrote.
fn since_their_words(happened: &[MessageEvent]) -> Option<&[MessageEvent]> {
    let words = |event: &MessageEvent| {
        matches!(event, MessageEvent::MessageSubmitted(_) | MessageEvent::MessageContinued(_))
    };
    happened.iter().rposition(words).map(|last| &happened[last + 1..])
}

/// Which of these kinds came last, if any did.
fn last<'a>(happened: &'a [MessageEvent], kinds: &[&str]) -> Option<&'a MessageEvent> {
    happened.iter().rfind(|event| kinds.contains(&event.event_type().as_str()))
}

/// Does the last of what begins or ends it say that it is so?
fn is(happened: &[MessageEvent], begins: &str, ends: &[&str]) -> bool {
    let kinds = [&[begins], ends].concat();
    last(happened, &kinds).is_some_and(|event| event.event_type() == begins)
}

fn is_closed(happened: &[MessageEvent]) -> bool {
    is(happened, "MessageClosed", &["MessageReopened", "MessageContinued", "MessageResolved"])
}

fn is_resolved(happened: &[MessageEvent]) -> bool {
    is(happened, "MessageResolved", &["MessageReopened", "MessageContinued", "MessageClosed"])
}

fn is_spam(happened: &[MessageEvent]) -> bool {
    is(happened, "MessageMarkedAsSpam", &["MessageUnmarkedAsSpam"])
}

fn is_erased(happened: &[MessageEvent]) -> bool {
    is(happened, "MessageErased", &[])
}

fn is_parked(since: &[MessageEvent]) -> bool {
    let ends = [
        "FollowUpCompleted",
        "FollowUpCameDue",
        "MessageReplied",
        "MessageResolved",
        "MessageClosed",
        "MessageMarkedAsSpam",
    ];
    is(since, "FollowUpScheduled", &ends)
}

fn is_reply(event: &MessageEvent) -> bool {
    matches!(event, MessageEvent::MessageReplied(_))
}

proptest! {
    #[test]
    fn a_visitors_unanswered_words_are_open_unless_parked_resolved_or_closed_after_them(commands in commands()) {
        let (message, happened) = carried_out(commands);
        if let Some(since) = since_their_words(&happened) && !since.iter().any(is_reply) {
            let expected = match since {
                since if is_closed(since) => MessageStatus::Closed,
                since if is_resolved(since) => MessageStatus::Resolved,
                since if is_parked(since) => MessageStatus::FollowUp,
                _ => MessageStatus::Open,
            };
            prop_assert_eq!(message.status().map(|(status, _)| status), Some(expected));
        }
    }

    #[test]
    fn the_visitors_status_follows_the_status(commands in commands()) {
        let (message, happened) = carried_out(commands);
        let Some(since) = since_their_words(&happened) else {
            prop_assert_eq!(message.status(), None);
            return Ok(());
        };
        let (owed, ever) = (!since.iter().any(is_reply), happened.iter().any(is_reply));
        let visitor = match message.status() {
            Some((MessageStatus::Closed, _)) => VisitorStatus::Closed,
            _ if is_spam(&happened) => VisitorStatus::AwaitingReply,
            Some((MessageStatus::Resolved, _)) if !ever => VisitorStatus::Closed,
            Some((MessageStatus::Resolved, _)) => VisitorStatus::Replied,
            _ if owed => VisitorStatus::AwaitingReply,
            _ => VisitorStatus::Replied,
        };
        prop_assert_eq!(message.status().map(|(_, visitor)| visitor), Some(visitor));
    }

    #[test]
    fn a_visitor_waits_exactly_while_the_desk_owes_and_it_has_not_ended(commands in commands()) {
        let (message, happened) = carried_out(commands);
        if let (Message::Submitted(message), Some(since)) = (message, since_their_words(&happened)) {
            let ended = is_closed(&happened) || is_resolved(&happened) || is_erased(&happened);
            prop_assert_eq!(message.wait.is_some(), !since.iter().any(is_reply) && !ended);
        }
    }

    #[test]
    fn a_wait_becomes_overdue_at_most_once_and_never_before_it_is_due(commands in commands()) {
        let (_, happened) = carried_out(commands);
        let mut told = std::collections::BTreeSet::new();
        for event in happened {
            if let MessageEvent::ReplyBecameOverdue(event) = event {
                prop_assert!(told.insert(event.wait), "wait {} twice", event.wait);
                prop_assert!(event.at >= event.due_at);
            }
        }
    }

    #[test]
    fn nothing_but_the_end_of_its_words_happens_between_deleting_and_restoring(commands in commands()) {
        let (_, happened) = carried_out(commands);
        let words_end = ["MessageShredded", "MessageErased"];
        let others = happened.into_iter().map(|event| event.event_type());
        let others: Vec<_> = others.filter(|kind| !words_end.contains(&kind.as_str())).collect();
        for pair in others.windows(2) {
            if pair[0] == "MessageDeleted" {
                prop_assert_eq!(pair[1].as_str(), "MessageRestored");
            }
        }
    }

    #[test]
    fn words_go_once_each_way_and_nothing_brings_them_back(commands in commands()) {
        let (message, happened) = carried_out(commands);
        for (kind, possible) in [
            ("MessageShredded", &["MessageErased"][..]),
            ("MessageErased", &[
                "NoteAdded", "MessageClosed", "MessageArchived", "MessageDeleted", "MessageShredded", "FollowUpCameDue",
            ]),
        ] {
            let first = happened.iter().position(|event| event.event_type() == kind);
            let after = first.map_or(&[][..], |first| &happened[first + 1..]);
            prop_assert!(after.iter().all(|event| possible.contains(&event.event_type().as_str())), "{:?}", kind);
        }
        if let Message::Submitted(message) = message {
            prop_assert_eq!(message.erased, is_erased(&happened));
            prop_assert_eq!(message.shredded, is(&happened, "MessageShredded", &[]));
        }
    }

    #[test]
    fn a_follow_up_comes_due_at_most_once_and_never_early(commands in commands()) {
        let (_, happened) = carried_out(commands);
        let mut told = std::collections::BTreeSet::new();
        for event in happened {
            if let MessageEvent::FollowUpCameDue(event) = event {
                prop_assert!(told.insert(event.follow_up), "follow-up {} twice", event.follow_up);
                prop_assert!(event.at >= event.due_at);
            }
        }
    }

    #[test]
    fn time_never_goes_back_and_a_stored_state_is_the_state(commands in commands()) {
        let (message, happened) = carried_out(commands);
        prop_assert!(happened.windows(2).all(|pair| pair[0].at() <= pair[1].at()));
        let stored = serde_json::to_string(&message).expect("serialises");
        prop_assert_eq!(serde_json::from_str::<Message>(&stored).expect("is read back"), message);
    }
}

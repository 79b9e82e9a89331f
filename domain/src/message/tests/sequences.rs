//! What holds after any sequence of commands, accepted or refused.

use super::*;
use proptest::prelude::*;

fn commands() -> impl Strategy<Value = Vec<MessageCommand>> {
    // Some times are days later, some lie before the submission.
    let second = prop_oneof![-10..10_i64, 0..4 * DAY];
    let command = (second, 0..7_u8, 1..6_u32).prop_map(|(second, kind, n)| match kind {
        0 | 1 => reply(second),
        2 => claim(second, n.into()),
        3 => close(second),
        4 => reopen(second),
        5 => overdue(second, n),
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
    let words = |event: &MessageEvent| matches!(event, MessageEvent::MessageSubmitted(_));
    happened.iter().rposition(words).map(|last| &happened[last + 1..])
}

/// Is it closed, by the events alone?
fn is_closed(happened: &[MessageEvent]) -> bool {
    let ends = |event: &&MessageEvent| {
        matches!(event, MessageEvent::MessageClosed(_) | MessageEvent::MessageReopened(_))
    };
    matches!(happened.iter().rfind(ends), Some(MessageEvent::MessageClosed(_)))
}

fn is_reply(event: &MessageEvent) -> bool {
    matches!(event, MessageEvent::MessageReplied(_))
}

proptest! {
    #[test]
    fn a_visitors_unanswered_words_are_open_unless_closed_after_them(commands in commands()) {
        let (message, happened) = carried_out(commands);
        if let Some(since) = since_their_words(&happened) && !since.iter().any(is_reply) {
            let status = message.status().map(|(status, _)| status);
            let expected = if is_closed(since) { MessageStatus::Closed } else { MessageStatus::Open };
            prop_assert_eq!(status, Some(expected));
        }
    }

    #[test]
    fn the_visitors_status_follows_the_status(commands in commands()) {
        let (message, happened) = carried_out(commands);
        let Some(since) = since_their_words(&happened) else {
            prop_assert_eq!(message.status(), None);
            return Ok(());
        };
        let answered = since.iter().any(is_reply);
        let visitor = match message.status() {
            Some((MessageStatus::Closed, _)) => VisitorStatus::Closed,
            Some((MessageStatus::Open, _)) if !answered => VisitorStatus::AwaitingReply,
            _ => VisitorStatus::Replied,
        };
        prop_assert_eq!(message.status().map(|(_, visitor)| visitor), Some(visitor));
    }

    #[test]
    fn a_visitor_waits_exactly_while_the_desk_owes_and_it_is_not_closed(commands in commands()) {
        let (message, happened) = carried_out(commands);
        if let (Message::Submitted(message), Some(since)) = (message, since_their_words(&happened)) {
            let waits = !since.iter().any(is_reply) && !is_closed(since);
            prop_assert_eq!(message.wait.is_some(), waits);
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
    fn time_never_goes_back_and_a_stored_state_is_the_state(commands in commands()) {
        let (message, happened) = carried_out(commands);
        prop_assert!(happened.windows(2).all(|pair| pair[0].at() <= pair[1].at()));
        let stored = serde_json::to_string(&message).expect("serialises");
        prop_assert_eq!(serde_json::from_str::<Message>(&stored).expect("is read back"), message);
    }
}

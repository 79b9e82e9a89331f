//! The rules of a message, one test each.

use super::*;
use crate::{
    contact::Contact,
    ids::{CategoryId, MemberId, MessageId, ReplyId},
    reference::Reference,
    text::{Name, Reason, ReplyText, Words},
};
use uuid::Uuid;

const VISITOR: VisitorId = VisitorId(Uuid::from_u128(1));
const STRANGER: VisitorId = VisitorId(Uuid::from_u128(2));

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).expect("a time")
}

fn submission() -> SubmitMessage {
    SubmitMessage {
        at: at(0),
        visitor_id: VISITOR,
        reference: Reference::from_random([1; 6]),
        name: Name::parse("李雷").ok(),
        contact: Contact::parse("13800138000", "CN").expect("a phone number"),
        content: Words::parse("请问我的订单什么时候发货？").expect("words"),
        category_id: None,
        related_to: None,
        locale: None,
        page_url: None,
        form: FormRules {
            require_name: true,
            categories: vec![CategoryId("inquiry".into())],
            ..FormRules::default()
        },
    }
}

fn reply(second: i64) -> MessageCommand {
    MessageCommand::Reply(ReplyToMessage {
        at: at(second),
        reply_id: ReplyId(Uuid::from_u128(9)),
        author: MemberId(Uuid::from_u128(3)),
        content: ReplyText::parse("今天下午发货。").expect("words"),
    })
}

fn close(second: i64) -> MessageCommand {
    MessageCommand::Close(CloseMessage { at: at(second), reason: Reason::parse("办妥").ok() })
}

fn after(commands: impl IntoIterator<Item = MessageCommand>) -> Message {
    let mut message = Message::default();
    for command in [MessageCommand::Submit(Box::new(submission()))].into_iter().chain(commands) {
        for event in message.decide(command).expect("accepted") {
            message.apply(event);
        }
    }
    message
}

fn refusal(change: impl FnOnce(&mut SubmitMessage)) -> Result<Vec<MessageEvent>, MessageError> {
    let mut command = submission();
    change(&mut command);
    Message::default().decide(MessageCommand::Submit(Box::new(command)))
}

#[test]
fn a_submitted_message_is_open_and_awaits_the_desk() {
    assert_eq!(after([]).status(), Some((MessageStatus::Open, VisitorStatus::AwaitingReply)));
}

#[test]
fn a_reply_makes_the_visitor_owe_the_next_word() {
    assert_eq!(after([reply(1)]).status(), Some((MessageStatus::Replied, VisitorStatus::Replied)));
}

#[test]
fn several_replies_are_counted() {
    let Message::Submitted(message) = after([reply(1), reply(2)]) else { panic!("submitted") };
    assert_eq!(message.replies, 2);
}

#[test]
fn a_closed_message_is_closed_for_both_sides_and_stays_so_after_a_reply() {
    let closed = Some((MessageStatus::Closed, VisitorStatus::Closed));
    assert_eq!(after([close(1)]).status(), closed);
    assert_eq!(after([close(1), reply(2)]).status(), closed);
}

#[test]
fn closing_twice_is_refused() {
    assert_eq!(after([close(1)]).decide(close(2)), Err(MessageError::AlreadyClosed));
}

#[test]
fn submitting_twice_is_refused() {
    let again = MessageCommand::Submit(Box::new(submission()));
    assert_eq!(after([]).decide(again), Err(MessageError::AlreadySubmitted));
}

#[test]
fn nothing_happens_to_a_message_that_was_never_submitted() {
    assert_eq!(Message::default().decide(reply(1)), Err(MessageError::NotSubmitted));
    assert_eq!(Message::default().decide(close(1)), Err(MessageError::NotSubmitted));
    assert_eq!(Message::default().status(), None);
}

#[test]
fn the_form_may_require_a_name_and_a_category_and_knows_its_categories() {
    assert_eq!(refusal(|c| c.name = None), Err(MessageError::NameRequired));
    assert_eq!(refusal(|c| c.form.require_category = true), Err(MessageError::CategoryRequired));
    let unknown = Some(CategoryId("weather".into()));
    assert_eq!(refusal(|c| c.category_id = unknown), Err(MessageError::CategoryUnknown));
    assert!(refusal(|c| c.category_id = Some(CategoryId("inquiry".into()))).is_ok());
}

#[test]
fn an_earlier_message_must_be_the_visitors_own_and_absent_looks_like_not_theirs() {
    let related = |visitor_id| Some(Related { message_id: MessageId(Uuid::from_u128(7)), visitor_id });
    assert_eq!(refusal(|c| c.related_to = related(Some(STRANGER))), Err(MessageError::RelatedUnknown));
    assert_eq!(refusal(|c| c.related_to = related(None)), Err(MessageError::RelatedUnknown));
    assert!(refusal(|c| c.related_to = related(Some(VISITOR))).is_ok());
}

#[test]
fn business_time_never_goes_back_within_a_message() {
    let events = after([reply(60)]).decide(close(1)).expect("accepted");
    assert_eq!(events[0].at(), at(60));
}

#[test]
fn the_state_holds_no_words() {
    let state = serde_json::to_string(&after([reply(1), close(2)])).expect("serialises");
    for word in ["李雷", "138", "订单", "发货", "办妥"] {
        assert!(!state.contains(word), "{word} in {state}");
    }
}

#[test]
fn golden_files_are_read_back() {
    crate::golden::check::<MessageEvent>("message", MessageEvent::TYPES);
}

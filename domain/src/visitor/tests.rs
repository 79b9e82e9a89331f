//! The rules of a visitor, one test each.

use super::*;
use crate::{
    contact::Contact,
    text::{Name, Reason},
};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).expect("a time")
}

fn arrive() -> VisitorCommand {
    VisitorCommand::Arrive { at: at(0), locale: None }
}

fn remember(unchanged: bool) -> VisitorCommand {
    VisitorCommand::RememberContact {
        at: at(1),
        name: Name::parse("李雷").ok(),
        contact: Contact::parse("13800138000", "CN").expect("a phone number"),
        unchanged,
    }
}

fn block() -> VisitorCommand {
    VisitorCommand::Block { at: at(2), reason: Reason::parse("骚扰").ok() }
}

fn unblock() -> VisitorCommand {
    VisitorCommand::Unblock { at: at(3) }
}

fn request() -> VisitorCommand {
    VisitorCommand::RequestErasure { at: at(4), reason: None }
}

fn erase() -> VisitorCommand {
    VisitorCommand::Erase { at: at(5), reason: Reason::parse("本人要求").expect("a reason") }
}

fn identity(name: &str) -> Identity {
    Identity {
        subject: Subject::parse("42").expect("a subject"),
        name: Name::parse(name).ok(),
        email: Contact::parse("lei@example.com", "CN").ok(),
        phone_number: None,
    }
}

fn identify(name: &str, unchanged: bool) -> VisitorCommand {
    VisitorCommand::Identify { at: at(6), identity: Box::new(identity(name)), unchanged }
}

fn after(commands: impl IntoIterator<Item = VisitorCommand>) -> Visitor {
    let mut visitor = Visitor::default();
    for command in [arrive()].into_iter().chain(commands) {
        for event in visitor.decide(command).expect("accepted") {
            visitor.apply(event);
        }
    }
    visitor
}

#[test]
fn a_visitor_arrives_once() {
    assert_eq!(Visitor::default().decide(arrive()).map(|events| events.len()), Ok(1));
    assert_eq!(after([]).decide(arrive()), Err(VisitorError::AlreadyArrived));
}

#[test]
fn a_contact_is_remembered_when_it_changed() {
    assert_eq!(after([]).decide(remember(false)).map(|events| events.len()), Ok(1));
    assert_eq!(after([]).decide(remember(true)), Ok(vec![]));
    assert_eq!(Visitor::default().decide(remember(false)), Err(VisitorError::NotArrived));
}

#[test]
fn a_blocked_visitor_leaves_no_message_until_they_are_unblocked() {
    for unchanged in [false, true] {
        assert_eq!(after([block()]).decide(remember(unchanged)), Err(VisitorError::Blocked));
        assert!(after([block(), unblock()]).decide(remember(unchanged)).is_ok());
    }
}

#[test]
fn blocking_and_unblocking_what_is_so_already_is_refused() {
    assert_eq!(after([block()]).decide(block()), Err(VisitorError::AlreadySo));
    assert_eq!(after([]).decide(unblock()), Err(VisitorError::AlreadySo));
    assert_eq!(Visitor::default().decide(block()), Err(VisitorError::NotArrived));
}

#[test]
fn a_visitor_asks_to_be_erased_once() {
    assert!(after([block()]).decide(request()).is_ok(), "also when they are blocked");
    assert_eq!(after([request()]).decide(request()), Err(VisitorError::AlreadySo));
}

#[test]
fn a_visitor_is_erased_once_whether_or_not_they_asked_and_nothing_is_possible_afterwards() {
    for before in [vec![], vec![request()], vec![remember(false), block()]] {
        let erased = after(before.into_iter().chain([erase()]));
        assert_eq!(erased.decide(erase()), Err(VisitorError::AlreadySo));
        let commands =
            [remember(false), remember(true), block(), unblock(), request(), identify("李雷", false)];
        for command in commands {
            assert_eq!(erased.decide(command), Err(VisitorError::Erased));
        }
    }
}

#[test]
fn a_visitor_is_identified_once_and_then_corrected_when_something_changed() {
    let first = after([]).decide(identify("李雷", false)).expect("accepted");
    assert!(matches!(&first[..], [VisitorEvent::VisitorIdentified(event)] if event.phone_number.is_none()));
    let identified = after([identify("李雷", false)]);
    assert_eq!(identified.decide(identify("李雷", true)), Ok(vec![]));
    let corrected = identified.decide(identify("李磊", false)).expect("accepted");
    assert!(matches!(&corrected[..], [VisitorEvent::VisitorCorrected(_)]));
    for (said, of, same) in [(&first, "李雷", true), (&first, "李磊", false), (&corrected, "李磊", true)]
    {
        assert_eq!(said[0].says(&identity(of)), same);
        assert!(!said[0].says(&Identity { email: None, ..identity(of) }));
    }
    assert!(after([block()]).decide(identify("李雷", false)).is_ok(), "who is blocked reads on");
    assert_eq!(Visitor::default().decide(identify("李雷", false)), Err(VisitorError::NotArrived));
}

#[test]
fn time_never_goes_back_and_a_stored_state_is_the_state() {
    let mut visitor = after([remember(false), request()]);
    let events = visitor.decide(VisitorCommand::Block { at: at(-9), reason: None }).expect("accepted");
    assert_eq!(events[0].at(), at(4));
    visitor.apply(events[0].clone());
    let stored = serde_json::to_string(&visitor).expect("serialises");
    assert_eq!(serde_json::from_str::<Visitor>(&stored).expect("is read back"), visitor);
}

#[test]
fn golden_files_are_read_back() {
    crate::golden::check::<VisitorEvent>("visitor", VisitorEvent::TYPES);
}

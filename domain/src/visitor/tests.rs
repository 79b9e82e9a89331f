//! The rules of a visitor, one test each.

use super::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).expect("a time")
}

fn remember(unchanged: bool) -> VisitorCommand {
    VisitorCommand::RememberContact {
        at: at(1),
        name: Name::parse("李雷").ok(),
        contact: Contact::parse("13800138000", "CN").expect("a phone number"),
        unchanged,
    }
}

#[test]
fn a_visitor_arrives_once() {
    let arrive = VisitorCommand::Arrive { at: at(0), locale: None };
    assert_eq!(Visitor::default().decide(arrive.clone()).map(|events| events.len()), Ok(1));
    assert_eq!(Visitor::Arrived { last_at: at(0) }.decide(arrive), Err(VisitorError::AlreadyArrived));
}

#[test]
fn a_contact_is_remembered_when_it_changed() {
    let visitor = Visitor::Arrived { last_at: at(0) };
    assert_eq!(visitor.decide(remember(false)).map(|events| events.len()), Ok(1));
    assert_eq!(visitor.decide(remember(true)), Ok(vec![]));
    assert_eq!(Visitor::default().decide(remember(false)), Err(VisitorError::NotArrived));
}

#[test]
fn golden_files_are_read_back() {
    crate::golden::check::<VisitorEvent>("visitor", VisitorEvent::TYPES);
}

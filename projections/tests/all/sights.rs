//! Permissions that reach less far than `messages.read`: what they show is shown of that much, wherever a message is read.

use super::{Desk, MEMBER};
use domain::{
    access::{Grants, Permission, Reach, Scope},
    actor::Actor,
    message::{Assignee, StepKind},
};
use projections::{HistoryFilter, MessageFilter, MessageOrder, PageRequest, Reader};
use store::{Dialect, on_both_databases};

on_both_databases!(
    a_contact_is_shown_as_far_as_its_permission_reaches_and_masked_beyond,
    what_was_deleted_is_shown_as_far_as_deleting_reaches,
    the_log_opens_words_for_those_who_read_every_message,
);

fn actor(grants: &[(Permission, Scope)]) -> Actor {
    Actor::Member { id: MEMBER, grants: grants.iter().copied().collect::<Grants>() }
}

fn holding(grants: &[(Permission, Scope)]) -> Reader {
    Reader::of_messages(actor(grants), &Reach::Desk).expect("reads")
}

/// Reads everything, and of what is their own something more.
fn own(permission: Permission) -> Reader {
    holding(&[
        (Permission::MessagesRead, Scope::All),
        (Permission::AuditRead, Scope::Own),
        (permission, Scope::Own),
    ])
}

/// One message that the reader has, and one that nobody has.
async fn two(dialect: Dialect) -> Desk {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    for n in [1, 2] {
        desk.submit(n, 1).await;
    }
    desk.assign(1, 1, Assignee::Member(MEMBER)).await;
    desk
}

async fn a_contact_is_shown_as_far_as_its_permission_reaches_and_masked_beyond(dialect: Dialect) {
    let desk = two(dialect).await;
    let reader = own(Permission::ContactsRead);
    let (filter, page) = (MessageFilter::default(), PageRequest::default());
    let page = desk.views.messages(&reader, &filter, MessageOrder::OldestFirst, &page).await.expect("a page");
    let masked: Vec<_> =
        page.rows.iter().map(|(_, row)| row.contact.as_ref().expect("a contact").masked).collect();
    assert_eq!(masked, [false, true]);
    let head = desk.views.head().await.expect("a head");
    for (n, masked) in [(1, false), (2, true)] {
        let (id, all) = (Desk::message(n), HistoryFilter::default());
        let told = desk.views.message_told(&reader, id, head).await.expect("readable").expect("a message");
        assert_eq!(told.contact.expect("a contact").masked, masked, "{n}");
        let history = desk.views.history(&reader, id, &all, 0, 1).await.expect("readable");
        let submitted = history[0].payload.to_string();
        assert_eq!(submitted.contains("13800138000"), !masked, "{submitted}");
        let since = desk.views.events_since(&reader, id, 0).await.expect("readable");
        assert_eq!(since[0].payload.to_string().contains("13800138000"), !masked, "{n}");
        // As it stood before anybody had it: what is shown goes by who has it today.
        let then = desk.views.message_as_of(&reader, id, since[0].event.position).await.expect("readable");
        let then = then.expect("it was there");
        assert_eq!((then.assignee_id, then.contact.expect("a contact").masked), (None, masked), "{n}");
    }
    // Narrower than that is what they read at all.
    let narrow = holding(&[(Permission::MessagesRead, Scope::Own), (Permission::ContactsRead, Scope::All)]);
    assert!(desk.views.message(&narrow, Desk::message(2)).await.expect("readable").is_none());
    assert_eq!(desk.views.events_since(&narrow, Desk::message(2), 0).await.expect("readable").len(), 0);
    assert!(!desk.views.events_since(&narrow, Desk::message(1), 0).await.expect("readable").is_empty());
}

async fn what_was_deleted_is_shown_as_far_as_deleting_reaches(dialect: Dialect) {
    let desk = two(dialect).await;
    for n in [1, 2] {
        desk.step(n, 1, StepKind::Delete).await;
    }
    let reader = own(Permission::MessagesDelete);
    for (n, shown) in [(1, true), (2, false)] {
        let row = desk.views.message(&reader, Desk::message(n)).await.expect("readable");
        assert_eq!(row.is_some(), shown, "{n}");
        let history = desk.views.history(&reader, Desk::message(n), &HistoryFilter::default(), 0, 1).await;
        let submitted = history.expect("readable")[0].payload.to_string();
        assert_eq!(submitted.contains("订单"), shown, "{submitted}");
    }
}

async fn the_log_opens_words_for_those_who_read_every_message(dialect: Dialect) {
    let desk = two(dialect).await;
    for (reads, opened) in [(Scope::All, true), (Scope::Team, false), (Scope::Own, false)] {
        let auditor = actor(&[(Permission::AuditRead, Scope::All), (Permission::MessagesRead, reads)]);
        let reader = Reader::of_the_log(auditor).expect("reads the log");
        let log = desk.views.log(&reader, &HistoryFilter::default(), 0, 100).await.expect("readable");
        let all: String = log.iter().map(|entry| entry.payload.to_string()).collect();
        assert_eq!(all.contains("订单"), opened, "{reads:?}");
        assert!(!all.contains("13800138000"), "without contacts.read");
    }
    let part = actor(&[(Permission::AuditRead, Scope::Team), (Permission::MessagesRead, Scope::All)]);
    assert!(Reader::of_the_log(part).is_err());
}

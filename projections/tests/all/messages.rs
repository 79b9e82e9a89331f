//! The list, the entries, the visitor's side and the history.

use super::Desk;
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::MessageId,
    message::{MessageStatus, VisitorStatus},
    reference::Reference,
};
use projections::{
    EntryKind, HistoryFilter, MessageFilter, MessageOrder, MessageRow, PageRequest, QueryError, Reader,
};
use store::{Dialect, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    a_message_moves_through_its_states_on_both_sides,
    the_list_is_filtered_by_status_and_counted,
    pages_meet_without_a_gap_or_a_repeat_in_every_order_and_direction,
    entries_are_what_was_said_in_order,
    a_visitor_sees_their_own_messages_only,
    the_history_tells_what_happened_and_by_whom,
    only_those_who_may_read_are_readers,
);

async fn status(desk: &Desk, n: u128) -> (MessageStatus, VisitorStatus, i64) {
    let row = desk.views.message(&Desk::reader(Role::Agent), Desk::message(n)).await.expect("readable");
    let row = row.expect("a message");
    let own = desk.views.visitor_message(row.visitor_id, row.id).await.expect("readable").expect("their own");
    assert_eq!(own.status, row.visitor_status, "both views agree");
    (row.status, row.visitor_status, row.version)
}

async fn a_message_moves_through_its_states_on_both_sides(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    assert_eq!(status(&desk, 1).await, (MessageStatus::Open, VisitorStatus::AwaitingReply, 1));
    desk.reply(1, 1).await;
    assert_eq!(status(&desk, 1).await, (MessageStatus::Replied, VisitorStatus::Replied, 2));
    desk.close(1, 1).await;
    assert_eq!(status(&desk, 1).await, (MessageStatus::Closed, VisitorStatus::Closed, 3));
    let reader = Desk::reader(Role::Agent);
    let row = desk.views.message(&reader, Desk::message(1)).await.expect("readable").expect("a message");
    assert!(row.first_replied_at.is_some_and(|at| row.submitted_at < at && at < row.last_activity_at));
    let reference = Reference::parse(&row.reference).expect("a reference");
    let found = desk.views.message_by_reference(&reader, &reference).await.expect("readable");
    assert_eq!(found.map(|row| row.id), Some(row.id));
}

async fn the_list_is_filtered_by_status_and_counted(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    for n in 1..=4 {
        desk.submit(n, 1).await;
    }
    desk.reply(2, 1).await;
    desk.close(3, 1).await;
    for (wanted, expected) in [
        (vec![], vec![4, 3, 2, 1]),
        (vec![MessageStatus::Open], vec![4, 1]),
        (vec![MessageStatus::Replied, MessageStatus::Closed], vec![3, 2]),
        (vec![MessageStatus::Resolved], vec![]),
    ] {
        let (reader, filter) =
            (Desk::reader(Role::Agent), MessageFilter { status: wanted, ..MessageFilter::default() });
        let page = PageRequest::default();
        let page =
            desk.views.messages(&reader, &filter, MessageOrder::NewestFirst, &page).await.expect("a page");
        let ids: Vec<MessageId> = page.rows.iter().map(|(_, row)| row.id).collect();
        assert_eq!(ids, expected.into_iter().map(Desk::message).collect::<Vec<_>>());
        let count = desk.views.message_count(&reader, &filter).await.expect("a count");
        assert_eq!(usize::try_from(count), Ok(ids.len()));
    }
}

async fn walk(desk: &Desk, order: MessageOrder, backwards: bool) -> Vec<MessageId> {
    let mut walked = Vec::new();
    let mut cursor = None;
    loop {
        let page = match backwards {
            false => PageRequest { first: Some(3), after: cursor, ..PageRequest::default() },
            true => PageRequest { last: Some(3), before: cursor, ..PageRequest::default() },
        };
        let filter = MessageFilter::default();
        let page =
            desk.views.messages(&Desk::reader(Role::Agent), &filter, order, &page).await.expect("a page");
        let ids = page.rows.iter().map(|(_, row)| row.id);
        match backwards {
            false => walked.extend(ids),
            true => walked.splice(0..0, ids).for_each(drop),
        }
        let (more, next) = match backwards {
            false => (page.has_next, page.rows.last()),
            true => (page.has_previous, page.rows.first()),
        };
        cursor = next.map(|(cursor, _): &(String, MessageRow)| cursor.clone());
        if !more {
            return walked;
        }
    }
}

async fn pages_meet_without_a_gap_or_a_repeat_in_every_order_and_direction(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    for n in 1..=7 {
        desk.submit(n, 1).await;
    }
    desk.reply(2, 1).await;
    let ids = |numbers: [u128; 7]| numbers.map(Desk::message).to_vec();
    for (order, expected) in [
        (MessageOrder::NewestFirst, ids([7, 6, 5, 4, 3, 2, 1])),
        (MessageOrder::OldestFirst, ids([1, 2, 3, 4, 5, 6, 7])),
        (MessageOrder::LastActivity, ids([2, 7, 6, 5, 4, 3, 1])),
    ] {
        assert_eq!(walk(&desk, order, false).await, expected, "{order:?}");
        assert_eq!(walk(&desk, order, true).await, expected, "{order:?} from the end");
    }
}

async fn entries_are_what_was_said_in_order(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.invite().await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    desk.reply(1, 1).await;
    desk.close(1, 1).await;
    let entries = desk.views.entries(Desk::message(1), true).await.expect("readable");
    let said: Vec<_> =
        entries.iter().map(|entry| (entry.kind, entry.author_id, entry.content.text())).collect();
    assert_eq!(
        said,
        [
            (EntryKind::Words, None, Some("请问我的订单什么时候发货？")),
            (EntryKind::Reply, Some(super::MEMBER), Some("今天下午发货。")),
        ]
    );
    let author = desk.views.member(super::MEMBER).await.expect("readable").expect("a member");
    assert_eq!(author.name.text(), Some("韩梅梅"));
}

async fn a_visitor_sees_their_own_messages_only(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    for (message, visitor) in [(1, 1), (2, 2), (3, 1)] {
        if message < 3 {
            desk.arrive(visitor).await;
        }
        desk.submit(message, visitor).await;
    }
    let own = Desk::visitor(1);
    let page = desk.views.visitor_messages(own, &PageRequest::default()).await.expect("a page");
    let ids: Vec<_> = page.rows.iter().map(|(_, row)| row.id).collect();
    assert_eq!(ids, [Desk::message(3), Desk::message(1)]);
    assert_eq!(desk.views.own_message_count(own).await.expect("a count"), 2);
    for absent in [Desk::message(2), MessageId(Uuid::from_u128(404))] {
        assert!(desk.views.visitor_message(own, absent).await.expect("readable").is_none());
    }
    let first = PageRequest::forward(Some(1), None);
    let page = desk.views.visitor_messages(own, &first).await.expect("a page");
    let second = PageRequest::forward(Some(1), Some(page.rows[0].0.clone()));
    let page = desk.views.visitor_messages(own, &second).await.expect("a page");
    assert_eq!((page.rows[0].1.id, page.has_next), (Desk::message(1), false));
}

async fn the_history_tells_what_happened_and_by_whom(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.invite().await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    desk.submit(2, 1).await;
    desk.reply(1, 1).await;
    desk.close(1, 1).await;
    let (reader, all) = (Desk::reader(Role::Agent), HistoryFilter::default());
    let history = desk.views.history(&reader, Desk::message(1), &all, 0, 100).await.expect("readable");
    let types: Vec<_> = history.iter().map(|entry| entry.event.event_type.as_str()).collect();
    assert_eq!(types, ["MessageSubmitted", "MessageReplied", "MessageClosed"]);
    assert_eq!(history[0].payload["MessageSubmitted"]["content"], "请问我的订单什么时候发货？");
    let author = history[1].member.as_ref().and_then(|member| member.name.text());
    assert_eq!(author, Some("韩梅梅"));
    let replies = HistoryFilter { types: vec!["MessageReplied".into()], ..HistoryFilter::default() };
    assert_eq!(desk.views.history_count(&reader, Desk::message(1), &replies).await.expect("a count"), 1);
    let after = history[1].event.position;
    let rest = desk.views.history(&reader, Desk::message(1), &all, after, 100).await.expect("readable");
    assert_eq!(rest.len(), 1);
    let since = desk.views.events_since(&reader, Desk::message(1), 1).await.expect("readable");
    assert_eq!(since.len(), 2);
}

async fn only_those_who_may_read_are_readers(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let member = |role: Role| Actor::Member { id: super::MEMBER, grants: role.grants() };
    assert!(matches!(Reader::of_messages(Actor::Anonymous, &Reach::Desk), Err(QueryError::Unauthenticated)));
    for actor in [Actor::Visitor(Desk::visitor(1)), member(Role::Analyst)] {
        assert!(
            matches!(Reader::of_messages(actor, &Reach::Desk), Err(QueryError::Forbidden(_))),
            "{actor:?}"
        );
    }
    let all = HistoryFilter::default();
    for role in [Role::Agent, Role::Lead, Role::Admin, Role::Auditor] {
        let history = desk.views.history(&Desk::reader(role), Desk::message(1), &all, 0, 1).await;
        assert!(history.is_ok(), "{role:?}");
    }
}

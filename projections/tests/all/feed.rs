//! Changes as they are told: each once, in order, wherever a subscriber is cut and whoever appends.

use super::{ALL, Desk, MEMBER};
use cqrs_es::Aggregate;
use domain::{
    access::{Reach, Role},
    actor::Actor,
    message::{Assignee, Message, MessageStatus, StepKind},
};
use projections::{
    Changes, MESSAGE_VIEWS, MessageFilter, MessageOrder, Next, PageRequest, Projections, Reader, Wants,
};
use std::time::Duration;
use store::{Dialect, LogFilter, on_both_databases};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

on_both_databases!(
    a_subscriber_who_does_not_read_misses_nothing,
    what_was_never_seen_is_not_told,
    a_filter_allows_in_memory_what_it_finds_in_the_list,
    a_visitor_is_told_of_what_they_see_and_of_nothing_else,
    whoever_begins_is_told_what_the_lists_do_not_have_yet,
);

pub(super) fn everything() -> Wants {
    Wants::Desk { reader: Desk::reader(Role::Admin), id: None, filter: None }
}

pub(super) async fn subscribe(views: &Projections, wants: Wants, after: i64) -> Changes {
    let as_of = views.head().await.expect("a log");
    views.changes(wants, after, as_of)
}

/// The next change's position.
pub(super) async fn next(views: &Projections, changes: &mut Changes, wants: &Wants) -> i64 {
    let told = async {
        loop {
            match changes.next().await.expect("told") {
                Next::Change(change) => return change.position,
                Next::Renew => changes.renew(wants.clone(), views.head().await.expect("a log")),
            }
        }
    };
    timeout(Duration::from_secs(60), told).await.expect("a change is told within a minute")
}

pub(super) async fn positions(desk: &Desk, after: i64) -> Vec<i64> {
    let messages = LogFilter { aggregate_type: Some(Message::TYPE.to_owned()), ..LogFilter::default() };
    let events = desk.store.read(&messages, after, 10_000).await.expect("a log");
    events.iter().map(|event| event.position).collect()
}

pub(super) async fn head(desk: &Desk) -> i64 {
    desk.store.head().await.expect("a log")
}

async fn a_subscriber_who_does_not_read_misses_nothing(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    let (start, wants) = (head(&desk).await, everything());
    let mut changes = subscribe(&desk.views, wants.clone(), start).await;
    desk.submit(1, 1).await;
    let mut told = vec![next(&desk.views, &mut changes, &wants).await];
    assert_eq!(desk.views.listening(), 1, "it is told as it happens");
    // More than its queue holds.
    for n in 2..=60 {
        desk.submit(n, 1).await;
    }
    store::testing::soon("it is let go", || async { desk.views.listening() == 0 }).await;
    let expected = positions(&desk, start).await;
    while told.len() < expected.len() {
        told.push(next(&desk.views, &mut changes, &wants).await);
    }
    assert_eq!(told, expected);
}

async fn whoever_begins_is_told_what_the_lists_do_not_have_yet(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    let listed = head(&desk).await;
    assert_eq!(desk.views.listed(listed).await.expect("readable"), listed);
    // Nobody fills the lists any more, and yet the log goes on.
    desk.stop.cancel();
    desk.views.ended().await;
    let behind = "UPDATE checkpoints SET position = position + $2 WHERE name = $1";
    for view in MESSAGE_VIEWS {
        let moved = async |by: i64| {
            let moved = desk.store.database().views.execute(behind, &[(*view).into(), by.into()]).await;
            assert_eq!(moved.expect("a checkpoint"), 1, "{view}");
        };
        moved(-1).await;
        assert_eq!(desk.views.listed(listed).await.expect("readable"), listed - 1, "{view} is behind");
        moved(1).await;
    }
    desk.submit(2, 1).await;
    let after = head(&desk).await;
    assert!(after > listed);
    assert_eq!(desk.views.listed(after).await.expect("readable"), listed);
    assert_eq!(
        desk.views.listed(after + 10_000).await.expect("readable"),
        after + 10_000,
        "not so much again"
    );
    let stop = CancellationToken::new();
    let views = Projections::start(&desk.store, &stop);
    let wants = everything();
    let mut changes = subscribe(&views, wants.clone(), listed).await;
    assert_eq!(next(&views, &mut changes, &wants).await, positions(&desk, listed).await[0]);
    let reached = async || views.listed(after).await.expect("readable") == after;
    store::testing::soon("the lists have it", reached).await;
    stop.cancel();
    views.ended().await;
}

async fn what_was_never_seen_is_not_told(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    let start = head(&desk).await;
    // Of a team, which has nobody else in it.
    let reach = Reach::Teams { teams: [super::TEAM].into(), members: [MEMBER].into() };
    let reader = Reader::of_messages(Actor::Member { id: MEMBER, grants: Role::Agent.grants() }, &reach)
        .expect("reads");
    desk.submit(1, 1).await;
    desk.submit(2, 1).await;
    let somebody = domain::ids::MemberId(uuid::Uuid::from_u128(99));
    desk.assign(2, 1, Assignee::Member(somebody)).await;
    let left = head(&desk).await;
    // From here on it is somebody else's affair.
    desk.reply(2, 1).await;
    desk.close(2, 1).await;
    desk.claim(1, 1).await;
    let wants = Wants::Desk { reader, id: None, filter: None };
    let mut changes = subscribe(&desk.views, wants.clone(), start).await;
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(next(&desk.views, &mut changes, &wants).await);
    }
    assert_eq!(told, [start + 1, start + 2, left, head(&desk).await]);
}

async fn a_filter_allows_in_memory_what_it_finds_in_the_list(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    for visitor in 1..=2 {
        desk.arrive(visitor).await;
    }
    for n in 1..=8 {
        desk.submit(n, 1 + n % 2).await;
    }
    desk.reply(2, 1).await;
    desk.close(3, 2).await;
    desk.claim(4, 1).await;
    desk.assign(5, 2, Assignee::Team(super::TEAM)).await;
    desk.step(6, 1, StepKind::MarkAsSpam).await;
    desk.close(7, 2).await;
    desk.step(7, 2, StepKind::Archive).await;
    desk.step(8, 1, StepKind::Delete).await;
    let noon = desk.clock.now() - chrono::TimeDelta::seconds(8);
    let base = MessageFilter::default;
    let filters = [
        base(),
        MessageFilter { status: vec![MessageStatus::Open, MessageStatus::Replied], ..base() },
        MessageFilter { spam: true, ..base() },
        MessageFilter { archived: true, ..base() },
        MessageFilter { unassigned: Some(true), ..base() },
        MessageFilter { unassigned: Some(false), ..base() },
        MessageFilter { assignee_id: vec![MEMBER], ..base() },
        MessageFilter { team_id: vec![super::TEAM], ..base() },
        MessageFilter { assignee_id: vec![MEMBER], team_id: vec![super::TEAM], ..base() },
        MessageFilter { overdue: Some(false), ..base() },
        MessageFilter { overdue: Some(true), ..base() },
        MessageFilter { visitor_id: Some(Desk::visitor(1)), ..base() },
        MessageFilter { activity_from: Some(noon), ..base() },
        MessageFilter { activity_until: Some(noon), ..base() },
        MessageFilter { submitted_from: Some(noon - chrono::TimeDelta::seconds(4)), ..base() },
        MessageFilter { submitted_until: Some(noon - chrono::TimeDelta::seconds(4)), ..base() },
        MessageFilter { priority: vec![domain::message::Priority::Normal], ..base() },
        MessageFilter { priority: vec![domain::message::Priority::Urgent], ..base() },
        MessageFilter { tag: vec![domain::ids::Tag("refund".into())], ..base() },
    ];
    let reach = Reach::Teams { teams: [super::TEAM].into(), members: [].into() };
    let narrow = Reader::of_messages(Actor::Member { id: MEMBER, grants: Role::Agent.grants() }, &reach)
        .expect("reads");
    for reader in [Desk::reader(Role::Admin), narrow] {
        for filter in &filters {
            let page = PageRequest { first: Some(100), ..PageRequest::default() };
            let page = desk.views.messages(&reader, filter, MessageOrder::OldestFirst, &page).await;
            let listed: Vec<_> = page.expect("a page").rows.iter().map(|(_, row)| row.id).collect();
            let wants =
                Wants::Desk { reader: reader.clone(), id: None, filter: Some(Box::new(filter.clone())) };
            let mut allowed = Vec::new();
            for n in 1..=8 {
                let row = desk.views.message(&Desk::reader(Role::Admin), Desk::message(n)).await;
                let row = row.expect("readable").expect("there");
                if wants.show(&row) {
                    allowed.push(row.id);
                }
            }
            assert_eq!(allowed, listed, "{filter:?}");
        }
    }
}

async fn a_visitor_is_told_of_what_they_see_and_of_nothing_else(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    desk.arrive(2).await;
    let start = head(&desk).await;
    let wants = Wants::Own(Desk::visitor(1));
    let mut changes = subscribe(&desk.views, wants.clone(), start).await;
    desk.submit(1, 1).await;
    let submitted = head(&desk).await;
    desk.submit(2, 2).await;
    desk.claim(1, 1).await;
    // To its visitor spam looks like any message that waits, as this one does.
    desk.step(1, 1, StepKind::MarkAsSpam).await;
    desk.step(1, 1, StepKind::UnmarkAsSpam).await;
    desk.reply(1, 1).await;
    let replied = head(&desk).await;
    desk.step(1, 1, StepKind::Delete).await;
    let deleted = head(&desk).await;
    let mut again = subscribe(&desk.views, wants.clone(), start).await;
    for changes in [&mut changes, &mut again] {
        let mut told = Vec::new();
        while told.last() != Some(&deleted) {
            told.push(next(&desk.views, changes, &wants).await);
        }
        assert_eq!(told, [submitted, replied, deleted]);
    }
    assert!(desk.views.wait_for(&ALL, deleted).await.expect("readable"));
}

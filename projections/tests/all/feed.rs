//! Changes as they are told: each once, in order, wherever a subscriber is cut and whoever appends.

use super::{ALL, Desk, MEMBER};
use cqrs_es::Aggregate;
use domain::{
    access::{Reach, Role},
    actor::Actor,
    message::{Assignee, Message, MessageStatus, StepKind},
};
use projections::{Changes, MessageFilter, MessageOrder, Next, PageRequest, Projections, Reader, Wants};
use std::time::Duration;
use store::{Dialect, LogFilter, on_both_databases};
use tokio::time::timeout;

on_both_databases!(
    a_subscriber_who_is_cut_at_every_step_is_told_each_change_once,
    a_subscriber_who_does_not_read_misses_nothing,
    what_was_never_seen_is_not_told,
    a_filter_allows_in_memory_what_it_finds_in_the_list,
    a_visitor_is_told_of_what_they_see_and_of_nothing_else,
);

fn everything() -> Wants {
    Wants::Desk { reader: Desk::reader(Role::Admin), id: None, filter: None }
}

async fn subscribe(views: &Projections, wants: Wants, after: i64) -> Changes {
    let as_of = views.head().await.expect("a log");
    views.changes(wants, after, as_of)
}

/// The next change's position.
async fn next(views: &Projections, changes: &mut Changes, wants: &Wants) -> i64 {
    let told = async {
        loop {
            match changes.next().await.expect("told") {
                Next::Change(change) => return change.position,
                Next::Renew => changes.renew(wants.clone(), views.head().await.expect("a log")),
            }
        }
    };
    timeout(Duration::from_secs(10), told).await.expect("a change is told within ten seconds")
}

async fn positions(desk: &Desk, after: i64) -> Vec<i64> {
    let messages = LogFilter { aggregate_type: Some(Message::TYPE.to_owned()), ..LogFilter::default() };
    let events = desk.store.read(&messages, after, 10_000).await.expect("a log");
    events.iter().map(|event| event.position).collect()
}

async fn head(desk: &Desk) -> i64 {
    desk.store.head().await.expect("a log")
}

/// Numbers that look like chance, and are the same each time.
fn chance(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

async fn a_subscriber_who_is_cut_at_every_step_is_told_each_change_once(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    // Another process on the same database, which nobody tells of what is appended here.
    let other = desk.database.open(desk.clock.clone()).await;
    let elsewhere = Projections::start(&other, &desk.stop);
    desk.arrive(1).await;
    let start = head(&desk).await;
    let wants = everything();
    let mut told = Vec::new();
    let mut subscribers = Vec::new();
    for views in [&desk.views, &elsewhere] {
        subscribers.push((views, subscribe(views, wants.clone(), start).await));
        told.push(Vec::<i64>::new());
    }
    let (mut seed, mut submitted) = (7, 0);
    for _ in 0..60 {
        match chance(&mut seed) % 4 {
            0 | 1 => {
                submitted += 1;
                desk.submit(submitted, 1).await;
                if chance(&mut seed).is_multiple_of(2) {
                    desk.reply(submitted, 1).await;
                }
            }
            // Cut, also in the middle of waiting: another comes and goes on after what was told last.
            2 => {
                for (index, (views, changes)) in subscribers.iter_mut().enumerate() {
                    let cut = chance(&mut seed) % 3;
                    if cut == 0 && told[index].len() < positions(&desk, start).await.len() {
                        drop(timeout(Duration::ZERO, changes.next()).await.map(|next| {
                            match next.expect("told") {
                                Next::Change(change) => told[index].push(change.position),
                                Next::Renew => {}
                            }
                        }));
                    }
                    let after = told[index].last().copied().unwrap_or(start);
                    *changes = subscribe(views, wants.clone(), after).await;
                }
            }
            _ => {
                for (index, (views, changes)) in subscribers.iter_mut().enumerate() {
                    let behind = positions(&desk, start).await.len() - told[index].len();
                    let take = usize::try_from(chance(&mut seed)).expect("small") % (behind + 1);
                    for _ in 0..take {
                        told[index].push(next(views, changes, &wants).await);
                    }
                }
            }
        }
    }
    let expected = positions(&desk, start).await;
    assert!(expected.len() > 30, "something happened");
    for (index, (views, changes)) in subscribers.iter_mut().enumerate() {
        while told[index].len() < expected.len() {
            told[index].push(next(views, changes, &wants).await);
        }
        assert_eq!(told[index], expected);
        assert!(timeout(Duration::from_millis(20), changes.next()).await.is_err(), "and nothing more");
    }
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

async fn what_was_never_seen_is_not_told(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    let start = head(&desk).await;
    // Of a team, which has nobody else in it.
    let reach = Reach::Teams { teams: [super::TEAM].into(), members: [MEMBER].into() };
    let reader = Reader::of_messages(Actor::Member { id: MEMBER, role: Role::Agent }, &reach).expect("reads");
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
    let narrow = Reader::of_messages(Actor::Member { id: MEMBER, role: Role::Agent }, &reach).expect("reads");
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

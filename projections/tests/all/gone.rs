//! What was deleted falls due to be shredded, by the days that the desk has.

use super::Desk;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    access::Role,
    desk::{Desk as DeskAggregate, DeskEvent, DeskRevised},
    ids::DESK_ID,
    message::{Due, DueKind, StepKind},
};
use store::{Dialect, on_both_databases};

on_both_databases!(
    what_was_deleted_falls_due_until_it_is_restored_or_shredded,
    other_days_count_for_what_was_deleted_before,
    shreddings_come_in_order_with_what_else_falls_due_and_in_pages,
    nobody_is_owed_an_answer_to_a_message_that_was_erased,
);

async fn desk(dialect: Dialect) -> Desk {
    let desk = Desk::open(dialect).await;
    revise_days(&desk, 1, 7).await;
    desk.arrive(1).await;
    desk
}

/// The desk itself, for the `n`th time.
async fn revise_days(desk: &Desk, n: i64, days_until_shredding: u32) {
    let revised = DeskRevised {
        at: desk.clock.now(),
        name: "Leaveword".into(),
        locales: vec![],
        time_zone: "Asia/Shanghai".into(),
        phone_region: "CN".into(),
        days_until_shredding,
        upload_bytes: 1,
        uploads_per_message: 1,
        files: vec![],
        file_bytes: 1,
        figures_per_member: true,
    };
    let revised = [DeskEvent::DeskRevised(revised)];
    desk.happen::<DeskAggregate>(DESK_ID, n - 1, None, &revised).await;
}

async fn due(desk: &Desk) -> Vec<Due> {
    desk.views.due(None, 100).await.expect("readable")
}

fn shredding(n: u128, due_at: DateTime<Utc>, sequence: u32) -> Due {
    Due { due_at, message_id: Desk::message(n), kind: DueKind::Shredding, sequence }
}

async fn what_was_deleted_falls_due_until_it_is_restored_or_shredded(dialect: Dialect) {
    let desk = desk(dialect).await;
    desk.submit(1, 1).await;
    assert_eq!(due(&desk).await, []);
    let deleted_at = desk.clock.now();
    desk.step(1, 1, StepKind::Delete).await;
    assert_eq!(due(&desk).await, [shredding(1, deleted_at + TimeDelta::days(7), 2)]);
    desk.step(1, 1, StepKind::Restore).await;
    assert_eq!(due(&desk).await, []);
    let deleted_at = desk.clock.now();
    desk.step(1, 1, StepKind::Delete).await;
    assert_eq!(due(&desk).await, [shredding(1, deleted_at + TimeDelta::days(7), 4)]);
    desk.shred(1, 1, 4).await;
    assert_eq!(due(&desk).await, []);
}

async fn other_days_count_for_what_was_deleted_before(dialect: Dialect) {
    let desk = desk(dialect).await;
    desk.submit(1, 1).await;
    let deleted_at = desk.clock.now();
    desk.step(1, 1, StepKind::Delete).await;
    revise_days(&desk, 2, 0).await;
    assert_eq!(due(&desk).await, [shredding(1, deleted_at, 2)]);
    revise_days(&desk, 3, 30).await;
    assert_eq!(due(&desk).await, [shredding(1, deleted_at + TimeDelta::days(30), 2)]);
    revise_days(&desk, 4, u32::MAX).await;
    assert_eq!(due(&desk).await, [shredding(1, DateTime::<Utc>::MAX_UTC, 2)], "never");
}

async fn shreddings_come_in_order_with_what_else_falls_due_and_in_pages(dialect: Dialect) {
    let desk = desk(dialect).await;
    desk.revise_target(2, 8 * 24 * 3_600).await;
    for n in 1..=5 {
        desk.submit(n, 1).await;
    }
    for n in [4, 1, 3] {
        desk.step(n, 1, StepKind::Delete).await;
    }
    let whole = due(&desk).await;
    let kinds: Vec<_> = whole.iter().map(|due| (due.kind, due.message_id)).collect();
    let shredded = [4, 1, 3].map(|n| (DueKind::Shredding, Desk::message(n)));
    let replies = [2, 5].map(|n| (DueKind::Reply, Desk::message(n)));
    assert_eq!(kinds, [shredded.as_slice(), &replies].concat());
    let mut seen = Vec::new();
    while seen.len() < whole.len() {
        let page = desk.views.due(seen.last().copied(), 1).await.expect("readable");
        assert_eq!(page.len(), 1);
        seen.extend(page);
    }
    assert_eq!(seen, whole);
}

async fn nobody_is_owed_an_answer_to_a_message_that_was_erased(dialect: Dialect) {
    let desk = desk(dialect).await;
    desk.revise_target(2, 60).await;
    desk.submit(1, 1).await;
    assert_eq!(due(&desk).await.len(), 1);
    desk.erase(1, 1).await;
    assert_eq!(due(&desk).await, []);
    let row = desk.views.message(&Desk::reader(Role::Agent), Desk::message(1)).await.expect("readable");
    assert_eq!(row.expect("a message").due_at, None);
}

//! Who is to answer, since when the visitor waits, and what falls due.

use super::Desk;
use chrono::{DateTime, Utc};
use domain::{
    access::Role,
    desk::{ServiceTarget, TargetException},
    hours::china,
    ids::CategoryId,
    message::{Due, DueKind, MessageStatus, Priority},
};
use projections::MessageRow;
use std::time::Duration;
use store::{Dialect, on_both_databases};

on_both_databases!(
    the_list_names_whoever_claimed_a_message,
    a_reopened_message_is_open_again_and_its_visitor_sees_when,
    an_answer_is_due_until_it_is_given_and_again_after_reopening,
    another_target_makes_those_who_wait_due_by_it,
    category_and_priority_make_an_answer_due_sooner,
    what_became_overdue_is_told_and_falls_due_no_more,
    what_falls_due_comes_in_order_and_in_pages,
);

const TARGET: u64 = 3_600;

async fn desk(dialect: Dialect) -> Desk {
    let desk = Desk::open(dialect).await;
    desk.revise_target(1, TARGET).await;
    desk.arrive(1).await;
    desk
}

async fn row(desk: &Desk, n: u128) -> MessageRow {
    let row = desk.views.message(&Desk::reader(Role::Agent), Desk::message(n)).await.expect("readable");
    row.expect("a message")
}

async fn due(desk: &Desk) -> Vec<Due> {
    desk.views.due(None, 100).await.expect("readable")
}

fn after(began_at: DateTime<Utc>, seconds: u64) -> DateTime<Utc> {
    began_at + Duration::from_secs(seconds)
}

async fn the_list_names_whoever_claimed_a_message(dialect: Dialect) {
    let desk = desk(dialect).await;
    desk.submit(1, 1).await;
    assert_eq!(row(&desk, 1).await.assignee_id, None);
    let seen = desk.views.visitor_message(Desk::visitor(1), Desk::message(1)).await.expect("readable");
    desk.claim(1, 1).await;
    assert_eq!(row(&desk, 1).await.assignee_id, Some(super::MEMBER));
    let own = desk.views.visitor_message(Desk::visitor(1), Desk::message(1)).await.expect("readable");
    let activity = |row: Option<projections::VisitorMessageRow>| row.expect("theirs").last_activity_at;
    assert_eq!(activity(own), activity(seen), "who has it is the desk's own affair");
}

async fn a_reopened_message_is_open_again_and_its_visitor_sees_when(dialect: Dialect) {
    let desk = desk(dialect).await;
    desk.submit(1, 1).await;
    desk.reply(1, 1).await;
    desk.close(1, 1).await;
    desk.reopen(1, 1).await;
    let listed = row(&desk, 1).await;
    assert_eq!(listed.status, MessageStatus::Open);
    let own = desk.views.visitor_message(Desk::visitor(1), Desk::message(1)).await.expect("readable");
    let own = own.expect("theirs");
    assert_eq!((own.status, own.last_activity_at), (listed.visitor_status, listed.last_activity_at));
}

async fn an_answer_is_due_until_it_is_given_and_again_after_reopening(dialect: Dialect) {
    let desk = desk(dialect).await;
    for n in 1..=2 {
        desk.submit(n, 1).await;
        let submitted_at = row(&desk, n).await.submitted_at;
        assert_eq!(row(&desk, n).await.due_at, Some(after(submitted_at, TARGET)));
    }
    desk.reply(1, 1).await;
    desk.close(2, 1).await;
    assert_eq!((row(&desk, 1).await.due_at, row(&desk, 2).await.due_at), (None, None));
    desk.close(1, 1).await;
    desk.reopen(1, 1).await;
    assert_eq!(row(&desk, 1).await.due_at, None, "the last word was the desk's");
    let reopened_at = desk.clock.now();
    desk.reopen(2, 1).await;
    assert_eq!(row(&desk, 2).await.due_at, Some(after(reopened_at, TARGET)));
    let falls_due = Due {
        due_at: after(reopened_at, TARGET),
        message_id: Desk::message(2),
        kind: DueKind::Reply,
        sequence: 3,
    };
    assert_eq!(due(&desk).await, [falls_due]);
}

async fn another_target_makes_those_who_wait_due_by_it(dialect: Dialect) {
    let desk = desk(dialect).await;
    desk.submit(1, 1).await;
    let submitted_at = row(&desk, 1).await.submitted_at;
    desk.revise_target(2, 60).await;
    assert_eq!(row(&desk, 1).await.due_at, Some(after(submitted_at, 60)));
    desk.submit(2, 1).await;
    let listed = row(&desk, 2).await;
    assert_eq!(listed.due_at, Some(after(listed.submitted_at, 60)));
    desk.clock.advance(Duration::from_secs(60));
    desk.become_overdue(1, 1, 1, ServiceTarget::of_seconds(60)).await;
    desk.revise_target(3, u64::MAX).await;
    assert_eq!(row(&desk, 1).await.due_at, Some(after(submitted_at, 60)), "what is late stays late");
    desk.claim(1, 1).await;
    assert_eq!(row(&desk, 1).await.due_at, Some(after(submitted_at, 60)));
}

async fn category_and_priority_make_an_answer_due_sooner(dialect: Dialect) {
    let desk = desk(dialect).await;
    desk.submit(1, 1).await;
    let began_at = row(&desk, 1).await.submitted_at;
    let exception = |category: Option<&str>, priority, answer_within_seconds| TargetException {
        category_id: category.map(|id| CategoryId(id.to_owned())),
        priority,
        answer_within_seconds,
    };
    let exceptions =
        vec![exception(Some("complaint"), None, 600), exception(None, Some(Priority::Urgent), 60)];
    desk.except(2, TARGET, exceptions).await;
    assert_eq!(row(&desk, 1).await.due_at, Some(after(began_at, TARGET)));
    desk.categorize(1, 1, "complaint").await;
    assert_eq!(row(&desk, 1).await.due_at, Some(after(began_at, 600)));
    desk.prioritize(1, 1, Priority::Urgent).await;
    assert_eq!(row(&desk, 1).await.due_at, Some(after(began_at, 60)));
    assert_eq!(due(&desk).await[0].due_at, after(began_at, 60));
    desk.prioritize(1, 1, Priority::Low).await;
    // 2026-09-21T14:13:20Z is a Monday night in Shanghai: the desk opens at 1:00 in UTC.
    desk.revise_hours(3, china()).await;
    let opens_at: DateTime<Utc> = "2026-09-22T01:00:00Z".parse().expect("an instant");
    assert_eq!(row(&desk, 1).await.due_at, Some(after(opens_at, 600)));
    // As it was before that: at the position of the event before.
    let (reader, before) = (Desk::reader(Role::Agent), desk.store.head().await.expect("readable") - 1);
    let then = desk.views.message_as_of(&reader, Desk::message(1), before).await.expect("readable");
    assert_eq!(then.expect("a message").due_at, Some(after(began_at, 600)));
}

async fn what_became_overdue_is_told_and_falls_due_no_more(dialect: Dialect) {
    let desk = desk(dialect).await;
    desk.submit(1, 1).await;
    assert!(!row(&desk, 1).await.overdue);
    assert_eq!(due(&desk).await.len(), 1);
    desk.clock.advance(Duration::from_secs(TARGET));
    desk.become_overdue(1, 1, 1, ServiceTarget::of_seconds(TARGET)).await;
    let listed = row(&desk, 1).await;
    assert!(listed.overdue && listed.status == MessageStatus::Open && listed.due_at.is_some());
    assert_eq!(due(&desk).await, []);
    desk.reply(1, 1).await;
    assert!(!row(&desk, 1).await.overdue, "nobody waits any more");
}

async fn what_falls_due_comes_in_order_and_in_pages(dialect: Dialect) {
    let desk = desk(dialect).await;
    for n in 1..=5 {
        desk.submit(n, 1).await;
    }
    desk.reply(2, 1).await;
    let mut seen = Vec::new();
    let mut last = None;
    loop {
        let page = desk.views.due(last, 2).await.expect("readable");
        last = page.last().copied();
        seen.extend(page.iter().map(|reply| reply.message_id));
        if page.len() < 2 {
            break;
        }
    }
    assert_eq!(seen, [1, 3, 4, 5].map(Desk::message));
}

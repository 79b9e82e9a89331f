//! Another service target for many who wait: in steps, from where the last one stopped.

use super::Desk;
use domain::{
    access::Role,
    hours::{HoursInput, HoursRange, always_open},
    ids::CategoryId,
};
use projections::{Projections, VIEWS};
use std::time::Duration;
use store::{Dialect, LogFilter, RecordedEvent, on_both_databases, testing::soon};
use tokio_util::sync::CancellationToken;

on_both_databases!(
    another_target_is_put_in_force_in_short_transactions_whichever_process_does_them,
    hours_that_never_open_owe_no_answer_until_there_are_others,
    the_hours_of_any_moment_are_found_however_often_they_were_revised,
    those_who_wait_are_counted_by_category_too,
);

/// Those who wait, beside the one message that there is.
const WAITING: i64 = 1_500;
/// No more of them may be revised in one transaction.
const STEP: i64 = 500;

/// Many who wait as the first message's visitor does, each since another moment.
async fn many(desk: &Desk) {
    let same = "version, visitor_id, state, status, visitor_status, category_id, related_to, name, contact, content, \
                submitted_at, last_activity_at, first_replied_at, assignee_id, holder, priority, tags, wait, overdue, \
                follow_up, follow_up_due_at, follow_up_by, follow_up_note, spam, archived, deleted, rating, \
                rating_comment, rated_at";
    let sql = format!(
        "INSERT INTO message_list_5 (message_id, reference, waiting_since, due_at, {same}) \
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {WAITING}) \
         SELECT 'message ' || n, 'reference ' || n, waiting_since + n, due_at + n, {same} \
         FROM message_list_5 CROSS JOIN numbers"
    );
    desk.store.database().views.execute(&sql, &[]).await.expect("written");
}

async fn counted(desk: &Desk, condition: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS rows FROM message_list_5 WHERE {condition}");
    let row = desk.store.database().views.row(&sql, &[]).await.expect("readable");
    row.expect("a row").int("rows").expect("a number")
}

async fn due_by(desk: &Desk, seconds: u64) -> i64 {
    counted(desk, &format!("due_at = waiting_since + {}", seconds * 1_000_000)).await
}

/// The target is revised while nobody follows.
async fn revised(desk: &Desk, n: i64, seconds: u64) -> RecordedEvent {
    desk.revise_target(n, seconds).await;
    let filter = LogFilter { types: vec!["ServiceTargetRevised".into()], ..LogFilter::default() };
    desk.store.read(&filter, 0, 100).await.expect("readable").pop().expect("the last one")
}

/// One transaction of a process that dies afterwards, before it has moved the checkpoint: it counts all the same.
async fn one_step(desk: &Desk, event: &RecordedEvent) {
    let mut tx = desk.store.database().views.begin().await.expect("begins");
    let list = VIEWS.iter().find(|view| view.name == "message_list").expect("the list");
    (list.handle)(&mut tx, std::slice::from_ref(event)).await.expect("taken");
    tx.commit().await.expect("committed");
}

/// Another process follows as far as the log goes.
async fn followed(desk: &Desk, position: i64) {
    let stop = CancellationToken::new();
    let views = Projections::start(&desk.store, &stop);
    soon("the list follows", || async {
        let status = views.status().await.expect("readable");
        status.iter().any(|view| view.name == "message_list" && view.position >= position)
    })
    .await;
    stop.cancel();
    views.ended().await;
}

async fn another_target_is_put_in_force_in_short_transactions_whichever_process_does_them(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.revise_target(1, 3_600).await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    desk.stop.cancel();
    desk.views.ended().await;
    many(&desk).await;
    // Sooner, and then later: both in the direction in which rows move away from what is still to be done, and towards it.
    for (n, seconds) in [(2, 60), (3, 86_400)] {
        let event = revised(&desk, n, seconds).await;
        one_step(&desk, &event).await;
        let first = due_by(&desk, seconds).await;
        assert!((1..=STEP).contains(&first), "{first} in one transaction");
        one_step(&desk, &event).await;
        let second = due_by(&desk, seconds).await;
        assert!((first + 1..=2 * STEP).contains(&second), "{second} in two transactions");
        followed(&desk, event.position).await;
        assert_eq!(due_by(&desk, seconds).await, WAITING + 1);
        let left = desk.store.database().views.rows("SELECT * FROM message_list_5_revision", &[]).await;
        assert_eq!(left.expect("readable").len(), 0);
    }
    let row = desk.views.message(&Desk::reader(Role::Agent), Desk::message(1)).await.expect("readable");
    let row = row.expect("a message");
    assert_eq!(row.due_at, Some(row.submitted_at + Duration::from_secs(86_400)));
}

/// Those to whom no answer was due any more are found again, all of them.
async fn hours_that_never_open_owe_no_answer_until_there_are_others(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.revise_target(1, 3_600).await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    desk.stop.cancel();
    desk.views.ended().await;
    many(&desk).await;
    let never = HoursInput { weekly: vec![], ..always_open("Asia/Shanghai") };
    for (n, hours, due) in [(2, never, 0), (3, always_open("Asia/Shanghai"), WAITING + 1)] {
        desk.revise_hours(n, hours).await;
        followed(&desk, desk.store.head().await.expect("readable")).await;
        assert_eq!(due_by(&desk, 3_600).await, due);
        assert_eq!(counted(&desk, &format!("due_at < {}", i64::MAX)).await, due);
    }
    // Hours are revised a second apart: each moment has those that were in force.
    let now = desk.clock.now();
    for (seconds, always) in [(1, true), (2, false), (1_000, false)] {
        let revised = desk.views.opening_hours_at(now - Duration::from_secs(seconds)).await;
        let revised = revised.expect("readable").expect("hours");
        assert_eq!(revised.hours.desk.is_always_open(), always, "{seconds} seconds ago");
    }
}

async fn the_hours_of_any_moment_are_found_however_often_they_were_revised(dialect: Dialect) {
    const REVISIONS: i64 = 130;
    let desk = Desk::open(dialect).await;
    desk.stop.cancel();
    desk.views.ended().await;
    let began = desk.clock.now();
    assert_eq!(desk.views.opening_hours_at(began).await.expect("readable"), None);
    for n in 1..=REVISIONS {
        // Each a second after the one before: n minutes in an hour of each Monday.
        let range =
            HoursRange { days: vec![1], from: "00:00".into(), until: format!("{:02}:{:02}", n / 60, n % 60) };
        desk.revise_hours(n, HoursInput { weekly: vec![range], ..always_open("UTC") }).await;
    }
    for (seconds, revision) in [(-60, 1), (0, 1), (1, 2), (20, 21), (64, 65), (129, 130), (10_000, 130)] {
        let at = began + chrono::TimeDelta::seconds(seconds);
        let revised = desk.views.opening_hours_at(at).await.expect("readable").expect("hours");
        let until = format!("{:02}:{:02}", revision / 60, revision % 60);
        assert_eq!(revised.hours.desk.input().weekly[0].until, until, "after {seconds} seconds");
    }
}

async fn those_who_wait_are_counted_by_category_too(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.revise_target(1, 3_600).await;
    desk.arrive(1).await;
    for n in 1..=4 {
        desk.submit(n, 1).await;
    }
    for n in 1..=3 {
        desk.categorize(n, 1, if n == 3 { "other" } else { "complaint" }).await;
    }
    desk.reply(1, 1).await;
    for (category, waiting) in [(None, 3), (Some("complaint"), 1), (Some("other"), 1), (Some("absent"), 0)] {
        let category = category.map(|id: &str| CategoryId(id.to_owned()));
        assert_eq!(desk.views.waiting(category.as_ref()).await.expect("readable"), waiting, "{category:?}");
    }
}

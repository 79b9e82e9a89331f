//! A run of events is folded as its events would be one by one, and a broken stream stops the view.

use super::Desk;
use domain::{
    contact::Contact,
    desk::{ServiceTarget, TargetException},
    hours::{HoursInput, china},
    message::{Priority, StepKind},
    text::{Name, Reason},
    visitor::{Identity, Subject, VisitorCommand},
};
use projections::{Projections, VIEWS};
use std::time::Duration;
use store::{Dialect, on_both_databases, testing::soon};
use tokio_util::sync::CancellationToken;

on_both_databases!(
    a_view_filled_in_one_run_equals_the_one_that_followed_event_by_event,
    every_view_of_streams_stops_at_one_that_does_not_go_on_where_its_row_stands,
    every_view_of_streams_stops_at_one_without_a_beginning,
);

/// Every row of every table of every view, as the database writes a row, once the days of the statistics are together.
async fn contents(desk: &Desk) -> Vec<String> {
    let mut after = i64::MIN;
    while let Some(day) = desk.views.put_statistics_together(after).await.expect("put together") {
        after = day;
    }
    let views = &desk.store.database().views;
    let mut all = Vec::new();
    for table in VIEWS.iter().flat_map(|view| view.tables) {
        let sql = match desk.store.database().dialect() {
            Dialect::Postgres => format!("SELECT t::text AS line FROM {table} t"),
            Dialect::Sqlite => {
                let columns = format!("SELECT name FROM pragma_table_info('{table}')");
                let rows = views.rows(&columns, &[]).await.expect("readable");
                let columns: Vec<_> =
                    rows.iter().map(|row| format!("quote({})", row.text("name").expect("text"))).collect();
                format!("SELECT {} AS line FROM {table}", columns.join(" || ',' || "))
            }
        };
        let rows = views.rows(&sql, &[]).await.expect("readable");
        let mut lines: Vec<String> =
            rows.iter().map(|row| format!("{table}: {}", row.text("line").expect("text"))).collect();
        lines.sort();
        all.extend(lines);
    }
    all
}

async fn some_days(desk: &Desk) {
    desk.revise_target(1, 3_600).await;
    desk.invite().await;
    for n in 1..=6 {
        desk.arrive(n).await;
        desk.submit(n, n).await;
    }
    desk.claim(1, 1).await;
    desk.reply(1, 1).await;
    desk.reply(1, 1).await;
    desk.revise_target(2, 60).await;
    desk.close(2, 2).await;
    desk.reopen(2, 2).await;
    desk.clock.advance(Duration::from_secs(60));
    desk.become_overdue(3, 3, 1, ServiceTarget::of_seconds(60)).await;
    desk.close(3, 3).await;
    desk.become_overdue(4, 4, 1, ServiceTarget::of_seconds(60)).await;
    desk.revise_hours(3, HoursInput { weekly: vec![], ..china() }).await;
    desk.prioritize(6, 6, Priority::Urgent).await;
    desk.categorize(2, 2, "complaint").await;
    desk.revise_hours(4, china()).await;
    let exception =
        TargetException { category_id: None, priority: Some(Priority::Urgent), answer_within_seconds: 60 };
    desk.except(5, 7_200, vec![exception]).await;
    desk.close(5, 5).await;
    for (n, erased) in [(4, true), (5, true), (6, false)] {
        desk.step(n, n, StepKind::Delete).await;
        if erased {
            desk.erase(n, n).await;
        }
    }
    desk.shred(5, 5, 3).await;
    desk.step(6, 6, StepKind::Restore).await;
    desk.move_house(6).await;
    let (at, reason) = (desk.clock.now(), Reason::parse("骚扰").expect("a reason"));
    desk.to_visitor(1, VisitorCommand::Block { at, reason: Some(reason.clone()) }).await;
    desk.to_visitor(2, VisitorCommand::Block { at, reason: None }).await;
    desk.to_visitor(2, VisitorCommand::Unblock { at }).await;
    desk.to_visitor(3, VisitorCommand::RequestErasure { at, reason: Some(reason.clone()) }).await;
    desk.to_visitor(4, VisitorCommand::RequestErasure { at, reason: None }).await;
    desk.to_visitor(4, VisitorCommand::Erase { at, reason }).await;
    for (name, unchanged) in [("韩梅梅", false), ("韩梅", false)] {
        let identity = Identity {
            subject: Subject::parse("42").expect("a subject"),
            name: Name::parse(name).ok(),
            email: Contact::parse("mei@example.com", "CN").ok(),
            phone_number: None,
        };
        desk.to_visitor(5, VisitorCommand::Identify { at, identity: Box::new(identity), unchanged }).await;
    }
    desk.join().await;
}

async fn empty(desk: &Desk) {
    for table in VIEWS.iter().flat_map(|view| view.tables).chain(&["checkpoints"]) {
        let sql = format!("DELETE FROM {table}");
        desk.store.database().views.execute(&sql, &[]).await.expect("emptied");
    }
}

/// On how many days something is placed: each of them is one row, once it is together.
async fn placed_days(desk: &Desk) -> usize {
    let sql = "SELECT COUNT(DISTINCT day) AS days FROM statistics_placed_3";
    let row = desk.store.database().views.row(sql, &[]).await.expect("readable").expect("a row");
    usize::try_from(row.int("days").expect("a number")).expect("a count")
}

async fn a_view_filled_in_one_run_equals_the_one_that_followed_event_by_event(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    some_days(&desk).await;
    let followed = contents(&desk).await;
    let events = usize::try_from(desk.store.head().await.expect("a head")).expect("a number");
    let days = match dialect {
        // Its own clock, which places the backlog, is on another day, and may come to the next one meanwhile.
        Dialect::Postgres => placed_days(&desk).await,
        Dialect::Sqlite => 1,
    };
    assert_eq!(followed.len(), 6 + 1 + 5 + 8 + 6 + 6 + 6 + 1 + 1 + 6 + (6 + 1 + 1 + 5 + days) + 6 + events);
    desk.stop.cancel();
    desk.views.ended().await;
    empty(&desk).await;
    let stop = CancellationToken::new();
    let again = Projections::start(&desk.store, &stop);
    // Not `wait_for`: nobody waits for a view that is days behind.
    let head = desk.store.head().await.expect("a head");
    soon("the views follow from the beginning", || async {
        again.status().await.expect("readable").iter().all(|view| view.position == head)
    })
    .await;
    assert_eq!(contents(&desk).await, followed);
    stop.cancel();
    again.ended().await;
}

/// Views that follow no stream: their rows are of single events.
const OF_EVENTS: [&str; 5] = ["message_tags", "reviews", "deletions", "log_index", "message_search"];

/// What each view of streams says is wrong, once all of them stand still.
async fn errors(views: &Projections) -> Vec<String> {
    let of_streams = || async {
        let status = views.status().await.expect("readable");
        status.into_iter().filter(|view| !OF_EVENTS.contains(&view.name)).collect::<Vec<_>>()
    };
    soon("every view of streams stands still", || async {
        of_streams().await.iter().all(|view| view.error.is_some())
    })
    .await;
    of_streams().await.into_iter().filter_map(|view| view.error).collect()
}

async fn every_view_of_streams_stops_at_one_that_does_not_go_on_where_its_row_stands(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.invite().await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    desk.form_team().await;
    desk.stop.cancel();
    desk.views.ended().await;
    // As if an event of each stream had been lost.
    let views = &desk.store.database().views;
    for table in [
        "message_list_5",
        "message_conversations_3",
        "visitor_messages",
        "visitors",
        "members_2",
        "teams",
        "statistics_3",
    ] {
        views.execute(&format!("UPDATE {table} SET version = 7"), &[]).await.expect("tampered");
    }
    desk.reply(1, 1).await;
    desk.move_house(1).await;
    desk.join().await;
    desk.rename_team().await;
    let stop = CancellationToken::new();
    let again = Projections::start(&desk.store, &stop);
    for error in errors(&again).await {
        assert!(error.contains("went from 7 to "), "{error}");
    }
    stop.cancel();
    again.ended().await;
}

async fn every_view_of_streams_stops_at_one_without_a_beginning(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.invite().await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    desk.form_team().await;
    desk.stop.cancel();
    desk.views.ended().await;
    let views = &desk.store.database().views;
    for table in VIEWS.iter().flat_map(|view| view.tables) {
        views.execute(&format!("DELETE FROM {table}"), &[]).await.expect("tampered");
    }
    desk.reply(1, 1).await;
    desk.move_house(1).await;
    desk.join().await;
    desk.rename_team().await;
    let stop = CancellationToken::new();
    let again = Projections::start(&desk.store, &stop);
    for error in errors(&again).await {
        assert!(error.contains("went from 0 to "), "{error}");
    }
    stop.cancel();
    again.ended().await;
}

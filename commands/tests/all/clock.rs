//! The watch on the clock: what falls due happens, once, at its time.

use super::{Desk, anonymous, member};
use chrono::{DateTime, Utc};
use commands::{Commands, ReplyInput};
use domain::{
    access::Role,
    desk::{DeskEvent, ServiceTargetRevised},
    ids::{DESK_ID, MessageId},
    message::{Due, DueKind},
    text::ReplyText,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use store::{
    Append, Dialect, LogFilter, NewEvent, RecordedEvent, Stood, StreamAppend, on_both_databases,
    testing::soon,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

on_both_databases!(
    a_reply_becomes_overdue_once_although_two_processes_watch,
    nothing_is_overdue_before_its_time,
    a_reply_before_the_instant_prevents_it,
    what_is_refused_does_not_stand_in_the_way_of_what_comes_after_it,
    a_due_query_that_fails_is_asked_again,
    a_watch_that_panics_is_started_again,
    a_target_that_another_process_has_revised_is_the_one_that_counts,
);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const ALMOST_A_DAY: Duration = Duration::from_micros(24 * 60 * 60 * 1_000_000 - 1);

/// What stands in for the view: waits in the order in which they fall due.
#[derive(Clone, Default)]
struct Waits(Arc<Mutex<Vec<Due>>>, Arc<AtomicUsize>);

impl Waits {
    fn add(&self, message_id: MessageId, due_at: DateTime<Utc>) {
        let mut waits = self.0.lock().expect("not poisoned");
        waits.push(Due { due_at, message_id, kind: DueKind::Reply, sequence: 1 });
        waits.sort_unstable();
    }

    fn page(&self, after: Option<Due>, limit: usize) -> Vec<Due> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let waits = self.0.lock().expect("not poisoned");
        let beyond = |due: &&Due| after.is_none_or(|after| **due > after);
        waits.iter().filter(beyond).take(limit).copied().collect()
    }

    /// How often was asked.
    fn asked(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }

    fn watch(&self, commands: &Commands, stop: &CancellationToken) -> JoinHandle<()> {
        let waits = self.clone();
        let due = move |after, limit| {
            let page = waits.page(after, limit);
            async move { Ok::<_, String>(page) }
        };
        tokio::spawn(commands.clone().watch_clock(due, stop.clone()))
    }
}

async fn submit(desk: &Desk, waits: &Waits) -> MessageId {
    let message_id = desk.submit(&anonymous()).await.receipt.id.parse().expect("an id");
    waits.add(message_id, desk.clock.now() + DAY);
    message_id
}

async fn overdue(desk: &Desk) -> Vec<RecordedEvent> {
    let filter = LogFilter { types: vec!["ReplyBecameOverdue".into()], ..LogFilter::default() };
    desk.store.read(&filter, 0, 1_000).await.expect("readable")
}

/// Waits until whoever watches has asked anew, and so has done with all that was due before.
async fn asked_anew(waits: &Waits, watchers: usize) {
    let asked = waits.asked();
    soon("the clock is watched", || async { waits.asked() > asked + watchers }).await;
}

async fn a_reply_becomes_overdue_once_although_two_processes_watch(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let other = Commands::new(desk.database.open(desk.clock.clone()).await);
    let (waits, stop) = (Waits::default(), CancellationToken::new());
    for _ in 0..3 {
        submit(&desk, &waits).await;
    }
    let watchers = [waits.watch(&desk.commands, &stop), waits.watch(&other, &stop)];
    asked_anew(&waits, 2).await;
    desk.clock.advance(DAY);
    soon("all became overdue", || async { overdue(&desk).await.len() >= 3 }).await;
    asked_anew(&waits, 2).await;
    let told = overdue(&desk).await;
    assert_eq!(told.len(), 3);
    for event in told {
        let metadata = event.metadata().expect("readable");
        assert_eq!(metadata["actor"], "system:reply-became-overdue");
    }
    stop.cancel();
    for watcher in watchers {
        watcher.await.expect("ends");
    }
}

async fn nothing_is_overdue_before_its_time(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (waits, stop) = (Waits::default(), CancellationToken::new());
    submit(&desk, &waits).await;
    let watcher = waits.watch(&desk.commands, &stop);
    desk.clock.advance(ALMOST_A_DAY);
    asked_anew(&waits, 1).await;
    assert_eq!(overdue(&desk).await.len(), 0);
    desk.clock.advance(Duration::from_micros(1));
    soon("it became overdue", || async { overdue(&desk).await.len() == 1 }).await;
    let payload = overdue(&desk).await[0].payload().expect("readable");
    let event = &payload["ReplyBecameOverdue"];
    assert_eq!((&event["at"], &event["wait"]), (&event["due_at"], &1.into()));
    stop.cancel();
    watcher.await.expect("ends");
}

async fn a_reply_before_the_instant_prevents_it(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (waits, stop) = (Waits::default(), CancellationToken::new());
    let answered = submit(&desk, &waits).await;
    let forgotten = submit(&desk, &waits).await;
    let content = ReplyText::parse("今天下午发货。").expect("words");
    let reply = ReplyInput { target: answered.into(), content, upload_ids: vec![] };
    desk.commands.reply_to_message(&member(Role::Agent), reply).await.expect("replied");
    // The view is behind: it still names the wait that the reply has ended.
    let watcher = waits.watch(&desk.commands, &stop);
    desk.clock.advance(DAY);
    soon("the other one became overdue", || async { overdue(&desk).await.len() == 1 }).await;
    asked_anew(&waits, 1).await;
    let told = overdue(&desk).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].aggregate_id, forgotten.to_string());
    stop.cancel();
    watcher.await.expect("ends");
}

async fn what_is_refused_does_not_stand_in_the_way_of_what_comes_after_it(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (waits, stop) = (Waits::default(), CancellationToken::new());
    // More than are asked for at once, and none of them exists.
    for n in 0..250 {
        waits.add(MessageId(uuid::Uuid::from_u128(n)), desk.clock.now());
    }
    submit(&desk, &waits).await;
    desk.clock.advance(DAY);
    let watcher = waits.watch(&desk.commands, &stop);
    soon("it became overdue", || async { overdue(&desk).await.len() == 1 }).await;
    stop.cancel();
    watcher.await.expect("ends");
}

async fn a_due_query_that_fails_is_asked_again(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (waits, stop) = (Waits::default(), CancellationToken::new());
    submit(&desk, &waits).await;
    desk.clock.advance(DAY);
    let asked = Arc::new(AtomicUsize::new(0));
    let due = move |after, limit| {
        let (first, page) = (asked.fetch_add(1, Ordering::SeqCst) == 0, waits.page(after, limit));
        async move { if first { Err("the view is away") } else { Ok(page) } }
    };
    let watcher = tokio::spawn(desk.commands.clone().watch_clock(due, stop.clone()));
    soon("it became overdue", || async { overdue(&desk).await.len() == 1 }).await;
    stop.cancel();
    watcher.await.expect("ends");
}

async fn a_watch_that_panics_is_started_again(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (waits, stop) = (Waits::default(), CancellationToken::new());
    submit(&desk, &waits).await;
    desk.clock.advance(DAY);
    let asked = Arc::new(AtomicUsize::new(0));
    let due = move |after, limit| {
        assert!(asked.fetch_add(1, Ordering::SeqCst) > 0, "a fault in the due query");
        let page = waits.page(after, limit);
        async move { Ok::<_, String>(page) }
    };
    let watcher = tokio::spawn(desk.commands.clone().watch_clock(due, stop.clone()));
    soon("it became overdue", || async { overdue(&desk).await.len() == 1 }).await;
    stop.cancel();
    watcher.await.expect("ends");
}

/// Another process puts another service target in force.
async fn revise_elsewhere(desk: &Desk, answer_within: Duration) {
    let other = desk.database.open(desk.clock.clone()).await;
    let revised = ServiceTargetRevised {
        at: desk.clock.now(),
        answer_within_seconds: answer_within.as_secs(),
        exceptions: vec![],
    };
    let event = DeskEvent::ServiceTargetRevised(revised);
    let stands = other.count(&LogFilter::stream("Desk", &DESK_ID.to_string()), 0).await.expect("readable");
    let stream = StreamAppend {
        aggregate_type: "Desk",
        aggregate_id: DESK_ID.to_string(),
        after: Stood::at(stands),
        key: None,
        events: vec![NewEvent {
            event_type: "ServiceTargetRevised".into(),
            event_version: "2".into(),
            payload: serde_json::to_value(event).expect("serialises"),
            by: None,
        }],
        then: None,
    };
    let append = Append {
        streams: vec![stream],
        metadata: BTreeMap::from([("actor".to_owned(), "system:test".to_owned())]),
        reservations: vec![],
        credentials: vec![],
        idempotency: None,
    };
    other.append(append).await.expect("appended");
}

async fn a_target_that_another_process_has_revised_is_the_one_that_counts(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (waits, stop) = (Waits::default(), CancellationToken::new());
    // This process knows the desk from here on, and its view is told too late.
    submit(&desk, &waits).await;
    revise_elsewhere(&desk, 2 * DAY).await;
    let watcher = waits.watch(&desk.commands, &stop);
    desk.clock.advance(DAY);
    asked_anew(&waits, 1).await;
    assert_eq!(overdue(&desk).await.len(), 0, "it is not due by the target in force");
    revise_elsewhere(&desk, DAY / 2).await;
    soon("it became overdue", || async { overdue(&desk).await.len() == 1 }).await;
    let event = &overdue(&desk).await[0].payload().expect("readable")["ReplyBecameOverdue"];
    let due_at: DateTime<Utc> = serde_json::from_value(event["due_at"].clone()).expect("an instant");
    assert_eq!(due_at, desk.clock.now() - DAY / 2);
    stop.cancel();
    watcher.await.expect("ends");
}

//! A desk that is made up is one that could have been: the same for the same seed, of every kind, told of by every rule in
//! its time, and taken by every view.

use super::{Process, words};
use commands::{Caller, Commands, Happened, Past};
use cqrs_es::DomainEvent;
use domain::{
    actor::Actor, desk::DeskEvent, member::MemberEvent, message::MessageEvent, team::TeamEvent,
    visitor::VisitorEvent,
};
use projections::{Projections, VIEWS};
use ring::digest::{Context, SHA256};
use server::generate::{GenerateError, Options, into, plan};
use std::collections::BTreeSet;
use store::{Dialect, LogFilter, RecordedEvent, Store, testing::TestDatabase};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const MESSAGES: u64 = 200;

store::on_both_databases![
    the_log_has_what_was_planned_word_for_word_at_its_times,
    every_view_takes_it_and_no_rule_has_anything_left_to_tell,
    nothing_is_made_up_beside_a_desk_that_is_there,
    the_desk_goes_on_where_what_was_made_up_ends,
];

/// A small desk of two years that ended long before any clock of these tests.
fn options(seed: u64) -> Options {
    Options { messages: MESSAGES, seed, days: 730, until: store::micros(1_735_689_600_000_000) }
}

/// Every event of these: its type, id and text, personal data in the clear.
fn told(past: &Past) -> Vec<(String, Uuid, serde_json::Value)> {
    fn of<E: DomainEvent>(events: &[E], ids: &[Uuid]) -> Vec<(String, Uuid, serde_json::Value)> {
        assert_eq!(events.len(), ids.len());
        let json = |event: &E| serde_json::to_value(event).expect("serialises");
        events.iter().zip(ids).map(|(event, id)| (event.event_type(), *id, json(event))).collect()
    }
    let streams = past.streams.iter().map(|stream| match &stream.happened {
        Happened::Desk(events) => of(events, &stream.event_ids),
        Happened::Member(_, events) => of(events, &stream.event_ids),
        Happened::Team(_, events) => of(events, &stream.event_ids),
        Happened::Visitor(_, events) => of(events, &stream.event_ids),
        Happened::Message { events, .. } => of(events, &stream.event_ids),
    });
    streams.flatten().collect()
}

/// SHA-256 over everything that was decided, by whom and when.
fn hash(seed: u64) -> String {
    let mut hash = Context::new(&SHA256);
    for past in plan(&options(seed)) {
        let Past { at, actor, locale, command_id, correlation_id, cause, unique, .. } = &past;
        let told = told(&past);
        hash.update(
            format!("{at} {actor} {locale:?} {command_id} {correlation_id} {cause:?} {told:?}").as_bytes(),
        );
        hash.update(format!("{}", unique.len()).as_bytes());
    }
    hash.finish().as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[test]
fn the_same_seed_gives_the_same_to_the_letter_and_another_one_something_else() {
    assert_eq!(hash(7), hash(7));
    assert_ne!(hash(7), hash(8));
}

#[test]
fn a_small_desk_has_every_kind_of_event_but_those_that_need_somebody_outside() {
    // A channel tells somebody outside of the desk, at an address and with secrets that somebody has to have: there is
    // none, so none of the events of a channel.
    let types =
        [DeskEvent::TYPES, MemberEvent::TYPES, TeamEvent::TYPES, VisitorEvent::TYPES, MessageEvent::TYPES];
    let known: BTreeSet<String> = types.concat().iter().map(|(name, _)| (*name).to_owned()).collect();
    for seed in 1..=12 {
        let all = plan(&options(seed)).flat_map(|past| told(&past)).map(|(name, ..)| name);
        let (mut kinds, mut messages) = (BTreeSet::new(), 0);
        for name in all {
            messages += u64::from(name == "MessageSubmitted");
            kinds.insert(name);
        }
        assert_eq!(messages, MESSAGES, "seed {seed}");
        let missing: Vec<_> = known.difference(&kinds).collect();
        assert!(missing.is_empty(), "seed {seed} has no {missing:?}");
    }
}

#[test]
fn what_happens_happens_in_its_order_within_its_years() {
    let options = options(3);
    let all: Vec<Past> = plan(&options).collect();
    assert!(all.is_sorted_by_key(|past| past.at));
    let (first, last) = (all[0].at, all[all.len() - 1].at);
    assert!(last < options.until && options.until - first < chrono::TimeDelta::days(732));
    let in_its_streams = |past: &Past| past.streams.iter().all(|stream| stream.after >= 0);
    assert!(all.iter().all(in_its_streams));
}

async fn made_up(dialect: Dialect, options: &Options) -> (TestDatabase, Store) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let mut heard = 0;
    let generated = into(&store, options, |_| heard += 1).await.expect("an empty log takes it");
    assert_eq!((generated.messages, generated.events), (MESSAGES, store.head().await.expect("readable")));
    assert!(heard > 0);
    (database, store)
}

async fn log(store: &Store) -> Vec<RecordedEvent> {
    let mut log: Vec<RecordedEvent> = vec![];
    loop {
        let after = log.last().map_or(0, |event| event.position);
        let page = store.read(&LogFilter::default(), after, 1_000).await.expect("readable");
        if page.is_empty() {
            return log;
        }
        log.extend(page);
    }
}

async fn the_log_has_what_was_planned_word_for_word_at_its_times(dialect: Dialect) {
    let options = options(7);
    let (_database, store) = made_up(dialect, &options).await;
    let log = log(&store).await;
    let planned = plan(&options).flat_map(|past| told(&past).into_iter().map(move |told| (past.at, told)));
    let mut count = 0;
    for (recorded, (at, (event_type, id, words))) in log.iter().zip(planned) {
        assert_eq!((&recorded.event_type, recorded.event_id), (&event_type, id));
        let late = recorded.recorded_at - at;
        assert!((0..1_000).contains(&late.num_microseconds().expect("short")), "{recorded:?}: {late}");
        let mut payload = recorded.payload().expect("JSON");
        assert!(!payload.to_string().contains(r#""clear""#), "{recorded:?} is sealed");
        store.open_personal(&mut [&mut payload]).await.expect("opens");
        assert_eq!(payload, words, "{recorded:?}");
        count += 1;
    }
    assert_eq!(count, log.len());
    assert_eq!(count, plan(&options).map(|past| told(&past).len()).sum::<usize>());
    assert!(log.windows(2).all(|two| two[0].recorded_at < two[1].recorded_at));
    assert!(log.iter().all(|event| event.recorded_at < options.until));
    store.close().await;
}

async fn every_view_takes_it_and_no_rule_has_anything_left_to_tell(dialect: Dialect) {
    let options = options(11);
    let (_database, store) = made_up(dialect, &options).await;
    let stop = CancellationToken::new();
    let views = Projections::start(&store, &stop);
    views.filled().await.expect("the views fill");
    let head = store.head().await.expect("readable");
    let names: Vec<_> = VIEWS.iter().map(|view| view.name).collect();
    store::testing::soon("the views follow", || async {
        views.wait_for(&names, head).await.expect("readable")
    })
    .await;
    for status in views.status().await.expect("readable") {
        assert_eq!((status.position, status.error), (head, None), "{}", status.name);
    }
    // Whatever fell due before the end has been told of.
    let due = views.due(None, 500).await.expect("readable");
    let late: Vec<_> =
        due.iter().filter(|due| due.due_at < options.until - chrono::TimeDelta::minutes(2)).collect();
    assert!(late.is_empty(), "{late:?}");
    assert!(!due.is_empty(), "some messages are open at the end");
    assert!(views.member_count().await.expect("readable") > 6);
    stop.cancel();
    views.ended().await;
    store.close().await;
}

async fn nothing_is_made_up_beside_a_desk_that_is_there(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    Commands::new(store.clone()).first_start().await.expect("the desk opens");
    let head = store.head().await.expect("readable");
    let refused = into(&store, &options(1), |_| {}).await.expect_err("there is a desk");
    let said = refused.to_string();
    assert!(said.contains("has 6 events already") && said.contains("LEAVEWORD_DATA_DIR"), "{said}");
    assert_eq!(store.head().await.expect("readable"), head);
    let tomorrow = Options { until: store.clock().now() + chrono::TimeDelta::days(1), ..options(1) };
    assert!(matches!(into(&store, &tomorrow, |_| {}).await, Err(GenerateError::NotPast(_))));
    // Somebody begins to work while a past is being made up: it is not mixed with theirs.
    let other = TestDatabase::new(dialect).await;
    let store = other.open(TestDatabase::clock()).await;
    let commands = Commands::new(store.clone());
    let mut log = store.past().await.expect("empty");
    let pasts: Vec<_> =
        plan(&options(1)).take(3).map(|past| commands.past(past).expect("an append")).collect();
    commands.first_start().await.expect("the desk opens");
    log.append(pasts).await.expect("sealed");
    let said = log.end().await.expect_err("the log has moved").to_string();
    assert!(said.contains("somebody else has written"), "{said}");
    assert_eq!(store.head().await.expect("readable"), 6);
}

async fn the_desk_goes_on_where_what_was_made_up_ends(dialect: Dialect) {
    let (database, store) = made_up(dialect, &options(5)).await;
    let head = store.head().await.expect("readable");
    store.close().await;
    let process = Process::start(&database, &TestDatabase::clock()).await;
    assert_eq!(
        process.store.head().await.expect("readable"),
        head,
        "first start finds all that it would write"
    );
    let (_, email) = process.commands.first_administrator().await.expect("readable").expect("a sign-in");
    assert_eq!(email, "admin@localhost");
    let anonymous = Caller {
        actor: Actor::Anonymous,
        token_unknown: false,
        locale: None,
        correlation_id: Uuid::nil(),
        address: None,
    };
    let input =
        commands::SubmitInput { category_id: Some(domain::ids::CategoryId("other".into())), ..words() };
    let left = process.commands.submit_message(&anonymous, input).await.expect("a message is left");
    assert_eq!(left.receipt.position, head + 2 + 1);
    process.up_to_date().await;
    process.end().await;
}

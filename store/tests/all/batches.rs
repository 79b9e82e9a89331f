//! Batches: commands that meet on one stream, that fail beside others, that two processes decide at once.

use super::{append, plain, said, stream};
use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use store::{
    Append, AppendError, Dialect, Known, Loaded, LogFilter, NewEvent, Reservation, Store, StreamAppend,
    on_both_databases, testing::TestDatabase,
};

on_both_databases!(
    commands_that_meet_on_one_stream_follow_each_other,
    what_is_recalled_is_what_was_committed_last,
    a_decision_on_what_another_process_has_overtaken_is_a_conflict,
    a_stream_that_is_only_relied_on_has_to_stand,
    a_command_that_the_database_refuses_fails_alone,
    a_closed_store_takes_nothing_more_and_has_written_what_waited,
);

/// Counts its events.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Counter {
    events: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Counted {
    Counted { n: u32 },
}

impl DomainEvent for Counted {
    fn event_type(&self) -> String {
        "Counted".into()
    }
    fn event_version(&self) -> String {
        "1".into()
    }
}

impl Aggregate for Counter {
    const TYPE: &'static str = "Counter";
    type Command = ();
    type Event = Counted;
    type Error = std::fmt::Error;
    type Services = ();
    async fn handle(&mut self, (): (), (): &(), _: &EventSink<Self>) -> Result<(), std::fmt::Error> {
        Ok(())
    }
    fn apply(&mut self, Counted::Counted { .. }: Counted) {
        self.events += 1;
    }
}

/// The next event of a counter, as it was decided on this state.
fn count(id: &str, on: &Loaded<Counter>) -> StreamAppend {
    let event = Counted::Counted { n: on.aggregate.events + 1 };
    let mut then = (*on.aggregate).clone();
    then.apply(event.clone());
    StreamAppend {
        aggregate_type: Counter::TYPE,
        aggregate_id: id.to_owned(),
        after: on.stood,
        key: None,
        events: vec![NewEvent {
            event_type: "Counted".into(),
            event_version: "1".into(),
            payload: serde_json::to_value(event).expect("serialises"),
            by: None,
        }],
        then: Some(Known::of(&Arc::new(then))),
    }
}

async fn counted(store: &Store, id: &str) -> Vec<u64> {
    let events = store.read(&LogFilter::stream(Counter::TYPE, id), 0, 1_000).await.expect("readable");
    let number =
        |event: &store::RecordedEvent| event.payload().expect("JSON")["Counted"]["n"].as_u64().expect("n");
    events.iter().map(number).collect()
}

async fn commands_that_meet_on_one_stream_follow_each_other(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let callers = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            for _ in 0..25 {
                loop {
                    let loaded = store.recall::<Counter>("hot").await.expect("loads");
                    match store.append(append(vec![count("hot", &loaded)])).await {
                        Ok(_) => break,
                        // Somebody in this process put theirs in first, a moment ago: decide on that.
                        Err(AppendError::Conflict) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.expect("finishes");
    }
    // Each was decided on exactly what stood before it.
    assert_eq!(counted(&store, "hot").await, (1..=200).collect::<Vec<u64>>());
}

async fn what_is_recalled_is_what_was_committed_last(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let empty = store.recall::<Counter>("a").await.expect("loads");
    assert!(empty.fresh && empty.version() == 0);
    store.append(append(vec![count("a", &empty)])).await.expect("appended");
    let known = store.recall::<Counter>("a").await.expect("known");
    assert_eq!((known.fresh, known.version(), known.aggregate.events), (false, 1, 1));
    let loaded = store.load::<Counter>("a").await.expect("loads");
    assert!(loaded.fresh);
    assert_eq!((loaded.stood, loaded.aggregate.events), (known.stood, 1));
}

async fn a_decision_on_what_another_process_has_overtaken_is_a_conflict(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let (one, two) = (database.open(TestDatabase::clock()).await, database.open(TestDatabase::clock()).await);
    let on = one.load::<Counter>("a").await.expect("loads");
    one.append(append(vec![count("a", &on)])).await.expect("appended");
    let on_two = two.load::<Counter>("a").await.expect("loads");
    two.append(append(vec![count("a", &on_two)])).await.expect("appended");
    // This process still knows the first event only, and does not find out by looking.
    let stale = one.recall::<Counter>("a").await.expect("known");
    assert_eq!((stale.version(), stale.fresh), (1, false));
    let lost = one.append(append(vec![count("a", &stale)])).await;
    assert!(matches!(lost, Err(AppendError::Conflict)));
    // What was old is brought forward: the next decision is made on what is there, and a refusal still is not.
    let now = one.recall::<Counter>("a").await.expect("loads");
    assert_eq!((now.version(), now.aggregate.events, now.fresh), (2, 2, false));
    assert_eq!(now.stood, one.load::<Counter>("a").await.expect("loads").stood);
    one.append(append(vec![count("a", &now)])).await.expect("appended");
    assert_eq!(counted(&two, "a").await, [1, 2, 3]);
}

async fn a_stream_that_is_only_relied_on_has_to_stand(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let (one, two) = (database.open(TestDatabase::clock()).await, database.open(TestDatabase::clock()).await);
    let settings = one.load::<Counter>("settings").await.expect("loads");
    let relied_on =
        |on: &Loaded<Counter>| StreamAppend { events: vec![], then: None, ..count("settings", on) };
    let command = append(vec![relied_on(&settings), stream("a", 0, vec![said("甲")])]);
    one.append(command).await.expect("it stands where it stood");
    two.append(append(vec![count("settings", &settings)])).await.expect("revised");
    let command = append(vec![relied_on(&settings), stream("a", 1, vec![said("乙")])]);
    assert!(matches!(one.append(command).await, Err(AppendError::Conflict)));
    assert_eq!(one.head().await.expect("a head"), 2);
}

/// A command that is right but for a reservation whose kind the database refuses: a text with U+0000.
fn refused(id: &str) -> Append {
    let mut command = append(vec![stream(id, 0, vec![plain(json!({}))])]);
    let value = if id == "guilty" { "\0".to_owned() } else { id.to_owned() };
    command.reservations.push(Reservation { kind: "name", value, holder: id.into() });
    command
}

async fn a_command_that_the_database_refuses_fails_alone(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    if dialect == Dialect::Sqlite {
        // SQLite takes any text; here it is told not to.
        let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON reservations WHEN instr(new.value, char(0)) > 0 \
                      BEGIN SELECT RAISE(ABORT, 'no'); END";
        store.database().log.execute(refuse, &[]).await.expect("made");
    }
    let mut commands = Vec::new();
    for n in 0..40 {
        let id = if n == 20 { "guilty".to_owned() } else { format!("innocent-{n}") };
        let store = store.clone();
        commands.push(tokio::spawn(async move { (id.clone(), store.append(refused(&id)).await) }));
    }
    for command in commands {
        let (id, outcome) = command.await.expect("finishes");
        match id.as_str() {
            "guilty" => assert!(matches!(outcome, Err(AppendError::Store(_))), "{outcome:?}"),
            _ => assert!(outcome.is_ok(), "{id}: {outcome:?}"),
        }
    }
    assert_eq!(store.head().await.expect("a head"), 39, "and no hole");
}

async fn a_closed_store_takes_nothing_more_and_has_written_what_waited(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let waiting: Vec<_> = (0..50)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                store.append(append(vec![stream(&format!("s{n}"), 0, vec![said("甲")])])).await
            })
        })
        .collect();
    let mut acknowledged = 0;
    store.close().await;
    for command in waiting {
        acknowledged += i64::from(command.await.expect("finishes").is_ok());
    }
    let again = database.open(TestDatabase::clock()).await;
    assert_eq!(again.head().await.expect("a head"), acknowledged);
    let late = store.append(append(vec![stream("late", 0, vec![plain(json!({}))])])).await;
    assert!(matches!(late, Err(AppendError::Busy | AppendError::Store(_))), "{late:?}");
}

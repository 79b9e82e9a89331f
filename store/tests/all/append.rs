//! Appending.

use super::{append, plain, said, stream};
use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    AppendError, Appended, Dialect, Idempotency, LogFilter, Reservation, Store, on_both_databases,
    testing::TestDatabase,
};

on_both_databases!(
    positions_have_no_hole_however_many_append_at_once,
    the_loser_of_a_race_appends_nothing,
    several_streams_are_appended_all_or_nothing,
    an_idempotency_key_appends_once_and_answers_the_same,
    an_idempotency_key_with_other_input_is_refused,
    a_reserved_value_has_one_holder,
    recorded_times_rise_with_the_position_even_when_the_clock_stands_still,
    the_bytes_of_a_payload_are_kept,
    the_crates_repository_loads_what_we_appended,
);

async fn all(store: &Store) -> Vec<store::RecordedEvent> {
    store.read(&LogFilter::default(), 0, 1_000).await.expect("readable")
}

async fn positions_have_no_hole_however_many_append_at_once(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let writers = (0..8).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for turn in 0..10 {
                // Half of them contend for one stream and may lose; nothing that is lost leaves a hole.
                let id = if writer % 2 == 0 { "shared".to_owned() } else { format!("own-{writer}") };
                let _ = store.append(append(vec![stream(&id, turn * 2, vec![said("一"), said("二")])])).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("finishes");
    }
    let events = all(&store).await;
    assert!(events.len() >= 4 * 10 * 2);
    let positions: Vec<i64> = events.iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..).take(events.len()).collect::<Vec<i64>>());
    assert_eq!(store.head().await.expect("a head"), events.last().expect("events").position);
}

async fn the_loser_of_a_race_appends_nothing(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let racers: Vec<_> = (0..10)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.append(append(vec![stream("a", 0, vec![said("我先")])])).await })
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        match racer.await.expect("finishes") {
            Ok(_) => won += 1,
            Err(AppendError::Conflict) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((won, all(&store).await.len()), (1, 1));
}

async fn several_streams_are_appended_all_or_nothing(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    store.append(append(vec![stream("taken", 0, vec![said("在")])])).await.expect("appended");
    let both = append(vec![stream("fresh", 0, vec![said("新")]), stream("taken", 0, vec![said("旧")])]);
    assert!(matches!(store.append(both).await, Err(AppendError::Conflict)));
    assert_eq!(all(&store).await.len(), 1);
    let both = append(vec![stream("fresh", 0, vec![said("新")]), stream("taken", 1, vec![said("旧")])]);
    let receipt = store.append(both).await.expect("appended").receipt();
    assert_eq!((receipt.id.as_str(), receipt.version, receipt.position), ("taken", 2, 3));
}

/// So many append the same at once.
const CALLERS: usize = 20;

fn keyed(input: u8) -> store::Append {
    let mut command = append(vec![stream("once", 0, vec![said("一次")])]);
    command.idempotency = Some(Idempotency { scope: [1; 32], input: [input; 32] });
    command
}

async fn an_idempotency_key_appends_once_and_answers_the_same(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.append(keyed(1)).await })
        })
        .collect();
    let mut answers = Vec::new();
    for caller in callers {
        match caller.await.expect("finishes") {
            Ok(appended) => answers.push(appended),
            // Another one waits to be written already; once it is, whoever asks again gets its receipt, or meets one more.
            Err(AppendError::Conflict) => answers.push(answered(&store).await),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Appended::Now(_))).count(), 1);
    let receipts: Vec<_> = answers.into_iter().map(Appended::receipt).collect();
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
    assert_eq!(all(&store).await.len(), 1);
}

/// Each time it meets another caller's command, and there are as many as there are.
async fn answered(store: &Store) -> Appended {
    for _ in 0..CALLERS {
        store.load::<Test>("once").await.expect("settled");
        match store.append(keyed(1)).await {
            Err(AppendError::Conflict) => {}
            appended => return appended.expect("answered"),
        }
    }
    panic!("it met more commands than were given");
}

async fn an_idempotency_key_with_other_input_is_refused(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    store.append(keyed(1)).await.expect("appended");
    assert!(matches!(store.append(keyed(2)).await, Err(AppendError::KeyReused)));
}

async fn a_reserved_value_has_one_holder(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let reserving = |id: &str| {
        let mut command = append(vec![stream(id, 0, vec![said("号")])]);
        let reservation = Reservation { kind: "reference", value: "LW-000000".into(), holder: id.into() };
        command.reservations.push(reservation);
        command
    };
    store.append(reserving("first")).await.expect("appended");
    let second = store.append(reserving("second")).await;
    assert!(matches!(second, Err(AppendError::Taken { kind: "reference" })));
    assert_eq!(all(&store).await.len(), 1);
}

async fn recorded_times_rise_with_the_position_even_when_the_clock_stands_still(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    for after in [0, 2, 4] {
        store.append(append(vec![stream("a", after, vec![said("甲"), said("乙")])])).await.expect("appended");
    }
    let times: Vec<_> = all(&store).await.iter().map(|event| event.recorded_at).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
}

async fn the_bytes_of_a_payload_are_kept(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    // `jsonb` would sort these keys by length, fold the number, and drop the spaces within nothing.
    let payload = json!({"Plain": {"zz": 1.50, "a": "\u{1F389}\t中", "bbb": [1, 2]}});
    let command = append(vec![stream("a", 0, vec![plain(payload.clone())])]);
    store.append(command).await.expect("appended");
    let row = store.database().log.row("SELECT payload FROM events", &[]).await.expect("readable");
    assert_eq!(row.expect("a row").text("payload").expect("text"), payload.to_string());
}

/// Counts what was said; knows no word of it.
#[derive(Default, Serialize, Deserialize)]
struct Test {
    said: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum TestEvent {
    Said { count: u32, words: serde_json::Value },
}

impl DomainEvent for TestEvent {
    fn event_type(&self) -> String {
        "Said".into()
    }
    fn event_version(&self) -> String {
        "1".into()
    }
}

impl Aggregate for Test {
    const TYPE: &'static str = "Test";
    type Command = ();
    type Event = TestEvent;
    type Error = std::fmt::Error;
    type Services = ();
    async fn handle(&mut self, (): (), (): &(), _: &EventSink<Self>) -> Result<(), std::fmt::Error> {
        Ok(())
    }
    fn apply(&mut self, TestEvent::Said { count, .. }: TestEvent) {
        self.said += count;
    }
}

async fn the_crates_repository_loads_what_we_appended(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let empty = store.load::<Test>("a").await.expect("loads");
    assert_eq!((empty.version(), empty.aggregate.said), (0, 0));
    store.append(append(vec![stream("a", 0, vec![said("甲"), said("乙")])])).await.expect("appended");
    let loaded = store.load::<Test>("a").await.expect("loads");
    assert_eq!((loaded.version(), loaded.aggregate.said), (2, 2));
}

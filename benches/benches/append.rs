//! Leaving a message with everything on (authorisation, validation, sealing, idempotency rows, two streams) against
//! the event sourcing crates as they come (one stream, in the clear), on the same database in the same run; on SQLite
//! through the same one writer, on PostgreSQL as `cargo xtask` starts it (without fsync: it is work that is compared).
//!
//! `cargo bench -p benches`; PostgreSQL's server is named by `LEAVEWORD_TEST_POSTGRES_URL`.
#![expect(clippy::print_stdout, reason = "a benchmark answers by printing")]

use commands::{Caller, Commands, SubmitInput};
use cqrs_es::{CqrsFramework, persist::PersistedEventStore};
use domain::{
    actor::Actor,
    contact::Contact,
    ids::VisitorId,
    message::{FormRules, Message, MessageCommand, SubmitMessage},
    reference::Reference,
    text::{Name, Words},
};
use postgres_es::PostgresEventRepository;
use sqlite_es::SqliteEventRepository;
use std::{sync::Arc, time::Instant};
use store::{Clock, Dialect, Side, Store, random, testing::TestDatabase};
use uuid::Uuid;

const MESSAGES: usize = 2_000;
const WORDS: &str = "请问我的订单什么时候发货？";

#[tokio::main]
async fn main() {
    println!(
        "{:<11} {:>7} {:>13} {:>13} {:>6}",
        "database", "callers", "as they come", "with all on", "ratio"
    );
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let database = TestDatabase::new(dialect).await;
        let store = database.open(Clock::system()).await;
        let commands = Commands::new(store.clone());
        commands.first_start().await.expect("opens");
        let plain = Arc::new(Plain::new(&store).await);
        for callers in [1, 16] {
            let peer = per_second(callers, || {
                let plain = plain.clone();
                async move { plain.submit().await }
            });
            let peer = peer.await;
            let ours = per_second(callers, || {
                let commands = commands.clone();
                async move { submit(&commands).await }
            });
            let ours = ours.await;
            let dialect = format!("{dialect:?}");
            println!("{dialect:<11} {callers:>7} {peer:>11.0}/s {ours:>11.0}/s {:>6.2}", ours / peer);
        }
    }
}

/// Messages per second with so many callers at once.
async fn per_second<F: Future<Output = ()> + Send + 'static>(callers: usize, one: impl Fn() -> F) -> f64 {
    let started = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..callers {
        let turns: Vec<F> = (0..MESSAGES / callers).map(|_| one()).collect();
        tasks.push(tokio::spawn(async move {
            for turn in turns {
                turn.await;
            }
        }));
    }
    for task in tasks {
        task.await.expect("finishes");
    }
    let done = u32::try_from(MESSAGES / callers * callers).unwrap_or(u32::MAX);
    f64::from(done) / started.elapsed().as_secs_f64()
}

async fn submit(commands: &Commands) {
    let caller =
        Caller { actor: Actor::Anonymous, token_unknown: false, locale: None, correlation_id: Uuid::nil() };
    let input = SubmitInput {
        name: Name::parse("李雷").ok(),
        contact: "13800138000".into(),
        content: Words::parse(WORDS).expect("words"),
        category_id: None,
        related_to: None,
        locale: None,
        page_url: None,
        idempotency_key: Some(format!("{:032x}", u128::from_be_bytes(random::bytes()))),
    };
    commands.submit_message(&caller, input).await.expect("submitted");
}

/// The crates as they come, on a plain table of their own beside ours.
enum Plain {
    Postgres(CqrsFramework<Message, PersistedEventStore<PostgresEventRepository, Message>>),
    Sqlite(CqrsFramework<Message, PersistedEventStore<SqliteEventRepository, Message>>),
}

impl Plain {
    async fn new(store: &Store) -> Self {
        let log = &store.database().log;
        let json = if matches!(log, Side::Postgres(_)) { "json" } else { "text" };
        let table = format!(
            "CREATE TABLE plain (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint NOT NULL, \
             event_type text NOT NULL, event_version text NOT NULL, payload {json} NOT NULL, \
             metadata {json} NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence))"
        );
        log.execute(&table, &[]).await.expect("a plain table");
        match log.clone() {
            Side::Postgres(pool) => {
                let repository = PostgresEventRepository::new(pool).with_tables("plain", "none");
                Self::Postgres(CqrsFramework::new(
                    PersistedEventStore::new_event_store(repository),
                    vec![],
                    (),
                ))
            }
            Side::Sqlite { writer, .. } => {
                let repository = SqliteEventRepository::new(writer).with_tables("plain", "none");
                Self::Sqlite(CqrsFramework::new(PersistedEventStore::new_event_store(repository), vec![], ()))
            }
        }
    }

    async fn submit(&self) {
        let id = random::uuid(Clock::system().now()).to_string();
        let command = MessageCommand::Submit(Box::new(SubmitMessage {
            at: Clock::system().now(),
            visitor_id: VisitorId(Uuid::nil()),
            reference: Reference::from_random(random::bytes()),
            name: Name::parse("李雷").ok(),
            contact: Contact::parse("13800138000", "CN").expect("a phone number"),
            content: Words::parse(WORDS).expect("words"),
            category_id: None,
            related_to: None,
            locale: None,
            page_url: None,
            form: FormRules::default(),
        }));
        let done = match self {
            Self::Postgres(framework) => framework.execute(&id, command).await,
            Self::Sqlite(framework) => framework.execute(&id, command).await,
        };
        done.expect("submitted");
    }
}

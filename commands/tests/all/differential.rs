//! The same random commands through the event sourcing crates' framework and through our store: both accept and refuse
//! the same, and each loads what the other wrote.

use cqrs_es::{
    Aggregate, CqrsFramework, EventEnvelope,
    persist::{PersistedEventRepository, PersistedEventStore},
};
use domain::{
    contact::Contact,
    decide::Decide,
    ids::{MemberId, ReplyId, VisitorId},
    message::{
        ClaimMessage, FormRules, Message, MessageCommand, ReplyToMessage, Step, StepKind, SubmitMessage,
    },
    reference::Reference,
    text::{Name, ReplyText, Words},
};
use postgres_es::PostgresEventRepository;
use sqlite_es::SqliteEventRepository;
use std::{collections::BTreeMap, sync::Arc};
use store::{
    Append, Clock, Dialect, Known, NewEvent, Side, Store, StreamAppend, StreamKey, on_both_databases, random,
    testing::TestDatabase,
};
use uuid::Uuid;

on_both_databases!(both_paths_decide_alike_and_load_what_the_other_wrote);

const ROUNDS: usize = 12;
const COMMANDS: usize = 12;

/// The crates' side, on a plain table of its own: our columns have no defaults.
enum Crates {
    Postgres(CqrsFramework<Message, PersistedEventStore<PostgresEventRepository, Message>>),
    Sqlite(CqrsFramework<Message, PersistedEventStore<SqliteEventRepository, Message>>),
}

impl Crates {
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
                let store = PersistedEventStore::new_event_store(repository);
                Self::Postgres(CqrsFramework::new(store, vec![], ()))
            }
            Side::Sqlite { writer, .. } => {
                let repository = SqliteEventRepository::new(writer).with_tables("plain", "none");
                let store = PersistedEventStore::new_event_store(repository);
                Self::Sqlite(CqrsFramework::new(store, vec![], ()))
            }
        }
    }

    async fn accepts(&self, id: &str, command: MessageCommand) -> bool {
        match self {
            Self::Postgres(framework) => framework.execute(id, command).await.is_ok(),
            Self::Sqlite(framework) => framework.execute(id, command).await.is_ok(),
        }
    }
}

/// What the crates' repositories read from our own table.
async fn loaded_by_the_crates(store: &Store, id: &str) -> Message {
    let events = match &store.database().log {
        Side::Postgres(pool) => PostgresEventRepository::new(pool.clone()).get_events::<Message>(id).await,
        Side::Sqlite { readers, .. } => {
            SqliteEventRepository::new(readers.clone()).get_events::<Message>(id).await
        }
    };
    let mut message = Message::default();
    for event in events.expect("the crates read our table") {
        message.apply(EventEnvelope::<Message>::try_from(event).expect("and our events").payload);
    }
    message
}

/// Our side: recall, decide, append, as a command does it.
async fn we_accept(store: &Store, id: &str, command: MessageCommand) -> bool {
    let loaded = store.recall::<Message>(id).await.expect("loads");
    let Ok(decided) = loaded.aggregate.decide(command) else { return false };
    let mut then = (*loaded.aggregate).clone();
    let mut events = Vec::new();
    for event in decided {
        let payload = serde_json::to_value(&event).expect("serialises");
        let (event_type, event_version) =
            (cqrs_es::DomainEvent::event_type(&event), cqrs_es::DomainEvent::event_version(&event));
        events.push(NewEvent { event_type, event_version, payload, by: None });
        then.apply(event);
    }
    let stream = StreamAppend {
        aggregate_type: Message::TYPE,
        aggregate_id: id.to_owned(),
        after: loaded.stood,
        key: Some(StreamKey { id: format!("message/{id}"), parent: None }),
        events,
        then: Some(Known::of(&Arc::new(then))),
    };
    let metadata = BTreeMap::from([("actor".to_owned(), "system:test".to_owned())]);
    let (reservations, credentials, idempotency) = (vec![], vec![], None);
    let append = Append { streams: vec![stream], metadata, reservations, credentials, idempotency };
    store.append(append).await.expect("appended");
    true
}

/// A command that may or may not be refused where it comes.
fn drawn(clock: &Clock) -> MessageCommand {
    let at = clock.now();
    let [kind, member] = random::bytes::<2>();
    let author = MemberId(Uuid::from_u128(u128::from(member % 3)));
    match kind % 6 {
        0 => MessageCommand::Submit(Box::new(submission(clock))),
        1 | 2 => MessageCommand::Reply(ReplyToMessage {
            at,
            reply_id: ReplyId(random::uuid(at)),
            author,
            content: ReplyText::parse("This afternoon.").expect("words"),
            images: vec![],
            files: vec![],
        }),
        3 => MessageCommand::Step(Step { at, kind: StepKind::Close, reason: None }),
        4 => MessageCommand::Step(Step { at, kind: StepKind::Reopen, reason: None }),
        _ => MessageCommand::Claim(ClaimMessage { at, member: author, reason: None }),
    }
}

fn submission(clock: &Clock) -> SubmitMessage {
    // Words of its own: the crates write them in the clear, and another test looks for its words on the same disk.
    SubmitMessage {
        at: clock.now(),
        visitor_id: VisitorId(Uuid::from_u128(1)),
        reference: Reference::from_random([1; 6]),
        name: Name::parse("Anna").ok(),
        contact: Contact::parse("anna@example.org", "CN").expect("an address"),
        content: Words::parse("When will it be sent?").expect("words"),
        images: vec![],
        files: vec![],
        category_id: None,
        related_to: None,
        locale: None,
        page_url: None,
        answers: vec![],
        privacy_notice: None,
        form: FormRules::default(),
        suspicion: None,
    }
}

async fn both_paths_decide_alike_and_load_what_the_other_wrote(dialect: Dialect) {
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    let store = database.open(clock.clone()).await;
    let crates = Crates::new(&store).await;
    for _ in 0..ROUNDS {
        let id = random::uuid(clock.now()).to_string();
        let mut accepted = 0;
        let first = MessageCommand::Submit(Box::new(submission(&clock)));
        for command in std::iter::once(first).chain((0..COMMANDS).map(|_| drawn(&clock))) {
            let (theirs, ours) =
                (crates.accepts(&id, command.clone()).await, we_accept(&store, &id, command.clone()).await);
            assert_eq!(theirs, ours, "{command:?}");
            accepted += i64::from(ours);
            clock.advance(std::time::Duration::from_secs(60));
        }
        let ours = store.load::<Message>(&id).await.expect("we load ours");
        assert_eq!(ours.version(), accepted);
        assert_eq!(loaded_by_the_crates(&store, &id).await, *ours.aggregate, "they load ours");
        let theirs = store.load_from::<Message>("plain", &id).await.expect("we load theirs");
        assert_eq!(theirs, ((*ours.aggregate).clone(), accepted));
    }
}

//! cqrs-es as it comes: `CqrsFramework` in event-store mode without queries, one stream a command, in the clear.

use crate::{
    measure::{Answer, Side},
    workload::Turn,
};
use benches::streams::{self, NAME, WORDS};
use cqrs_es::{
    AggregateError, CqrsFramework, DomainEvent,
    persist::{PersistedEventRepository, PersistedEventStore},
};
use domain::{
    ids::ReplyId,
    message::{FormRules, Message, MessageCommand, ReplyToMessage, SubmitMessage},
    reference::Reference,
    text::{Name, ReplyText, Words},
};
use store::{Clock, Store, random};

/// The crates' table as it is; `json` is the type of its JSON columns.
pub(crate) fn table(json: &str) -> String {
    format!(
        "CREATE TABLE plain (aggregate_type text NOT NULL, aggregate_id text NOT NULL, \
         sequence bigint NOT NULL CHECK (sequence >= 0), event_type text NOT NULL, event_version text NOT NULL, \
         payload {json} NOT NULL, metadata {json} NOT NULL, \
         PRIMARY KEY (aggregate_type, aggregate_id, sequence))"
    )
}

/// A row of that table: id, sequence, type, version, payload.
pub(crate) type Row = (String, i64, String, String, String);

/// The same streams that ours begins with, as the framework would have written them.
pub(crate) fn rows(store: &Store, existing: usize) -> impl Iterator<Item = Row> {
    crate::ours::plans(existing).flat_map(move |plan| {
        let id = streams::message_id(plan.message).to_string();
        let row = move |(sequence, event): (i64, domain::message::MessageEvent)| {
            let payload = serde_json::to_string(&event).expect("an event is JSON");
            (id.clone(), sequence, event.event_type(), event.event_version(), payload)
        };
        (1..).zip(plan.events(store)).map(row)
    })
}

/// The framework over one of the two repositories.
pub(crate) struct Framework<R: PersistedEventRepository> {
    cqrs: CqrsFramework<Message, PersistedEventStore<R, Message>>,
    clock: Clock,
}

impl<R: PersistedEventRepository> Framework<R> {
    pub(crate) fn new(repository: R) -> Self {
        let cqrs = CqrsFramework::new(PersistedEventStore::new_event_store(repository), vec![], ());
        Self { cqrs, clock: Clock::system() }
    }
}

/// A command to the aggregate, and to which.
pub(crate) fn command(clock: &Clock, turn: Turn, caller: usize) -> (String, MessageCommand) {
    let at = clock.now();
    match turn {
        Turn::New => {
            let submit = SubmitMessage {
                at,
                visitor_id: streams::visitor_id(caller),
                reference: Reference::from_random(random::bytes()),
                name: Name::parse(NAME).ok(),
                contact: streams::contact(),
                content: Words::parse(WORDS).expect("words"),
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
            };
            (random::uuid(at).to_string(), MessageCommand::Submit(Box::new(submit)))
        }
        Turn::Existing(message) => {
            let reply = ReplyToMessage {
                at,
                reply_id: ReplyId(random::uuid(at)),
                author: streams::member_id(caller),
                content: ReplyText::parse(WORDS).expect("words"),
                images: vec![],
                files: vec![],
            };
            (streams::message_id(message).to_string(), MessageCommand::Reply(reply))
        }
    }
}

impl<R: PersistedEventRepository + 'static> Side for Framework<R> {
    async fn take(&self, turn: Turn, caller: usize) -> Answer {
        let (id, command) = command(&self.clock, turn, caller);
        match self.cqrs.execute(&id, command).await {
            Ok(()) => Answer::Done,
            Err(AggregateError::AggregateConflict) => Answer::Again,
            Err(other) => Answer::Failed(other.to_string()),
        }
    }
}

//! Erasing while everybody works: exactly once, whoever dies, and nobody slips through.

use super::{Process, caller, member, visitor, words};
use commands::{CommandError, EraseInput, MessagesOf};
use domain::{
    access::Role,
    actor::Actor,
    ids::{MessageId, VisitorId},
    text::Reason,
    visitor::VisitorError,
};
use std::{collections::BTreeMap, sync::Arc};
use store::{
    BoxFuture, Destroyer, Dialect, LogFilter, RecordedEvent, StoreError, on_both_databases,
    testing::{TestDatabase, soon},
};
use tokio::{sync::Barrier, task::JoinSet};
use tokio_util::sync::CancellationToken;

on_both_databases!(
    a_message_that_is_submitted_at_that_moment_goes_with_its_visitor_or_is_refused,
    two_processes_tell_each_message_once_and_name_the_cause,
    what_a_process_that_died_had_begun_the_next_one_ends,
);

impl Process {
    fn destroy(&self, stop: &CancellationToken) -> Destroyer {
        let views = self.views.clone();
        let messages_of = move |page: MessagesOf| {
            let views = views.clone();
            async move { views.messages_of(page.visitor_id, page.as_of, page.after, page.limit).await }
        };
        self.commands.destroy_keys(messages_of, self.forgotten(), stop)
    }

    fn forgotten(&self) -> impl Fn(i64) -> BoxFuture<'static, Result<bool, StoreError>> + Clone + use<> {
        let views = self.views.clone();
        move |position| {
            let views = views.clone();
            Box::pin(async move { views.forgotten(position).await })
        }
    }

    async fn erase(&self, visitor_id: VisitorId) -> Result<commands::Erasure, CommandError> {
        let reason = Reason::parse("by request").expect("a reason");
        let admin = caller(Actor::Member { id: member(1), grants: Role::Admin.grants() });
        self.commands.erase_visitor(&admin, EraseInput { visitor_id, reason, idempotency_key: None }).await
    }

    async fn events(&self, event_type: &str) -> Vec<RecordedEvent> {
        let filter = LogFilter { types: vec![event_type.to_owned()], ..LogFilter::default() };
        self.store.read(&filter, 0, 10_000).await.expect("readable")
    }

    /// How often each message was told.
    async fn told(&self) -> BTreeMap<String, usize> {
        let mut told = BTreeMap::new();
        for event in self.events("MessageErased").await {
            *told.entry(event.aggregate_id).or_default() += 1;
        }
        told
    }

    /// A visitor with so many messages.
    async fn visitor_with(&self, messages: usize) -> (VisitorId, Vec<MessageId>) {
        let first = self.commands.submit_message(&caller(Actor::Anonymous), words()).await.expect("left");
        let mut ids = vec![first.receipt.id.parse().expect("an id")];
        for _ in 1..messages {
            let next = self.commands.submit_message(&visitor(first.visitor_id), words()).await.expect("left");
            ids.push(next.receipt.id.parse().expect("an id"));
        }
        (first.visitor_id, ids)
    }

    /// Is nothing that was ever said in any of these messages readable?
    async fn nothing_opens(&self) -> bool {
        let mut payloads: Vec<_> = self
            .events("MessageSubmitted")
            .await
            .iter()
            .map(|event| event.payload().expect("JSON"))
            .collect();
        self.store
            .open_personal(&mut payloads.iter_mut().collect::<Vec<_>>())
            .await
            .expect("opens, or is erased");
        payloads.iter().all(|payload| payload["MessageSubmitted"]["content"]["$personal"] == "erased")
    }
}

async fn a_message_that_is_submitted_at_that_moment_goes_with_its_visitor_or_is_refused(dialect: Dialect) {
    const SUBMITTING: usize = 48;
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    let (process, other) = (Process::start(&database, &clock).await, Process::start(&database, &clock).await);
    let stop = CancellationToken::new();
    let destroyer = process.destroy(&stop);
    let (visitor_id, _) = process.visitor_with(1).await;
    let together = Arc::new(Barrier::new(SUBMITTING + 1));
    let mut submitting = JoinSet::new();
    for number in 0..SUBMITTING {
        let (process, together) =
            (if number % 2 == 0 { process.clone() } else { other.clone() }, together.clone());
        submitting.spawn(async move {
            together.wait().await;
            process.commands.submit_message(&visitor(visitor_id), words()).await
        });
    }
    together.wait().await;
    process.erase(visitor_id).await.expect("erased");
    let mut left = 1;
    while let Some(outcome) = submitting.join_next().await {
        match outcome.expect("ends") {
            Ok(_) => left += 1,
            Err(CommandError::Visitor(VisitorError::Erased) | CommandError::Erased) => {}
            Err(error) => panic!("{error}"),
        }
    }
    soon("each was told", || async { process.told().await.len() == left }).await;
    assert_eq!(process.events("MessageSubmitted").await.len(), left);
    assert!(process.told().await.values().all(|times| *times == 1));
    assert!(process.nothing_opens().await);
    stop.cancel();
    destroyer.ended().await;
    process.end().await;
    other.end().await;
}

async fn two_processes_tell_each_message_once_and_name_the_cause(dialect: Dialect) {
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    let (process, other) = (Process::start(&database, &clock).await, Process::start(&database, &clock).await);
    let stop = CancellationToken::new();
    let destroyers = [process.destroy(&stop), other.destroy(&stop)];
    let (visitor_id, messages) = process.visitor_with(100).await;
    let (_, kept) = process.visitor_with(1).await;
    let erasure = process.erase(visitor_id).await.expect("erased");
    soon("each was told", || async { process.told().await.len() == messages.len() }).await;
    soon("both have done with it", || async {
        destroyers.iter().all(|destroyer| destroyer.status().position >= erasure.receipt.position)
    })
    .await;
    let expected: BTreeMap<String, usize> = messages.iter().map(|id| (id.to_string(), 1)).collect();
    assert_eq!(process.told().await, expected);
    assert!(!expected.contains_key(&kept[0].to_string()));
    let cause = process.events("VisitorErased").await[0].event_id.to_string();
    for event in process.events("MessageErased").await {
        let metadata = event.metadata().expect("readable");
        assert_eq!(
            (&metadata["actor"], &metadata["causationId"]),
            (&"system:visitor-erased".to_owned(), &cause)
        );
    }
    stop.cancel();
    for destroyer in destroyers {
        destroyer.ended().await;
    }
    process.end().await;
    other.end().await;
}

async fn what_a_process_that_died_had_begun_the_next_one_ends(dialect: Dialect) {
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    let process = Process::start(&database, &clock).await;
    let (visitor_id, messages) = process.visitor_with(70).await;
    // It knows of one page of messages, and then never again of any.
    let stop = CancellationToken::new();
    let views = process.views.clone();
    let messages_of = move |page: MessagesOf| {
        let views = views.clone();
        async move {
            match page.after {
                None => views.messages_of(page.visitor_id, page.as_of, None, page.limit).await,
                Some(_) => Ok(None),
            }
        }
    };
    let destroyer = process.commands.destroy_keys(messages_of, process.forgotten(), &stop);
    let erasure = process.erase(visitor_id).await.expect("erased");
    assert!(!erasure.done, "the answer says that something is left to do");
    soon("it has begun", || async { process.told().await.len() == 64 }).await;
    assert!(process.nothing_opens().await, "the keys go first");
    stop.cancel();
    destroyer.ended().await;
    process.end().await;
    let next = Process::start(&database, &clock).await;
    let stop = CancellationToken::new();
    let destroyer = next.destroy(&stop);
    soon("the rest was told", || async { next.told().await.len() == messages.len() }).await;
    assert!(next.told().await.values().all(|times| *times == 1));
    stop.cancel();
    destroyer.ended().await;
    next.end().await;
}

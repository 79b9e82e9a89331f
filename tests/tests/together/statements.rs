//! How many statements an answer takes: as many for twenty messages as for three, however many neighbours each has.

use super::{Process, agent, caller, reply, visitor, words, work};
use commands::SubmitInput;
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::MessageId,
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use store::{Dialect, testing::TestDatabase};
use tracing::{
    Event, Metadata, Subscriber,
    span::{Attributes, Id, Record},
    subscriber::set_default,
};

/// Counts what sqlx tells of each statement that it sends, on this thread.
#[derive(Clone, Default)]
struct Statements(Arc<AtomicUsize>);

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

const PAGE: &str = "{ messages(first: FIRST) { totalCount edges { node { \
    id reference status category { name } tags rating { rating } \
    visitor { name contact { value } messageCount } \
    assignee { name teams { name } presence } team { name } followUp { by { name } } \
    relatedTo { reference assignee { name } } relatedFrom { reference visitor { messageCount } } \
    entries { __typename ... on VisitorWords { content } ... on Reply { content author { name } } } \
    } } } messageCounts { open mine } }";

/// PostgreSQL alone: SQLite's statements are sent from threads of sqlx's own. What is asked is the same.
#[tokio::test]
async fn a_page_with_all_its_neighbours_takes_as_many_statements_for_twenty_messages_as_for_three() {
    let database = TestDatabase::new(Dialect::Postgres).await;
    let process = Process::start(&database, &TestDatabase::clock()).await;
    let mut related: Option<(MessageId, domain::ids::VisitorId)> = None;
    for number in 0..20_u128 {
        // Every other one belongs to the one before it, and is its visitor's.
        let (by, related_to) = match related.take() {
            Some((id, of)) => (visitor(of), Some(id)),
            None => (caller(Actor::Anonymous), None),
        };
        let input = SubmitInput { related_to, ..words() };
        let left = process.commands.submit_message(&by, input).await.expect("submitted");
        let id: MessageId = left.receipt.id.parse().expect("an id");
        if related_to.is_none() {
            related = Some((id, left.visitor_id));
        }
        let somebody = agent(1 + number % 4);
        process.commands.claim_message(&somebody, work(id)).await.expect("claimed");
        process.commands.reply_to_message(&somebody, reply(id)).await.expect("replied");
    }
    process.up_to_date().await;
    process.stop.cancel();
    process.views.ended().await;
    let schema = graphql::schema(process.commands.clone(), process.views.clone(), graphql::Links::default());
    let statements = Statements::default();
    let _counted = set_default(statements.clone());
    let mut taken = Vec::new();
    for first in [3, 20, 3, 20] {
        let lead = caller(Actor::Member { id: super::member(9), role: Role::Lead });
        let request = async_graphql::Request::new(PAGE.replace("FIRST", &first.to_string()));
        let request = request.data(graphql::Request::new(lead, None, Reach::Desk));
        let before = statements.0.load(Ordering::SeqCst);
        let response = graphql::execute(&schema, request).await;
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        let edges = response.data.into_json().expect("JSON")["messages"]["edges"].as_array().map(Vec::len);
        assert_eq!(edges, Some(first));
        taken.push(statements.0.load(Ordering::SeqCst) - before);
    }
    assert_eq!(taken[2], taken[3], "{taken:?}");
    assert!((5..=25).contains(&taken[3]), "{taken:?}");
    process.store.close().await;
}

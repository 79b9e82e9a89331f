//! The public contract: queries, mutations and subscriptions over the commands and the views.
//!
//! Knows async-graphql, the shapes of the API, and how refusals are told to people. Must not know HTTP or SQL.

mod caller;
mod check;
mod execute;
mod fault;
mod language;
mod live;
mod mutation;
mod neighbours;
mod page;
mod query;
mod refusal;
mod scalar;
mod shape;
mod story;
mod subscribe;
mod subscription;
mod ticks;

pub use caller::{Links, Request};
pub use execute::{Executed, execute};
pub use language::Language;
pub use refusal::{Refused, refused};
pub use story::Story;
pub use subscribe::{Subscribed, Told, subscribe};

use async_graphql::SchemaBuilder;
use commands::Commands;
use projections::{Projections, notifications::Notifier};
use std::sync::LazyLock;

/// The schema, ready to be asked.
pub type Schema = async_graphql::Schema<query::Query, mutation::Mutation, subscription::Subscription>;

/// The schema over these commands and views. How much a document may ask for is `check.rs`.
pub fn schema(commands: Commands, projections: Projections, notifier: Notifier, links: Links) -> Schema {
    LazyLock::force(&shape::SHAPE);
    limited(commands, projections, notifier, links).finish()
}

/// The same, to be subscribed to: each change is answered by whoever holds the token then. Apart from the other, for whatever
/// extends the library is asked at every field.
pub fn live_schema(commands: Commands, projections: Projections, notifier: Notifier, links: Links) -> Schema {
    limited(commands, projections, notifier, links).extension(live::EachAnew).finish()
}

/// The schema as text (SDL), as it is committed in `graphql/schema.graphql`.
pub fn sdl() -> String {
    builder().finish().sdl()
}

fn limited(
    commands: Commands,
    projections: Projections,
    notifier: Notifier,
    links: Links,
) -> SchemaBuilder<query::Query, mutation::Mutation, subscription::Subscription> {
    builder()
        .data(commands)
        .data(projections)
        .data(notifier)
        .data(links)
        .limit_directives(4)
        .disable_suggestions()
}

fn builder() -> SchemaBuilder<query::Query, mutation::Mutation, subscription::Subscription> {
    Schema::build(query::Query::default(), mutation::Mutation::default(), subscription::Subscription)
}

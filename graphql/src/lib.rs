//! The public contract: queries and mutations over the commands and the views.
//!
//! Knows async-graphql, the shapes of the API, and how refusals are told to people. Must not know HTTP or SQL.

mod caller;
mod check;
mod execute;
mod fault;
mod language;
mod mutation;
mod neighbours;
mod page;
mod query;
mod refusal;
mod scalar;
mod shape;
mod story;
mod ticks;

pub use caller::{Links, Request};
pub use execute::{Executed, execute};
pub use language::Language;
pub use story::Story;

use async_graphql::{EmptySubscription, SchemaBuilder};
use commands::Commands;
use projections::Projections;
use std::sync::LazyLock;

/// The schema, ready to be asked.
pub type Schema = async_graphql::Schema<query::Query, mutation::Mutation, EmptySubscription>;

/// The schema over these commands and views. How much a document may ask for is `check.rs`.
pub fn schema(commands: Commands, projections: Projections, links: Links) -> Schema {
    LazyLock::force(&shape::SHAPE);
    builder().data(commands).data(projections).data(links).limit_directives(4).disable_suggestions().finish()
}

/// The schema as text (SDL), as it is committed in `graphql/schema.graphql`.
pub fn sdl() -> String {
    builder().finish().sdl()
}

fn builder() -> SchemaBuilder<query::Query, mutation::Mutation, EmptySubscription> {
    Schema::build(query::Query::default(), mutation::Mutation::default(), EmptySubscription)
}

//! What can be asked to happen.

mod message;
mod people;

use async_graphql::MergedObject;

/// Every mutation.
#[derive(Default, MergedObject)]
pub struct Mutation(message::MessageMutation, people::PeopleMutation);

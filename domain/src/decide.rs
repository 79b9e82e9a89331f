//! The shape that every aggregate has: decide is pure, apply only assigns.

use cqrs_es::{Aggregate, event_sink::EventSink};

/// An aggregate whose decisions need nothing but its state and the command.
pub trait Decide: Aggregate {
    /// What follows from the command: events, or the refusal.
    fn decide(&self, command: Self::Command) -> Result<Vec<Self::Event>, Self::Error>;
}

/// `cqrs_es::Aggregate::handle` for an aggregate that decides: what was decided goes to the sink, in order.
pub async fn handle<A>(aggregate: &mut A, command: A::Command, sink: &EventSink<A>) -> Result<(), A::Error>
where
    A: Decide,
{
    let events = aggregate.decide(command)?;
    for event in events {
        sink.write(event, aggregate).await;
    }
    Ok(())
}

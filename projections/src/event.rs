//! A recorded event as its aggregate's own type.

use cqrs_es::Aggregate;
use store::{HandleError, RecordedEvent};

/// An event of this aggregate. One that cannot be read stops the view: it is never skipped.
pub(crate) fn event_of<A: Aggregate<Event: 'static>>(
    recorded: &RecordedEvent,
) -> Result<A::Event, HandleError> {
    let (event_type, version) = (&recorded.event_type, &recorded.event_version);
    let shared = recorded.shared::<A::Event>();
    let shared = shared.map_err(|error| format!("cannot read {event_type} version {version}: {error}"))?;
    Ok(A::Event::clone(&shared))
}

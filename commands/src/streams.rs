//! From what was decided to what is appended: which stream, sealed with which key.

use crate::error::CommandError;
use cqrs_es::{Aggregate, DomainEvent};
use domain::{
    ids::{ChannelId, MemberId, MessageId, VisitorId},
    message::Message,
};
use std::sync::Arc;
use store::{Known, Loaded, NewEvent, StoreError, StreamAppend, StreamKey};

/// The key of a message, under its visitor's: erasing the visitor erases it too.
pub(crate) fn message_key(id: MessageId, of: VisitorId) -> StreamKey {
    StreamKey { id: format!("message/{id}"), parent: Some(visitor_key(of).id) }
}

/// The keys of everything that was ever said in a message.
pub(crate) fn message_keys(id: &str) -> Vec<String> {
    let own = StreamKey { id: format!("message/{id}"), parent: None };
    vec![after_erasure(&own).id, own.id]
}

/// The key beside this one for what the desk says once this one is gone. It is made under the master key: no erasure of
/// the visitor reaches it (docs/decisions/0014-what-is-said-after-an-erasure-has-a-key-of-its-own.md).
pub(crate) fn after_erasure(key: &StreamKey) -> StreamKey {
    StreamKey { id: format!("{}/erased", key.id), parent: None }
}

/// The key that what is said in a message is sealed with.
pub(crate) fn sealing_key(id: MessageId, message: &Message) -> Option<StreamKey> {
    match message {
        Message::NotSubmitted => None,
        Message::Submitted(message) => {
            let own = message_key(id, message.visitor_id);
            Some(if message.erased { after_erasure(&own) } else { own })
        }
    }
}

/// The key of a visitor.
pub(crate) fn visitor_key(id: VisitorId) -> StreamKey {
    StreamKey { id: format!("visitor/{id}"), parent: None }
}

/// The key of a member.
pub(crate) fn member_key(id: MemberId) -> StreamKey {
    StreamKey { id: format!("member/{id}"), parent: None }
}

/// The key of a channel: whom it mentions.
pub(crate) fn channel_key(id: ChannelId) -> StreamKey {
    StreamKey { id: format!("channel/{id}"), parent: None }
}

/// What was decided, as events for the aggregate's stream; nothing decided: the stream is only relied on.
pub(crate) fn stream<A: Aggregate + Clone + 'static>(
    id: String,
    loaded: &Loaded<A>,
    key: Option<StreamKey>,
    decided: &[A::Event],
) -> Result<StreamAppend, CommandError> {
    let events = new_events(decided)?;
    let then = (!decided.is_empty()).then(|| {
        let mut then = (*loaded.aggregate).clone();
        decided.iter().cloned().for_each(|event| then.apply(event));
        Known::of(&Arc::new(then))
    });
    Ok(StreamAppend { aggregate_type: A::TYPE, aggregate_id: id, after: loaded.stood, key, events, then })
}

/// Events as they are appended, personal data still in the clear.
pub(crate) fn new_events<E: DomainEvent>(decided: &[E]) -> Result<Vec<NewEvent>, StoreError> {
    let event = |event: &E| {
        let (event_type, event_version) = (event.event_type(), event.event_version());
        let payload = serde_json::to_value(event)
            .map_err(|error| StoreError::Json { place: format!("a new {event_type}"), error })?;
        Ok(NewEvent { event_type, event_version, payload, by: None })
    };
    decided.iter().map(event).collect()
}

//! What messages were like around their events: folded by the aggregate itself, the most recent ones remembered.

use super::Change;
use crate::{error::QueryError, event::event_of, message_list::MessageFacts};
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{ids::MessageId, message::Message};
use lru::LruCache;
use std::{num::NonZeroUsize, sync::Arc};
use store::{HandleError, RecordedEvent, Store, StoreError};

/// As many messages as the hub remembers; each weighs some hundred bytes.
pub(super) const OF_HUB: NonZeroUsize = NonZeroUsize::new(4_096).expect("not zero");
/// As many as one subscriber remembers who catches up.
pub(super) const OF_ONE: NonZeroUsize = NonZeroUsize::new(256).expect("not zero");

/// As many events of a stream as are read at once.
const STRIDE: i64 = 500;

/// Messages as they were when somebody last looked.
pub(super) struct States(LruCache<MessageId, State>);

/// A message after some of its events.
#[derive(Clone, Default)]
struct State {
    sequence: i64,
    message: Message,
    submitted_at: DateTime<Utc>,
    facts: Option<Arc<MessageFacts>>,
}

impl States {
    /// Remembers so many.
    pub(super) fn of(most: NonZeroUsize) -> Self {
        Self(LruCache::new(most))
    }

    /// What an event changed; `None`: it is no message's.
    pub(super) async fn change(
        &mut self,
        store: &Store,
        recorded: &RecordedEvent,
    ) -> Result<Option<Change>, QueryError> {
        if recorded.aggregate_type != Message::TYPE {
            return Ok(None);
        }
        let unreadable = |error: HandleError| StoreError::Setup(format!("{recorded:?}: {error}"));
        let message_id: MessageId = recorded
            .aggregate_id
            .parse()
            .map_err(|_| StoreError::Setup(format!("{recorded:?} is of no message's id")))?;
        let known = self.0.get(&message_id).filter(|state| state.sequence < recorded.sequence);
        let mut state = known.cloned().unwrap_or_default();
        while state.sequence < recorded.sequence - 1 {
            let limit = STRIDE.min(recorded.sequence - 1 - state.sequence);
            let (of, after) = (&recorded.aggregate_id, state.sequence);
            for earlier in store.read_stream_after(Message::TYPE, of, after, limit).await? {
                state.apply(message_id, &earlier).map_err(unreadable)?;
            }
            if state.sequence == after {
                return Err(StoreError::Setup(format!("{recorded:?} follows nothing")).into());
            }
        }
        let before = state.facts.clone();
        state.apply(message_id, recorded).map_err(unreadable)?;
        let Some(after) = state.facts.clone() else {
            return Err(
                StoreError::Setup(format!("{recorded:?} is of a message that was not submitted")).into()
            );
        };
        self.0.put(message_id, state);
        let (position, event_type) = (recorded.position, recorded.event_type.clone());
        Ok(Some(Change { position, event_type, message_id, before, after }))
    }
}

impl State {
    fn apply(&mut self, id: MessageId, recorded: &RecordedEvent) -> Result<(), HandleError> {
        let event = event_of::<Message>(recorded)?;
        if self.sequence == 0 {
            self.submitted_at = event.at();
        }
        self.message.apply(event);
        self.sequence = recorded.sequence;
        self.facts = MessageFacts::of(id, self.submitted_at, &self.message).map(Arc::new);
        Ok(())
    }
}

//! What this process last knew: the newest committed state of aggregates, and keys that new events are sealed with. Both
//! may be behind another process; an append is checked under the head lock whatever they say.

use crate::{
    append::{Stood, StreamId},
    seal::Key,
};
use cqrs_es::Aggregate;
use lru::LruCache;
use std::{
    any::Any,
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Bytes of aggregates that are kept.
const AGGREGATES: usize = 64 << 20;
/// What an entry weighs besides its state: its id, its links, its place in the table.
const ENTRY: usize = 256;
/// Keys that are kept; each weighs about a hundred bytes.
const KEYS: NonZeroUsize = NonZeroUsize::new(65_536).expect("not zero");

/// The state of some aggregate, shared by whoever decides on it.
#[derive(Clone)]
pub struct Known {
    state: Arc<dyn Any + Send + Sync>,
    bytes: usize,
}

impl Known {
    /// Keeps a state. Aggregates hold no words, so neither does this.
    pub fn of<A: Aggregate + 'static>(aggregate: &Arc<A>) -> Self {
        let mut written = Counter(0);
        let _ = serde_json::to_writer(&mut written, &**aggregate);
        Self { bytes: written.0 + size_of::<A>(), state: aggregate.clone() }
    }

    /// The state, when it is one of this type.
    pub(crate) fn get<A: Aggregate + 'static>(&self) -> Option<Arc<A>> {
        self.state.clone().downcast().ok()
    }
}

struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Committed states, the least recently used forgotten first.
pub(crate) struct Aggregates(Mutex<Kept>);

struct Kept {
    states: LruCache<StreamId, State>,
    bytes: usize,
    limit: usize,
}

/// A committed state, and where its stream stood then.
struct State {
    known: Known,
    stood: Stood,
    /// The stream has gone on without this process.
    doubted: bool,
}

impl Aggregates {
    pub(crate) fn new() -> Self {
        Self::bounded(AGGREGATES)
    }

    fn bounded(limit: usize) -> Self {
        Self(Mutex::new(Kept { states: LruCache::unbounded(), bytes: 0, limit }))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest state that is known of a stream, unless it is known to be old.
    pub(crate) fn get(&self, stream: &StreamId) -> Option<(Known, Stood)> {
        let mut kept = self.kept();
        let state = kept.states.get(stream).filter(|state| !state.doubted)?;
        Some((state.known.clone(), state.stood))
    }

    /// The same, however old: what came after it can be read and applied.
    pub(crate) fn behind(&self, stream: &StreamId) -> Option<(Known, Stood)> {
        let mut kept = self.kept();
        let state = kept.states.get(stream)?;
        Some((state.known.clone(), state.stood))
    }

    /// Remembers a committed state; never an older one than is known.
    pub(crate) fn put(&self, stream: &StreamId, known: Known, stood: Stood) {
        let mut kept = self.kept();
        if let Some(state) = kept.states.peek_mut(stream)
            && state.stood.sequence >= stood.sequence
        {
            // It was doubted without need, or is newer than what was just read.
            state.doubted &= state.stood.sequence > stood.sequence;
            return;
        }
        kept.bytes += weight(stream, &known);
        let state = State { known, stood, doubted: false };
        if let Some(older) = kept.states.put(stream.clone(), state) {
            kept.bytes -= weight(stream, &older.known);
        }
        while kept.bytes > kept.limit {
            let Some((stream, state)) = kept.states.pop_lru() else { break };
            kept.bytes -= weight(&stream, &state.known);
        }
    }

    /// What is known of a stream turned out to be old.
    pub(crate) fn doubt(&self, stream: &StreamId) {
        if let Some(state) = self.kept().states.peek_mut(stream) {
            state.doubted = true;
        }
    }

    /// Forgets a stream: what was known of it is not in the log.
    pub(crate) fn forget(&self, stream: &StreamId) {
        let mut kept = self.kept();
        if let Some(state) = kept.states.pop(stream) {
            kept.bytes -= weight(stream, &state.known);
        }
    }
}

fn weight(stream: &StreamId, known: &Known) -> usize {
    known.bytes + stream.1.len() + ENTRY
}

/// Keys in use on the writing side. Reading has no such cache: there a key that was destroyed is gone at once.
pub(crate) struct Keys(Mutex<LruCache<String, Key>>);

impl Keys {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(LruCache::new(KEYS)))
    }

    fn kept(&self) -> MutexGuard<'_, LruCache<String, Key>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, id: &str) -> Option<Key> {
        self.kept().get(id).cloned()
    }

    pub(crate) fn put(&self, id: &str, key: Key) {
        self.kept().put(id.to_owned(), key);
    }

    pub(crate) fn forget(&self, id: &str) {
        self.kept().pop(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(id: usize) -> StreamId {
        ("Test", id.to_string())
    }

    fn state(bytes: usize) -> Known {
        Known { state: Arc::new(()), bytes }
    }

    #[test]
    fn a_state_is_never_replaced_by_an_older_one() {
        let cache = Aggregates::new();
        cache.put(&stream(1), state(1), Stood::at(2));
        cache.put(&stream(1), state(1), Stood::at(1));
        assert_eq!(cache.get(&stream(1)).map(|(_, stood)| stood), Some(Stood::at(2)));
    }

    #[test]
    fn a_state_that_is_doubted_is_known_again_once_the_stream_was_read() {
        let cache = Aggregates::new();
        cache.put(&stream(1), state(1), Stood::at(2));
        cache.doubt(&stream(1));
        assert!(cache.get(&stream(1)).is_none());
        assert_eq!(cache.behind(&stream(1)).map(|(_, stood)| stood), Some(Stood::at(2)));
        cache.put(&stream(1), state(1), Stood::at(1));
        assert!(cache.get(&stream(1)).is_none(), "what was read is older still");
        cache.put(&stream(1), state(1), Stood::at(3));
        assert_eq!(cache.get(&stream(1)).map(|(_, stood)| stood), Some(Stood::at(3)));
    }

    #[test]
    fn bytes_are_bounded_and_the_least_recently_used_state_goes_first() {
        let cache = Aggregates::bounded(10 * (1_000 + ENTRY + 1));
        for id in 0..10 {
            cache.put(&stream(id), state(1_000), Stood::at(1));
        }
        assert!(cache.get(&stream(0)).is_some(), "now the most recently used");
        cache.put(&("Test", "x".to_owned()), state(1_000), Stood::at(1));
        assert!(cache.get(&stream(0)).is_some());
        assert!(cache.get(&stream(1)).is_none());
        cache.forget(&stream(0));
        for id in 2..10 {
            cache.forget(&stream(id));
        }
        cache.forget(&("Test", "x".to_owned()));
        assert_eq!(cache.kept().bytes, 0);
    }
}

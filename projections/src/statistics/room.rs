//! How much room the facts of all questions take together in a process.

use crate::error::QueryError;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room is taken in steps of so many bytes.
const STEP: usize = 1 << 20;
/// … of which there are so many: some 800,000 messages' facts. Working something out of them takes up to two thirds as much
/// again, so all questions together stay below 200 MB.
const STEPS: usize = 112;

/// All of it.
#[derive(Clone)]
pub(crate) struct Room(Arc<Semaphore>);

/// What a question has taken of it, until it is dropped.
pub(super) struct Taken {
    room: Arc<Semaphore>,
    bytes: usize,
    steps: usize,
    held: Option<OwnedSemaphorePermit>,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(STEPS)))
    }

    /// Nothing so far.
    pub(super) fn taken(&self) -> Taken {
        Taken { room: Arc::clone(&self.0), bytes: 0, steps: 0, held: None }
    }
}

impl Taken {
    /// Takes so many bytes more: before they are kept.
    pub(super) fn more(&mut self, bytes: usize) -> Result<(), QueryError> {
        self.bytes = self.bytes.saturating_add(bytes);
        let steps = self.bytes.div_ceil(STEP);
        if steps > STEPS {
            return Err(QueryError::TooManyFacts);
        }
        // Never more than there are in all.
        let missing = u32::try_from(steps.saturating_sub(self.steps)).unwrap_or(u32::MAX);
        if missing == 0 {
            return Ok(());
        }
        let more = Arc::clone(&self.room).try_acquire_many_owned(missing);
        let more = more.map_err(|_| QueryError::BusyFigures)?;
        self.steps = steps;
        match &mut self.held {
            Some(held) => held.merge(more),
            None => self.held = Some(more),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_questions_together_take_no_more_than_there_is_and_give_it_back() {
        let room = Room::new();
        let (mut one, mut other) = (room.taken(), room.taken());
        for _ in 0..10 {
            one.more(STEP / 2).expect("room");
        }
        assert_eq!(room.0.available_permits(), STEPS - 5, "as they come, and in whole steps");
        other.more((STEPS - 5) * STEP).expect("the rest");
        assert!(matches!(one.more(1), Err(QueryError::BusyFigures)), "another has it at this moment");
        drop(other);
        one.more(STEP).expect("room again");
        assert!(matches!(one.more(STEPS * STEP), Err(QueryError::TooManyFacts)), "there never is so much");
        drop(one);
        assert_eq!(room.0.available_permits(), STEPS);
    }
}

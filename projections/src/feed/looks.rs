//! What those who are told of the same change see of its message: looked up once for all who ask at the same time.

use crate::{
    Projections, Reader,
    error::QueryError,
    message_list::{MessageFacts, MessageRow},
    reader::Sight,
};
use domain::ids::MessageId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::{sync::OnceCell, time::Instant};

/// Whoever comes later looks again: what was erased meanwhile is not told.
const FRESH: Duration = Duration::from_millis(50);
/// As many that are over are left lying about.
const MOST: usize = 256;

/// The looks that are being taken in this process.
#[derive(Clone, Default)]
pub(crate) struct Looks(Arc<Mutex<HashMap<Look, Weak<Shared>>>>);

/// At which message, after which change, by somebody who may see what.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Look {
    message: MessageId,
    position: i64,
    sight: Sight,
}

/// One look; it is gone when the last of those who share it has its answer.
struct Shared {
    began: Instant,
    row: OnceCell<Option<MessageRow>>,
}

impl Looks {
    fn join(&self, look: Look) -> Arc<Shared> {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = looks.get(&look).and_then(Weak::upgrade)
            && shared.began.elapsed() < FRESH
        {
            return shared;
        }
        if looks.len() > MOST {
            looks.retain(|_, shared| shared.strong_count() > 0);
        }
        let shared = Arc::new(Shared { began: Instant::now(), row: OnceCell::new() });
        looks.insert(look, Arc::downgrade(&shared));
        shared
    }
}

impl Projections {
    /// [`Projections::message`] for somebody who is told of a change of it, which the views have come to.
    pub async fn message_told(
        &self,
        reader: &Reader,
        id: MessageId,
        position: i64,
    ) -> Result<Option<MessageRow>, QueryError> {
        // What they see depends on who has it: nobody looks for them.
        let Some(sight) = reader.sight_of_all() else { return self.message(reader, id).await };
        let shared = self.looks.join(Look { message: id, position, sight });
        let look = async || self.message(&reader.of_everybody(), id).await;
        let row = shared.row.get_or_try_init(look).await?.clone();
        Ok(row.filter(|row| reader.sees(MessageFacts::from(row).assignee)))
    }
}

//! Commits whose answers are lost on purpose, for tests: what the log then says is known beforehand.

use super::{
    queue::Waiting,
    steps::{Done, Failed},
    writer::Writer,
};
use crate::error::StoreError;
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// What becomes of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It is committed, and that is not answered.
    Committed,
    /// It is not committed, and nothing is answered.
    NotCommitted,
    /// A call that was lost before is carried out, and then this one, which is answered.
    OvertakenByItself,
    /// The same, and the database does not say what became of it.
    OvertakenUnseen,
    /// The database refuses it, and will not the next time.
    Refused,
}

/// What is lost next, and how long an outcome is looked for then.
#[derive(Debug, Default)]
pub(crate) struct Losses(Mutex<(VecDeque<Lost>, Option<Duration>)>);

impl Losses {
    /// The next batches are lost so.
    pub(crate) fn plan(&self, losses: &[Lost], patience: Option<Duration>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (losses.iter().copied().collect(), patience);
    }

    pub(super) fn next(&self) -> Option<Lost> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.pop_front()
    }

    /// How long an outcome is looked for, when that is not as long as usual.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

impl Writer {
    pub(super) async fn lose(&mut self, batch: &mut [Waiting], lost: Lost) -> Result<Done, Failed> {
        let unanswered = || Failed::Unknown(StoreError::Database(sqlx::Error::WorkerCrashed));
        match lost {
            Lost::NotCommitted => Err(unanswered()),
            Lost::Committed => {
                self.commit(batch).await?;
                Err(unanswered())
            }
            Lost::OvertakenByItself => {
                self.commit(batch).await?;
                self.commit(batch).await
            }
            Lost::OvertakenUnseen => {
                self.commit(batch).await?;
                self.store.losses().plan(&[], Some(Duration::ZERO));
                self.commit(batch).await
            }
            Lost::Refused => Err(Failed::NotWritten(StoreError::Database(sqlx::Error::PoolTimedOut).into())),
        }
    }
}

//! A past that is made up: events with times gone by, into a log that has none.
//!
//! The one door by which `recorded_at` is not the time of writing, and as narrow as it can be: nothing may be in the log
//! but what came through it, and nothing comes through it that would have happened later than now.

use super::{
    Append,
    command::Command,
    steps::{Head, insert, lock_head},
};
use crate::{
    error::{AppendError, StoreError},
    store::Store,
};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// An append at a time gone by.
pub struct PastAppend {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// The ids of its events, in the order of its streams.
    pub event_ids: Vec<Uuid>,
    /// What happened. It relies on nothing: nobody else writes this log.
    pub append: Append,
}

/// A log that is being filled with a past. Whoever drops it without ending it may leave the last of it unwritten.
pub struct Past {
    store: Store,
    /// Where the log stands once what was given is written.
    stands: Stands,
    writing: Option<JoinHandle<Result<(), AppendError>>>,
}

/// The position and the time of a log's last event.
#[derive(Clone, Copy, Default)]
struct Stands {
    position: i64,
    recorded_at: i64,
}

/// A command, and when its events were recorded.
type Recorded = (Command, Vec<i64>);

impl Store {
    /// Begins a past; refused when anything is in the log already.
    pub async fn past(&self) -> Result<Past, StoreError> {
        let head = self.head().await?;
        if head > 0 {
            return Err(StoreError::Setup(format!(
                "this desk's log has {head} events already, and a past is made up for a new one only: name another \
                 folder with LEAVEWORD_DATA_DIR, or another database with LEAVEWORD_DATABASE_URL"
            )));
        }
        Ok(Past { store: self.clone(), stands: Stands::default(), writing: None })
    }
}

impl Past {
    /// Writes these in one transaction behind all that was given before: at their times, a microsecond apart where they
    /// are the same. It is sealed while the batch before is being written, and an error may be of that one. After an
    /// error nothing more goes in.
    pub async fn append(&mut self, batch: Vec<PastAppend>) -> Result<(), AppendError> {
        let mut sealed = Vec::with_capacity(batch.len());
        let stood = self.stands;
        for PastAppend { at, event_ids, append } in batch {
            let command = self.store.prepared(append, event_ids).await?;
            for key in &command.new_keys {
                // The next ones are sealed under it before it is written.
                self.store.keys().put(&key.id, key.key.clone());
            }
            let recorded = command.events.iter().map(|_| self.stands.next(at)).collect();
            sealed.push((command, recorded));
        }
        self.written().await?;
        self.writing = Some(tokio::spawn(write(self.store.clone(), sealed, stood)));
        Ok(())
    }

    /// Waits until all of it is written; says how many events there are.
    pub async fn end(mut self) -> Result<i64, AppendError> {
        self.written().await?;
        self.store.announce(self.stands.position);
        Ok(self.stands.position)
    }

    async fn written(&mut self) -> Result<(), AppendError> {
        match self.writing.take() {
            Some(writing) => writing.await.unwrap_or(Err(AppendError::Unknown)),
            None => Ok(()),
        }
    }
}

impl Stands {
    /// When the next event is recorded that happened then.
    fn next(&mut self, at: i64) -> i64 {
        self.position += 1;
        self.recorded_at = at.max(self.recorded_at + 1);
        self.recorded_at
    }
}

async fn write(store: Store, batch: Vec<Recorded>, stood: Stands) -> Result<(), AppendError> {
    let mut tx = store.database().log.begin().await?;
    let head = lock_head(&mut tx, store.clock()).await?;
    if (head.position, head.recorded_at) != (stood.position, stood.recorded_at) {
        return Err(setup(
            "somebody else has written to this log while its past was made up; begin with another one",
        ));
    }
    let Some(last) = batch.iter().flat_map(|(_, recorded)| recorded).next_back() else { return Ok(()) };
    if *last > head.now {
        return Err(setup("what is made up of a past may not lie in the future"));
    }
    // Keys were made when the first of this batch happened.
    let now = batch.iter().find_map(|(_, recorded)| recorded.first()).copied().unwrap_or(head.now);
    let commands: Vec<&Command> = batch.iter().map(|(command, _)| command).collect();
    let mut recorded = batch.iter().flat_map(|(_, recorded)| recorded).copied();
    let mut instants = || recorded.next().unwrap_or(i64::MAX);
    insert(&mut tx, &commands, &Head { now, ..head }, &mut instants).await?;
    Ok(tx.commit().await?)
}

fn setup(what: &str) -> AppendError {
    StoreError::Setup(what.to_owned()).into()
}

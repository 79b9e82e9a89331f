//! Appending: what is decided waits in a queue, and what waits is one transaction: the head row first, positions without
//! a hole, each command all or nothing.

mod at_once;
mod command;
mod facts;
mod hang;
mod judge;
#[cfg(feature = "testing")]
mod lost;
mod past;
mod prepare;
mod queue;
mod settle;
mod steps;
mod sweep;
mod writer;

pub(crate) use command::StreamId;
#[cfg(feature = "testing")]
pub(crate) use lost::Losses;
#[cfg(feature = "testing")]
pub use lost::Lost;
pub use past::{Past, PastAppend};
pub(crate) use queue::Queue;
pub(crate) use steps::lock_head;
pub(crate) use writer::supervise;

use crate::{
    accounts::CredentialRow, cache::Known, error::AppendError, idempotency::Idempotency, store::Store,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tokio::time::Instant;
use uuid::Uuid;

/// Everything that one command appends.
pub struct Append {
    /// The streams, in the order in which their keys are made; the last one is what the receipt is about. One without
    /// events is only relied on: it still has to stand where the decision saw it.
    pub streams: Vec<StreamAppend>,
    /// The metadata of its events; one that says who did it has another `actor`.
    pub metadata: BTreeMap<String, String>,
    /// Values that must be unique.
    pub reservations: Vec<Reservation>,
    /// Credentials that are committed with it.
    pub credentials: Vec<CredentialRow>,
    /// The caller's idempotency key, when there is one.
    pub idempotency: Option<Idempotency>,
}

/// Events for one stream.
pub struct StreamAppend {
    /// The type of the aggregate.
    pub aggregate_type: &'static str,
    /// Its id.
    pub aggregate_id: String,
    /// Where the decision saw it stand.
    pub after: Stood,
    /// What its personal data is sealed with; none for a stream that holds none.
    pub key: Option<StreamKey>,
    /// What happened.
    pub events: Vec<NewEvent>,
    /// The aggregate once that happened, for whoever decides next; `None`: they load it.
    pub then: Option<Known>,
}

/// Where a stream stands: at its last event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stood {
    /// The sequence of the last event; 0 for a stream without events.
    pub sequence: i64,
    /// The id of the last event, when it is known. A decision on an event that was never committed is told by it from
    /// one on another event with the same sequence.
    pub event_id: Option<Uuid>,
}

impl Stood {
    /// At a sequence, whichever event it is.
    pub fn at(sequence: i64) -> Self {
        Self { sequence, event_id: None }
    }

    /// Does a decision made here still hold where the stream stands now?
    pub(crate) fn holds(self, now: Self) -> bool {
        self.sequence == now.sequence && (self.event_id.is_none() || self.event_id == now.event_id)
    }
}

/// The key of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamKey {
    /// Its id, such as `message/…`.
    pub id: String,
    /// The key it is made under when it is new; `None`: the master key.
    pub parent: Option<String>,
}

/// An event to be written; its personal data still stands in the clear.
pub struct NewEvent {
    /// What happened.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: String,
    /// The event.
    pub payload: serde_json::Value,
    /// Who did it, as its metadata says it, when that is not whoever gave the command.
    pub by: Option<String>,
}

/// A value that must be unique over all streams, and who holds it.
#[derive(Clone, Debug)]
pub struct Reservation {
    /// The kind of value.
    pub kind: &'static str,
    /// The value; for personal data its HMAC.
    pub value: String,
    /// The id of the holder.
    pub holder: String,
}

/// What a command is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The id of the aggregate.
    pub id: String,
    /// The sequence of its last event.
    pub version: i64,
    /// The position of the last event appended.
    pub position: i64,
}

/// What became of an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is in the log.
    Now(Receipt),
    /// It was in the log already: the idempotency key was used with the same input.
    Before(Receipt),
}

impl Appended {
    /// The receipt, the same in both cases.
    pub fn receipt(self) -> Receipt {
        match self {
            Self::Now(receipt) | Self::Before(receipt) => receipt,
        }
    }
}

impl Store {
    /// Appends all of it, or nothing. Once it is queued it is not cancelled by a caller who goes away.
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let command = self.prepared(append, vec![]).await?;
        let began = Instant::now();
        let outcome = match self.queue().push(command) {
            Ok(answer) => answer.await.unwrap_or(Err(AppendError::Unknown)),
            Err(error) => Err(error),
        };
        let measures = self.measures();
        measures.append.observe(began.elapsed().as_secs_f64());
        match &outcome {
            Err(AppendError::Conflict) => drop(measures.overtaken.inc()),
            Err(AppendError::Busy) => drop(measures.busy.inc()),
            _ => {}
        }
        outcome
    }
}

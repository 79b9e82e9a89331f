//! A command as it waits in the queue: rows ready to be written, and what has to hold when they are.

use super::{Appended, Receipt, Reservation, Stood};
use crate::{
    accounts::CredentialRow, cache::Known, error::AppendError, idempotency::Idempotency, keys::NewKey,
};
use tokio::sync::oneshot;
use uuid::Uuid;

/// A stream by its type and id.
pub(crate) type StreamId = (&'static str, String);

/// Where a caller is answered.
pub(crate) type Answer = oneshot::Sender<Result<Appended, AppendError>>;

/// A stream that a command appends to or relies on.
pub(crate) struct Stand {
    pub(crate) stream: StreamId,
    /// Where the decision saw it.
    pub(crate) at: Stood,
    /// Where it stands once the command is in the log; the same for one that is only relied on.
    pub(crate) then: Stood,
    /// The aggregate there, when the caller has it.
    pub(crate) known: Option<Known>,
}

impl Stand {
    pub(crate) fn moves(&self) -> bool {
        self.then.sequence != self.at.sequence
    }
}

/// An event but for its position and the time it is recorded at, which only the head lock can give.
pub(crate) struct EventRow {
    pub(crate) aggregate_type: &'static str,
    pub(crate) aggregate_id: String,
    pub(crate) sequence: i64,
    pub(crate) event_type: String,
    pub(crate) event_version: String,
    pub(crate) payload: String,
    /// Its own, when it is not the command's.
    pub(crate) metadata: Option<String>,
    pub(crate) event_id: Uuid,
}

/// Everything that the writer needs to know of one command.
pub(crate) struct Command {
    pub(crate) stands: Vec<Stand>,
    pub(crate) events: Vec<EventRow>,
    pub(crate) metadata: String,
    /// Keys that were there when it was sealed, those above them included: they still have to be.
    pub(crate) living: Vec<String>,
    pub(crate) new_keys: Vec<NewKey>,
    pub(crate) reservations: Vec<Reservation>,
    pub(crate) credentials: Vec<CredentialRow>,
    pub(crate) idempotency: Option<Idempotency>,
    /// What the receipt is about.
    pub(crate) id: String,
    pub(crate) version: i64,
}

impl Command {
    pub(crate) fn receipt(&self, position: i64) -> Receipt {
        Receipt { id: self.id.clone(), version: self.version, position }
    }

    /// The metadata of one of its events.
    pub(crate) fn metadata<'a>(&'a self, event: &'a EventRow) -> &'a str {
        event.metadata.as_deref().unwrap_or(&self.metadata)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.events.iter().map(|event| event.payload.len() + self.metadata(event).len() + 256).sum()
    }

    /// Sign-ins and their like read and change rows that other commands may too: such a command is a batch of its own.
    pub(crate) fn alone(&self) -> bool {
        self.credentials.iter().any(|row| !matches!(row, CredentialRow::VisitorToken { .. }))
    }
}

//! The queue: decided commands in order, and what the streams will be once those are in the log.

use super::{
    Appended, Stood,
    command::{Answer, Command, StreamId},
};
use crate::{cache::Known, error::AppendError};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{Notify, oneshot, watch};

/// Commands that may wait; the next one is asked to come again.
const LONGEST: usize = 4_096;
/// Commands and bytes of one batch: a transaction of tens of milliseconds.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 4 << 20;

/// A command that waits, and whom it is answered to.
pub(crate) struct Waiting {
    pub(crate) ticket: u64,
    pub(crate) command: Command,
    answer: Option<Answer>,
}

impl Waiting {
    /// Tells the caller, unless they have gone away.
    pub(crate) fn answered(mut self, outcome: Result<Appended, AppendError>) {
        self.answer_now(outcome);
    }

    /// The same, and keeps the command.
    pub(crate) fn answer_now(&mut self, outcome: Result<Appended, AppendError>) {
        if let Some(answer) = self.answer.take() {
            let _ = answer.send(outcome);
        }
    }
}

/// A stream as commands that still wait will leave it.
struct Pending {
    known: Option<Known>,
    stood: Stood,
    /// The commands that led here, oldest first.
    tickets: VecDeque<u64>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    pending: HashMap<StreamId, Pending>,
    tickets: u64,
    closed: bool,
}

/// Commands on their way into the log.
pub(crate) struct Queue {
    state: Mutex<State>,
    grown: Notify,
    settled: watch::Sender<u64>,
}

/// What a stream will be, and the last command that makes it so.
pub(crate) struct Foreseen {
    pub(crate) known: Option<Known>,
    pub(crate) stood: Stood,
    pub(crate) ticket: u64,
}

impl Queue {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::default(), grown: Notify::new(), settled: watch::Sender::new(0) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a command at the end, unless a stream it was decided on has moved meanwhile.
    pub(crate) fn push(
        &self,
        command: Command,
    ) -> Result<oneshot::Receiver<Result<Appended, AppendError>>, AppendError> {
        let mut state = self.state();
        if state.closed || state.waiting.len() >= LONGEST {
            return Err(AppendError::Busy);
        }
        let moved = |stream, at: Stood| {
            state.pending.get(stream).is_some_and(|pending: &Pending| !at.holds(pending.stood))
        };
        if command.stands.iter().any(|stand| moved(&stand.stream, stand.at)) {
            return Err(AppendError::Conflict);
        }
        state.tickets += 1;
        let ticket = state.tickets;
        for stand in command.stands.iter().filter(|stand| stand.moves()) {
            let fresh = || Pending { known: None, stood: stand.then, tickets: VecDeque::new() };
            let pending = state.pending.entry(stand.stream.clone()).or_insert_with(fresh);
            pending.known.clone_from(&stand.known);
            pending.stood = stand.then;
            pending.tickets.push_back(ticket);
        }
        let (answer, answered) = oneshot::channel();
        state.waiting.push_back(Waiting { ticket, command, answer: Some(answer) });
        drop(state);
        self.grown.notify_one();
        Ok(answered)
    }

    /// What waits, in order, as soon as anything does; `None` once the queue is closed and empty. With company, whoever is
    /// about to add something goes first: the log is busy with another process meanwhile.
    pub(crate) async fn next(&self, company: bool) -> Option<Vec<Waiting>> {
        loop {
            let grown = self.grown.notified();
            let (anything, closed) = {
                let state = self.state();
                (!state.waiting.is_empty(), state.closed)
            };
            if anything {
                if company {
                    self.gather().await;
                }
                return Some(take(&mut self.state().waiting));
            }
            if closed {
                return None;
            }
            grown.await;
        }
    }

    /// How many commands wait.
    pub(crate) fn waiting(&self) -> usize {
        self.state().waiting.len()
    }

    /// Lets every task that can run do so, until that has twice added nothing. No timer: who waits for something else
    /// is not waited for.
    async fn gather(&self) {
        let (mut had, mut same) = (self.waiting(), 0);
        while same < 2 && had < BATCH {
            tokio::task::yield_now().await;
            let has = self.waiting();
            same = if has > had { 0 } else { same + 1 };
            had = has;
        }
    }

    /// A stream as the commands that wait will leave it.
    pub(crate) fn foreseen(&self, stream: &StreamId) -> Option<Foreseen> {
        let state = self.state();
        let pending = state.pending.get(stream)?;
        Some(Foreseen {
            known: pending.known.clone(),
            stood: pending.stood,
            ticket: *pending.tickets.back()?,
        })
    }

    /// Waits until what became of a command, and of all before it, is known.
    pub(crate) async fn settled(&self, ticket: u64) {
        let _ = self.settled.subscribe().wait_for(|settled| *settled >= ticket).await;
    }

    /// A command is in the log, or is not: decisions that were made on it stand, or their streams are loaded again.
    pub(crate) fn settle(&self, ticket: u64, command: &Command, appended: bool) {
        let mut state = self.state();
        for stand in command.stands.iter().filter(|stand| stand.moves()) {
            let Some(pending) = state.pending.get_mut(&stand.stream) else { continue };
            let Some(place) = pending.tickets.iter().position(|waiting| *waiting == ticket) else { continue };
            pending.tickets.remove(place);
            if !appended || pending.tickets.is_empty() {
                state.pending.remove(&stand.stream);
            }
        }
    }

    /// Everything up to this ticket is settled.
    pub(crate) fn settled_through(&self, ticket: u64) {
        self.settled.send_modify(|settled| *settled = ticket.max(*settled));
    }

    /// The writer failed in the middle of something: nothing is foreseen any more, and nobody waits for it in vain.
    pub(crate) fn forget(&self) {
        let mut state = self.state();
        state.pending.clear();
        let ticket = state.waiting.front().map_or(state.tickets, |waiting| waiting.ticket - 1);
        drop(state);
        self.settled_through(ticket);
    }

    /// Takes nothing more; what waits is still written.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.grown.notify_one();
    }
}

/// The next batch: a command that has to be alone is.
fn take(waiting: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while let Some(next) = waiting.front() {
        let full = batch.len() >= BATCH || bytes >= BATCH_BYTES || next.command.alone();
        if full && !batch.is_empty() {
            break;
        }
        let last = next.command.alone();
        bytes += next.command.bytes();
        batch.extend(waiting.pop_front());
        if last {
            break;
        }
    }
    batch
}

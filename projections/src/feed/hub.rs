//! One hub per process: reads each new event once, and hands what it changed to those whom it concerns.
//!
//! Every queue has a bound. Whoever's is full, and whoever may have other rights since an event, is let go: they look
//! themselves up again, read what they missed from the log, and come back to where the hub is.

use super::{
    Change, POLL, Wants,
    states::{self, States},
};
use crate::error::QueryError;
use cqrs_es::Aggregate;
use domain::{desk::Desk, member::Member, team::Team};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use store::{LogFilter, RecordedEvent, Store};
use tokio::sync::{Notify, mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// As many events as the hub reads at once.
const PAGE: i64 = 500;
/// As many changes as wait for one subscriber.
const QUEUE: usize = 32;
/// As many changes as are kept for those who come a moment late.
const KEPT: usize = 1_024;
/// How long the hub waits after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// The hub, as its subscribers meet it.
#[derive(Clone)]
pub(crate) struct Feed {
    hub: Arc<Hub>,
    tasks: TaskTracker,
}

struct Hub {
    state: Mutex<State>,
    /// Somebody came when nobody was there.
    came: Notify,
}

#[derive(Default)]
struct State {
    /// Everything up to here was handed on.
    position: i64,
    /// What was handed on last, and the position after which that is everything.
    kept: VecDeque<Arc<Change>>,
    kept_after: i64,
    /// The last event by which somebody may have other rights.
    rights_changed: i64,
    subscribers: HashMap<u64, Subscriber>,
    next: u64,
    closed: bool,
}

struct Subscriber {
    wants: Wants,
    /// They were looked up when the log had come at least this far: what happened to rights up to here is known of them.
    as_of: i64,
    queue: mpsc::Sender<Arc<Change>>,
    seen: Arc<AtomicI64>,
}

/// A place at the hub.
pub(super) struct Live {
    pub(super) queue: mpsc::Receiver<Arc<Change>>,
    /// When the queue ends: everything up to here was put into it or was not due.
    pub(super) seen: Arc<AtomicI64>,
    id: u64,
    hub: Arc<Hub>,
}

/// What became of somebody who came to the hub.
pub(super) enum Joined {
    /// They are told from now on; what they missed since they last looked, and how far that is.
    Live { live: Live, missed: VecDeque<Arc<Change>>, position: i64 },
    /// They stand too far behind: there is more to read first.
    Behind,
    /// Their rights may have changed since they were looked up.
    Renew,
}

/// What an event is to the hub.
enum Word {
    Changed(Arc<Change>),
    Rights,
}

impl Feed {
    /// Starts the hub; it ends with `stop`.
    pub(crate) fn start(store: &Store, stop: &CancellationToken) -> Self {
        let hub = Arc::new(Hub { state: Mutex::default(), came: Notify::new() });
        let tasks = TaskTracker::new();
        tasks.spawn(supervise(store.clone(), hub.clone(), stop.clone()));
        tasks.close();
        Self { hub, tasks }
    }

    pub(crate) async fn ended(&self) {
        self.tasks.wait().await;
    }

    pub(super) fn listening(&self) -> usize {
        self.hub.lock().subscribers.len()
    }

    /// Takes a place for somebody who has looked at everything up to `scanned`, and near whose end of the log that is.
    /// They were looked up when the log had come to `as_of`.
    pub(super) fn join(&self, wants: &Wants, scanned: i64, as_of: i64) -> Joined {
        let mut state = self.hub.lock();
        if state.rights_changed > as_of {
            return Joined::Renew;
        }
        if state.subscribers.is_empty() && !(state.kept_after..=state.position).contains(&scanned) {
            // Nobody is told anything: the hub begins where they stand.
            (state.position, state.kept_after) = (scanned, scanned);
            state.kept.clear();
        }
        if scanned < state.kept_after {
            return Joined::Behind;
        }
        let missed = state.kept.iter().filter(|kept| kept.position > scanned && wants.is_due(kept));
        let missed = missed.cloned().collect();
        let (queue, receiver) = mpsc::channel(QUEUE);
        let (id, seen) = (state.next, Arc::new(AtomicI64::new(scanned)));
        if !state.closed {
            let subscriber = Subscriber { wants: wants.clone(), as_of, queue, seen: seen.clone() };
            state.subscribers.insert(id, subscriber);
        }
        state.next += 1;
        let position = state.position;
        drop(state);
        self.hub.came.notify_one();
        Joined::Live { live: Live { queue: receiver, seen, id, hub: self.hub.clone() }, missed, position }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.hub.lock().subscribers.remove(&self.id);
    }
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Hands these on, which are everything after `from` and up to `to`. `false`: the hub has begun anew elsewhere.
    fn hand_on(&mut self, from: i64, to: i64, words: Vec<(i64, Word)>) -> bool {
        if self.position != from {
            return false;
        }
        for (position, word) in words {
            match word {
                Word::Changed(change) => {
                    self.subscribers.retain(|_, subscriber| subscriber.tell(&change));
                    self.kept.push_back(change);
                }
                Word::Rights => {
                    self.rights_changed = self.rights_changed.max(position);
                    self.subscribers.retain(|_, subscriber| subscriber.knows_rights_of(position));
                }
            }
        }
        while self.kept.len() > KEPT {
            self.kept_after = self.kept.pop_front().map_or(to, |oldest| oldest.position);
        }
        self.position = to;
        true
    }
}

impl Subscriber {
    /// Tells them when it concerns them; `false`: they are too slow, and are let go.
    fn tell(&self, change: &Arc<Change>) -> bool {
        if !self.wants.is_due(change) || self.queue.try_send(change.clone()).is_ok() {
            return true;
        }
        self.seen.fetch_max(change.position - 1, Ordering::SeqCst);
        false
    }

    /// Were they looked up after rights changed there? `false`: they are let go, to be looked up again. Everything before
    /// was put into their queue or was not due.
    fn knows_rights_of(&self, position: i64) -> bool {
        if self.as_of >= position {
            return true;
        }
        self.seen.fetch_max(position - 1, Ordering::SeqCst);
        false
    }
}

/// Keeps the hub going: when it fails, those who are there wait; when it panics, they read the log themselves.
async fn supervise(store: Store, hub: Arc<Hub>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match tokio::spawn(run(store.clone(), hub.clone(), stop.clone())).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "what changed cannot be handed on; it is tried again"),
            Err(panic) => {
                tracing::error!(%panic, "the hub panicked and is started again");
                hub.lock().subscribers.clear();
            }
        }
        let _ = tokio::time::timeout(RETRY, stop.cancelled()).await;
    }
    let mut state = hub.lock();
    state.closed = true;
    state.subscribers.clear();
}

async fn run(store: Store, hub: Arc<Hub>, stop: CancellationToken) -> Result<(), QueryError> {
    let mut states = States::of(states::OF_HUB);
    let mut appended = store.appended();
    loop {
        let (position, nobody) = {
            let state = hub.lock();
            (state.position, state.subscribers.is_empty())
        };
        if nobody {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = hub.came.notified() => continue,
            }
        }
        appended.mark_unchanged();
        let events = store.read(&LogFilter::default(), position, PAGE).await?;
        let Some(last) = events.last().map(|last| last.position) else {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                // Word of what other processes append may be lost.
                _ = tokio::time::timeout(POLL, appended.changed()) => continue,
            }
        };
        let words = words(&store, &mut states, &events).await?;
        hub.lock().hand_on(position, last, words);
        if stop.is_cancelled() {
            return Ok(());
        }
    }
}

async fn words(
    store: &Store,
    states: &mut States,
    events: &[RecordedEvent],
) -> Result<Vec<(i64, Word)>, QueryError> {
    let mut words = Vec::new();
    for recorded in events {
        if changes_rights(recorded) {
            words.push((recorded.position, Word::Rights));
        } else if let Some(change) = states.change(store, recorded).await? {
            words.push((recorded.position, Word::Changed(Arc::new(change))));
        }
    }
    Ok(words)
}

/// May somebody have other rights by this? Whoever comes and goes every day has not.
fn changes_rights(recorded: &RecordedEvent) -> bool {
    let (of, event) = (recorded.aggregate_type.as_str(), recorded.event_type.as_str());
    match event {
        "MemberSignedIn" | "SignInRefused" | "MemberInvited" | "MemberRevised" | "ApiKeyCreated" => false,
        "RolesRevised" => of == Desk::TYPE,
        _ => of == Member::TYPE || of == Team::TYPE,
    }
}

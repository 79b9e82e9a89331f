//! Following the log: each view from its own checkpoint, which moves in the transaction that writes the view.
//!
//! Knows checkpoints, runs of events and how a follower is doing. Must not know what a view keeps.

pub(crate) mod checkpoint;
mod hint;
pub(crate) mod page;
pub(crate) mod run;
mod wait;

pub use wait::READ_YOUR_WRITES;

use crate::{database::Dialect, error::StoreError, event::RecordedEvent, sql::Tx, store::Store};
use checkpoint::Checkpoint;
use std::{future::Future, pin::Pin, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, watch},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How often a follower looks when nobody told it to: the truth, where word of other processes can be lost.
const POLL: Duration = Duration::from_millis(250);

/// A future that can be named.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// Why a view could not take an event.
pub type HandleError = Box<dyn std::error::Error + Send + Sync>;
/// Writes a run of events into a view: consecutive positions, in order.
pub type Handle = for<'a> fn(&'a mut Tx, &'a [RecordedEvent]) -> BoxFuture<'a, Result<(), HandleError>>;

/// A view: its name, the version of its shape, its tables, and how it takes events.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// The version of its shape. A new one has a checkpoint of its own, and tables of its own.
    pub version: i64,
    /// Its tables; from version 2 on their names end in the version.
    pub tables: &'static [&'static str],
    /// How it takes events.
    pub handle: Handle,
}

/// How a follower is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowerStatus {
    /// The view's name.
    pub name: &'static str,
    /// The view's version.
    pub version: i64,
    /// The position it has seen.
    pub position: i64,
    /// How long the oldest event that it has not seen has been in the log.
    pub behind: Duration,
    /// Why it stands still, when it does.
    pub error: Option<String>,
}

/// What a follower last said of itself, in this process.
#[derive(Clone, Debug, Default)]
struct Said {
    position: i64,
    error: Option<String>,
    /// When it last moved; never, when another process does the work.
    moved: Option<Instant>,
}

struct Follower {
    view: View,
    said: watch::Sender<Said>,
    /// What the checkpoint said when somebody last waited for it.
    asked: Mutex<Option<wait::Asked>>,
}

/// The followers of this process.
#[derive(Clone)]
pub struct Followers {
    store: Store,
    all: Arc<Vec<Follower>>,
    tasks: TaskTracker,
    /// How long an answer waits for a view to have seen its own event, and how far behind it may be to be waited for.
    patience: Duration,
}

impl Followers {
    /// Starts one follower per view, each watched over: one that fails or panics says so and tries again.
    pub fn start(store: &Store, views: &[View], stop: &CancellationToken) -> Self {
        Self::start_polling(store, views, stop, POLL)
    }

    /// The same, looking at the log at other intervals when nobody says that it has grown.
    pub fn start_polling(store: &Store, views: &[View], stop: &CancellationToken, poll: Duration) -> Self {
        let follower = |view: &View| Follower {
            view: *view,
            said: watch::Sender::new(Said::default()),
            asked: Mutex::new(None),
        };
        let all: Arc<Vec<Follower>> = Arc::new(views.iter().map(follower).collect());
        let tasks = TaskTracker::new();
        for index in 0..all.len() {
            tasks.spawn(run::supervise(store.clone(), all.clone(), index, poll, stop.clone()));
        }
        if store.database().dialect() == Dialect::Postgres {
            tasks.spawn(hint::exchange(store.clone(), stop.clone()));
        }
        tasks.close();
        Self { store: store.clone(), all, tasks, patience: READ_YOUR_WRITES }
    }

    /// The same, waited for as long as this.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Waits until every follower has ended, after the token they were started with was cancelled.
    pub async fn ended(&self) {
        self.tasks.wait().await;
    }

    /// How each of them is doing, by its checkpoint: whichever process it runs in.
    pub async fn status(&self) -> Result<Vec<FollowerStatus>, StoreError> {
        let mut all = Vec::new();
        for Follower { view, said, .. } in self.all.iter() {
            let Checkpoint { position, .. } = checkpoint::read(&self.store, view).await?;
            let behind = checkpoint::behind(&self.store, position).await?;
            let error = said.borrow().error.clone();
            all.push(FollowerStatus { name: view.name, version: view.version, position, behind, error });
        }
        Ok(all)
    }
}

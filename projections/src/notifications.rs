//! Notifications: what happens at the desk is told where it lives, at least once, and never said to have been told when it
//! was not.
//!
//! One process at a time does it. It walks the log (`projector.rs`) and makes deliveries, which are rows beside the log; and for
//! each channel a task of its own (`worker.rs`) sends what is due. Views are silent: nothing here is reached by a rebuild.

mod after;
mod attached;
mod channels;
mod deliveries;
mod echo;
mod errand;
pub mod guard;
pub mod mail;
mod measures;
mod notice;
mod pace;
mod payload;
mod plan;
mod projector;
mod rate;
mod recovery;
mod rows;
mod schedule;
pub mod schemas;
pub mod send;
mod sentences;
mod setup;
pub mod sms;
mod tell;
mod tidy;
mod trial;
pub mod vendor;
mod visitors;
mod wants;
mod whom;
mod worker;
mod zone;

pub use deliveries::{AttemptRow, DeliveryFilter, DeliveryRow, Redeliver};
pub use guard::Guard;
pub use schedule::{Health, SCHEDULE};
pub use setup::GuardFault;
pub use trial::Tried;

use crate::Projections;
use channels::Channels;
use chrono::{DateTime, Utc};
use domain::{channel::PauseReason, ids::ChannelId};
use mail::Mailer;
use measures::Measures;
use projector::{Projector, Turn};
use send::Sender;
use sms::Sms;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::{BoxFuture, HandleError, Sole, Standby, Store};
use tokio::sync::{Semaphore, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Of all processes, the one that has this place notifies.
const PLACE: &str = "notifications";
/// How often the log is looked at when nobody said that it has grown.
const POLL: Duration = Duration::from_millis(250);
/// How often another process's place is tried for, and one's own is made sure of.
const ELECTION: Duration = Duration::from_millis(500);
/// How long it waits after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// What is to be done about a channel, by whoever carries out commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Pause it.
    Pause {
        /// Which.
        channel: ChannelId,
        /// Why.
        reason: PauseReason,
    },
    /// Say that it will be paused.
    Warn {
        /// Which.
        channel: ChannelId,
        /// Since when nothing was delivered.
        since: DateTime<Utc>,
        /// When it is paused.
        pauses_at: DateTime<Utc>,
        /// Which warning of these failures.
        warning: u32,
    },
}

/// Carries out a remedy; doing so again changes nothing.
pub type Remedies = Arc<dyn Fn(Remedy) -> BoxFuture<'static, Result<(), HandleError>> + Send + Sync>;

/// How the notifier of this process is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotifierStatus {
    /// Is it this process that notifies?
    pub sole: bool,
    /// Everything up to this position has its deliveries.
    pub position: i64,
    /// Why it stands still, when it does.
    pub error: Option<String>,
}

/// What leaves by which way; none: not at all.
#[derive(Debug)]
pub struct Senders {
    /// By HTTP.
    pub sender: Sender,
    /// By mail.
    pub mailer: Option<Mailer>,
    /// By SMS.
    pub sms: Option<Sms>,
}

/// What all tasks of a notifier share.
pub(crate) struct Shared {
    projections: Projections,
    sender: Sender,
    mailer: Option<Mailer>,
    sms: Option<Sms>,
    /// Turns of those for whom a code is made.
    codes: Arc<Semaphore>,
    ending: CancellationToken,
    /// What links begin with.
    base: Option<String>,
    remedies: Remedies,
    /// The channels where the projector stands.
    channels: watch::Sender<Channels>,
    /// Rises when there is something to send.
    wake: watch::Sender<u64>,
    status: watch::Sender<NotifierStatus>,
    measures: Measures,
    /// Whose turn it is to send a file.
    turn: attached::Turn,
    /// Deliveries that are under way just now.
    under_way: Mutex<BTreeSet<String>>,
}

/// The notifier of this process; its clones are the same.
#[derive(Clone)]
pub struct Notifier {
    shared: Arc<Shared>,
    tasks: TaskTracker,
}

impl std::fmt::Debug for Notifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Notifier")
    }
}

impl Notifier {
    /// Notifies until `stop` is cancelled, whenever it is this process's turn.
    pub fn start(
        projections: &Projections,
        senders: Senders,
        base: Option<String>,
        remedies: Remedies,
        stop: &CancellationToken,
    ) -> Self {
        let Senders { sender, mailer, sms } = senders;
        let shared = Arc::new(Shared {
            projections: projections.clone(),
            sender,
            mailer,
            sms,
            codes: Arc::new(Semaphore::new(recovery::AT_ONCE)),
            ending: stop.clone(),
            base,
            remedies,
            channels: watch::Sender::new(Channels::default()),
            wake: watch::Sender::new(0),
            status: watch::Sender::new(NotifierStatus::default()),
            measures: Measures::new(),
            turn: attached::Turn::default(),
            under_way: Mutex::default(),
        });
        let tasks = TaskTracker::new();
        tasks.spawn(supervise(shared.clone(), stop.clone()));
        tasks.close();
        Self { shared, tasks }
    }

    /// How it is doing, in this process.
    pub fn status(&self) -> NotifierStatus {
        self.shared.status.borrow().clone()
    }

    /// There is something to send that this process has not made itself.
    pub fn wake(&self) {
        self.shared.wake.send_modify(|made| *made += 1);
    }

    /// Is this delivery under way in this process?
    pub fn is_under_way(&self, delivery_id: &str) -> bool {
        self.shared.under_way.lock().unwrap_or_else(PoisonError::into_inner).contains(delivery_id)
    }

    /// Waits until it has ended, after the token it was started with was cancelled.
    pub async fn ended(&self) {
        self.tasks.wait().await;
    }
}

impl Shared {
    fn store(&self) -> &Store {
        &self.projections.store
    }
}

/// Keeps it going: a panic is a bug, and notifications that silently stand still would be a second one.
async fn supervise(shared: Arc<Shared>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        // Whatever a run has begun ends with it.
        let run_stop = stop.child_token();
        let run = tokio::spawn(run(shared.clone(), run_stop.clone()));
        let outcome = run.await;
        run_stop.cancel();
        let error = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(panic) => Some(format!("panicked: {panic}")),
        };
        shared.status.send_modify(|status| {
            status.sole = false;
            if error.is_some() && status.error != error {
                tracing::error!(error, "notifications stand still and will be tried again");
            }
            status.error.clone_from(&error);
        });
        let pause = if error.is_some() { RETRY } else { ELECTION };
        let _ = tokio::time::timeout(pause, stop.cancelled()).await;
    }
}

/// Tries for the place, and notifies as long as it has it.
async fn run(shared: Arc<Shared>, stop: CancellationToken) -> Result<(), HandleError> {
    let mut standby = Standby::default();
    let mut sole = loop {
        if let Some(sole) = shared.store().sole(PLACE, &mut standby).await? {
            break sole;
        }
        shared.status.send_if_modified(|status| status.error.take().is_some());
        if tokio::time::timeout(ELECTION, stop.cancelled()).await.is_ok() {
            return Ok(());
        }
    };
    let tasks = TaskTracker::new();
    let outcome = notify(&shared, &mut sole, &tasks, &stop).await;
    // No request is made without the place.
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    sole.release().await;
    outcome
}

async fn notify(
    shared: &Arc<Shared>,
    sole: &mut Sole,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<(), HandleError> {
    let mut projector = Projector::begin(shared.store()).await?;
    let mut workers = BTreeSet::new();
    shared.channels.send_replace(projector.channels().clone());
    employ(shared, &mut workers, tasks, stop);
    tasks.spawn(tidy::sweep(shared.clone(), stop.clone()));
    tasks.spawn(tidy::skip(shared.clone(), stop.clone()));
    let mut appended = shared.store().appended();
    let mut asked = tokio::time::Instant::now();
    while !stop.is_cancelled() {
        if asked.elapsed() >= ELECTION {
            if !sole.is_held().await {
                return Ok(());
            }
            asked = tokio::time::Instant::now();
        }
        appended.borrow_and_update();
        let turn = projector.turn().await?;
        let position = projector.position();
        shared.status.send_modify(|status| *status = NotifierStatus { sole: true, position, error: None });
        if let Turn::Moved { made, channels } = turn {
            if channels {
                shared.channels.send_replace(projector.channels().clone());
                employ(shared, &mut workers, tasks, stop);
            }
            if made {
                shared.wake.send_modify(|made| *made += 1);
            }
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = appended.changed() => {}
        }
    }
    Ok(())
}

/// A worker for each channel that is connected; those of the others end by themselves.
fn employ(
    shared: &Arc<Shared>,
    workers: &mut BTreeSet<ChannelId>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) {
    let connected: BTreeSet<ChannelId> = shared.channels.borrow().connected().map(|(id, _)| id).collect();
    workers.retain(|id| connected.contains(id));
    for id in connected {
        if workers.insert(id) {
            tasks.spawn(worker::supervise(shared.clone(), id, stop.clone()));
        }
    }
}

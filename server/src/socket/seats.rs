//! The sockets that are open: how many, of whom, and whether those may still be told anything.

use super::protocol::Close;
use commands::Commands;
use domain::{actor::Actor, ids::MemberId};
use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use store::Clock;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Sockets of one member, key or visitor.
const MOST_OF_ONE: usize = 5;
/// Sockets from one address that have not said who they are (yet).
const MOST_WAITING: usize = 100;
const MOST_ANONYMOUS: usize = 3;
/// How often it is asked whether tokens still open something.
const LOOK: Duration = Duration::from_millis(400);
/// How long tokens are believed when nobody answers.
const BELIEVED: Duration = Duration::from_secs(10);
/// How often it is said that those who look are at the desk, in microseconds.
const PRESENT: i64 = 60_000_000;

/// Every open socket of this process.
#[derive(Clone)]
pub(crate) struct Sockets {
    seats: Arc<Seats>,
    most: usize,
    pub(super) stop: CancellationToken,
    tasks: TaskTracker,
}

struct Seats {
    open: Arc<AtomicUsize>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    by: HashMap<Who, usize>,
    watched: HashMap<u64, Watched>,
    next: u64,
}

/// Whom a socket counts for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    Waiting(Option<IpAddr>),
    Anonymous(Option<IpAddr>),
    Known(String),
}

/// A socket whose token is looked at.
struct Watched {
    bearer: String,
    who: String,
    member: Option<MemberId>,
    streams: Arc<AtomicUsize>,
    revoked: CancellationToken,
}

/// A socket's place; given back when it is dropped.
pub(super) struct Seat {
    seats: Arc<Seats>,
    who: Who,
    address: Option<IpAddr>,
    watched: Option<u64>,
    /// How many streams are open.
    pub(super) streams: Arc<AtomicUsize>,
    /// Its token opens nothing any more.
    pub(super) revoked: CancellationToken,
}

impl Sockets {
    /// Begins to watch; ends with `stop`. There are at most so many.
    pub(crate) fn start(commands: &Commands, clock: Clock, most: usize, stop: &CancellationToken) -> Self {
        let seats = Arc::new(Seats { open: Arc::default(), taken: Mutex::default() });
        let tasks = TaskTracker::new();
        tasks.spawn(supervise(commands.clone(), clock, seats.clone(), stop.clone()));
        Self { seats, most, stop: stop.clone(), tasks }
    }

    /// How many are open.
    pub(crate) fn open(&self) -> Arc<AtomicUsize> {
        self.seats.open.clone()
    }

    /// Waits until every socket is closed.
    pub(crate) async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// A socket that is waited for at the end.
    pub(super) fn track<F: Future>(&self, socket: F) -> impl Future<Output = F::Output> + use<F> {
        self.tasks.track_future(socket)
    }

    /// A place for a socket from this address that has not said whose it is; `None`: there are too many.
    pub(super) fn sit(&self, address: Option<IpAddr>) -> Option<Seat> {
        let who = Who::Waiting(address);
        let mut taken = self.seats.lock();
        if self.seats.open.load(Ordering::SeqCst) >= self.most || taken.count(&who) >= MOST_WAITING {
            return None;
        }
        *taken.by.entry(who.clone()).or_default() += 1;
        self.seats.open.fetch_add(1, Ordering::SeqCst);
        let (streams, revoked) = (Arc::default(), CancellationToken::new());
        Some(Seat { seats: self.seats.clone(), who, address, watched: None, streams, revoked })
    }
}

impl Seat {
    /// Whose it is, now that they have said so.
    pub(super) fn known(&mut self, actor: Actor, bearer: Option<&str>) -> Result<(), Close> {
        let (who, most) = match actor {
            Actor::Anonymous => (Who::Anonymous(self.address), MOST_ANONYMOUS),
            actor => (Who::Known(actor.to_string()), MOST_OF_ONE),
        };
        let mut taken = self.seats.lock();
        if taken.count(&who) >= most {
            return Err(Close::new(4429, format!("too many sockets: at most {most}; close another first")));
        }
        taken.leave(&self.who);
        *taken.by.entry(who.clone()).or_default() += 1;
        self.who = who;
        if let Some(bearer) = bearer {
            let member = match actor {
                Actor::Member { id, .. } => Some(id),
                _ => None,
            };
            let (streams, revoked) = (self.streams.clone(), self.revoked.clone());
            let watched =
                Watched { bearer: bearer.to_owned(), who: actor.to_string(), member, streams, revoked };
            let id = taken.next;
            taken.next += 1;
            taken.watched.insert(id, watched);
            self.watched = Some(id);
        }
        Ok(())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        taken.leave(&self.who);
        if let Some(watched) = self.watched {
            taken.watched.remove(&watched);
        }
        self.seats.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Seats {
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the sockets of those whose tokens open nothing any more, or open something for somebody else.
    async fn look(&self, commands: &Commands) -> Result<(), commands::CommandError> {
        let tokens: BTreeSet<String> = {
            let taken = self.lock();
            taken.watched.values().map(|watched| watched.bearer.clone()).collect()
        };
        if tokens.is_empty() {
            return Ok(());
        }
        let asked: Vec<&str> = tokens.iter().map(String::as_str).collect();
        let actors = commands.authenticate_all(&asked).await?;
        let opened: HashMap<&str, String> = asked
            .into_iter()
            .zip(actors)
            .filter_map(|(token, actor)| Some((token, actor?.to_string())))
            .collect();
        // Who came meanwhile was looked up when they came.
        let is_revoked = |watched: &&Watched| {
            tokens.contains(&watched.bearer) && opened.get(watched.bearer.as_str()) != Some(&watched.who)
        };
        let taken = self.lock();
        taken.watched.values().filter(is_revoked).for_each(|watched| watched.revoked.cancel());
        Ok(())
    }

    /// The members who look at what happens.
    fn looking(&self) -> Vec<MemberId> {
        let taken = self.lock();
        let looks = |watched: &&Watched| watched.streams.load(Ordering::SeqCst) > 0;
        let members: BTreeSet<String> =
            taken.watched.values().filter(looks).filter_map(|it| Some(it.member?.to_string())).collect();
        members.iter().filter_map(|id| id.parse().ok()).collect()
    }

    fn close_all(&self) {
        self.lock().watched.values().for_each(|watched| watched.revoked.cancel());
    }
}

impl Taken {
    fn count(&self, who: &Who) -> usize {
        self.by.get(who).copied().unwrap_or_default()
    }

    fn leave(&mut self, who: &Who) {
        if let Some(count) = self.by.get_mut(who) {
            *count -= 1;
            if *count == 0 {
                self.by.remove(who);
            }
        }
    }
}

async fn supervise(commands: Commands, clock: Clock, seats: Arc<Seats>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let watch = tokio::spawn(watch(commands.clone(), clock.clone(), seats.clone(), stop.clone()));
        if let Err(panic) = watch.await {
            tracing::error!(%panic, "the watch on open sockets panicked and is started again");
            let _ = tokio::time::timeout(LOOK, stop.cancelled()).await;
        }
    }
}

async fn watch(commands: Commands, clock: Clock, seats: Arc<Seats>, stop: CancellationToken) {
    let (mut present_at, mut answered) = (clock.micros(), tokio::time::Instant::now());
    while tokio::time::timeout(LOOK, stop.cancelled()).await.is_err() {
        match seats.look(&commands).await {
            Ok(()) => answered = tokio::time::Instant::now(),
            Err(error) => {
                tracing::warn!(%error, "nobody says whether the tokens of open sockets are still good");
                if answered.elapsed() > BELIEVED {
                    seats.close_all();
                }
            }
        }
        if clock.micros() - present_at >= PRESENT {
            present_at = clock.micros();
            if let Err(error) = commands.keep_present(&seats.looking()).await {
                tracing::warn!(%error, "nobody was told who is at the desk");
            }
        }
    }
}

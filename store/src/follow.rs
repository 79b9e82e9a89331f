//! Following the log: each view from its own checkpoint, which moves in the transaction that writes the view.

use crate::{
    database::Dialect,
    error::StoreError,
    event::RecordedEvent,
    read::LogFilter,
    sql::{Side, Tx},
    store::Store,
};
use std::{future::Future, pin::Pin, sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Events per transaction: a few milliseconds of work, so that no reader and no other writer waits long.
const PAGE: i64 = 200;
/// How often a follower looks when nobody in this process told it to: other processes append too.
const POLL: Duration = Duration::from_millis(250);
/// How long a follower that failed waits before it tries the same event again.
const RETRY: Duration = Duration::from_secs(1);
/// How long an answer waits for a view to have seen its own event.
const READ_YOUR_WRITES: Duration = Duration::from_secs(2);

/// A future that can be named.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// Why a view could not take an event.
pub type HandleError = Box<dyn std::error::Error + Send + Sync>;
/// Writes a run of events into a view: positions without a gap, in order.
pub type Handle = for<'a> fn(&'a mut Tx, &'a [RecordedEvent]) -> BoxFuture<'a, Result<(), HandleError>>;

/// A view: its name, the version of its shape, its tables, and how it takes events.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// The version of its shape. A new one has a checkpoint of its own, and needs tables of its own.
    pub version: i64,
    /// Every table that it writes.
    pub tables: &'static [&'static str],
    /// How it takes a run of events.
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
    /// Why it stands still, when it does.
    pub error: Option<String>,
}

/// What a follower last said of itself, in this process.
#[derive(Clone, Debug, Default)]
struct Said {
    position: i64,
    error: Option<String>,
}

struct Follower {
    view: View,
    said: watch::Sender<Said>,
}

/// The followers of this process.
#[derive(Clone)]
pub struct Followers {
    store: Store,
    all: Arc<Vec<Follower>>,
    tasks: TaskTracker,
}

impl Followers {
    /// Starts one follower per view, each watched over: one that fails or panics says so and tries again.
    pub fn start(store: &Store, views: &[View], stop: &CancellationToken) -> Self {
        let all: Arc<Vec<Follower>> = Arc::new(
            views
                .iter()
                .map(|view| Follower { view: *view, said: watch::Sender::new(Said::default()) })
                .collect(),
        );
        let tasks = TaskTracker::new();
        for index in 0..all.len() {
            tasks.spawn(supervise(store.clone(), all.clone(), index, stop.clone()));
        }
        tasks.close();
        Self { store: store.clone(), all, tasks }
    }

    /// Waits until every follower has ended, after the token they were started with was cancelled.
    pub async fn ended(&self) {
        self.tasks.wait().await;
    }

    /// How each of them is doing, by its checkpoint: whichever process it runs in.
    pub async fn status(&self) -> Result<Vec<FollowerStatus>, StoreError> {
        let mut all = Vec::new();
        for Follower { view, said } in self.all.iter() {
            let position = checkpoint(&self.store.database().views, view).await?;
            let error = said.borrow().error.clone();
            all.push(FollowerStatus { name: view.name, version: view.version, position, error });
        }
        Ok(all)
    }

    /// Waits until these views have seen a position, so that a writer reads what they wrote. `false`: they have not
    /// within two seconds, or one stands still with an error.
    pub async fn wait_for(&self, names: &[&str], position: i64) -> Result<bool, StoreError> {
        let deadline = Instant::now() + READ_YOUR_WRITES;
        for name in names {
            if !self.wait_for_one(name, position, deadline).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn wait_for_one(&self, name: &str, position: i64, deadline: Instant) -> Result<bool, StoreError> {
        let Some(follower) = self.all.iter().find(|follower| follower.view.name == name) else {
            return Ok(false);
        };
        let mut said = follower.said.subscribe();
        let mut pause = Duration::from_millis(5);
        loop {
            let latest = said.borrow_and_update().clone();
            if latest.position >= position {
                return Ok(true);
            }
            // The follower may run in another process: the checkpoint knows.
            if checkpoint(&self.store.database().views, &follower.view).await? >= position {
                return Ok(true);
            }
            if latest.error.is_some() || Instant::now() >= deadline {
                return Ok(false);
            }
            let _ = tokio::time::timeout(pause, said.changed()).await;
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }
}

/// Keeps one follower going: a panic is a bug, and a view that silently stands still would be a second one.
async fn supervise(store: Store, followers: Arc<Vec<Follower>>, index: usize, stop: CancellationToken) {
    let name = followers[index].view.name;
    while !stop.is_cancelled() {
        let run = tokio::spawn(run(store.clone(), followers.clone(), index, stop.clone()));
        if let Err(panic) = run.await {
            tracing::error!(view = name, %panic, "a follower panicked and is started again");
            followers[index].said.send_modify(|said| said.error = Some("panicked".to_owned()));
            let _ = tokio::time::timeout(RETRY, stop.cancelled()).await;
        }
    }
}

async fn run(store: Store, followers: Arc<Vec<Follower>>, index: usize, stop: CancellationToken) {
    let Follower { view, said } = &followers[index];
    let mut appended = store.appended();
    while !stop.is_cancelled() {
        appended.borrow_and_update();
        let wait = match page(&store, view).await {
            Ok(Page::Moved(position)) => {
                said.send_modify(|said| *said = Said { position, error: None });
                continue;
            }
            Ok(Page::UpToDate) => {
                said.send_modify(|said| said.error = None);
                POLL
            }
            Ok(Page::Elsewhere) => POLL,
            Err(error) => {
                let error = error.to_string();
                tracing::error!(view = view.name, error, "a follower stands still and will try again");
                said.send_modify(|said| said.error = Some(error));
                RETRY
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
            _ = appended.changed(), if wait == POLL => {}
        }
    }
}

enum Page {
    /// Took events up to a position.
    Moved(i64),
    /// There is nothing after the checkpoint.
    UpToDate,
    /// Another process holds the checkpoint.
    Elsewhere,
}

#[derive(Debug, thiserror::Error)]
enum PageError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("at position {position}: {error}")]
    Handle { position: i64, error: HandleError },
}

impl From<sqlx::Error> for PageError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// One page at once; when the view cannot take it, one event at a time, so that all before the guilty one are taken
/// and the error names where it stands.
async fn page(store: &Store, view: &View) -> Result<Page, PageError> {
    match take(store, view, PAGE).await {
        Err(PageError::Handle { .. }) => {}
        taken => return taken,
    }
    let mut moved = None;
    for _ in 0..PAGE {
        match take(store, view, 1).await? {
            Page::Moved(position) => moved = Some(position),
            otherwise @ (Page::UpToDate | Page::Elsewhere) => return Ok(moved.map_or(otherwise, Page::Moved)),
        }
    }
    Ok(moved.map_or(Page::UpToDate, Page::Moved))
}

/// At most so many events: view and checkpoint in one transaction, so that each event counts exactly once.
async fn take(store: &Store, view: &View, most: i64) -> Result<Page, PageError> {
    let views = &store.database().views;
    let head = store.head().await?;
    if head <= checkpoint(views, view).await? {
        return Ok(Page::UpToDate);
    }
    let mut tx = views.begin().await?;
    let Some(position) = lock_checkpoint(&mut tx, store.database().dialect(), view).await? else {
        return Ok(Page::Elsewhere);
    };
    let events = store.read(&LogFilter::default(), position, most).await?;
    let mut last = position;
    for event in &events {
        if event.position != last + 1 {
            return Err(StoreError::Gap { position: last + 1 }.into());
        }
        last = event.position;
    }
    if last == position {
        return match position < head {
            // The head says that there is more: the end of the log was cut off.
            true => Err(StoreError::Gap { position: position + 1 }.into()),
            false => Ok(Page::UpToDate),
        };
    }
    (view.handle)(&mut tx, &events)
        .await
        .map_err(|error| PageError::Handle { position: position + 1, error })?;
    let sql = "UPDATE checkpoints SET position = $3 WHERE name = $1 AND version = $2";
    tx.execute(sql, &[view.name.into(), view.version.into(), last.into()]).await?;
    tx.commit().await?;
    Ok(Page::Moved(last))
}

/// The view's checkpoint, locked; `None`: another process holds it.
async fn lock_checkpoint(tx: &mut Tx, dialect: Dialect, view: &View) -> Result<Option<i64>, sqlx::Error> {
    let key = [view.name.into(), view.version.into()];
    let create = "INSERT INTO checkpoints (name, version, position) VALUES ($1, $2, 0) ON CONFLICT (name, version) DO NOTHING";
    tx.execute(create, &key).await?;
    let select = match dialect {
        Dialect::Postgres => {
            // A view can be filled again, the log cannot: losing its last moments in a crash costs nothing.
            tx.execute("SET LOCAL synchronous_commit = off", &[]).await?;
            "SELECT position FROM checkpoints WHERE name = $1 AND version = $2 FOR UPDATE SKIP LOCKED"
        }
        Dialect::Sqlite => "SELECT position FROM checkpoints WHERE name = $1 AND version = $2",
    };
    tx.row(select, &key).await?.map(|row| row.int("position")).transpose()
}

async fn checkpoint(views: &Side, view: &View) -> Result<i64, StoreError> {
    let sql = "SELECT position FROM checkpoints WHERE name = $1 AND version = $2";
    let row = views.row(sql, &[view.name.into(), view.version.into()]).await?;
    Ok(row.map(|row| row.int("position")).transpose()?.unwrap_or_default())
}

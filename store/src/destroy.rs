//! Destroying keys as events say: the event comes first, the destruction follows.
//!
//! Knows that some events name keys, and that each of them is acted upon at least once, wherever a process dies. Must not
//! know what these events mean: whoever starts it says which they are, which keys they name, and what else follows.

use crate::{
    append::lock_head,
    error::StoreError,
    event::RecordedEvent,
    follow::HandleError,
    read::LogFilter,
    sql::{Value, placeholders},
    store::Store,
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// Its name among the checkpoints.
const NAME: &str = "destroyed_keys";
/// Events that are read at once.
const PAGE: i64 = 100;
/// How often the log is looked at when nobody said that it has grown.
const POLL: Duration = Duration::from_millis(250);
/// How long it waits once it was told: under load the log grows a thousand times a second.
const BREATH: Duration = Duration::from_millis(10);
/// How long it waits after a failure.
const RETRY: Duration = Duration::from_secs(1);
/// After so many events that name no key the checkpoint is moved all the same, so that nobody reads them again.
const STRIDE: i64 = 1_000;

/// Which events name keys, and which keys each of them names.
#[derive(Clone, Copy, Debug)]
pub struct Destruction {
    /// The types of the events.
    pub types: &'static [&'static str],
    /// The ids of the keys.
    pub keys_of: fn(&RecordedEvent) -> Vec<String>,
}

/// How the destruction is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DestructionStatus {
    /// Everything up to this position has been acted upon.
    pub position: i64,
    /// Why it stands still, when it does.
    pub error: Option<String>,
}

/// The task that destroys, and what it last said of itself.
#[derive(Clone, Debug)]
pub struct Destroyer {
    said: watch::Receiver<DestructionStatus>,
    task: Arc<tokio::sync::Mutex<Option<JoinHandle<()>>>>,
}

impl Destroyer {
    /// Destroys until `stop` is cancelled. After the keys of an event are gone, `then` does what else follows; it may be
    /// asked more than once, by more than one process. One that panics is started again.
    pub fn start<F, Fut>(store: &Store, what: Destruction, then: F, stop: &CancellationToken) -> Self
    where
        F: Fn(RecordedEvent) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<(), HandleError>> + Send + 'static,
    {
        let (say, said) = watch::channel(DestructionStatus::default());
        let (store, stop, say) = (store.clone(), stop.clone(), Arc::new(say));
        let task = tokio::spawn(async move {
            while !stop.is_cancelled() {
                let run = run(store.clone(), what, then.clone(), say.clone(), stop.clone());
                if let Err(panic) = tokio::spawn(run).await {
                    tracing::error!(%panic, "the destruction of keys panicked and is started again");
                    say.send_modify(|said| said.error = Some("panicked".to_owned()));
                    let _ = tokio::time::timeout(RETRY, stop.cancelled()).await;
                }
            }
        });
        Self { said, task: Arc::new(tokio::sync::Mutex::new(Some(task))) }
    }

    /// How it is doing, in this process.
    pub fn status(&self) -> DestructionStatus {
        self.said.borrow().clone()
    }

    /// Waits until it has ended, after the token it was started with was cancelled.
    pub async fn ended(&self) {
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the destruction of keys did not end well");
        }
    }
}

async fn run<F, Fut>(
    store: Store,
    what: Destruction,
    then: F,
    say: Arc<watch::Sender<DestructionStatus>>,
    stop: CancellationToken,
) where
    F: Fn(RecordedEvent) -> Fut,
    Fut: Future<Output = Result<(), HandleError>>,
{
    let mut appended = store.appended();
    let mut progress = Progress::default();
    while !stop.is_cancelled() {
        appended.borrow_and_update();
        let retry = match turn(&store, what, &then, &mut progress).await {
            Ok(more) => {
                let position = progress.position.unwrap_or_default();
                say.send_modify(|said| *said = DestructionStatus { position, error: None });
                if more {
                    continue;
                }
                false
            }
            Err(error) => {
                let error = error.to_string();
                if say.borrow().error.as_ref() != Some(&error) {
                    tracing::error!(
                        error,
                        "keys that are to be destroyed are not yet, and it will be tried again"
                    );
                }
                say.send_modify(|said| said.error = Some(error));
                true
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(if retry { RETRY } else { POLL }) => {}
            () = grown(&mut appended), if !retry => {}
        }
    }
}

/// The log has grown; not told of more often than that.
async fn grown(appended: &mut watch::Receiver<i64>) {
    let _ = appended.changed().await;
    tokio::time::sleep(BREATH).await;
}

/// How far this process has come.
#[derive(Default)]
struct Progress {
    /// Every event up to this one was seen; nothing is known before the first turn.
    position: Option<i64>,
    /// What the checkpoint is known to have reached.
    saved: i64,
}

/// Acts upon what this process has not seen; says whether there may be more. What another process has acted upon
/// is only forgotten here: no cache of ours keeps a key that is gone.
async fn turn<F, Fut>(
    store: &Store,
    what: Destruction,
    then: &F,
    progress: &mut Progress,
) -> Result<bool, HandleError>
where
    F: Fn(RecordedEvent) -> Fut,
    Fut: Future<Output = Result<(), HandleError>>,
{
    let mut head = store.head().await?;
    let from = match progress.position.filter(|position| *position <= head) {
        Some(position) if position == head => return Ok(false),
        Some(position) => position,
        None => {
            // In this order: nobody acts upon what is not in the log yet.
            progress.saved = store.destroyed_through().await?;
            head = store.head().await?;
            if progress.saved > head {
                // The log was restored from a backup, and keys with it: everything that it says is done again.
                store.destroyed_again_from(head).await?;
                progress.saved = 0;
            }
            progress.saved
        }
    };
    let types = what.types.iter().map(|name| (*name).to_owned()).collect();
    let events = store.read(&LogFilter { types, ..LogFilter::default() }, from, PAGE).await?;
    let more = i64::try_from(events.len()) == Ok(PAGE);
    if !events.is_empty() {
        progress.saved = store.destroyed_through().await?;
    }
    progress.position = Some(from);
    for event in events {
        let (keys, at) = ((what.keys_of)(&event), event.position);
        if at > progress.saved {
            store.destroy_keys(&keys).await?;
            then(event).await?;
            // Until it succeeds: before, the write-ahead log still holds the old pages.
            store.database().log.truncate_write_ahead_log().await?;
            store.move_destroyed(at).await?;
            progress.saved = at;
        } else {
            for key in &keys {
                store.keys().forget(key);
            }
        }
        progress.position = Some(at);
    }
    if !more {
        let position = progress.position.unwrap_or_default().max(head);
        progress.position = Some(position);
        if position >= progress.saved + STRIDE {
            store.move_destroyed(position).await?;
            progress.saved = position;
        }
    }
    Ok(more)
}

impl Store {
    /// Destroys a key: what it and the keys below it sealed can never be read again, in no replica and no backup
    /// of the log. The row stays as a tombstone. Doing it again changes nothing.
    pub async fn destroy_key(&self, key_id: &str) -> Result<(), StoreError> {
        self.destroy_keys(&[key_id.to_owned()]).await?;
        Ok(self.database().log.truncate_write_ahead_log().await?)
    }

    /// The same for several; SQLite's write-ahead log still holds the old pages afterwards.
    async fn destroy_keys(&self, keys: &[String]) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut tx = self.database().log.begin().await?;
        let head = lock_head(&mut tx, self.clock()).await?;
        let sql = format!(
            "UPDATE keys SET wrapped = NULL, destroyed_at = $1 WHERE key_id IN ({}) AND destroyed_at IS NULL",
            placeholders(2, keys.len())
        );
        let ids = keys.iter().map(|key| key.as_str().into());
        let values: Vec<Value> = [head.now.into()].into_iter().chain(ids).collect();
        tx.execute(&sql, &values).await?;
        tx.commit().await?;
        for key in keys {
            self.keys().forget(key);
        }
        Ok(())
    }

    /// The position up to which every event that names keys has been acted upon, by whichever process.
    pub async fn destroyed_through(&self) -> Result<i64, StoreError> {
        let sql = "SELECT position FROM checkpoints WHERE name = $1 AND version = 1";
        let row = self.database().views.row(sql, &[NAME.into()]).await?;
        Ok(row.map(|row| row.int("position")).transpose()?.unwrap_or_default())
    }

    /// Forwards only: another process may be further.
    async fn move_destroyed(&self, to: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO checkpoints (name, version, position, filled) VALUES ($1, 1, $2, 1) \
                   ON CONFLICT (name, version) DO UPDATE SET position = excluded.position \
                   WHERE checkpoints.position < excluded.position";
        self.database().views.execute(sql, &[NAME.into(), to.into()]).await?;
        Ok(())
    }

    async fn destroyed_again_from(&self, head: i64) -> Result<(), StoreError> {
        let sql = "UPDATE checkpoints SET position = 0 WHERE name = $1 AND version = 1 AND position > $2";
        self.database().views.execute(sql, &[NAME.into(), head.into()]).await?;
        Ok(())
    }
}

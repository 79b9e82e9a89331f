//! Destroying keys as events say: the event comes first, the destruction follows.
//!
//! Knows that some events name keys, and that each of them is acted upon at least once, wherever a process dies. Must not
//! know what these events mean: whoever starts it says which they are, which keys they name, and what else follows.

use crate::{
    append::lock_head,
    error::StoreError,
    event::{COLUMNS, RecordedEvent},
    follow::HandleError,
    keys::rows,
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
const BREATH: Duration = Duration::from_millis(20);
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
    let mut position = None;
    while !stop.is_cancelled() {
        appended.borrow_and_update();
        let retry = match turn(&store, what, &then, &mut position).await {
            Ok(more) => {
                let position = position.unwrap_or_default();
                say.send_modify(|said| *said = DestructionStatus { position, error: None });
                if more {
                    continue;
                }
                false
            }
            Err(error) => {
                let is_fault = error.downcast_ref::<StoreError>().is_some();
                let error = error.to_string();
                if say.borrow().error.as_ref() != Some(&error) {
                    if is_fault {
                        tracing::error!(
                            error,
                            "keys that are to be destroyed are not yet, and it will be tried again"
                        );
                    } else {
                        // What follows is waited for, such as a view that is being filled.
                        tracing::warn!(
                            error,
                            "what is to be destroyed is not all gone yet, and it will be tried again"
                        );
                    }
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

/// Acts upon what this process has not seen, after `position`; says whether there may be more.
///
/// It begins at the beginning: keys may have come back from a backup that is older than the log. What else follows an
/// event is done after the checkpoint only.
async fn turn<F, Fut>(
    store: &Store,
    what: Destruction,
    then: &F,
    position: &mut Option<i64>,
) -> Result<bool, HandleError>
where
    F: Fn(RecordedEvent) -> Fut,
    Fut: Future<Output = Result<(), HandleError>>,
{
    if *position == Some(store.head().await?) {
        return Ok(false);
    }
    // In this order: nobody acts upon what is not in the log yet.
    let mut done = store.destroyed_through().await?;
    let head = store.head().await?;
    if done > head {
        // The log was restored from a backup: what followed its events may be missing in it.
        store.act_again_from(NAME, head).await?;
        done = 0;
    }
    let from = position.filter(|position| *position <= head).unwrap_or_default();
    let events = store.naming_keys(what, from).await?;
    let more = i64::try_from(events.len()) == Ok(PAGE);
    let last = events.last().map_or(from, |event| event.position);
    let is_new = events.iter().any(|event| event.position > done);
    // All of them first: what follows one may have to wait, and no key waits for that.
    let keys: Vec<String> = events.iter().flat_map(what.keys_of).collect();
    let mut destroyed = store.destroy_keys(&keys).await?;
    let (mut reached, mut outcome) = (from, Ok(()));
    for event in events {
        let at = event.position;
        if at > done {
            outcome = then(event).await;
        }
        if outcome.is_err() {
            break;
        }
        reached = at;
    }
    if outcome.is_err() {
        destroyed |= store.destroy_after(what, last).await?;
    }
    if is_new || destroyed {
        // Until it succeeds: before, the write-ahead log still holds the old pages.
        store.database().log.truncate_write_ahead_log().await?;
    }
    if outcome.is_ok() && !more {
        reached = reached.max(head);
    }
    *position = Some(reached);
    if reached > done && (is_new || reached >= done + STRIDE) {
        store.move_acted(NAME, reached).await?;
    }
    outcome.map(|()| more)
}

impl Store {
    /// Destroys a key: what it and the keys below it sealed can never be read again, in no replica and no backup
    /// of the log. The row stays as a tombstone. Doing it again changes nothing.
    pub async fn destroy_key(&self, key_id: &str) -> Result<(), StoreError> {
        self.destroy_keys(&[key_id.to_owned()]).await?;
        Ok(self.database().log.truncate_write_ahead_log().await?)
    }

    /// Events that name keys, a page of them after a position. The types stand in the text, for there is an index of
    /// these very ones.
    async fn naming_keys(&self, what: Destruction, after: i64) -> Result<Vec<RecordedEvent>, StoreError> {
        let types: Vec<String> = what.types.iter().map(|name| format!("'{name}'")).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE event_type IN ({}) AND position > $1 ORDER BY position LIMIT $2",
            types.join(", ")
        );
        let rows = self.database().log.rows(&sql, &[after.into(), PAGE.into()]).await?;
        rows.iter().map(RecordedEvent::from_row).collect()
    }

    /// The keys that all events after a position name, a page at a time: what follows an earlier one had to wait, and no
    /// key waits for that. Says whether any was destroyed.
    async fn destroy_after(&self, what: Destruction, mut after: i64) -> Result<bool, StoreError> {
        let mut destroyed = false;
        loop {
            let events = self.naming_keys(what, after).await?;
            let Some(last) = events.last() else { return Ok(destroyed) };
            after = last.position;
            let keys: Vec<String> = events.iter().flat_map(what.keys_of).collect();
            destroyed |= self.destroy_keys(&keys).await?;
        }
    }

    /// The same for several; SQLite's write-ahead log still holds the old pages afterwards. When none of them is alive
    /// nobody waits for the head: no key is made after the event that names it. Says whether any was.
    async fn destroy_keys(&self, keys: &[String]) -> Result<bool, StoreError> {
        // Whatever the database says of them: no cache of ours keeps a key that is gone.
        for key in keys {
            self.keys().forget(key);
        }
        let ids: Vec<Value> = keys.iter().map(|key| key.as_str().into()).collect();
        let living = format!(
            "SELECT key_id FROM keys WHERE key_id IN ({}) AND destroyed_at IS NULL",
            placeholders(1, ids.len())
        );
        if ids.is_empty() || self.database().log.rows(&living, &ids).await?.is_empty() {
            return Ok(false);
        }
        let mut tx = self.database().log.begin().await?;
        let head = lock_head(&mut tx, self.clock()).await?;
        rows::destroy(&mut tx, keys, head.now).await?;
        tx.commit().await?;
        for key in keys {
            self.keys().forget(key);
        }
        Ok(true)
    }

    /// The position up to which every event that names keys has been acted upon, by whichever process.
    pub async fn destroyed_through(&self) -> Result<i64, StoreError> {
        Ok(self.acted_through(NAME).await?.unwrap_or_default())
    }
}

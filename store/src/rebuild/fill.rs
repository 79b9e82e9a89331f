//! Filling the new tables: each page of the log is read once, the next one while the one before is written, and most rows
//! are written when nothing more is expected of them.

use super::{
    RebuildError, RebuildProgress,
    shadow::Shadow,
    turns::{self, Turns},
};
use crate::{
    database::Dialect,
    error::StoreError,
    event::RecordedEvent,
    follow::{page, run::Pace},
    held::Held,
    read::LogFilter,
    sql::Tx,
    store::Store,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::Instant,
};

/// Events that are read at once.
const PAGE: i64 = 2_000;
/// SQLite has one writer: how long followers wait for it at most.
const BOUND: Duration = Duration::from_millis(50);
/// On PostgreSQL nobody waits for tables that nobody reads yet.
const NO_BOUND: Duration = Duration::from_secs(2);

/// What a view may hold back, in bytes: some ten thousand messages.
const ROOM: usize = 24 << 20;
/// … on SQLite, which has caches of its own in this process.
const SQLITE_ROOM: usize = 16 << 20;
/// What is written of that at once: a short transaction still, for SQLite has one writer.
const STEP: usize = 2 << 20;

/// When a view's rows are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// With the run that touches them.
    AtOnce,
    /// When there is no more room for them, or the log has ended. A run that fails cannot be tried again.
    HeldBack,
}

type Events = Arc<Vec<RecordedEvent>>;

/// Fills from a position almost to the end of the log; says how far.
pub(super) async fn fill(
    store: &Store,
    shadows: &[Arc<Shadow>],
    from: i64,
    rows: Rows,
    progress: &watch::Sender<RebuildProgress>,
) -> Result<i64, RebuildError> {
    // PostgreSQL writes the views side by side; SQLite has one writer, and one transaction for all.
    let lanes: Vec<Vec<Arc<Shadow>>> = match store.database().dialect() {
        Dialect::Postgres => shadows.iter().map(|shadow| vec![shadow.clone()]).collect(),
        Dialect::Sqlite => vec![shadows.to_vec()],
    };
    progress.send_modify(|progress| progress.lanes = vec![from; lanes.len()]);
    let (mut writing, mut pages) = (JoinSet::new(), Vec::new());
    for (index, shadows) in lanes.into_iter().enumerate() {
        let (sender, receiver) = mpsc::channel(1);
        pages.push(sender);
        let held = shadows.iter().map(|_| (rows == Rows::HeldBack).then(Held::default)).collect();
        let lane = Lane { store: store.clone(), shadows, held, position: from, turns: Turns::default() };
        let progress = progress.clone();
        writing.spawn(lane.write_all(receiver, move |position| {
            progress.send_modify(|progress| progress.lanes[index] = position);
        }));
    }
    let reading = tokio::spawn(read_all(store.clone(), from, pages, progress.clone()));
    while let Some(written) = writing.join_next().await {
        written.map_err(|panic| StoreError::Setup(format!("a rebuild did not finish: {panic}")))??;
    }
    reading.await.map_err(|panic| StoreError::Setup(format!("a rebuild did not finish: {panic}")))?
}

/// Reads until little is left, and hands each page to every lane.
async fn read_all(
    store: Store,
    from: i64,
    lanes: Vec<mpsc::Sender<Events>>,
    progress: watch::Sender<RebuildProgress>,
) -> Result<i64, RebuildError> {
    let mut position = from;
    loop {
        let head = store.head().await?;
        progress.send_modify(|progress| progress.head = head);
        if head - position <= super::LAST {
            return Ok(position);
        }
        while position < head {
            let events = store.read(&LogFilter::default(), position, PAGE).await?;
            let events = Arc::new(page::contiguous(position, events));
            let Some(last) = events.last() else {
                return Err(StoreError::Gap { position: position + 1 }.into());
            };
            position = last.position;
            for lane in &lanes {
                if lane.send(events.clone()).await.is_err() {
                    // It failed, and says why itself.
                    return Ok(position);
                }
            }
        }
    }
}

/// Views that are written in one transaction.
struct Lane {
    store: Store,
    shadows: Vec<Arc<Shadow>>,
    /// What each of them holds back, if it does.
    held: Vec<Option<Held>>,
    position: i64,
    turns: Turns,
}

impl Lane {
    async fn write_all(
        mut self,
        mut pages: mpsc::Receiver<Events>,
        tell: impl Fn(i64) + Send,
    ) -> Result<(), RebuildError> {
        let is_sqlite = self.store.database().dialect() == Dialect::Sqlite;
        let mut pace = Pace::new(if is_sqlite { BOUND } else { NO_BOUND });
        while let Some(page) = pages.recv().await {
            let mut rest = page.as_slice();
            while !rest.is_empty() {
                let (run, after) = rest.split_at(pace.events().min(rest.len()));
                let began = Instant::now();
                self.write_or_name(run).await?;
                pace.took(run.len(), began.elapsed());
                rest = after;
                tell(self.position);
                self.turns.give_way(&self.store).await?;
            }
        }
        while self.held.iter().flatten().any(|held| held.bytes() > 0) {
            self.write(&[]).await?;
            self.turns.give_way(&self.store).await?;
        }
        Ok(())
    }

    /// When a run is not taken, it is tried again one by one, to name the event.
    async fn write_or_name(&mut self, run: &[RecordedEvent]) -> Result<(), RebuildError> {
        match self.write(run).await {
            Err(RebuildError::Handle { .. }) if run.len() > 1 && self.held.iter().all(Option::is_none) => {
                for event in run {
                    self.write(std::slice::from_ref(event)).await?;
                }
                Ok(())
            }
            written => written,
        }
    }

    /// Takes a run; without one, writes some of what is held back.
    async fn write(&mut self, run: &[RecordedEvent]) -> Result<(), RebuildError> {
        let last = run.last().map_or(self.position, |event| event.position);
        let mut tx = turns::begin(&self.store).await?;
        let room = if matches!(tx, Tx::Sqlite(_)) { SQLITE_ROOM } else { ROOM };
        page::relax(&mut tx).await?;
        for (shadow, held) in self.shadows.iter().zip(&mut self.held) {
            let (view, position) = (shadow.view.name, self.position + 1);
            shadow.advance(&mut tx, self.position, last).await?;
            tx.rename(Some(shadow.renames.clone()));
            *tx.held() = held.take();
            if run.is_empty() {
                let left = tx.held().as_ref().map_or(0, Held::bytes).saturating_sub(STEP);
                tx.release(left).await?;
            } else {
                let handled = (shadow.view.handle)(&mut tx, run).await;
                handled.map_err(|error| RebuildError::Handle { view, position, error })?;
                if tx.held().as_ref().is_some_and(|held| held.bytes() > room) {
                    tx.release(room - STEP).await?;
                }
            }
            *held = tx.held().take();
            tx.rename(None);
        }
        tx.commit().await?;
        self.position = last;
        Ok(())
    }
}

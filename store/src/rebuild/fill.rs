//! Filling the new tables: each page of the log is read once, the next one while the one before is written, and most rows
//! are written when nothing more is expected of them.

use super::{
    RebuildError, RebuildProgress,
    bounds::{Bounds, Room},
    shadow::Shadow,
    turns::{self, Turns},
};
use crate::{
    database::Dialect,
    error::StoreError,
    event::RecordedEvent,
    follow::{HandleError, page, run::Pace},
    held::Held,
    read::LogFilter,
    sql::Tx,
    store::Store,
};
use futures_util::future::join_all;
use std::sync::Arc;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::Instant,
};

/// This part of the rows that may be held is released at once, beside what is too much.
const RELEASED: usize = 24;
/// Events that are read at once.
const PAGE: i64 = 2_000;

/// When a view's rows are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// With the run that touches them.
    AtOnce,
    /// When there is no more room for them, or the log has ended. A run that fails cannot be tried again.
    HeldBack,
}

type Events = Arc<Vec<RecordedEvent>>;

/// How far is filled.
#[derive(Clone, Copy)]
pub(super) struct Until {
    /// Until no more events than this are left, …
    pub(super) left: i64,
    /// … and this position is reached.
    pub(super) through: i64,
}

/// Fills from a position almost to the end of the log; says how far.
pub(super) async fn fill(
    store: &Store,
    shadows: &[Arc<Shadow>],
    from: i64,
    until: Until,
    (rows, bounds): (Rows, Bounds),
    progress: &watch::Sender<RebuildProgress>,
) -> Result<i64, RebuildError> {
    // PostgreSQL writes the views side by side; SQLite has one writer, and one transaction for all.
    let lanes: Vec<Vec<Arc<Shadow>>> = match store.database().dialect() {
        Dialect::Postgres => shadows.iter().map(|shadow| vec![shadow.clone()]).collect(),
        Dialect::Sqlite => vec![shadows.to_vec()],
    };
    progress.send_modify(|progress| progress.lanes = vec![from; lanes.len()]);
    let (mut writing, mut pages) = (JoinSet::new(), Vec::new());
    let room = Arc::new(Room::of(shadows.len()));
    for (index, shadows) in lanes.into_iter().enumerate() {
        let (sender, receiver) = mpsc::channel(1);
        pages.push(sender);
        let filling = |shadow| {
            let held = (rows == Rows::HeldBack).then(Held::default);
            Filling { shadow, held, room: room.clone(), position: from }
        };
        let views = shadows.into_iter().map(filling).collect();
        let lane = Lane { store: store.clone(), views, bounds, position: from, turns: Turns::default() };
        let progress = progress.clone();
        writing.spawn(lane.write_all(receiver, move |position| {
            progress.send_modify(|progress| progress.lanes[index] = position);
        }));
    }
    let reading = tokio::spawn(read_all(store.clone(), from, until, pages, progress.clone()));
    while let Some(written) = writing.join_next().await {
        written.map_err(|panic| StoreError::Setup(format!("a rebuild did not finish: {panic}")))??;
    }
    reading.await.map_err(|panic| StoreError::Setup(format!("a rebuild did not finish: {panic}")))?
}

/// Reads until little is left, and hands each page to every lane.
async fn read_all(
    store: Store,
    from: i64,
    until: Until,
    lanes: Vec<mpsc::Sender<Events>>,
    progress: watch::Sender<RebuildProgress>,
) -> Result<i64, RebuildError> {
    let mut position = from;
    loop {
        let head = store.head().await?;
        progress.send_modify(|progress| progress.head = head);
        if head - position <= until.left && position >= until.through.min(head) {
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
    views: Vec<Filling>,
    bounds: Bounds,
    position: i64,
    turns: Turns,
}

/// A view's new tables as they fill.
struct Filling {
    shadow: Arc<Shadow>,
    /// What it holds back, if it does.
    held: Option<Held>,
    /// What all views hold.
    room: Arc<Room>,
    /// What it has taken; behind the others while it takes an event in several transactions.
    position: i64,
}

impl Lane {
    async fn write_all(
        mut self,
        mut pages: mpsc::Receiver<Events>,
        tell: impl Fn(i64) + Send,
    ) -> Result<(), RebuildError> {
        let mut pace = Pace::new(self.bounds.transaction);
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
        while self.views.iter().filter_map(|view| view.held.as_ref()).any(|held| held.bytes() > 0) {
            self.write(&[]).await?;
            self.turns.give_way(&self.store).await?;
        }
        Ok(())
    }

    /// When a run is not taken, it is tried again one by one, to name the event.
    async fn write_or_name(&mut self, run: &[RecordedEvent]) -> Result<(), RebuildError> {
        match self.write(run).await {
            Err(RebuildError::Handle { .. })
                if run.len() > 1 && self.views.iter().all(|view| view.held.is_none()) =>
            {
                for event in run {
                    self.write(std::slice::from_ref(event)).await?;
                }
                Ok(())
            }
            written => written,
        }
    }

    /// Takes a run, of which some views may have taken a part before, in several transactions when a view asks for that; without a run, writes some of what is held
    /// back.
    async fn write(&mut self, run: &[RecordedEvent]) -> Result<(), RebuildError> {
        let last = run.last().map_or(self.position, |event| event.position);
        loop {
            let mut tx = turns::begin(&self.store).await?;
            page::relax(&mut tx).await?;
            tx.lend(&self.store);
            // While one waits for its statement another one folds. All come to their end: each has its rows to take back.
            let (all, bounds) = (&tx, self.bounds);
            let written = self.views.iter_mut();
            let written = written.map(async |view| view.write(&mut all.beside(), run, bounds).await);
            let reached = join_all(written).await.into_iter().collect::<Result<Vec<_>, _>>()?;
            tx.commit().await?;
            for (view, reached) in self.views.iter_mut().zip(reached) {
                view.position = reached;
            }
            if self.views.iter().all(|view| view.position >= last) {
                self.position = last;
                return Ok(());
            }
            self.turns.give_way(&self.store).await?;
        }
    }
}

impl Filling {
    /// Says how far it has come.
    async fn write(
        &mut self,
        tx: &mut Tx,
        run: &[RecordedEvent],
        bounds: Bounds,
    ) -> Result<i64, RebuildError> {
        let taken = run.partition_point(|event| event.position <= self.position);
        let rest = &run[taken..];
        if rest.is_empty() && !run.is_empty() {
            return Ok(self.position);
        }
        let last = rest.last().map_or(self.position, |event| event.position);
        self.shadow.advance(tx, self.position, last).await?;
        tx.rename(Some(self.shadow.renames.clone()));
        *tx.held() = self.held.take();
        let handled = self.handle(tx, rest, bounds).await;
        self.held = tx.held().take();
        tx.rename(None);
        // A row that was held is refused only when it is written: that too is an event which the view cannot take.
        let (view, position) = (self.shadow.view.name, self.position + 1);
        let handled = handled.map_err(|error| RebuildError::Handle { view, position, error })?;
        let reached = handled.unwrap_or(last);
        if reached < last {
            self.shadow.advance(tx, last, reached).await?;
        }
        Ok(reached)
    }

    /// `Some`: it has taken the run only so far.
    async fn handle(
        &self,
        tx: &mut Tx,
        run: &[RecordedEvent],
        Bounds { room, rows, step, .. }: Bounds,
    ) -> Result<Option<i64>, HandleError> {
        let bytes = |tx: &mut Tx| tx.held().as_ref().map_or(0, Held::bytes);
        if run.is_empty() {
            let left = bytes(tx).saturating_sub(step);
            tx.release(left).await?;
            return Ok(None);
        }
        let before = bytes(tx);
        (self.shadow.view.handle)(tx, run).await?;
        let reached = tx.taken();
        let (now, held) = (bytes(tx), tx.held().as_ref().map_or(0, Held::rows));
        if self.room.is_short(room, before, now) {
            // What it has taken since, and some more: there are rows enough for a statement.
            tx.release(before.min(now).saturating_sub(step)).await?;
        } else if held > rows {
            // As much of all tables, and some more: a statement for each row would take long.
            let left = rows - rows / RELEASED;
            tx.release(now * left / held).await?;
        }
        self.room.holds(now, bytes(tx));
        Ok(reached)
    }
}

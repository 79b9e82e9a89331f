//! Filling a view again from the whole log, beside the one in use, which is read and written on until the new one
//! takes its place in one transaction.
//!
//! Knows how tables are made like others and put in their place. Must not know what a view keeps: its own `handle`
//! fills the new tables, under other names.

mod bounds;
mod fill;
mod lock;
mod shadow;
mod turns;

use crate::{
    database::Dialect,
    error::StoreError,
    follow::{
        HandleError, View,
        checkpoint::{self, Lock},
        page,
    },
    store::Store,
};
pub(crate) use bounds::Bounds;
use fill::{Rows, Until};
use lock::RebuildLock;
use shadow::Shadow;
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinSet, time::Instant};

/// How long it waits for those who read the old tables; whoever would read them meanwhile waits as long.
const FLIP_LOCK: &str = "300ms";
/// How long after they did not end in time it is tried again.
const FLIP_AGAIN: Duration = Duration::from_millis(500);
/// … and when that is given up.
const FLIP_PATIENCE: Duration = Duration::from_secs(300);

/// What a rebuild is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RebuildStep {
    /// Reading the log.
    #[default]
    Filling,
    /// Making the indexes that were left out while it read.
    Indexing,
    /// Putting the new tables into the place of the old ones.
    TakingOver,
    /// Nothing more.
    Done,
}

/// How far a rebuild is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RebuildProgress {
    /// What it is doing.
    pub step: RebuildStep,
    /// Where the log ended when it last looked.
    pub head: i64,
    /// The views whose new tables have taken the place of the old ones.
    pub rebuilt: Vec<&'static str>,
    lanes: Vec<i64>,
}

impl RebuildProgress {
    /// The position that every view has reached.
    pub fn position(&self) -> i64 {
        self.lanes.iter().copied().min().unwrap_or_default()
    }
}

/// Why views were not rebuilt, but for those that [`RebuildProgress::rebuilt`] names. The others are as they were.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is one at a time.
    #[error("views of this database are being rebuilt already; wait until that has ended")]
    UnderWay,
    /// Another rebuild began, because this one's lock was lost with its connection.
    #[error("another rebuild has begun, and this one has ended")]
    TakenOver,
    /// A view cannot take an event.
    #[error("{view} cannot take the event at position {position}: {error}; the view in use is as it was")]
    Handle {
        /// The view.
        view: &'static str,
        /// The event.
        position: i64,
        /// Why.
        error: HandleError,
    },
}

impl From<sqlx::Error> for RebuildError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Fills these views again, in one pass over the log, and puts each into the place of the one in use. Reads never
    /// stop, and followers go on in any process. Says how many events the log had.
    pub async fn rebuild(
        &self,
        views: &[View],
        progress: &watch::Sender<RebuildProgress>,
    ) -> Result<i64, RebuildError> {
        // A server that starts later finds long transactions: it waits for them, as it does for a migration.
        let served = lock::served(self)?;
        let bounds = Bounds::of(self.database().dialect(), served);
        self.rebuild_within(bounds, served, views, progress).await
    }

    /// Drops what a rebuild of this view that was killed left behind. `false`: a rebuild is under way, of whichever view, and
    /// what there is may be its own.
    pub async fn discard_left_over(&self, view: &View) -> Result<bool, StoreError> {
        let shadow = Shadow::of(view);
        if !shadow.is_left(self).await? {
            return Ok(true);
        }
        let lock = match RebuildLock::take(self.database()).await {
            Ok(lock) => lock,
            Err(RebuildError::UnderWay) => return Ok(false),
            Err(RebuildError::Store(error)) => return Err(error),
            Err(error) => return Err(StoreError::Setup(error.to_string())),
        };
        let discarded = shadow.abandon(self).await;
        lock.release().await;
        discarded.map(|()| true)
    }

    pub(crate) async fn rebuild_within(
        &self,
        bounds: Bounds,
        served: bool,
        views: &[View],
        progress: &watch::Sender<RebuildProgress>,
    ) -> Result<i64, RebuildError> {
        let mut lock = RebuildLock::take(self.database()).await?;
        let rebuild = Rebuild { store: self, bounds, served, views, progress };
        let outcome = rebuild.run().await;
        // The tables of a rebuild that has begun since the lock was lost are not this one's to drop.
        if outcome.is_err() && lock.is_held().await {
            rebuild.clean_up().await;
        }
        lock.release().await;
        outcome
    }
}

/// One rebuild, under the lock.
struct Rebuild<'a> {
    store: &'a Store,
    bounds: Bounds,
    served: bool,
    views: &'a [View],
    progress: &'a watch::Sender<RebuildProgress>,
}

/// What became of an attempt to take the place of the tables in use.
enum Flip {
    Done,
    /// There is too much left to do, up to this position at least.
    TooMuch(i64),
}

impl Rebuild<'_> {
    async fn run(&self) -> Result<i64, RebuildError> {
        let step = |step| self.progress.send_modify(|progress| progress.step = step);
        let mut shadows = self.shadows().await?;
        let mut filled = self.fill(&shadows, 0, 0, Rows::HeldBack).await;
        if let Err(RebuildError::Handle { .. }) = &filled {
            // Once more, so that it can name the event.
            tracing::warn!("the views are filled once more, each row at once");
            shadows = self.shadows().await?;
            filled = self.fill(&shadows, 0, 0, Rows::AtOnce).await;
        }
        let position = filled?;
        step(RebuildStep::Indexing);
        self.complete(&shadows).await?;
        step(RebuildStep::TakingOver);
        let position = self.fill(&shadows, position, 0, Rows::AtOnce).await?;
        for shadow in &shadows {
            self.take_over(shadow, position).await?;
            self.progress.send_modify(|progress| progress.rebuilt.push(shadow.view.name));
        }
        for shadow in &shadows {
            if let Err(error) = shadow.discard_old(self.store).await {
                tracing::warn!(%error, view = shadow.view.name, "the old tables stay until the next rebuild");
            }
        }
        let head = self.store.head().await?;
        self.progress.send_modify(|progress| {
            (progress.step, progress.head, progress.lanes) = (RebuildStep::Done, head, vec![head]);
        });
        Ok(head)
    }

    async fn shadows(&self) -> Result<Vec<Arc<Shadow>>, RebuildError> {
        let mut shadows = Vec::with_capacity(self.views.len());
        for view in self.views {
            shadows.push(Arc::new(Shadow::create(self.store, view, self.served).await?));
        }
        Ok(shadows)
    }

    /// Drops what was made and has not come into use, and what was in use before.
    async fn clean_up(&self) {
        for view in self.views {
            let shadow = Shadow::of(view);
            if let Err(error) = shadow.abandon(self.store).await {
                tracing::warn!(%error, view = view.name, "what was made of it stays until the next rebuild");
            }
        }
    }

    async fn fill(
        &self,
        shadows: &[Arc<Shadow>],
        from: i64,
        through: i64,
        rows: Rows,
    ) -> Result<i64, RebuildError> {
        let until = Until { left: self.bounds.last, through };
        fill::fill(self.store, shadows, from, until, (rows, self.bounds), self.progress).await
    }

    /// Side by side, where there is more than one writer.
    async fn complete(&self, shadows: &[Arc<Shadow>]) -> Result<(), RebuildError> {
        if self.store.database().dialect() == Dialect::Sqlite {
            for shadow in shadows {
                shadow.complete(self.store).await?;
            }
            return Ok(());
        }
        let mut completing = JoinSet::new();
        for shadow in shadows {
            let (store, shadow) = (self.store.clone(), shadow.clone());
            completing.spawn(async move { shadow.complete(&store).await });
        }
        while let Some(completed) = completing.join_next().await {
            completed.map_err(|panic| StoreError::Setup(format!("a rebuild did not finish: {panic}")))??;
        }
        Ok(())
    }

    /// Tries until readers of the old tables let it, and catches up in between.
    async fn take_over(&self, shadow: &Arc<Shadow>, mut position: i64) -> Result<(), RebuildError> {
        let began = Instant::now();
        loop {
            match self.flip(shadow, position).await {
                Ok(Flip::Done) => return Ok(()),
                Ok(Flip::TooMuch(through)) => {
                    let shadow = std::slice::from_ref(shadow);
                    position = self.fill(shadow, position, through, Rows::AtOnce).await?;
                }
                Err(RebuildError::Store(error)) if error.passes() && began.elapsed() < FLIP_PATIENCE => {
                    // Its commit may have gone through without an answer.
                    if shadow.is_in_use(self.store).await? {
                        return Ok(());
                    }
                    tracing::info!(view = shadow.view.name, "its old tables are being read; trying again");
                    tokio::time::sleep(FLIP_AGAIN).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
    /// One transaction: the follower stands, the last events are taken, the new tables get the old ones'
    /// names.
    async fn flip(&self, shadow: &Shadow, position: i64) -> Result<Flip, RebuildError> {
        let View { name, version, handle, .. } = shadow.view;
        let database = self.store.database();
        let mut tx = database.views.begin().await?;
        shadow.send_vacuum_away(&mut tx).await?;
        shadow::impatient(&mut tx, FLIP_LOCK).await?;
        if checkpoint::lock(&mut tx, database.dialect(), name, version, Lock::OrWait).await?.is_none() {
            return Ok(Flip::TooMuch(0));
        }
        // The one in use may stand still, or stand beyond a log that was restored: this one goes as far as the log does.
        let end = self.store.head().await?;
        if end - position > self.bounds.last {
            return Ok(Flip::TooMuch(0));
        }
        let most = usize::try_from(end - position).unwrap_or_default();
        let events = page::run(self.store, &mut tx, position, most).await?;
        let reached = events.last().map_or(position, |event| event.position);
        if reached < end {
            return Err(StoreError::Gap { position: reached + 1 }.into());
        }
        if !events.is_empty() {
            tx.rename(Some(shadow.renames.clone()));
            tx.lend(self.store);
            let handled = handle(&mut tx, &events).await;
            // Whoever fills takes an event in several transactions, and names one that cannot be taken.
            if handled.is_err() || tx.taken().is_some_and(|taken| taken < reached) {
                return Ok(Flip::TooMuch(reached));
            }
            tx.rename(None);
        }
        checkpoint::advance(&mut tx, name, version, reached, reached).await?;
        shadow.flip(&mut tx, position).await?;
        tx.commit().await?;
        Ok(Flip::Done)
    }
}

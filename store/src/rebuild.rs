//! Filling a view again from the whole log, beside the one in use, which is read and written on until the new one
//! takes its place in one transaction.
//!
//! Knows how tables are made like others and put in their place. Must not know what a view keeps: its own `handle`
//! fills the new tables, under other names.

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
use fill::Rows;
use lock::RebuildLock;
use shadow::Shadow;
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinSet, time::Instant};

/// What the last transaction, for which the followers stand, may have left to do.
const LAST: i64 = 500;
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
    lanes: Vec<i64>,
}

impl RebuildProgress {
    /// The position that every view has reached.
    pub fn position(&self) -> i64 {
        self.lanes.iter().copied().min().unwrap_or_default()
    }
}

/// Why a view was not rebuilt. The one in use is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is one at a time.
    #[error("views of this database are being rebuilt already; wait until that has ended")]
    UnderWay,
    /// Another rebuild began, because this one's lock was lost with its connection.
    #[error("another rebuild has begun, and this one has ended; the views in use are as they were")]
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
        let lock = RebuildLock::take(self.database()).await?;
        let rebuilt = self.rebuild_locked(views, progress).await;
        lock.release().await;
        rebuilt
    }

    async fn rebuild_locked(
        &self,
        views: &[View],
        progress: &watch::Sender<RebuildProgress>,
    ) -> Result<i64, RebuildError> {
        let mut shadows = self.shadows(views).await?;
        let mut replaced = self.replace(&shadows, Rows::HeldBack, progress).await;
        if let Err(RebuildError::Handle { .. }) = &replaced {
            // Once more, so that it can name the event.
            tracing::warn!("the views are filled once more, each row at once");
            shadows = self.shadows(views).await?;
            replaced = self.replace(&shadows, Rows::AtOnce, progress).await;
        }
        if let Err(RebuildError::Handle { .. }) = &replaced {
            for shadow in &shadows {
                shadow.abandon(self).await?;
            }
        }
        replaced
    }

    async fn shadows(&self, views: &[View]) -> Result<Vec<Arc<Shadow>>, RebuildError> {
        let mut shadows = Vec::with_capacity(views.len());
        for view in views {
            shadows.push(Arc::new(Shadow::create(self, view).await?));
        }
        Ok(shadows)
    }

    async fn replace(
        &self,
        shadows: &[Arc<Shadow>],
        rows: Rows,
        progress: &watch::Sender<RebuildProgress>,
    ) -> Result<i64, RebuildError> {
        let step = |step| progress.send_modify(|progress| progress.step = step);
        let mut position = fill::fill(self, shadows, 0, rows, progress).await?;
        step(RebuildStep::Indexing);
        self.complete(shadows).await?;
        step(RebuildStep::TakingOver);
        position = fill::fill(self, shadows, position, Rows::AtOnce, progress).await?;
        for shadow in shadows {
            self.take_over(shadow, position, progress).await?;
        }
        for shadow in shadows {
            if let Err(error) = shadow.discard_old(self).await {
                tracing::warn!(%error, view = shadow.view.name, "the old tables stay until the next rebuild");
            }
        }
        let head = self.head().await?;
        progress.send_replace(RebuildProgress { step: RebuildStep::Done, head, lanes: vec![head] });
        Ok(head)
    }

    /// Side by side, where there is more than one writer.
    async fn complete(&self, shadows: &[Arc<Shadow>]) -> Result<(), RebuildError> {
        if self.database().dialect() == Dialect::Sqlite {
            for shadow in shadows {
                shadow.complete(self).await?;
            }
            return Ok(());
        }
        let mut completing = JoinSet::new();
        for shadow in shadows {
            let (store, shadow) = (self.clone(), shadow.clone());
            completing.spawn(async move { shadow.complete(&store).await });
        }
        while let Some(completed) = completing.join_next().await {
            completed.map_err(|panic| StoreError::Setup(format!("a rebuild did not finish: {panic}")))??;
        }
        Ok(())
    }

    /// Tries until readers of the old tables let it, and catches up in between.
    async fn take_over(
        &self,
        shadow: &Arc<Shadow>,
        mut position: i64,
        progress: &watch::Sender<RebuildProgress>,
    ) -> Result<(), RebuildError> {
        let began = Instant::now();
        loop {
            match self.flip(shadow, position).await {
                Ok(true) => return Ok(()),
                Ok(false) => {
                    let shadow = std::slice::from_ref(shadow);
                    position = fill::fill(self, shadow, position, Rows::AtOnce, progress).await?;
                }
                Err(RebuildError::Store(error)) if error.passes() && began.elapsed() < FLIP_PATIENCE => {
                    tracing::info!(view = shadow.view.name, "its old tables are being read; trying again");
                    tokio::time::sleep(FLIP_AGAIN).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One transaction: the follower stands, the last events are taken, the new tables get the old ones'
    /// names.
    /// `false`: there is too much left to do.
    async fn flip(&self, shadow: &Shadow, position: i64) -> Result<bool, RebuildError> {
        let View { name, version, handle, .. } = shadow.view;
        let dialect = self.database().dialect();
        let mut tx = self.database().views.begin().await?;
        shadow.send_vacuum_away(&mut tx).await?;
        shadow::impatient(&mut tx, FLIP_LOCK).await?;
        if checkpoint::lock(&mut tx, dialect, name, version, Lock::OrWait).await?.is_none() {
            return Ok(false);
        }
        // The one in use may stand still, or stand beyond a log that was restored: this one goes as far as the log does.
        let end = self.head().await?;
        if end - position > LAST {
            return Ok(false);
        }
        let most = usize::try_from(end - position).unwrap_or_default();
        let events = page::run(self, &mut tx, position, most).await?;
        let reached = events.last().map_or(position, |event| event.position);
        if reached < end {
            return Err(StoreError::Gap { position: reached + 1 }.into());
        }
        if !events.is_empty() {
            tx.rename(Some(shadow.renames.clone()));
            let handled = handle(&mut tx, &events).await;
            handled.map_err(|error| RebuildError::Handle { view: name, position: position + 1, error })?;
            tx.rename(None);
        }
        checkpoint::advance(&mut tx, name, version, reached, reached).await?;
        shadow.flip(&mut tx, position).await?;
        tx.commit().await?;
        Ok(true)
    }
}

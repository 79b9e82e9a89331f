//! What went is gone from the files, too.

use super::{TABLE, VIEW};
use crate::{Projections, VIEWS};
use chrono::TimeDelta;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use store::{Store, StoreError};
use tokio::{sync::Mutex, time::timeout};
use tokio_util::sync::CancellationToken;

/// How long a sweep is waited for: on a desk of a million messages PostgreSQL reads a gigabyte for one, and meanwhile whoever
/// destroys keys has others to destroy.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it is looked whether a rebuild was killed.
const EVERY: TimeDelta = TimeDelta::minutes(1);

/// How far this process has swept.
#[derive(Clone, Default)]
pub(crate) struct Sweeps(Arc<Inner>);

#[derive(Default)]
struct Inner {
    through: AtomicI64,
    /// Held by the one that is under way.
    turn: Mutex<()>,
}

impl Projections {
    /// Whether nothing can be found any more by words that went by this position, nor read out of the files of what is
    /// searched; `false`: not yet, ask again. For the rule that follows an erasure.
    pub async fn forgotten(&self, position: i64) -> Result<bool, StoreError> {
        if self.sweeps.through() >= position {
            return Ok(true);
        }
        if !self.wait_for(&[VIEW], position).await? {
            return Ok(false);
        }
        // Many go at once: who comes next finds theirs swept with these.
        let reached = self.followers.reached(&[VIEW]).await?;
        let sweep = tokio::spawn(self.sweeps.clone().sweep(self.store.clone(), reached));
        match timeout(PATIENCE, sweep).await {
            // It goes on.
            Err(_) => return Ok(false),
            Ok(Ok(swept)) => swept?,
            Ok(Err(panic)) => return Err(StoreError::Setup(format!("a sweep did not end well: {panic}"))),
        }
        Ok(self.sweeps.through() >= position)
    }
}

impl Projections {
    /// Discards, at once and then every minute, what a rebuild of the search left behind that was killed, until `stop` is
    /// cancelled: it may have died after the last erasure was done.
    pub async fn keep_search_tidy(self, stop: CancellationToken) {
        let clock = self.store.clock();
        loop {
            let store = self.store.clone();
            // A task of its own: on SQLite it may take minutes, and whoever stops does not wait for it.
            let discarding = tokio::spawn(async move { discard_left_over(&store).await });
            tokio::select! {
                discarded = discarding => match discarded {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::warn!(%error, "what a rebuild left behind is not discarded yet"),
                    Err(panic) => tracing::error!(%panic, "what a rebuild left behind is not discarded yet"),
                },
                () = stop.cancelled() => return,
            }
            tokio::select! {
                () = clock.until(clock.now() + EVERY) => {}
                () = stop.cancelled() => return,
            }
        }
    }
}

/// What a rebuild that was killed left behind holds hashes that no erasure reaches.
async fn discard_left_over(store: &Store) -> Result<(), StoreError> {
    for view in VIEWS.iter().filter(|view| view.name == VIEW) {
        store.discard_left_over(view).await?;
    }
    Ok(())
}

impl Sweeps {
    fn through(&self) -> i64 {
        self.0.through.load(Ordering::SeqCst)
    }

    /// One at a time; what another is at now is asked for again.
    async fn sweep(self, store: Store, reached: i64) -> Result<(), StoreError> {
        let Ok(_turn) = self.0.turn.try_lock() else { return Ok(()) };
        // A rebuild that is under way follows the log itself, and drops what was in use before.
        discard_left_over(&store).await?;
        store.database().views.sweep(TABLE).await?;
        self.0.through.fetch_max(reached, Ordering::SeqCst);
        Ok(())
    }
}

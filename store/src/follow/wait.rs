//! Waiting for a view: for one position, so that a writer reads what they wrote, or for a new version to be filled.

use super::{Follower, Followers, View, checkpoint};
use crate::{database::Dialect, error::StoreError, store::Store};
use std::time::Duration;
use tokio::time::Instant;

/// How long an answer waits for a view to have seen its own event, and how far behind it may be to be waited for.
pub const READ_YOUR_WRITES: Duration = Duration::from_secs(2);
/// How often a view that is filling says how far it is.
const TELL: Duration = Duration::from_secs(5);

/// A follower that moved in this process this short ago will do so again, and say so.
const LIVELY: Duration = Duration::from_secs(1);
/// For how long word of a follower is waited for before its checkpoint is asked for.
const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(50);
/// How long after its time is up a checkpoint that was asked for may still answer.
const LAST_LOOK: Duration = Duration::from_millis(100);

/// An answer about a checkpoint that is younger is not asked for again.
const AS_GOOD_AS_NEW: Duration = Duration::from_millis(5);

/// What a checkpoint said.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    at: Instant,
    position: i64,
    behind: Duration,
}

impl Followers {
    /// Waits until these views have seen a position, so that a writer reads what they wrote. `false`: they have not
    /// within two seconds, or as long as was said. One that stands still with an error, or is further behind than that, is
    /// not waited for.
    pub async fn wait_for(&self, names: &[&str], position: i64) -> Result<bool, StoreError> {
        let deadline = Instant::now() + self.patience;
        for name in names {
            let Some(follower) = self.all.iter().find(|follower| follower.view.name == *name) else {
                return Ok(false);
            };
            if !self.wait_for_one(follower, position, deadline).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How far the view among these has come that is furthest behind, in whatever process.
    pub async fn reached(&self, names: &[&str]) -> Result<i64, StoreError> {
        let of = |name| self.all.iter().find(|follower| follower.view.name == name);
        let views: Option<Vec<&View>> = names.iter().map(|name| Some(&of(*name)?.view)).collect();
        match views {
            Some(views) => checkpoint::least(&self.store, &views).await,
            None => Ok(0),
        }
    }

    async fn wait_for_one(
        &self,
        follower: &Follower,
        position: i64,
        deadline: Instant,
    ) -> Result<bool, StoreError> {
        let mut said = follower.said.subscribe();
        let moves_here = said.borrow().moved.is_some_and(|moved| moved.elapsed() < LIVELY);
        let (mut pause, mut first) = (if moves_here { LONGEST } else { SHORTEST }, true);
        loop {
            // Thousands may wait for a follower of this process: it tells them, and nobody asks the database for it.
            let heard = said.wait_for(|said| said.position >= position || said.error.is_some());
            let until = deadline.min(Instant::now() + pause);
            let stands_still = match tokio::time::timeout_at(until, heard).await {
                Ok(Ok(said)) if said.position >= position => return Ok(true),
                Ok(Ok(_)) => true,
                Ok(Err(_)) | Err(_) => false,
            };
            // Not for as long as a database that is gone lets everybody wait, one after the other.
            let asked =
                tokio::time::timeout_at(deadline + LAST_LOOK, follower.ask(&self.store, position)).await;
            let Ok(asked) = asked else { return Ok(false) };
            let asked = asked?;
            if asked.position >= position {
                return Ok(true);
            }
            if stands_still || Instant::now() >= deadline {
                return Ok(false);
            }
            if std::mem::take(&mut first) && asked.behind > self.patience {
                return Ok(false);
            }
            pause = (pause * 2).min(LONGEST);
        }
    }

    /// Waits until every version has caught up with the log once. A version that did so before is in use, and is not
    /// waited for however far behind it is now; a new one is not to be answered from before.
    pub async fn filled(&self) -> Result<(), StoreError> {
        let head = self.store.head().await?;
        for follower in self.all.iter() {
            let (name, version) = (follower.view.name, follower.view.version);
            let mut said = follower.said.subscribe();
            let mut told = Instant::now();
            loop {
                let stands = checkpoint::read(&self.store, &follower.view).await?;
                if stands.serves(head) {
                    break;
                }
                if told.elapsed() >= TELL {
                    told = Instant::now();
                    let position = stands.position;
                    tracing::info!(view = name, version, position, head, "a view is being filled");
                }
                // Another process may fill it.
                let _ = tokio::time::timeout(Duration::from_millis(50), said.changed()).await;
            }
        }
        Ok(())
    }
}

impl Follower {
    /// Where the checkpoint stands: the follower may run in another process. Whoever waits asks after the one before has
    /// been answered, and takes an answer that is as good as new.
    async fn ask(&self, store: &Store, position: i64) -> Result<Asked, StoreError> {
        let mut last = self.asked.lock().await;
        if let Some(asked) = *last
            && (asked.position >= position || asked.at.elapsed() < AS_GOOD_AS_NEW)
        {
            return Ok(asked);
        }
        let position = checkpoint::read(store, &self.view).await?.position;
        // A test's clock, by which SQLite's events have their times, may have been advanced since: that says nothing of the view.
        let is_told = store.database().dialect() == Dialect::Postgres || store.clock().is_system();
        let behind = if is_told { checkpoint::behind(store, position).await? } else { Duration::ZERO };
        let asked = Asked { at: Instant::now(), position, behind };
        *last = Some(asked);
        Ok(asked)
    }
}

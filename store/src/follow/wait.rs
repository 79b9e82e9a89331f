//! Waiting for a view: for one position, so that a writer reads what they wrote, or for a new version to be filled.

use super::{Follower, Followers, checkpoint};
use crate::error::StoreError;
use std::time::Duration;
use tokio::time::Instant;

/// How long an answer waits for a view to have seen its own event, and how far behind it may be to be waited for.
const READ_YOUR_WRITES: Duration = Duration::from_secs(2);
/// How often a view that is filling says how far it is.
const TELL: Duration = Duration::from_secs(5);

impl Followers {
    /// Waits until these views have seen a position, so that a writer reads what they wrote. `false`: they have not
    /// within two seconds. One that stands still with an error, or is more than two seconds behind, is not waited for.
    pub async fn wait_for(&self, names: &[&str], position: i64) -> Result<bool, StoreError> {
        let deadline = Instant::now() + READ_YOUR_WRITES;
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

    async fn wait_for_one(
        &self,
        follower: &Follower,
        position: i64,
        deadline: Instant,
    ) -> Result<bool, StoreError> {
        let mut said = follower.said.subscribe();
        let (mut pause, mut first) = (Duration::from_millis(5), true);
        loop {
            let latest = said.borrow_and_update().clone();
            if latest.position >= position {
                return Ok(true);
            }
            // The follower may run in another process: the checkpoint knows.
            let stands_at = checkpoint::read(&self.store, &follower.view).await?.position;
            if stands_at >= position {
                return Ok(true);
            }
            if latest.error.is_some() || Instant::now() >= deadline {
                return Ok(false);
            }
            if std::mem::take(&mut first)
                && checkpoint::behind(&self.store, stands_at).await? > READ_YOUR_WRITES
            {
                return Ok(false);
            }
            let _ = tokio::time::timeout(pause, said.changed()).await;
            pause = (pause * 2).min(Duration::from_millis(50));
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

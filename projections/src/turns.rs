//! Who may ask what costs much: nobody may have all of the process for theirs.

use crate::error::QueryError;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// As many wait for a turn.
const WAITING: usize = 16;
/// … for as long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The turns of one process, for questions of one kind.
#[derive(Clone)]
pub(crate) struct Turns(Arc<Inner>);

struct Inner {
    all: Arc<Semaphore>,
    /// One each.
    members: Mutex<HashMap<String, Weak<Semaphore>>>,
    waiting: AtomicUsize,
    /// What whoever finds no turn is told.
    busy: fn() -> QueryError,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

/// Somebody who waits.
struct Waiting<'t>(&'t AtomicUsize);

impl Turns {
    /// So many at once, each of another member.
    pub(crate) fn new(at_once: usize, busy: fn() -> QueryError) -> Self {
        Self(Arc::new(Inner {
            all: Arc::new(Semaphore::new(at_once)),
            members: Mutex::new(HashMap::new()),
            waiting: AtomicUsize::new(0),
            busy,
        }))
    }

    /// A turn of this member, at once or as soon as others have ended.
    pub(crate) async fn take(&self, member: &str) -> Result<Turn, QueryError> {
        let (all, own) = (self.0.all.clone(), self.own(member));
        if let Ok(own) = own.clone().try_acquire_owned()
            && let Ok(all) = all.clone().try_acquire_owned()
        {
            return Ok(Turn { _own: own, _all: all });
        }
        let _waiting = Waiting::new(&self.0.waiting).ok_or_else(self.0.busy)?;
        // First their own: who asks twice is not in the way of others.
        let both = async { (own.acquire_owned().await, all.acquire_owned().await) };
        match timeout(PATIENCE, both).await {
            Ok((Ok(own), Ok(all))) => Ok(Turn { _own: own, _all: all }),
            _ => Err((self.0.busy)()),
        }
    }

    fn own(&self, member: &str) -> Arc<Semaphore> {
        let mut members = self.0.members.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = members.get(member).and_then(Weak::upgrade) {
            return own;
        }
        // Whoever asks nothing has no entry: as many are left as ask or wait.
        members.retain(|_, own| own.strong_count() > 0);
        let own = Arc::new(Semaphore::new(1));
        members.insert(member.to_owned(), Arc::downgrade(&own));
        own
    }
}

impl<'t> Waiting<'t> {
    fn new(waiting: &'t AtomicUsize) -> Option<Self> {
        let one_more = |waiting: usize| (waiting < WAITING).then_some(waiting + 1);
        waiting.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_more).ok()?;
        Some(Self(waiting))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(at_once: usize) -> Turns {
        Turns::new(at_once, || QueryError::Busy)
    }

    /// What comes of it without waiting; `None`: nothing yet.
    async fn now<F: Future>(future: F) -> Option<F::Output> {
        tokio::select! {
            biased;
            output = future => Some(output),
            () = std::future::ready(()) => None,
        }
    }

    async fn busy(turns: &Turns, member: &str) -> bool {
        matches!(now(turns.take(member)).await, Some(Err(QueryError::Busy)))
    }

    #[tokio::test]
    async fn four_ask_at_once_and_nobody_twice() {
        let turns = turns(4);
        let own = turns.take("a").await.expect("a turn");
        assert!(now(turns.take("a")).await.is_none(), "theirs has not ended");
        let mut others = Vec::new();
        for member in ["b", "c", "d"] {
            others.push(now(turns.take(member)).await.expect("at once").expect("a turn"));
        }
        assert!(now(turns.take("e")).await.is_none(), "four do");
        drop(others);
        assert!(now(turns.take("e")).await.is_some());
        drop(own);
        assert!(now(turns.take("a")).await.is_some());
        assert_eq!(turns.0.members.lock().expect("members").len(), 1, "whoever asks nothing is forgotten");
    }

    #[tokio::test]
    async fn sixteen_wait_and_the_next_is_told_to_come_again() {
        let turns = turns(2);
        let held = [turns.take("a").await.expect("a turn"), turns.take("b").await.expect("a turn")];
        let mut waiting: Vec<_> = (0..16).map(|n| Box::pin(turns.take(["a", "c"][n % 2]))).collect();
        for waiting in &mut waiting {
            assert!(now(waiting).await.is_none());
        }
        assert!(busy(&turns, "d").await);
        drop(waiting.pop());
        assert!(!busy(&turns, "d").await, "who went away does not wait any more");
        drop(held);
        for waiting in waiting {
            waiting.await.expect("their turn");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let turns = turns(4);
        let _held = turns.take("a").await.expect("a turn");
        assert!(matches!(turns.take("a").await, Err(QueryError::Busy)));
    }
}

//! Places on the way, of which nobody has more than a few: whoever is slow keeps only themselves out.
//!
//! Knows names and numbers. Must not know what is on its way, nor how large it is: whoever asks says how much it takes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::{
    sync::{AcquireError, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Leave for something to be on its way; to be kept until all of it is there.
#[derive(Debug)]
pub struct Place {
    _own: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

/// So many are at once on their way in all, and so many of each.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    most: u32,
    own: Own,
}

impl Places {
    /// `all`: in whatever unit is asked for; `each`: how many things, however much they take.
    pub(crate) fn new(all: usize, each: usize) -> Self {
        let most = u32::try_from(all).unwrap_or(u32::MAX);
        Self { all: Arc::new(Semaphore::new(all)), most, own: Own::new(each) }
    }

    /// A place for what takes so much; `None`: there was none in time. One's own first: whoever waits for that takes none of
    /// the others' meanwhile. What takes more than there is goes alone.
    pub(crate) async fn one(&self, whose: &str, takes: u32, patience: Duration) -> Option<Place> {
        let place = async {
            let own = self.own.one(whose).await?;
            let all = self.all.clone().acquire_many_owned(takes.min(self.most.max(1))).await?;
            Ok::<_, AcquireError>(Place { _own: own, _of_all: all })
        };
        timeout(patience, place).await.ok()?.ok()
    }
}

/// What everybody has a few of.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    /// So many has each.
    each: usize,
    /// Of whoever has one or waits for one; the others are forgotten.
    known: Arc<Mutex<HashMap<String, Weak<Semaphore>>>>,
}

impl Own {
    pub(crate) fn new(each: usize) -> Self {
        Self { each, known: Arc::default() }
    }

    /// One of theirs, once they have one.
    pub(crate) async fn one(&self, whose: &str) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.of(whose).acquire_owned().await
    }

    fn of(&self, whose: &str) -> Arc<Semaphore> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = known.get(whose).and_then(Weak::upgrade) {
            return own;
        }
        known.retain(|_, own| own.strong_count() > 0);
        let own = Arc::new(Semaphore::new(self.each));
        known.insert(whose.to_owned(), Arc::downgrade(&own));
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long after everything that can be done at once.
    const PATIENCE: Duration = Duration::from_secs(5);

    async fn one(places: &Places, whose: &str, takes: u32) -> Option<Place> {
        places.one(whose, takes, PATIENCE).await
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_has_more_places_than_theirs_and_whoever_has_none_is_forgotten() {
        let places = Places::new(3, 2);
        let (first, second) = (one(&places, "a", 1).await, one(&places, "a", 1).await);
        assert!(first.is_some() && second.is_some() && one(&places, "a", 1).await.is_none());
        let other = one(&places, "b", 1).await;
        assert!(other.is_some(), "whoever waited for their own kept no place of others'");
        assert!(one(&places, "c", 1).await.is_none(), "there are three in all");
        let (waits, ()) = tokio::join!(one(&places, "a", 1), async { drop(first) });
        assert!(waits.is_some(), "whoever waits gets one that is free in time");
        drop((waits, second, other));
        assert!(one(&places, "d", 1).await.is_some());
        let known = places.own.known.lock().expect("nobody panicked").len();
        assert_eq!(known, 1, "only the last one");
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_much_leaves_little_and_what_takes_more_than_all_goes_alone() {
        let places = Places::new(10, 5);
        let large = one(&places, "a", 8).await;
        assert!(large.is_some() && one(&places, "b", 3).await.is_none());
        let small = one(&places, "b", 2).await;
        assert!(small.is_some());
        drop((large, small));
        let vast = one(&places, "a", 1_000).await;
        assert!(vast.is_some() && one(&places, "b", 1).await.is_none());
        drop(vast);
        assert!(one(&places, "b", 1).await.is_some());
    }
}

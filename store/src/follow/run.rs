//! A follower's life: take what there is, wait, and never skip.

use super::{
    Follower, HandleError, Said,
    page::{self, Page, PageError},
};
use crate::{
    error::{self, StoreError},
    store::Store,
};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a follower that failed waits before it tries the same event again.
const RETRY: Duration = Duration::from_secs(1);
/// How long a position may be missing before that is an alarm.
const ALARM: Duration = Duration::from_secs(10);
/// How long one transaction of a view may take: no reader and no other writer waits longer.
const BOUND: Duration = Duration::from_millis(20);

/// How many events are taken at once, so that a transaction takes about as long as it may.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    bound: Duration,
    events: usize,
}

impl Pace {
    /// More would have to be held in memory at once.
    const MOST: usize = 2_000;

    pub(crate) fn new(bound: Duration) -> Self {
        Self { bound, events: 200 }
    }

    pub(crate) fn events(self) -> usize {
        self.events
    }

    /// A run of so many took so long. A short run says nothing about long ones.
    pub(crate) fn took(&mut self, events: usize, took: Duration) {
        if took > self.bound {
            let fits = events as u128 * self.bound.as_micros() / took.as_micros().max(1);
            self.events = usize::try_from(fits).unwrap_or(Self::MOST).clamp(1, self.events);
        } else if events >= self.events {
            self.events =
                if took < self.bound / 2 { events * 2 } else { events + events / 8 + 1 }.min(Self::MOST);
        }
    }

    /// A run of so many failed: half of it may go through.
    fn failed(&mut self, events: usize) {
        self.events = (events / 2).max(1);
    }
}

/// Keeps one follower going: a panic is a bug, and a view that silently stands still would be a second one.
pub(super) async fn supervise(
    store: Store,
    followers: Arc<Vec<Follower>>,
    index: usize,
    poll: Duration,
    stop: CancellationToken,
) {
    let name = followers[index].view.name;
    while !stop.is_cancelled() {
        let run = tokio::spawn(run(store.clone(), followers.clone(), index, poll, stop.clone()));
        if let Err(panic) = run.await {
            tracing::error!(view = name, %panic, "a follower panicked and is started again");
            followers[index].said.send_modify(|said| said.error = Some("panicked".to_owned()));
            let _ = tokio::time::timeout(RETRY, stop.cancelled()).await;
        }
    }
}

async fn run(
    store: Store,
    followers: Arc<Vec<Follower>>,
    index: usize,
    poll: Duration,
    stop: CancellationToken,
) {
    let follower = &followers[index];
    let (mut appended, mut pace) = (store.appended(), Pace::new(BOUND));
    let mut missing: Option<Missing> = None;
    while !stop.is_cancelled() {
        appended.borrow_and_update();
        let began = Instant::now();
        let taken = page::take(&store, &follower.view, pace.events()).await;
        if !matches!(taken, Ok(Page::Missing(_))) {
            missing = None;
        }
        let retry = match taken {
            Ok(Page::Moved { position, events }) => {
                pace.took(events, began.elapsed());
                follower.moved_to(position);
                continue;
            }
            // It says nothing about how long runs may be: the view sees to that itself.
            Ok(Page::Part { position }) => {
                follower.moved_to(position);
                continue;
            }
            Ok(Page::UpToDate) => {
                follower.said.send_modify(|said| said.error = None);
                false
            }
            Ok(Page::Elsewhere { position }) => {
                // Another process has taken what this one could not.
                follower.said.send_if_modified(|said| {
                    let gone = said.error.is_some() && position > said.position;
                    if gone {
                        (said.position, said.error) = (position, None);
                    }
                    gone
                });
                false
            }
            Ok(Page::Missing(position)) => {
                let now = store.clock().micros();
                let same = missing.filter(|missing| missing.position == position);
                let Missing { since, .. } = same.unwrap_or(Missing { position, since: now });
                missing = Some(Missing { position, since });
                if now.abs_diff(since) >= u64::try_from(ALARM.as_micros()).unwrap_or(u64::MAX) {
                    follower.stands_still(&StoreError::Gap { position }.into());
                }
                false
            }
            Err(PageError::Handle { events, error, .. }) if events > 1 && !is_gone(&error) => {
                // Nothing of it was taken. What comes before the guilty event will be, and then it is alone.
                pace.failed(events);
                continue;
            }
            Err(error) => {
                follower.stands_still(&error);
                true
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(if retry { RETRY } else { poll }) => {}
            _ = appended.changed(), if !retry => {}
        }
    }
}

/// A hole that is waited for: a database that is not one machine may show a later event first.
#[derive(Clone, Copy)]
struct Missing {
    position: i64,
    since: i64,
}

impl Follower {
    fn moved_to(&self, position: i64) {
        let moved = Some(Instant::now());
        self.said.send_modify(|said| *said = Said { position, error: None, moved });
    }

    fn stands_still(&self, error: &PageError) {
        // As far as that everything has been taken.
        let reached = match error {
            PageError::Handle { position, .. } => position - 1,
            PageError::Store(_) => 0,
        };
        let error = error.to_string();
        let is_new = self.said.borrow().error.as_ref() != Some(&error);
        if is_new {
            tracing::error!(view = self.view.name, error, "a follower stands still and will try again");
        }
        self.said.send_modify(|said| {
            (said.position, said.error) = (said.position.max(reached), Some(error));
        });
    }
}

/// Is it the database's fault, and no event's? Not what took too long: half of it may go through.
fn is_gone(error: &HandleError) -> bool {
    let of_the_database = match error.downcast_ref() {
        Some(StoreError::Database(error)) => Some(error),
        _ => error.downcast_ref::<sqlx::Error>(),
    };
    of_the_database.is_some_and(|error| error::passes(error) && !error::took_too_long(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_finds_the_run_that_takes_as_long_as_it_may() {
        let mut pace = Pace::new(BOUND);
        for _ in 0..20 {
            let events = pace.events();
            pace.took(events, Duration::from_micros(50 * events as u64));
        }
        assert!((300..=460).contains(&pace.events()), "50 µs each: {}", pace.events());
        for _ in 0..20 {
            let events = pace.events();
            pace.took(events, Duration::from_micros(events as u64));
        }
        assert_eq!(pace.events(), Pace::MOST);
        pace.took(Pace::MOST, Duration::from_secs(60));
        assert_eq!(pace.events(), 1);
    }

    #[test]
    fn a_short_run_does_not_make_runs_longer() {
        let mut pace = Pace::new(BOUND);
        pace.took(3, Duration::from_micros(10));
        assert_eq!(pace.events(), 200);
    }
}

//! The one place that reads the time.

use chrono::{DateTime, Utc};
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::watch;

/// The time, in whole microseconds: the machine's, or one that a test sets.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<watch::Sender<i64>>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until it is advanced; its clones share the time.
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self(Source::Manual(Arc::new(watch::Sender::new(start.timestamp_micros()))))
    }

    /// Moves a manual clock on, and wakes whoever waits for a time that has come; the machine's clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(micros) = &self.0 {
            let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
            micros.send_modify(|micros| *micros = micros.saturating_add(by));
        }
    }

    /// Waits until it is that time.
    pub async fn until(&self, time: DateTime<Utc>) {
        let time = time.timestamp_micros();
        match &self.0 {
            Source::System => {
                // Asked again: the machine may have slept, or its clock been set.
                while let Ok(left @ 1..) = u64::try_from(time - self.micros()) {
                    tokio::time::sleep(Duration::from_micros(left)).await;
                }
            }
            // Its sender is this clock: it is not gone while we wait.
            Source::Manual(micros) => drop(micros.subscribe().wait_for(|now| *now >= time).await),
        }
    }

    /// Is it the machine's? A test's clock may stand anywhere.
    pub(crate) fn is_system(&self) -> bool {
        matches!(self.0, Source::System)
    }

    /// Now, in microseconds since 1970.
    pub fn micros(&self) -> i64 {
        match &self.0 {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the injected clock that everyone else asks"
            )]
            Source::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX)),
            Source::Manual(micros) => *micros.borrow(),
        }
    }

    /// Now.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_for_a_time_is_woken_when_it_comes_and_not_before() {
        let clock = Clock::manual(DateTime::UNIX_EPOCH);
        let waiting = clock.clone();
        let noon = DateTime::UNIX_EPOCH + Duration::from_secs(60);
        let waiter = tokio::spawn(async move {
            waiting.until(noon).await;
            waiting.now()
        });
        clock.advance(Duration::from_secs(59));
        tokio::task::yield_now().await;
        assert!(!waiter.is_finished());
        clock.advance(Duration::from_secs(2));
        assert_eq!(waiter.await.expect("finishes"), noon + Duration::from_secs(1));
        clock.until(noon).await;
    }

    #[tokio::test]
    async fn the_machines_clock_comes_to_the_time_by_itself() {
        let clock = Clock::system();
        let soon = clock.now() + Duration::from_millis(3);
        clock.until(soon).await;
        assert!(clock.now() >= soon);
    }
}

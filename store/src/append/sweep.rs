//! Forgetting what is out of date: receipts, and tokens whose time is over. Beside the writer, and one at a time.

use super::steps;
use crate::store::Store;
use std::time::Duration;
use tokio::{task::JoinHandle, time::Instant};

/// How often it is done.
const EVERY: Duration = Duration::from_secs(600);

/// When it was done last, and whether that goes on.
pub(crate) struct Sweeping {
    began: Instant,
    running: Option<JoinHandle<()>>,
}

impl Sweeping {
    /// Begins to count: what has just started sweeps later.
    pub(crate) fn new(now: Instant) -> Self {
        Self { began: now, running: None }
    }

    /// Sweeps when it is time, unless the last sweep goes on: that one takes what has come since, too.
    pub(crate) fn at(&mut self, now: Instant, store: &Store) {
        self.begin(now, || sweep(store.clone()));
    }

    fn begin<F: Future<Output = ()> + Send + 'static>(&mut self, now: Instant, sweep: impl FnOnce() -> F) {
        let goes_on = self.running.as_ref().is_some_and(|running| !running.is_finished());
        if !goes_on && now.duration_since(self.began) >= EVERY {
            self.began = now;
            self.running = Some(tokio::spawn(sweep()));
        }
    }
}

async fn sweep(store: Store) {
    if let Err(error) = steps::sweep(&store).await {
        tracing::warn!(%error, "what is out of date could not be swept, and will be with the next");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };
    use tokio::sync::Notify;

    #[tokio::test]
    async fn a_sweep_that_takes_long_gets_no_second_one_beside_it() {
        let (begun, end) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let sweep = || {
            begun.fetch_add(1, Ordering::SeqCst);
            let end = end.clone();
            async move { end.notified().await }
        };
        let start = Instant::now();
        let mut sweeping = Sweeping::new(start);
        sweeping.begin(start + EVERY / 2, sweep);
        assert_eq!(begun.load(Ordering::SeqCst), 0, "it is not time");
        sweeping.begin(start + EVERY, sweep);
        sweeping.begin(start + EVERY * 3, sweep);
        assert_eq!(begun.load(Ordering::SeqCst), 1, "the first one goes on");
        end.notify_one();
        sweeping.running.as_mut().expect("a sweep").await.expect("ends");
        sweeping.begin(start + EVERY * 3, sweep);
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }
}

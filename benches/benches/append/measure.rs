//! So many callers, one command after another each, for so long: how many were done, and how long each took.

use crate::{
    histogram::Histogram,
    workload::{Random, Turn, Workload},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How often a caller asks again after a conflict before giving up. No real client would ask so often; no side's
/// number shall suffer from our impatience.
const TRIES: u32 = 50;

/// One of those who are measured.
pub(crate) trait Side: Send + Sync + 'static {
    /// Carries out one command.
    fn take(&self, turn: Turn, caller: usize) -> impl Future<Output = Answer> + Send;
}

/// What became of a command.
pub(crate) enum Answer {
    Done,
    /// Somebody else was faster: asked again.
    Again,
    /// Anything else: counted as failed, and told.
    Failed(String),
}

/// What was measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    pub(crate) window: Duration,
    pub(crate) done: u64,
    pub(crate) retries: u64,
    pub(crate) failed: u64,
    pub(crate) failure: Option<String>,
    pub(crate) latencies: Histogram,
}

impl Sample {
    pub(crate) fn per_second(&self) -> f64 {
        f64::from(u32::try_from(self.done).unwrap_or(u32::MAX)) / self.window.as_secs_f64().max(1e-9)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.window = self.window.max(other.window);
        self.done += other.done;
        self.retries += other.retries;
        self.failed += other.failed;
        self.failure = self.failure.take().or_else(|| other.failure.clone());
        self.latencies.add(&other.latencies);
    }
}

/// Counts what is done within the window; what is under way at its end is waited for and not counted.
pub(crate) async fn measure<S: Side>(
    side: &Arc<S>,
    workload: &Arc<Workload>,
    callers: usize,
    window: Duration,
    seed: u64,
) -> Sample {
    let started = Instant::now();
    let callers: Vec<_> = (0..callers)
        .map(|number| {
            let caller = Caller { side: side.clone(), number, end: started + window };
            let random = Random::new(seed * 10_007 + number as u64 + 1);
            tokio::spawn(caller.run(workload.clone(), random))
        })
        .collect();
    let mut all = Sample { window, ..Sample::default() };
    for caller in callers {
        match caller.await {
            Ok(sample) => all.add(&sample),
            Err(panic) => {
                all.failed += 1;
                all.failure = Some(panic.to_string());
            }
        }
    }
    all
}

struct Caller<S> {
    side: Arc<S>,
    number: usize,
    end: Instant,
}

impl<S: Side> Caller<S> {
    async fn run(self, workload: Arc<Workload>, mut random: Random) -> Sample {
        let mut sample = Sample::default();
        // Half of the callers begin with a new stream.
        let mut nth = self.number as u64;
        loop {
            let turn = workload.turn(&mut random, nth);
            let began = Instant::now();
            if began >= self.end {
                return sample;
            }
            let (answer, retries) = self.ask(turn).await;
            let ended = Instant::now();
            if ended < self.end {
                sample.retries += u64::from(retries);
                match answer {
                    Answer::Done => {
                        sample.done += 1;
                        sample.latencies.count(ended - began);
                    }
                    Answer::Again => sample.fail("gave up after so many conflicts".to_owned()),
                    Answer::Failed(why) => sample.fail(why),
                }
            }
            nth += 1;
        }
    }

    async fn ask(&self, turn: Turn) -> (Answer, u32) {
        for tried in 0..TRIES {
            match self.side.take(turn, self.number).await {
                Answer::Again => tokio::time::sleep(pause(tried)).await,
                answer => return (answer, tried),
            }
        }
        (Answer::Again, TRIES)
    }
}

impl Sample {
    fn fail(&mut self, why: String) {
        self.failed += 1;
        self.failure.get_or_insert(why);
    }
}

fn pause(tried: u32) -> Duration {
    let longest = 1_000 << tried.min(5);
    Duration::from_micros(u64::from(u16::from_be_bytes(store::random::bytes())) % longest)
}

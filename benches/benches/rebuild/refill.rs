//! One process that does nothing but rebuild the views from the whole log, as `leaveword rebuild all` does.

use benches::{arguments::Arguments, machine};
use projections::VIEWS;
use std::{process::Command, time::Instant};
use store::{Clock, DatabaseUrl, RebuildProgress, Store, StoreConfig};
use tokio::sync::watch;

/// The hidden sub-command that makes this program that process.
pub(crate) const WORKER: &str = "worker";

/// What the process says of itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refilled {
    pub(crate) events: u32,
    pub(crate) seconds: f64,
    /// The most memory that it had resident; nothing where the system does not say.
    pub(crate) mib: f64,
}

impl Refilled {
    pub(crate) fn per_second(&self) -> f64 {
        f64::from(self.events) / self.seconds.max(1e-9)
    }
}

/// Starts such a process and waits for it.
pub(crate) fn refill(config: &StoreConfig) -> Result<Refilled, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args([WORKER, "--key"]).arg(&config.master_key_file);
    match &config.database {
        DatabaseUrl::Postgres(url) => command.args(["--postgres", url]),
        DatabaseUrl::Sqlite(data) => command.arg("--sqlite").arg(data),
    };
    let output = command.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    let words: Vec<&str> = said.split_whitespace().collect();
    let refilled = match words[..] {
        [events, seconds, mib] if output.status.success() => {
            events.parse().ok().zip(seconds.parse().ok()).zip(mib.parse().ok())
        }
        _ => None,
    };
    let refilled = refilled.map(|((events, seconds), mib)| Refilled { events, seconds, mib });
    refilled.ok_or_else(|| format!("the process said {said:?}\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// The process itself: rebuilds, and tells.
#[expect(clippy::print_stdout, reason = "it answers the process that started it")]
pub(crate) async fn work(given: impl IntoIterator<Item = String>) -> Result<(), String> {
    let given = Arguments::parse(given, &["key", "postgres", "sqlite"], &[])?;
    let database = match given.has("postgres") {
        true => DatabaseUrl::Postgres(given.value("postgres", String::new())?),
        false => DatabaseUrl::Sqlite(given.value("sqlite", String::new())?.into()),
    };
    let master_key_file = given.value("key", String::new())?.into();
    let config = StoreConfig { database, master_key_file, images: std::path::PathBuf::new(), bucket: None };
    let store = Store::open(&config, Clock::system()).await.map_err(|error| error.to_string())?;
    let started = Instant::now();
    let (progress, _) = watch::channel(RebuildProgress::default());
    let events = store.rebuild(VIEWS, &progress).await.map_err(|error| error.to_string())?;
    let seconds = started.elapsed().as_secs_f64();
    println!("{events} {seconds} {}", machine::peak_mib().unwrap_or_default());
    store.close().await;
    Ok(())
}

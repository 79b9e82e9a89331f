//! One process that does nothing but fill the views from the whole log.

use benches::{arguments::Arguments, machine};
use projections::{Projections, VIEWS};
use std::{
    process::Command,
    time::{Duration, Instant},
};
use store::{Clock, DatabaseUrl, Store, StoreConfig};
use tokio_util::sync::CancellationToken;

/// The hidden sub-command that makes this program that process.
pub(crate) const WORKER: &str = "worker";

/// How often it is looked whether the views have come to the end.
const LOOK: Duration = Duration::from_millis(20);

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

/// The process itself: empties the views, fills them, and tells.
#[expect(clippy::print_stdout, reason = "it answers the process that started it")]
pub(crate) async fn work(given: impl IntoIterator<Item = String>) -> Result<(), String> {
    let given = Arguments::parse(given, &["key", "postgres", "sqlite"], &[])?;
    let database = match given.has("postgres") {
        true => DatabaseUrl::Postgres(given.value("postgres", String::new())?),
        false => DatabaseUrl::Sqlite(given.value("sqlite", String::new())?.into()),
    };
    let config = StoreConfig { database, master_key_file: given.value("key", String::new())?.into() };
    let store = Store::open(&config, Clock::system()).await.map_err(|error| error.to_string())?;
    empty(&store).await.map_err(|error| format!("cannot empty the views: {error}"))?;
    let started = Instant::now();
    let events = fill(&store).await?;
    let seconds = started.elapsed().as_secs_f64();
    println!("{events} {seconds} {}", machine::peak_mib().unwrap_or_default());
    store.close().await;
    Ok(())
}

async fn empty(store: &Store) -> Result<(), sqlx::Error> {
    let views = &store.database().views;
    for view in VIEWS {
        views.execute(&format!("DELETE FROM {}", view.name), &[]).await?;
    }
    views.execute("DELETE FROM checkpoints", &[]).await.map(drop)
}

/// Follows the log from its beginning until every view has come to its end; says how many events that were.
async fn fill(store: &Store) -> Result<i64, String> {
    let head = store.head().await.map_err(|error| error.to_string())?;
    let stop = CancellationToken::new();
    let projections = Projections::start(store, &stop);
    loop {
        let all = projections.status().await.map_err(|error| error.to_string())?;
        if let Some(error) = all.iter().find_map(|view| view.error.as_ref()) {
            return Err(format!("a view stands still: {error}"));
        }
        if all.iter().all(|view| view.position >= head) {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    stop.cancel();
    projections.ended().await;
    Ok(head)
}

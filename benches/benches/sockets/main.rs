//! `cargo xtask bench sockets`: subscribers with a filter each, told of what changes, on a server in a process of its own.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark answers by printing")]

#[path = "../submit/connection.rs"]
mod connection;
mod desk;
mod load;
mod report;
#[path = "../submit/served.rs"]
mod served;
mod subscribers;

use benches::{arguments::Arguments, databases, page};
use desk::Desk;
use report::Round;
use served::Served;
use std::{process::ExitCode, time::Duration};
use store::{
    Dialect,
    testing::{self, TestDatabase},
};
use subscribers::Subscribers;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    benches::ended("sockets", bench().await)
}

/// What is asked of the server.
pub(crate) struct Scale {
    pub(crate) subscribers: usize,
    /// How many of them each change is told to.
    pub(crate) told: usize,
    pub(crate) changes_a_second: u32,
    pub(crate) seconds: u32,
}

const VALUED: [&str; 5] = ["rounds", "seconds", "subscribers", "told", "changes"];

async fn bench() -> Result<(), String> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if let Some((word, rest)) = given.split_first()
        && word == served::WORKER
    {
        return served::work(rest.iter().cloned()).await;
    }
    let given = Arguments::parse(given, &VALUED, &["quick"])?;
    let quick = given.has("quick");
    let rounds: usize = given.value("rounds", if quick { 1 } else { 3 })?;
    let scale = Scale {
        subscribers: given.value("subscribers", 1_000)?,
        told: given.value("told", 5)?,
        changes_a_second: given.value("changes", 200)?,
        seconds: given.value("seconds", if quick { 3 } else { 20 })?,
    };
    if scale.told == 0 || !scale.subscribers.is_multiple_of(scale.told) || scale.changes_a_second == 0 {
        return Err("--told divides --subscribers, and something changes".into());
    }
    let url = testing::postgres_server();
    databases::refuse_without_fsync(&url).await?;
    let database = TestDatabase::new(Dialect::Postgres).await;
    let served = Served::start(&database).await?;
    let desk = Desk::open(&database, &scale).await?;
    let mut subscribers = Subscribers::open(served.address, &desk, &scale).await?;
    eprintln!("{} subscribers are there", scale.subscribers);
    // Everybody has been told something before anything is measured, gently: whoever's subscription has not begun reads
    // the log first.
    load::change(served.address, &desk, desk.messages.len(), scale.changes_a_second.min(GENTLY)).await?;
    let (mut begin, _) = subscribers.caught_up(&desk, desk.start).await?;
    let (count, mut all) =
        (usize::try_from(scale.changes_a_second * scale.seconds).unwrap_or(usize::MAX), Vec::new());
    for number in 1..=rounds {
        let took = load::change(served.address, &desk, count, scale.changes_a_second).await?;
        let (end, pushes) = subscribers.caught_up(&desk, begin).await?;
        let round = Round::of(&pushes, count, took)?;
        eprintln!("round {number}: {round}");
        all.push(round);
        begin = end;
    }
    subscribers.end().await?;
    let peak = served.stop().await.ok_or("the server's memory is not told here")?;
    let text = report::report(&databases::postgres(&url).await?, &all, &scale, peak);
    println!("{text}");
    if quick || VALUED.into_iter().any(|name| given.has(name)) {
        eprintln!("a part only: docs/benchmarks.md is left as it is");
    } else {
        eprintln!("written to {}", page::write("sockets", &text)?.display());
    }
    Ok(())
}

/// Changes a second while subscriptions begin.
const GENTLY: u32 = 20;

/// How long anything may take that is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

//! `cargo xtask bench notify`: how long after a message its webhook leaves, while many arrive, on SQLite and a server in a
//! process of its own.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark answers by printing")]

#[path = "../submit/connection.rs"]
mod connection;
mod desk;
mod load;
mod receiver;
mod report;
#[path = "../submit/served.rs"]
mod served;

use benches::{arguments::Arguments, databases, page};
use desk::Desk;
use receiver::Receiver;
use report::Round;
use served::Served;
use std::{process::ExitCode, time::Duration};
use store::{Dialect, testing::TestDatabase};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    benches::ended("notify", bench().await)
}

/// What is asked of the server.
pub(crate) struct Scale {
    pub(crate) messages_a_second: u32,
    pub(crate) seconds: u32,
}

const VALUED: [&str; 3] = ["rounds", "seconds", "rate"];

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
        messages_a_second: given.value("rate", if quick { 30 } else { 300 })?,
        seconds: given.value("seconds", if quick { 3 } else { 20 })?,
    };
    if scale.messages_a_second == 0 || scale.seconds == 0 {
        return Err("--rate and --seconds are at least 1: something has to arrive".into());
    }
    let database = TestDatabase::new(Dialect::Sqlite).await;
    let served = Served::start(&database).await?;
    let receiver = Receiver::open().await?;
    let desk = Desk::open(&database, served.address, receiver.address).await?;
    // As a server is that has been there for a while: connections stand, and caches are full.
    let mut told = desk.start;
    round(&served, &receiver, &desk, &Scale { seconds: WARM, ..scale }, &mut told).await?;
    let mut all = Vec::new();
    for number in 1..=rounds {
        let round = round(&served, &receiver, &desk, &scale, &mut told).await?;
        eprintln!("round {number}: {round}");
        all.push(round);
    }
    served.stop().await;
    let text = report::report(&databases::sqlite().await?, &all, &scale);
    println!("{text}");
    if quick || VALUED.into_iter().any(|name| given.has(name)) {
        eprintln!("a part only: docs/benchmarks.md is left as it is");
    } else {
        eprintln!("written to {}", page::write("notify", &text)?.display());
    }
    Ok(())
}

/// Messages arrive, and everybody's webhook is waited for. `told` is how far the log had come before, and after.
async fn round(
    served: &Served,
    receiver: &Receiver,
    desk: &Desk,
    scale: &Scale,
    told: &mut i64,
) -> Result<Round, String> {
    let count = usize::try_from(scale.messages_a_second * scale.seconds).unwrap_or(usize::MAX);
    let took = load::submit(served.address, count, scale.messages_a_second).await?;
    let (end, left) = desk.left(*told).await?;
    if left.len() != count {
        return Err(format!("{} of {count} messages are in the log", left.len()));
    }
    *told = end;
    Round::of(&receiver.told_of(&left).await?, count, took)
}

/// Seconds that count for nothing, before the first round.
const WARM: u32 = 2;

/// How long anything may take that is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

//! `cargo xtask bench peers`: the inbox's first page, of the server as it is shipped and of npm's `postgraphile` and
//! `mercurius` over the same rows in the clear, by turns on the same PostgreSQL.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark answers by printing")]

mod answers;
mod clear;
#[path = "../submit/connection.rs"]
mod connection;
mod desk;
mod load;
mod report;
mod side;
mod spent;

use benches::{arguments::Arguments, databases, page};
use desk::Desk;
use load::Load;
use report::{Round, Setting, Turn};
use side::Side;
use spent::Watched;
use std::{process::ExitCode, time::Duration};
use store::{
    Dialect,
    testing::{self, TestDatabase},
};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Flags with a value: with one of them only a part is measured.
const VALUED: [&str; 5] = ["messages", "rounds", "seconds", "warm-up", "connections"];

#[tokio::main]
async fn main() -> ExitCode {
    benches::ended("peers", bench().await)
}

async fn bench() -> Result<(), String> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let given = Arguments::parse(given, &VALUED, &["quick"])?;
    let quick = given.has("quick");
    let messages: u64 = given.value("messages", if quick { 20_000 } else { 100_000 })?;
    let rounds: usize = given.value("rounds", if quick { 1 } else { 5 })?;
    let seconds: u64 = given.value("seconds", if quick { 3 } else { 20 })?;
    let warm_up: u64 = given.value("warm-up", if quick { 3 } else { 10 })?;
    let connections: usize = given.value("connections", 4)?;

    let url = testing::postgres_server();
    let database = TestDatabase::new(Dialect::Postgres).await;
    let desk = Desk::make(&database, messages).await?;
    let ours = Side::ours(&database).await?;
    desk.at_rest().await;
    clear::copy(&desk, &database).await?;
    let sides = [ours, Side::postgraphile(&database).await?, Side::mercurius(&database).await?];
    let loads = same_answers(&sides, &desk).await?;
    eprintln!("all three answer the same");

    let mut watched = Watched::of(&database).await?;
    for load in &loads {
        load.run(connections, Duration::from_secs(warm_up)).await?;
    }
    let mut all: Vec<Round> = Vec::new();
    for number in 1..=rounds {
        let mut turns = Vec::new();
        for (side, load) in sides.iter().zip(&loads) {
            let before = watched.spent(side).await?;
            let asked = load.run(connections, Duration::from_secs(seconds)).await?;
            let turn = Turn::of(&asked, watched.spent(side).await?.since(&before));
            eprintln!("round {number}, {}: {turn}", side.name);
            turns.push(turn);
        }
        all.push(Round::try_from(turns)?);
    }
    // Nothing has changed meanwhile, or it was not the same that was measured.
    same_answers(&sides, &desk).await?;
    let memory = sides.iter().map(Side::resident_mib).collect::<Option<Vec<f64>>>();
    let setting = Setting {
        database: databases::postgres(&url).await?,
        messages,
        open: desk.open().await?,
        seconds,
        warm_up,
        connections,
        memory: memory.ok_or("the memory of a process is not told here")?,
    };
    for side in sides {
        side.end().await;
    }
    let text = report::report(&setting, &all);
    println!("{text}");
    if quick || VALUED.into_iter().any(|name| given.has(name)) {
        eprintln!("a part only: docs/benchmarks.md is left as it is");
    } else {
        eprintln!("written to {}", page::write("peers", &text)?.display());
    }
    Ok(())
}

/// What is asked of each side, once all of them have answered it alike.
async fn same_answers(sides: &[Side; 3], desk: &Desk) -> Result<Vec<Load>, String> {
    let (mut loads, mut pages) = (Vec::new(), Vec::new());
    for side in sides {
        let (load, answer) = Load::of(side, &desk.token).await?;
        pages.push((side.name, answers::page(&answer).map_err(|why| format!("{}: {why}", side.name))?));
        loads.push(load);
    }
    let (first, others) = pages.split_first().ok_or("there are no sides")?;
    others.iter().try_for_each(|other| answers::compare(first, other))?;
    Ok(loads)
}

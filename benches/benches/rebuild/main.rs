//! `cargo xtask bench rebuild`: all views filled from nothing by a process that does only that, events a second and
//! memory.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark answers by printing")]

mod refill;

use benches::{arguments::Arguments, databases, log, machine, numbers::median, page};
use refill::Refilled;
use std::{fmt::Write, process::ExitCode, time::Instant};
use store::{
    Clock, Dialect,
    testing::{self, TestDatabase},
};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// In less memory than this, in MiB, on either database.
const MEMORY: f64 = 300.0;

#[tokio::main]
async fn main() -> ExitCode {
    benches::ended("rebuild", bench().await)
}

async fn bench() -> Result<(), String> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if let Some((word, rest)) = given.split_first()
        && word == refill::WORKER
    {
        return refill::work(rest.iter().cloned()).await;
    }
    let given = Arguments::parse(given, &["database", "events", "rounds"], &["quick"])?;
    let quick = given.has("quick");
    let events = given.value("events", if quick { 50_000 } else { 1_000_000 })?;
    let rounds: usize = given.value("rounds", if quick { 1 } else { 3 })?;
    let databases: Vec<String> = given.list("database", vec!["postgres".into(), "sqlite".into()])?;
    for database in databases {
        let (dialect, section, bar) = match database.as_str() {
            "postgres" => (Dialect::Postgres, "rebuild on PostgreSQL", 40_000.0),
            "sqlite" => (Dialect::Sqlite, "rebuild on SQLite", 60_000.0),
            other => return Err(format!("--database {other}: there is postgres and sqlite")),
        };
        let database = match dialect {
            Dialect::Postgres => databases::postgres(&testing::postgres_server()).await?,
            Dialect::Sqlite => databases::sqlite().await?,
        };
        let refilled = measure(dialect, events, rounds).await?;
        let text = report(&database, &refilled, bar);
        println!("{text}");
        if quick || given.has("events") || given.has("rounds") {
            eprintln!("a part only: docs/benchmarks.md is left as it is");
        } else {
            eprintln!("written to {}", page::write(section, &text)?.display());
        }
    }
    Ok(())
}

async fn measure(dialect: Dialect, events: usize, rounds: usize) -> Result<Vec<Refilled>, String> {
    let database = TestDatabase::new(dialect).await;
    eprintln!("making a log of {events} events on {dialect:?}");
    let started = Instant::now();
    let store = database.open(Clock::system()).await;
    log::make(&store, events).await?;
    if dialect == Dialect::Postgres {
        // As autovacuum does on a log that grew over months.
        store.database().log.execute("ANALYZE", &[]).await.map_err(|error| error.to_string())?;
    }
    store.close().await;
    eprintln!("made in {:.0} s", started.elapsed().as_secs_f64());
    let mut all = Vec::new();
    for round in 1..=rounds {
        let refilled = refill::refill(&database.config)?;
        eprintln!("round {round}: {:.0} events/s, {:.0} MiB", refilled.per_second(), refilled.mib);
        all.push(refilled);
    }
    Ok(all)
}

fn report(database: &str, rounds: &[Refilled], bar: f64) -> String {
    let commit = machine::commit().map_or_else(String::new, |commit| format!(" Commit `{commit}`."));
    let mut text = format!("{}.{commit}\n\n{database}\n\n", machine::description());
    text +=
        "| round | events | seconds | events/s | peak memory, MiB |\n| ---: | ---: | ---: | ---: | ---: |\n";
    for (number, round) in (1..).zip(rounds) {
        let Refilled { events, seconds, mib } = round;
        let _ =
            writeln!(text, "| {number} | {events} | {seconds:.1} | {:.0} | {mib:.0} |", round.per_second());
    }
    let speed = median(rounds.iter().map(Refilled::per_second));
    let memory = rounds.iter().map(|round| round.mib).fold(0.0, f64::max);
    let verdict = |passed| if passed { "pass" } else { "**miss**" };
    text += "\n| | measured | bar | |\n| --- | ---: | ---: | --- |\n";
    let _ =
        writeln!(text, "| events/s, median | {speed:.0} | at least {bar:.0} | {} |", verdict(speed >= bar));
    let fits = memory > 0.0 && memory < MEMORY;
    let _ =
        writeln!(text, "| peak memory, most, MiB | {memory:.0} | under {MEMORY:.0} | {} |", verdict(fits));
    text
}

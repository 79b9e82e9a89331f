//! `cargo xtask bench submit`: `submitMessage` over HTTP with 64 connections, against pgbench's single-row INSERT with 64
//! clients, by turns on the same PostgreSQL.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark answers by printing")]

mod client;
mod connection;
mod rows;
mod served;

use benches::{arguments::Arguments, databases, machine, numbers::spread, page};
use client::Load;
use served::Served;
use std::{fmt::Write, process::ExitCode, time::Duration};
use store::{
    Dialect,
    testing::{self, TestDatabase},
};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// At least as many messages as pgbench inserts rows.
const BAR: f64 = 1.0;

#[tokio::main]
async fn main() -> ExitCode {
    benches::ended("submit", bench().await)
}

/// One turn of each side: a second's messages or rows.
struct Round {
    rows: f64,
    known: f64,
    anonymous: f64,
}

type Of = fn(&Round) -> f64;

async fn bench() -> Result<(), String> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if let Some((word, rest)) = given.split_first()
        && word == served::WORKER
    {
        return served::work(rest.iter().cloned()).await;
    }
    let given = Arguments::parse(given, &["rounds", "seconds", "connections"], &["quick"])?;
    let quick = given.has("quick");
    let rounds: usize = given.value("rounds", if quick { 1 } else { 5 })?;
    let seconds: u64 = given.value("seconds", if quick { 2 } else { 8 })?;
    let connections: usize = given.value("connections", 64)?;
    let url = testing::postgres_server();
    databases::refuse_without_fsync(&url).await?;
    let database = TestDatabase::new(Dialect::Postgres).await;
    let (served, rows) = (Served::start(&database).await?, rows::Rows::new(&url).await?);
    // A visitor each, who comes again.
    let anonymous = Load::anonymous(served.address, connections);
    let known = Load::of_visitors(served.address, connections).await?;
    let time = Duration::from_secs(seconds);
    let mut all = Vec::new();
    // Warm on both sides.
    rows.insert(connections, 2)?;
    known.run(Duration::from_secs(2)).await?;
    for number in 1..=rounds {
        let round = Round {
            rows: rows.insert(connections, seconds)?,
            known: known.run(time).await?,
            anonymous: anonymous.run(time).await?,
        };
        eprintln!(
            "round {number}: {:.0} rows, {:.0} messages of visitors with a token, {:.0} of new ones a second",
            round.rows, round.known, round.anonymous
        );
        all.push(round);
    }
    served.stop().await;
    let text = report(&databases::postgres(&url).await?, &all, connections, seconds);
    println!("{text}");
    if quick || ["rounds", "seconds", "connections"].into_iter().any(|name| given.has(name)) {
        eprintln!("a part only: docs/benchmarks.md is left as it is");
    } else {
        eprintln!("written to {}", page::write("submit", &text)?.display());
    }
    Ok(())
}

fn report(database: &str, all: &[Round], connections: usize, seconds: u64) -> String {
    let commit = machine::commit().map_or_else(String::new, |commit| format!(" Commit `{commit}`."));
    let mut text = format!(
        "{}.{commit}\n\n{database}\n\n{} rounds of {seconds} s for each side, {connections} connections; the server, \
         the load and PostgreSQL share the machine.\n\n| side | a second: median (least … most) |\n| --- | ---: |\n",
        machine::description(),
        all.len()
    );
    let sides: [(&str, Of); 3] = [
        ("pgbench, rows", |round| round.rows),
        ("`submitMessage`, visitors with a token", |round| round.known),
        ("`submitMessage`, visitors who come without", |round| round.anonymous),
    ];
    for (name, of) in sides {
        let (least, median, most) = spread(all.iter().map(of));
        let _ = writeln!(text, "| {name} | {median:.0} ({least:.0} … {most:.0}) |");
    }
    text += "\n| ratio | median (least … most) | bar | |\n| --- | ---: | ---: | --- |\n";
    for (name, of) in &sides[1..] {
        let (least, median, most) = spread(all.iter().map(|round| of(round) / round.rows.max(1e-9)));
        let verdict = if median >= BAR { "pass" } else { "**miss**" };
        let _ =
            writeln!(text, "| {name} ÷ rows | {median:.2} ({least:.2} … {most:.2}) | {BAR:.1} | {verdict} |");
    }
    text
}

//! `cargo xtask bench append`: our command layer with everything on against the event-sourcing crates as they come,
//! and against the ceiling, on one machine in one run.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark answers by printing")]

mod ceiling;
mod cells;
#[cfg(feature = "peers")]
mod disintegrate;
mod emmett;
mod framework;
mod held;
mod histogram;
mod measure;
mod options;
mod ours;
mod postgres_es;
mod processes;
mod report;
mod run;
mod setting;
mod sqlite_es;
mod workload;

use benches::page;
use options::Options;
use std::process::ExitCode;
use store::Dialect;

/// The program's own, for every side.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    benches::ended("append", bench().await)
}

async fn bench() -> Result<(), String> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if let Some((word, rest)) = given.split_first()
        && word == processes::WORKER
    {
        return processes::work(rest.iter().cloned()).await;
    }
    let options = Options::parse(given)?;
    for &dialect in &options.databases {
        let setting = setting::text(dialect, &options).await?;
        let measured = run::run(dialect, &options).await?;
        let text = format!("{setting}\n{}", report::text(dialect, &options, &measured));
        println!("{text}");
        match options.whole {
            true => {
                let page = page::write(section(dialect), &text)?;
                eprintln!("written to {}", page.display());
            }
            false => eprintln!("a part only: docs/benchmarks.md is left as it is"),
        }
    }
    Ok(())
}

fn section(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "append on PostgreSQL",
        Dialect::Sqlite => "append on SQLite",
    }
}

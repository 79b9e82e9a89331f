//! `cargo xtask bench append`: our command layer with everything on against the event-sourcing crates as they come,
//! and against the ceiling, on one machine in one run.
#![expect(clippy::print_stderr, reason = "a benchmark tells how far it has come")]

mod ceiling;
mod cells;
mod framework;
mod histogram;
mod measure;
mod options;
mod ours;
mod postgres_es;
mod run;
mod sqlite_es;
mod workload;

use options::Options;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match bench().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench append: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn bench() -> Result<(), String> {
    let options = Options::parse(std::env::args().skip(1))?;
    for dialect in &options.databases {
        run::run(*dialect, &options).await?;
    }
    Ok(())
}

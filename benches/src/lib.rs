//! What the benchmarks stand on: their flags, the machine, streams made in bulk, and the page that they write.
//!
//! Knows the domain and the store. Must not know who is measured against whom: each benchmark in `benches/` does.

pub mod arguments;
pub mod databases;
pub mod log;
pub mod machine;
pub mod numbers;
pub mod page;
pub mod streams;

use std::process::ExitCode;

/// How a benchmark's program ends; why it failed is told.
#[expect(clippy::print_stderr, reason = "a benchmark answers by printing")]
pub fn ended(name: &str, outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench {name}: {why}");
            ExitCode::FAILURE
        }
    }
}

//! The chores of the house: `cargo xtask <command>`, with the standard library and nothing else.
//!
//! It knows cargo, PostgreSQL's programs and the shell; it names none of our crates except on a command line.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program of the developer's: it talks to a terminal and reads that terminal's environment"
)]

#[cfg(not(unix))]
compile_error!("xtask drives PostgreSQL and a POSIX shell: on Windows, work inside WSL");

mod bench;
mod cargo;
mod dev;
mod events;
mod fuzz;
mod install;
mod killable;
mod lint;
mod postgres;
mod run;
mod schema;
mod soak;
mod test;
mod watchdog;
mod web;

use std::env;
use std::process::ExitCode;

/// What a command comes to: the exit code to pass on, or the sentence that says why there is none.
type Outcome = Result<ExitCode, String>;

const HELP: &str = "\
cargo xtask run [args…]     build the web pages if Node is here, then serve: `leaveword serve [args…]`
cargo xtask dev [args…]     serve, and on a change of the sources build and restart; the console on 127.0.0.1:5173 by Vite
cargo xtask ui              build the web pages, if they have changed, for the next build of the server to take along
cargo xtask test            everything: the web pages, `cargo test --workspace` with a PostgreSQL of its own, browsers
cargo xtask test <args…>    `cargo test --workspace <args…>` with a PostgreSQL of its own, and no more
cargo xtask browse          the browsers' part of it: the pages, checked and built, and tried on the server in Chromium
cargo xtask soak [--minutes 30] [--kills 100] [--messages 5000] [--database sqlite|postgres|both] [--seed n]
                            the long run of the kill harness, with the binary as it is released
cargo xtask fuzz [--examples 200] [--as nobody|visitor|agent|lead|admin|auditor|analyst] [--seed n]
                            everything that the schema has, asked for with whatever a property-based tester thinks of
cargo xtask bench append|rebuild|list|submit|sockets|notify|figures [flags…]
                            measure against peers, with a PostgreSQL of its own, and write docs/benchmarks.md
cargo xtask lint            what a change must pass besides the tests: format, clippy, docs, schema
cargo xtask schema          write graphql/schema.graphql, docs/events.md and docs/webhooks; with --check, compare only
cargo xtask help            this list";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", args.as_slice()),
    };
    perform(command, rest).unwrap_or_else(|why| {
        eprintln!("xtask: {why}");
        ExitCode::FAILURE
    })
}

fn perform(command: &str, args: &[String]) -> Outcome {
    match command {
        "run" => run::run(args),
        "dev" => dev::dev(args),
        "test" => test::test(args),
        "browse" => test::browse(),
        "ui" => web::ui(),
        "bench" => bench::bench(args),
        "soak" => soak::soak(args),
        "fuzz" => fuzz::fuzz(args),
        // Not in the list: tests are given it by `test` and `soak`, and nobody else needs it.
        "postgres" => postgres::postgres(args),
        "lint" => lint::lint(),
        "schema" => schema::schema(args),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        unknown => Err(format!("there is no `{unknown}`. There is:\n{HELP}")),
    }
}

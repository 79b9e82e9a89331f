//! `cargo xtask bench`: the benchmarks, on a PostgreSQL that waits for the disk.

use crate::postgres::{Data, Postgres};
use crate::test::URL;
use crate::{Outcome, cargo};
use std::env;
use std::process::Stdio;

/// Each is a target of the crate `benches` and a section of docs/benchmarks.md.
const BENCHES: [&str; 8] = ["append", "rebuild", "list", "submit", "sockets", "notify", "figures", "peers"];

/// What is measured on SQLite and nowhere else.
const ON_SQLITE: &str = "notify";

/// What measures the server as it is shipped, and is told where that is.
const OF_THE_SERVER: &str = "peers";
const SERVER: &str = "LEAVEWORD_SERVER";

/// Tells a benchmark where pgbench is: distributions keep it off the PATH.
const PGBENCH: &str = "LEAVEWORD_PGBENCH";

/// Runs one benchmark; the flags after its name are its own.
pub(crate) fn bench(args: &[String]) -> Outcome {
    let Some((name, flags)) = args.split_first().filter(|(name, _)| BENCHES.contains(&name.as_str())) else {
        return Err(format!("which benchmark? There is {}", BENCHES.join(", ")));
    };
    let mut command = cargo::cargo();
    command.args(["bench", "--package", "benches", "--features", "peers", "--bench", name, "--"]).args(flags);
    if name == OF_THE_SERVER {
        command.env(SERVER, cargo::leaveword_release()?);
    }
    if !needs_postgres(name, flags) {
        return Ok(cargo::passed_on(cargo::status(&mut command)?));
    }
    if env::var_os(URL).is_some_and(|url| !url.is_empty()) {
        println!("xtask: the benchmark uses the PostgreSQL that {URL} names");
        return Ok(cargo::passed_on(cargo::status(&mut command)?));
    }
    let mut postgres = Postgres::start(Data::Durable)?;
    println!("xtask: the benchmark uses {postgres}");
    command.env(URL, postgres.url()).env(PGBENCH, postgres.program("pgbench"));
    let status = postgres.run(command.stdin(Stdio::null()))?;
    Ok(cargo::passed_on(status))
}

fn needs_postgres(name: &str, flags: &[String]) -> bool {
    let follows = |pair: &[String]| pair[0] == "--database" && pair[1] == "sqlite";
    name != ON_SQLITE
        && !flags.windows(2).any(follows)
        && !flags.iter().any(|flag| flag == "--database=sqlite")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(line: &str) -> bool {
        needs_postgres("append", &line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_server_is_started_unless_sqlite_alone_is_asked_for() {
        assert!(needs(""));
        assert!(needs("--quick --database postgres"));
        assert!(needs("--database sqlite,postgres"));
        assert!(!needs("--quick --database sqlite"));
        assert!(!needs("--database=sqlite"));
        assert!(!needs_postgres("notify", &[]));
    }
}

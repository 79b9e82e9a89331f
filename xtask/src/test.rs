//! `cargo xtask test`: everything that needs both databases, and nothing skipped.

use crate::killable::killable;
use crate::postgres::{Data, Postgres};
use crate::{Outcome, cargo, install, web};
use std::env;
use std::process::{Command, ExitCode, Stdio};

/// Where the tests look for the server in which they make databases of their own.
pub(crate) const URL: &str = "LEAVEWORD_TEST_POSTGRES_URL";

/// Runs `cargo test`, and around it what tries the web pages, unless only a part is asked for.
pub(crate) fn test(args: &[String]) -> Outcome {
    let is_all = args.is_empty();
    if is_all {
        web::check()?;
    }
    if !names_packages(args) {
        install::python();
    }
    let mut tests = cargo_test(args);
    let _killable = killable(&mut tests)?;
    if is_all {
        // One run tells everything that fails, in whichever crate.
        tests.arg("--no-fail-fast");
    }
    let outcome = with_postgres(tests)?;
    if is_all {
        web::browse()?;
    }
    Ok(outcome)
}

/// Builds the pages and the server that embeds them, and tries both in Chromium: what `test` does last.
pub(crate) fn browse() -> Outcome {
    web::check()?;
    let mut server = cargo::cargo();
    server.args(["build", "--package", "server"]);
    if !cargo::status(&mut server)?.success() {
        return Ok(ExitCode::FAILURE);
    }
    web::browse()?;
    Ok(ExitCode::SUCCESS)
}

/// Runs a command with a PostgreSQL that lives as long as it does, or with the one the environment names.
pub(crate) fn with_postgres(mut tests: Command) -> Outcome {
    if env::var_os(URL).is_some_and(|url| !url.is_empty()) {
        println!("xtask: the tests use the PostgreSQL that {URL} names");
        return Ok(cargo::passed_on(cargo::status(&mut tests)?));
    }
    let mut postgres = Postgres::start(Data::Disposable)?;
    println!("xtask: the tests use {postgres}");
    let status = postgres.run(tests.env(URL, postgres.url()).stdin(Stdio::null()))?;
    Ok(cargo::passed_on(status))
}

/// `cargo test`, of the whole workspace unless packages are named.
pub(crate) fn cargo_test(args: &[String]) -> Command {
    let mut command = cargo::cargo();
    command.arg("test");
    if !names_packages(args) {
        command.arg("--workspace");
    }
    command.args(args);
    command
}

/// Whether the caller has said which packages to test; what follows `--` is for the tests, not for cargo.
fn names_packages(args: &[String]) -> bool {
    args.iter().take_while(|arg| *arg != "--").any(|arg| {
        let long = ["--package", "--workspace", "--all", "--manifest-path"];
        let is_long = long.iter().any(|name| arg == name || arg.starts_with(&format!("{name}=")));
        is_long || (arg.starts_with("-p") && !arg.starts_with("--"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> bool {
        names_packages(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_named_package_replaces_the_workspace() {
        assert!(names("-p store"));
        assert!(names("-pstore append"));
        assert!(names("--package=store"));
        assert!(names("--release --package store"));
    }

    #[test]
    fn anything_else_is_tested_in_the_whole_workspace() {
        assert!(!names(""));
        assert!(!names("--profile release append"));
        assert!(!names("-- -p store"));
    }
}

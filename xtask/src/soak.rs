//! `cargo xtask soak`: the kill harness for as long as you like, with the binary as it is released.

use crate::killable::killable;
use crate::watchdog::Watchdog;
use crate::{Outcome, cargo};
use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

/// The harness's long tests; they stand in a module per database.
const LOST: &str = "nothing_acknowledged_is_lost_and_nothing_counts_twice";
const NOTIFIED: &str = "every_event_reaches_every_channel_and_nothing_refused_is_called_delivered";

/// What is asked for; the tests read it from the environment.
#[derive(Debug, PartialEq)]
struct Soak {
    minutes: u32,
    kills: u32,
    /// What the desk is told of while receivers fail; 0 leaves that out.
    messages: u64,
    databases: Vec<&'static str>,
    seed: Option<u64>,
}

/// Builds, and runs the harness on each database in turn.
pub(crate) fn soak(args: &[String]) -> Outcome {
    let soak = Soak::read(args)?;
    let mut build = cargo::cargo();
    build.args(["build", "--release", "--package", "server", "--bin", "leaveword"]);
    let status = cargo::status(&mut build)?;
    if !status.success() {
        return Ok(cargo::passed_on(status));
    }
    let mut outcome = ExitCode::SUCCESS;
    for database in &soak.databases {
        let mut test = soak.test(database)?;
        let _killable = if *database == "postgres" { killable(&mut test)? } else { None };
        let status = Watchdog::start("", OsStr::new(""))?.run(&mut test)?;
        if !status.success() {
            // The other database is tried all the same: half an hour was asked for on each.
            outcome = cargo::passed_on(status);
        }
    }
    Ok(outcome)
}

impl Soak {
    fn read(args: &[String]) -> Result<Self, String> {
        let databases = vec!["sqlite", "postgres"];
        let mut soak = Self { minutes: 30, kills: 100, messages: 5_000, databases, seed: None };
        let mut args = args.iter();
        while let Some(flag) = args.next() {
            let value = args.next().ok_or_else(|| format!("{flag} needs a value"))?;
            let bad = || format!("{flag} cannot be {value}");
            match flag.as_str() {
                "--minutes" => soak.minutes = value.parse().map_err(|_| bad())?,
                "--kills" => soak.kills = value.parse().ok().filter(|kills| *kills > 0).ok_or_else(bad)?,
                "--messages" => soak.messages = value.parse().map_err(|_| bad())?,
                "--seed" => soak.seed = Some(value.parse().map_err(|_| bad())?),
                "--database" => {
                    soak.databases = match value.as_str() {
                        "sqlite" => vec!["sqlite"],
                        "postgres" => vec!["postgres"],
                        "both" => vec!["sqlite", "postgres"],
                        _ => return Err(bad()),
                    }
                }
                _ => return Err(format!("`soak` does not know {flag}")),
            }
        }
        Ok(soak)
    }

    fn test(&self, database: &str) -> Result<Command, String> {
        let mut test = cargo::cargo();
        test.args(["test", "--release", "--quiet", "--package", "tests", "--test", "all", "--"]);
        test.arg(format!("kill::on_{database}::{LOST}"));
        if self.messages > 0 {
            test.arg(format!("kill::notified::on_{database}::{NOTIFIED}"));
            test.env("LEAVEWORD_TEST_NOTIFIED_MESSAGES", self.messages.to_string());
        }
        test.args(["--exact", "--nocapture"]);
        test.env("LEAVEWORD_TEST_BINARY", released()?).stdin(Stdio::null());
        test.env("LEAVEWORD_TEST_KILLS", self.kills.to_string());
        test.env("LEAVEWORD_TEST_KILL_MINUTES", self.minutes.to_string());
        if let Some(seed) = self.seed {
            test.env("LEAVEWORD_TEST_KILL_SEED", seed.to_string());
        }
        Ok(test)
    }
}

/// Cargo puts the profiles beside each other, wherever its target folder is: we were built there too.
fn released() -> Result<PathBuf, String> {
    let ourselves = env::current_exe().map_err(|error| format!("cannot tell where xtask is: {error}"))?;
    let target = ourselves.parent().and_then(|profile| profile.parent());
    target.map(|target| target.join("release/leaveword")).ok_or("xtask is in no target folder".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Soak, String> {
        Soak::read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn nothing_said_is_a_hundred_kills_in_half_an_hour_on_each_database() {
        let soak = read("").unwrap();
        assert_eq!((soak.minutes, soak.kills, soak.databases.len()), (30, 100, 2));
        assert_eq!(soak.messages, 5_000);
    }

    #[test]
    fn what_is_said_counts() {
        let soak = read("--database sqlite --kills 3 --minutes 1 --messages 0 --seed 7").unwrap();
        assert_eq!(
            soak,
            Soak { minutes: 1, kills: 3, messages: 0, databases: vec!["sqlite"], seed: Some(7) }
        );
    }

    #[test]
    fn what_cannot_be_is_named() {
        assert_eq!(read("--database mysql").unwrap_err(), "--database cannot be mysql");
        assert_eq!(read("--kills 0").unwrap_err(), "--kills cannot be 0");
        assert_eq!(read("--kills").unwrap_err(), "--kills needs a value");
        assert_eq!(read("--hours 2").unwrap_err(), "`soak` does not know --hours");
    }
}

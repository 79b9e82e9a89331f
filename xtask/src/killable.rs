//! The PostgreSQL that tests may kill: it keeps what it promised, and the tests are told how to stop it and start it.

use crate::postgres::{Data, Postgres};
use std::env;
use std::process::Command;

const URL: &str = "LEAVEWORD_TEST_KILLABLE_POSTGRES_URL";
/// Lines for a shell.
const STOP: &str = "LEAVEWORD_TEST_KILLABLE_POSTGRES_STOP";
const START: &str = "LEAVEWORD_TEST_KILLABLE_POSTGRES_START";

/// Starts one and tells the tests of it, unless the environment names one already.
pub(crate) fn killable(tests: &mut Command) -> Result<Option<Postgres>, String> {
    if env::var_os(URL).is_some_and(|url| !url.is_empty()) {
        println!("xtask: the tests kill the PostgreSQL that {URL} names");
        return Ok(None);
    }
    let postgres = Postgres::start(Data::Durable)?;
    println!("xtask: the tests kill {postgres}");
    tests.env(URL, postgres.url()).env(STOP, postgres.stop_line()?).env(START, postgres.start_line()?);
    Ok(Some(postgres))
}

//! The pages in `web/`: built when their sources have changed, checked and tested with the rest.

mod scripts;
mod sources;

use crate::{Outcome, cargo, install};
use scripts::Scripts;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// `cargo xtask ui`: builds them, if they have changed.
pub(crate) fn ui() -> Outcome {
    install::node()?;
    build()?;
    Ok(ExitCode::SUCCESS)
}

/// The same for who wants a server: without Node it is one without pages.
pub(crate) fn build_if_possible() -> Result<(), String> {
    match install::node() {
        Ok(()) => build(),
        Err(why) => {
            println!("xtask: the server has no pages, only the API: {why}");
            Ok(())
        }
    }
}

/// What `cargo xtask test` does before the Rust tests, which try what the server embeds.
pub(crate) fn check() -> Result<(), String> {
    install::node()?;
    npm_ci()?;
    let root = Scripts::read(&web())?;
    scripts::nothing_left_out(&web(), &root, "test", ".test.")?;
    npm(&["run", "check"])?;
    npm(&["run", "test"])?;
    build()
}

/// … and after them: browsers on the server that they have built. Without a script there is nothing to try.
pub(crate) fn browse() -> Result<(), String> {
    let root = Scripts::read(&web())?;
    scripts::nothing_left_out(&web(), &root, "browser", ".spec.")?;
    if !root.has("browser") {
        return Ok(());
    }
    let chromium = install::chromium()?;
    let binary = cargo::leaveword_binary();
    let variables =
        [("LEAVEWORD_TEST_BINARY", binary.as_os_str()), ("LEAVEWORD_TEST_CHROMIUM", chromium.as_os_str())];
    npm_with(&["run", "browser"], &variables)
}

/// `npm run dev` of the console, for who works on its pages: they are anew with each change.
pub(crate) fn hot_reload() -> Option<Command> {
    let console = web().join("console");
    let has_it = Scripts::read(&console).is_ok_and(|scripts| scripts.has("dev"));
    if !has_it || install::node().is_err() || npm_ci().is_err() {
        return None;
    }
    let mut command = Command::new("npm");
    command.args(["run", "dev", "--workspace", "console"]).current_dir(web());
    Some(command)
}

fn build() -> Result<(), String> {
    let root = cargo::root();
    if sources::missing(&root).is_empty() && !sources::is_stale(&root).map_err(|error| cannot_read(&error))? {
        return Ok(());
    }
    npm_ci()?;
    let before = sources::digest(&root).map_err(|error| cannot_read(&error))?;
    npm(&["run", "build"])?;
    if sources::digest(&root).map_err(|error| cannot_read(&error))? != before {
        println!("xtask: something in web/ changed during the build; the next one starts anew");
        return Ok(());
    }
    sources::stamp(&root, &before).map_err(|error| format!("web/ cannot be written to: {error}"))
}

/// `npm ci` starts from nothing each time; npm's own copy of the lock file tells whether it has to.
fn npm_ci() -> Result<(), String> {
    let changed = |file: &str| fs::metadata(web().join(file)).and_then(|it| it.modified()).ok();
    let (installed, locked) = (changed("node_modules/.package-lock.json"), changed("package-lock.json"));
    if installed.is_some() && installed >= locked {
        return Ok(());
    }
    npm(&["ci", "--no-audit", "--no-fund"])
}

fn cannot_read(error: &std::io::Error) -> String {
    format!("the sources in web/ cannot be read: {error}")
}

fn npm(args: &[&str]) -> Result<(), String> {
    npm_with(args, &[])
}

fn npm_with(args: &[&str], variables: &[(&str, &OsStr)]) -> Result<(), String> {
    println!("xtask: npm {} (in web/)", args.join(" "));
    let mut command = Command::new("npm");
    command.args(args).envs(variables.iter().copied()).current_dir(web());
    if cargo::status(&mut command)?.success() {
        Ok(())
    } else {
        Err(format!("npm {} failed in web/", args.join(" ")))
    }
}

fn web() -> PathBuf {
    cargo::root().join("web")
}

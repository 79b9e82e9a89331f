//! `cargo xtask run`: the whole thing, from a clean checkout to a listening server.

use crate::{Outcome, cargo, web};
use std::os::unix::process::CommandExt;

/// Builds the web pages if it can, then becomes the server.
pub(crate) fn run(args: &[String]) -> Outcome {
    web::build_if_possible()?;
    let mut command = cargo::cargo();
    command.args(["run", "--package", "server", "--bin", "leaveword", "--", "serve"]).args(args);
    // We become cargo, which becomes the server: Ctrl-C reaches it, and the shell waits for its orderly end.
    let error = command.exec();
    Err(cargo::cannot_start(&command, &error))
}

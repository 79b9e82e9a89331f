//! Starting cargo from inside cargo.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

/// The cargo that started us, in an environment as if it had been started from a shell.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // `cargo run` describes *our* package in these. Build scripts that watch them (ring's does) would see a change
    // and build anew each time a developer goes from `cargo test` to `cargo xtask test` and back.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(describes_a_package) {
            command.env_remove(name);
        }
    }
    command
}

/// The server's binary with these arguments, built if need be, once `--` has been passed on by cargo.
pub(crate) fn leaveword(args: &[&str]) -> Command {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "server", "--bin", "leaveword", "--"]).args(args);
    command
}

/// The same, built with everything else as the tests are: whoever has run them builds nothing for it.
pub(crate) fn leaveword_of_the_tests(args: &[&str]) -> Result<Command, String> {
    let mut build = cargo();
    build.args(["build", "--quiet", "--workspace", "--all-targets"]).current_dir(root());
    if !status(&mut build)?.success() {
        return Err("the workspace does not build".to_owned());
    }
    let mut command = Command::new(leaveword_binary());
    command.args(args).current_dir(root());
    Ok(command)
}

/// The server's binary as it is shipped, built if need be.
pub(crate) fn leaveword_release() -> Result<PathBuf, String> {
    let mut build = cargo();
    build.args(["build", "--release", "--package", "server", "--bin", "leaveword"]).current_dir(root());
    match status(&mut build)?.success() {
        true => Ok(built("release")),
        false => Err("the server does not build".to_owned()),
    }
}

/// Where the tests' build leaves the server's binary.
pub(crate) fn leaveword_binary() -> PathBuf {
    built("debug")
}

fn built(profile: &str) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join(profile).join(format!("leaveword{}", env::consts::EXE_SUFFIX))
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    // Asked when running rather than when compiling: a checkout that moved is still found.
    let xtask = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.parent().map(Path::to_path_buf).unwrap_or(xtask)
}

/// Runs a command to its end; the error is that it could not be started.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus, String> {
    command.status().map_err(|error| cannot_start(command, &error))
}

/// The sentence for a program that did not even start.
pub(crate) fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("cannot start {}: {error}", command.get_program().display())
}

/// Another program's end as ours.
pub(crate) fn passed_on(status: ExitStatus) -> ExitCode {
    // None: a signal ended it, and a plain failure is all that the caller needs to know.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

fn describes_a_package(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_describes_our_package_is_kept_from_cargo() {
        assert!(describes_a_package("CARGO_PKG_NAME"));
        assert!(describes_a_package("CARGO_MANIFEST_DIR"));
        assert!(!describes_a_package("CARGO_TARGET_DIR"));
        assert!(!describes_a_package("CARGO_HOME"));
    }
}

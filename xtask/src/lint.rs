//! `cargo xtask lint`: what a change must pass besides the tests, the same here as in continuous integration.

use crate::{Outcome, cargo, schema};
use std::process::{Command, Stdio};

/// Runs each check and stops at the first that fails.
pub(crate) fn lint() -> Outcome {
    install_components()?;
    for step in [
        &["fmt", "--all", "--check"][..],
        &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
        &["doc", "--workspace", "--no-deps"],
    ] {
        println!("xtask: cargo {}", step.join(" "));
        let mut command = cargo::cargo();
        // Read by `cargo doc` alone: a link that leads nowhere is as much a fault as a warning of clippy's.
        command.args(step).current_dir(cargo::root()).env("RUSTDOCFLAGS", "-D warnings");
        let status = cargo::status(&mut command)?;
        if !status.success() {
            return Ok(cargo::passed_on(status));
        }
    }
    println!("xtask: cargo xtask schema --check");
    schema::check()
}

/// A minimal Rust has neither rustfmt nor clippy; rustup fetches both without further rights.
fn install_components() -> Result<(), String> {
    if ["fmt", "clippy"].into_iter().all(answers) {
        return Ok(());
    }
    let advice = "rustup component add rustfmt clippy";
    let status = Command::new("rustup").args(advice.split_whitespace().skip(1)).status();
    if status.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err(format!("rustfmt or clippy is not here: {advice}"))
}

fn answers(subcommand: &str) -> bool {
    let mut command = cargo::cargo();
    command.args([subcommand, "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

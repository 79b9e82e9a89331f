//! What is missing, and how it gets here: done where we may, said in one line where we may not.

use crate::cargo;
use crate::postgres::is_root;
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

/// Installs PostgreSQL when we are root on Debian or its kin; otherwise the error is the line to type.
pub(crate) fn postgres() -> Result<(), String> {
    if !Path::new("/etc/debian_version").exists() || !is_root() {
        return Err(format!("the tests need PostgreSQL's server programs: {}", advice()));
    }
    println!("xtask: PostgreSQL is not here; installing it");
    // An update fails when one of many sources does; whether the package can be had is for the install to say.
    cargo::status(&mut apt_get(&["update"]))?;
    let install = cargo::status(&mut apt_get(&["install", "-y", "--no-install-recommends", "postgresql"]))?;
    if install.success() { Ok(()) } else { Err("apt-get could not install postgresql".to_owned()) }
}

/// Installs what Python lacks to try the API from outside; where we may not, says so and leaves it to that test to fail.
pub(crate) fn python() {
    let mut asked = Command::new("python3");
    asked.args(["-c", "import ensurepip, venv"]).stdout(Stdio::null()).stderr(Stdio::null());
    if asked.status().is_ok_and(|status| status.success()) {
        return;
    }
    if !Path::new("/etc/debian_version").exists() || !is_root() {
        println!(
            "xtask: python3 with venv is not here; a test will fail (Debian: sudo apt-get install -y python3-venv)"
        );
        return;
    }
    println!("xtask: python3 with venv is not here; installing it");
    let _ = cargo::status(&mut apt_get(&["update"]));
    let _ = cargo::status(&mut apt_get(&["install", "-y", "--no-install-recommends", "python3-venv"]));
}

fn apt_get(args: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn advice() -> &'static str {
    if Path::new("/etc/debian_version").exists() {
        "sudo apt-get install -y postgresql"
    } else if is_on_path("dnf") {
        "sudo dnf install -y postgresql-server"
    } else if is_on_path("brew") {
        "brew install postgresql@17"
    } else {
        "install PostgreSQL 15 or newer, with initdb, pg_ctl and postgres on the PATH"
    }
}

fn is_on_path(program: &str) -> bool {
    env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(program).is_file())
}

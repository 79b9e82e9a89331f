//! What is missing, and how it gets here: done where we may, said in one line where we may not.

use crate::cargo;
use crate::postgres::is_root;
use std::env;
use std::path::{Path, PathBuf};
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

/// Whether Node and npm are here. Debian's own Node is too old at times, so they are never installed by us.
pub(crate) fn node() -> Result<(), String> {
    let said = |program: &str| {
        let output = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    match (said("node"), said("npm")) {
        (Some(node), Some(_)) if is_new_enough(&node) => Ok(()),
        (Some(node), Some(_)) => {
            Err(format!("the web pages need Node {NODE} or newer, and this is {node}: {GET_NODE}"))
        }
        (Some(_), None) => Err(format!("the web pages need npm, which comes with Node: {GET_NODE}")),
        (None, _) => Err(format!("the web pages need Node {NODE} or newer, with npm: {GET_NODE}")),
    }
}

/// What Vite asks for.
const NODE: &str = "20.19";
const GET_NODE: &str = "https://nodejs.org/en/download has it for every system";

/// `v20.20.2`.
fn is_new_enough(said: &str) -> bool {
    let numbers = |text: &str| {
        text.trim_start_matches('v').split('.').map_while(|it| it.parse().ok()).collect::<Vec<u32>>()
    };
    numbers(said) >= numbers(NODE)
}

/// Where Chromium is, which the browser tests start; installed like PostgreSQL. `LEAVEWORD_TEST_CHROMIUM` names another.
pub(crate) fn chromium() -> Result<PathBuf, String> {
    if let Some(named) = env::var_os("LEAVEWORD_TEST_CHROMIUM").filter(|named| !named.is_empty()) {
        return Ok(named.into());
    }
    let found = || ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path);
    if let Some(chromium) = found() {
        return Ok(chromium);
    }
    if !Path::new("/etc/debian_version").exists() || !is_root() {
        return Err("the browser tests need Chromium: sudo apt-get install -y chromium, what your system calls it, or \
                    LEAVEWORD_TEST_CHROMIUM=<where Chrome or Chromium is>"
            .to_owned());
    }
    println!("xtask: Chromium is not here; installing it");
    cargo::status(&mut apt_get(&["update"]))?;
    // With letters for every language that the pages are tried in.
    let packages = ["chromium", "fonts-dejavu-core", "fonts-noto-cjk"];
    cargo::status(apt_get(&["install", "-y", "--no-install-recommends"]).args(packages))?;
    found().ok_or_else(|| "apt-get could not install chromium".to_owned())
}

fn apt_get(args: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    // Somebody else may be installing something, too.
    command.args(["-o", "DPkg::Lock::Timeout=120"]).args(args).env("DEBIAN_FRONTEND", "noninteractive");
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
    on_path(program).is_some()
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_new_enough_from_its_second_number_on() {
        for (said, expected) in [
            ("v20.19.0", true),
            ("v20.20.2", true),
            ("v22.1.0", true),
            ("v20.9.0", false),
            ("v18.20.4", false),
            ("", false),
        ] {
            assert_eq!(is_new_enough(said), expected, "{said}");
        }
    }
}

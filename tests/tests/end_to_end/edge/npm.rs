//! Packages from npm that try a server: installed as `tests/npm/package-lock.json` says. Without Node the tests fail.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
    sync::Mutex,
};

static INSTALLING: Mutex<()> = Mutex::new(());

/// Runs a script of `tests/npm` with these variables.
pub(super) fn run(script: &str, variables: &[(&str, &str)]) -> Output {
    let folder = installed();
    let mut node = Command::new("node");
    node.arg(folder.join(script)).envs(variables.iter().copied()).current_dir(&folder);
    node.output().expect("node runs: install Node 20 or newer")
}

/// Where the packages are. npm's own copy of the lock file tells whether they are those that the lock file names.
fn installed() -> PathBuf {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/npm"));
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let changed = |file: &str| fs::metadata(folder.join(file)).and_then(|it| it.modified()).ok();
    let (installed, locked) = (changed("node_modules/.package-lock.json"), changed("package-lock.json"));
    if installed.is_none() || installed < locked {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
        let done = npm.output().expect("npm runs: install Node 20 or newer, with npm");
        assert!(done.status.success(), "npm ci in tests/npm: {}", String::from_utf8_lossy(&done.stderr));
    }
    folder
}

//! Packages from npm that try a server: installed as the `package-lock.json` of their folder says. Without Node the tests
//! fail.

use std::{fs, path::PathBuf, process::Command, sync::Mutex};

static INSTALLING: Mutex<()> = Mutex::new(());

/// Runs a script of a folder of this crate with these variables, and says what it printed.
pub(super) fn run(folder: &str, script: &str, variables: &[(&str, &str)]) -> String {
    let output = tokio::task::block_in_place(|| {
        let folder = installed(folder);
        let mut node = Command::new("node");
        node.arg(folder.join(script)).envs(variables.iter().copied()).current_dir(&folder);
        node.output().expect("node runs: install Node 20 or newer")
    });
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}: {said}{failed}");
    said.into_owned()
}

/// Where the packages are. npm's own copy of the lock file tells whether they are those that the lock file names.
fn installed(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let changed = |file: &str| fs::metadata(folder.join(file)).and_then(|it| it.modified()).ok();
    let (installed, locked) = (changed("node_modules/.package-lock.json"), changed("package-lock.json"));
    if installed.is_none() || installed < locked {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
        let done = npm.output().expect("npm runs: install Node 20 or newer, with npm");
        assert!(done.status.success(), "npm ci in tests/{name}: {}", String::from_utf8_lossy(&done.stderr));
    }
    folder
}

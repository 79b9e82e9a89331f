//! Packages from `PyPI` that try a server: installed into the target folder, as the `requirements.txt` of their folder of
//! this crate says. Without Python the tests fail.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
};
use tokio::process;

static INSTALLING: Mutex<()> = Mutex::new(());

const NEEDED: &str =
    "python3 with venv runs: install Python 3.10 or newer (Debian: apt-get install -y python3-venv)";

/// A script of a folder of this crate, ready to run with what its folder needs; it ends when nobody waits for it.
pub(super) fn script(folder: &str, script: &str) -> process::Command {
    let python = tokio::task::block_in_place(|| installed(folder));
    let mut command = process::Command::new(python);
    command.arg(source(folder).join(script)).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    command
}

fn source(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// Python with the packages. A copy of their list tells whether they are those that the list names.
fn installed(folder: &str) -> PathBuf {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    let (python, wanted) = (venv.join("bin/python"), source(folder).join("requirements.txt"));
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (copy, list) = (venv.join("installed.txt"), fs::read_to_string(&wanted).expect("a list"));
    if fs::read_to_string(&copy).is_ok_and(|installed| installed == list) {
        return python;
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv));
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&wanted));
    fs::write(&copy, list).expect("written");
    python
}

fn run(command: &mut Command) {
    let done = command.output().expect(NEEDED);
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}\n{NEEDED}");
}

//! Where PostgreSQL's server programs are: distributions keep them off the PATH.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const NEEDED: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// Folder, beginning of the names in it, and what follows: Debian's, Fedora's and Homebrew's habits.
const HABITS: [(&str, &str, &str); 4] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];

/// A folder with all that we need, and the release that it is of.
pub(crate) struct Programs {
    pub(crate) folder: PathBuf,
    pub(crate) major: u32,
}

/// The newest PostgreSQL of this machine.
pub(crate) fn newest() -> Option<Programs> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = HABITS.into_iter().flat_map(following).chain(env::split_paths(&path));
    folders.filter_map(programs_in).max_by_key(|found| found.major)
}

fn following((parent, prefix, rest): (&str, &str, &str)) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    named.map(|entry| entry.path().join(rest)).collect()
}

fn programs_in(folder: PathBuf) -> Option<Programs> {
    if !NEEDED.iter().all(|name| folder.join(name).is_file()) {
        return None;
    }
    let major = ask(&folder)?;
    Some(Programs { folder, major })
}

fn ask(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    major(&String::from_utf8_lossy(&output.stdout))
}

/// The number after `postgres (PostgreSQL)`, without what packagers and pre-releases append to it.
fn major(answer: &str) -> Option<u32> {
    let version = answer.split_once("(PostgreSQL)")?.1.trim_start();
    let digits = version.split(|character: char| !character.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_whoever_packaged_it() {
        assert_eq!(major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 17.2 (Homebrew)"), Some(17));
        assert_eq!(major("postgres (PostgreSQL) 16.4"), Some(16));
        assert_eq!(major("postgres (PostgreSQL) 9.6.24"), Some(9));
    }

    #[test]
    fn a_pre_release_counts_as_its_release() {
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("postgres (PostgreSQL) 19devel"), Some(19));
    }

    #[test]
    fn another_program_has_no_version() {
        assert_eq!(major("postgres: command not found"), None);
        assert_eq!(major("postgres (PostgreSQL) unknown"), None);
        assert_eq!(major(""), None);
    }
}

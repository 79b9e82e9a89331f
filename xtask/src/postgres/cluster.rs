//! A cluster on the disk: its folder, the programs that work on it, and the account they run under.

use super::account::{self, Account};
use super::programs::{self, Programs};
use crate::{cargo, install};
use std::fs::{self, DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Not `pg_ctl stop`, which refuses root: SIGQUIT is what its immediate mode sends. The file goes when the server does.
/// `$1` is the folder.
pub(crate) const STOP: &str = r#"
file=$1/data/postmaster.pid
if [ -e "$file" ] && read -r pid <"$file"; then
    kill -s QUIT "$pid" 2>/dev/null
    tries=200
    while [ "$tries" -gt 0 ] && [ -e "$file" ]; do
        sleep 0.05
        tries=$((tries - 1))
    done
    [ ! -e "$file" ] || kill -s KILL "$pid" 2>/dev/null
fi
"#;

/// The oldest release that the tests accept.
const LEAST: u32 = 15;

/// Where a server's files are, and how its programs are called.
pub(crate) struct Cluster {
    pub(crate) programs: Programs,
    pub(crate) folder: PathBuf,
    account: Option<Account>,
}

impl Cluster {
    /// An empty folder of that name for one; finds PostgreSQL, or installs it.
    pub(crate) fn new(name: &str) -> Result<Self, String> {
        let cluster = Self::at(std::env::temp_dir().join(name))?;
        let folder = &cluster.folder;
        let made = DirBuilder::new().mode(0o700).create(folder).and_then(|()| cluster.give(folder));
        made.map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        Ok(cluster)
    }

    /// One that is there already.
    pub(crate) fn at(folder: PathBuf) -> Result<Self, String> {
        Ok(Self { programs: programs()?, folder, account: account::for_server()? })
    }

    /// Where its data is.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Starts its server on that port and waits until it answers.
    pub(crate) fn start(&self, port: u16) -> Result<Command, String> {
        let mut start = self.program("pg_ctl")?;
        start.args(["start", "--wait", "--silent", "--timeout=60"]);
        start.arg("--pgdata").arg(self.data());
        start.arg("--log").arg(self.folder.join("server.log"));
        start.arg(format!("--options=-p {port}"));
        Ok(start)
    }

    /// Stops its server at once, without a word to anybody who is connected: what it has not promised is lost.
    pub(crate) fn stop(&self) -> Result<(), String> {
        let mut stop = Command::new("sh");
        stop.args(["-c", STOP, "stop"]).arg(&self.folder);
        let status = cargo::status(&mut stop)?;
        match self.data().join("postmaster.pid").exists() {
            false if status.success() => Ok(()),
            _ => Err(format!("PostgreSQL in {} did not stop", self.folder.display())),
        }
    }

    /// One of PostgreSQL's programs, as the account it runs under, writing to a file of ours.
    pub(crate) fn program(&self, name: &str) -> Result<Command, String> {
        let file = self.folder.join("setup.log");
        let log = OpenOptions::new().create(true).append(true).open(&file);
        let log = log.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        let errors = log.try_clone().map_err(|error| format!("cannot share a file: {error}"))?;
        let mut command = Command::new(self.programs.folder.join(name));
        // English messages, since we look for one of them; and a folder which that account may enter.
        command.env("LC_ALL", "C").current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(log).stderr(errors);
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid);
        }
        Ok(command)
    }

    /// The last it said.
    pub(crate) fn logs(&self) -> String {
        let read = |name| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        tail(&(read("setup.log") + &read("server.log")), 30)
    }

    fn give(&self, folder: &Path) -> std::io::Result<()> {
        self.account.as_ref().map_or(Ok(()), |account| chown(folder, Some(account.uid), Some(account.gid)))
    }
}

fn programs() -> Result<Programs, String> {
    let found = programs::newest().map_or_else(install_programs, Ok)?;
    if found.major >= LEAST {
        return Ok(found);
    }
    let (folder, major) = (found.folder.display(), found.major);
    let newer = "https://www.postgresql.org/download/ has newer ones for every system";
    Err(format!("PostgreSQL {major} in {folder} is older than {LEAST}: {newer}"))
}

fn install_programs() -> Result<Programs, String> {
    install::postgres()?;
    programs::newest()
        .ok_or("PostgreSQL was installed, but its server programs are not to be found".to_owned())
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_the_last_lines() {
        assert_eq!(tail("one\ntwo\nthree\n", 2), "two\nthree");
        assert_eq!(tail("one", 2), "one");
        assert_eq!(tail("", 2), "");
    }
}

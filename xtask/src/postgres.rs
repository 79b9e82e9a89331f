//! A PostgreSQL for one run of the tests or of a benchmark: a folder, a port, and nothing left of either afterwards.

mod account;
mod programs;

use crate::install;
use crate::watchdog::Watchdog;
use account::Account;
pub(crate) use account::is_root;
use programs::Programs;
use std::fmt::{self, Display};
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

/// No socket in a folder: its path would have to be shorter than some temporary folders' names are.
const LISTEN: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
";

/// What a server is started for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// The data is worth nothing after the run, so nothing waits for the disk; many connections are opened at once.
    Tests,
    /// The disk is waited for, as in production; the defaults otherwise, with room for every side's connections.
    Benches,
}

impl Purpose {
    fn configuration(self) -> &'static str {
        match self {
            Self::Tests => "max_connections = 200\nfsync = off\nfull_page_writes = off\n",
            Self::Benches => "max_connections = 400\nfsync = on\n",
        }
    }
}

/// Not `pg_ctl stop`, which refuses root: SIGQUIT is what its immediate mode sends. The file goes when the server does.
const STOP_AND_REMOVE: &str = r#"
file=$1/data/postmaster.pid
if [ -e "$file" ] && read -r pid <"$file"; then
    kill -s QUIT "$pid" 2>/dev/null
    tries=100
    while [ "$tries" -gt 0 ] && [ -e "$file" ]; do
        sleep 0.1
        tries=$((tries - 1))
    done
    [ ! -e "$file" ] || kill -s KILL "$pid" 2>/dev/null
fi
rm -rf -- "$1"
"#;

/// The oldest release that the tests accept.
const LEAST: u32 = 15;

/// Between our finding a free port and the server's taking it, somebody else may.
const PORTS_TO_TRY: u32 = 5;

/// A running server that stops, and takes its folder along, when this is dropped or when we die.
pub(crate) struct Postgres {
    programs: Programs,
    folder: PathBuf,
    account: Option<Account>,
    watchdog: Watchdog,
    port: u16,
}

impl Postgres {
    /// Finds (or installs) PostgreSQL and starts a server of ours.
    pub(crate) fn start(purpose: Purpose) -> Result<Self, String> {
        let programs = programs()?;
        let account = account::for_server()?;
        let folder = new_folder(account.as_ref())?;
        let watchdog = Watchdog::start(STOP_AND_REMOVE, folder.as_os_str())?;
        let mut postgres = Self { programs, folder, account, watchdog, port: 0 };
        postgres.initialise(purpose)?;
        postgres.listen()?;
        Ok(postgres)
    }

    /// Where the tests and the benchmarks connect: as a superuser, so that they can make databases.
    pub(crate) fn url(&self) -> String {
        format!("postgres://leaveword@127.0.0.1:{}/postgres", self.port)
    }

    /// Runs a command to its end; should we die first, it goes before the server does.
    pub(crate) fn run(&mut self, command: &mut Command) -> Result<ExitStatus, String> {
        self.watchdog.run(command)
    }

    fn initialise(&mut self, purpose: Purpose) -> Result<(), String> {
        let mut initdb = self.program("initdb")?;
        initdb.args(["--auth=trust", "--username=leaveword", "--encoding=UTF8", "--no-locale", "--no-sync"]);
        initdb.arg("--pgdata").arg(self.data());
        if !self.watchdog.run(&mut initdb)?.success() {
            return Err(format!("initdb failed:\n{}", self.logs()));
        }
        let file = self.data().join("postgresql.conf");
        let written = OpenOptions::new().append(true).open(&file);
        written
            .and_then(|mut configuration| {
                configuration.write_all((LISTEN.to_owned() + purpose.configuration()).as_bytes())
            })
            .map_err(|error| format!("cannot write {}: {error}", file.display()))
    }

    fn listen(&mut self) -> Result<(), String> {
        for _ in 0..PORTS_TO_TRY {
            self.port = free_port()?;
            let mut start = self.program("pg_ctl")?;
            start.args(["start", "--wait", "--silent", "--timeout=60"]);
            start.arg("--pgdata").arg(self.data());
            start.arg("--log").arg(self.folder.join("server.log"));
            start.arg(format!("--options=-p {}", self.port));
            if self.watchdog.run(&mut start)?.success() {
                return Ok(());
            }
            if !self.logs().contains("could not bind") {
                break;
            }
        }
        Err(format!("PostgreSQL did not start:\n{}", self.logs()))
    }

    /// One of PostgreSQL's programs, as the account it runs under, writing to a file of ours.
    fn program(&self, name: &str) -> Result<Command, String> {
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

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn logs(&self) -> String {
        let read = |name| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        tail(&(read("setup.log") + &read("server.log")), 30)
    }
}

impl Display for Postgres {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PostgreSQL {} at {}", self.programs.major, self.url())
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

fn new_folder(account: Option<&Account>) -> Result<PathBuf, String> {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    let folder = std::env::temp_dir().join(format!("leaveword-test-{}-{nanos}", std::process::id()));
    let made = DirBuilder::new().mode(0o700).create(&folder).and_then(|()| give(&folder, account));
    made.map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    Ok(folder)
}

fn give(folder: &Path, account: Option<&Account>) -> std::io::Result<()> {
    account.map_or(Ok(()), |account| chown(folder, Some(account.uid), Some(account.gid)))
}

fn free_port() -> Result<u16, String> {
    let bound = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|error| format!("no free port on 127.0.0.1: {error}"))
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

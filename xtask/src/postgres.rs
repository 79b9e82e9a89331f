//! A PostgreSQL for one run of the tests: a folder, a port, and nothing left of either afterwards.

mod account;
mod again;
mod cluster;
mod programs;

use crate::watchdog::Watchdog;
pub(crate) use account::is_root;
pub(crate) use again::postgres;
use cluster::{Cluster, STOP};
use std::fmt::{self, Display};
use std::fs::OpenOptions;
use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::{SystemTime, UNIX_EPOCH};

/// The tests open many connections at once. No socket in a folder: its path would have to be shorter than some
/// temporary folders' names are.
const CONFIGURATION: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 400
";

/// Nothing waits for the disk.
const DISPOSABLE: &str = "
fsync = off
full_page_writes = off
";

/// Between our finding a free port and the server's taking it, somebody else may.
const PORTS_TO_TRY: u32 = 5;

/// Below the ports that systems give to whoever connects: a server that is started again finds its port free.
const PORTS: std::ops::Range<u16> = 15_000..30_000;

/// What the data is worth.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Data {
    /// Nothing after the run.
    Disposable,
    /// What the server has promised has to be there after it was killed.
    Durable,
}

/// A running server that stops, and takes its folder along, when this is dropped or when we die.
pub(crate) struct Postgres {
    cluster: Cluster,
    watchdog: Watchdog,
    port: u16,
}

impl Postgres {
    /// Finds (or installs) PostgreSQL and starts a server of ours.
    pub(crate) fn start(data: Data) -> Result<Self, String> {
        let cluster = Cluster::new(&format!("leaveword-test-{}-{}", std::process::id(), nanos()))?;
        let watchdog = Watchdog::start(&format!("{STOP}rm -rf -- \"$1\"\n"), cluster.folder.as_os_str())?;
        let mut postgres = Self { cluster, watchdog, port: 0 };
        postgres.initialise(data)?;
        postgres.listen()?;
        Ok(postgres)
    }

    /// Where the tests connect: as a superuser, so that they can make databases.
    pub(crate) fn url(&self) -> String {
        format!("postgres://leaveword@127.0.0.1:{}/postgres", self.port)
    }

    /// Where one of its programs is, beside the others: what is on the PATH may be links to some of them.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        let folder = &self.cluster.programs.folder;
        let initdb = folder.join("initdb").canonicalize();
        initdb.ok().and_then(|initdb| Some(initdb.parent()?.join(name))).unwrap_or_else(|| folder.join(name))
    }

    /// The line for a shell that stops it at once.
    pub(crate) fn stop_line(&self) -> Result<String, String> {
        again::line(&["stop"], &self.cluster.folder)
    }

    /// The line for a shell that starts it again.
    pub(crate) fn start_line(&self) -> Result<String, String> {
        again::line(&["start", &self.port.to_string()], &self.cluster.folder)
    }

    /// Runs a command to its end; should we die first, it goes before the server does.
    pub(crate) fn run(&mut self, command: &mut Command) -> Result<ExitStatus, String> {
        self.watchdog.run(command)
    }

    fn initialise(&mut self, data: Data) -> Result<(), String> {
        let mut initdb = self.cluster.program("initdb")?;
        initdb.args(["--auth=trust", "--username=leaveword", "--encoding=UTF8", "--no-locale"]);
        let mut configuration = CONFIGURATION.to_owned();
        if data == Data::Disposable {
            initdb.arg("--no-sync");
            configuration += DISPOSABLE;
        }
        initdb.arg("--pgdata").arg(self.cluster.data());
        if !self.watchdog.run(&mut initdb)?.success() {
            return Err(format!("initdb failed:\n{}", self.cluster.logs()));
        }
        let file = self.cluster.data().join("postgresql.conf");
        let written = OpenOptions::new().append(true).open(&file);
        written
            .and_then(|mut file| file.write_all(configuration.as_bytes()))
            .map_err(|error| format!("cannot write {}: {error}", file.display()))
    }

    fn listen(&mut self) -> Result<(), String> {
        for _ in 0..PORTS_TO_TRY {
            self.port = free_port()?;
            if self.watchdog.run(&mut self.cluster.start(self.port)?)?.success() {
                return Ok(());
            }
            if !self.cluster.logs().contains("could not bind") {
                break;
            }
        }
        Err(format!("PostgreSQL did not start:\n{}", self.cluster.logs()))
    }
}

impl Display for Postgres {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PostgreSQL {} at {}", self.cluster.programs.major, self.url())
    }
}

/// Somewhere in the range, so that two runs at the same time seldom look at the same port.
fn free_port() -> Result<u16, String> {
    let span = u32::from(PORTS.end - PORTS.start);
    let from = u16::try_from((nanos() / 1_000 + std::process::id()) % span).unwrap_or_default();
    let mut ports = (PORTS.start + from..PORTS.end).chain(PORTS.start..PORTS.start + from);
    ports
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .ok_or_else(|| format!("no port of {PORTS:?} is free on 127.0.0.1"))
}

fn nanos() -> u32 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos())
}

//! The server, in a process of its own.

use benches::{arguments::Arguments, machine};
use projections::notifications::Guard;
use server::{Channels, Clock, Config, DatabaseUrl, Server};
use std::{ffi::OsStr, net::SocketAddr, path::PathBuf, process::Stdio};
use store::{StoreConfig, testing::TestDatabase};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
};

/// The hidden sub-command that makes this program that process.
pub(crate) const WORKER: &str = "worker";

pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Served {
    /// Starts it on this database.
    pub(crate) async fn start(database: &TestDatabase) -> Result<Self, String> {
        let (flag, place) = match &database.config.database {
            DatabaseUrl::Postgres(url) => ("--postgres", OsStr::new(url)),
            DatabaseUrl::Sqlite(directory) => ("--sqlite", directory.as_os_str()),
        };
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.args([WORKER, flag]).arg(place).arg("--key").arg(&database.config.master_key_file);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let said = child.stdout.take().ok_or("it says nothing")?;
        let line = BufReader::new(said).lines().next_line().await.map_err(|error| error.to_string())?;
        let address = line.and_then(|line| line.parse().ok()).ok_or("the server did not start")?;
        Ok(Self { address, child })
    }

    /// Ends when nobody holds its input any more. The most memory that it ever had, in MiB.
    pub(crate) async fn stop(mut self) -> Option<f64> {
        let peak = self.child.id().and_then(machine::peak_mib_of);
        drop(self.child.stdin.take());
        let _ = self.child.wait().await;
        peak
    }
}

/// The process itself.
#[expect(clippy::print_stdout, reason = "it answers the process that started it")]
pub(crate) async fn work(given: impl IntoIterator<Item = String>) -> Result<(), String> {
    let given = Arguments::parse(given, &["key", "postgres", "sqlite"], &[])?;
    let master_key_file: PathBuf = given.value("key", String::new())?.into();
    let database = match given.has("sqlite") {
        true => DatabaseUrl::Sqlite(given.value("sqlite", PathBuf::new())?),
        false => DatabaseUrl::Postgres(given.value("postgres", String::new())?),
    };
    // Whoever is notified is on this machine, too.
    let guard = Guard::read("127.0.0.0/8", "").map_err(|fault| fault.problem)?;
    let config = Config {
        data_dir: PathBuf::new(),
        store: StoreConfig { database, master_key_file, images: PathBuf::new(), bucket: None },
        listen: ([127, 0, 0, 1], 0).into(),
        metrics_listen: None,
        otlp_endpoint: None,
        public_url: None,
        log: "warn".to_owned(),
        // Measured is what one machine does, not how little one address may do.
        edge: server::Edge { limits: server::Limits::NONE, ..server::Edge::default() },
        channels: Channels { guard, mail: None, sms: None },
        ui: server::Ui::default(),
    };
    let server = Server::start(&config, Clock::system()).await.map_err(|error| error.to_string())?;
    println!("{}", server.address());
    let mut input = Vec::new();
    let _ = tokio::io::stdin().read_to_end(&mut input).await;
    server.stop().await;
    Ok(())
}

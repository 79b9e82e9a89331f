//! The server, in a process of its own.

use benches::{arguments::Arguments, machine};
use server::{Clock, Config, DatabaseUrl, Server};
use std::{net::SocketAddr, path::PathBuf, process::Stdio};
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
        let DatabaseUrl::Postgres(url) = &database.config.database else {
            return Err("not PostgreSQL".into());
        };
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.args([WORKER, "--postgres", url, "--key"]).arg(&database.config.master_key_file);
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
    let given = Arguments::parse(given, &["key", "postgres"], &[])?;
    let master_key_file: PathBuf = given.value("key", String::new())?.into();
    let database = DatabaseUrl::Postgres(given.value("postgres", String::new())?);
    let config = Config {
        data_dir: PathBuf::new(),
        store: StoreConfig { database, master_key_file },
        listen: ([127, 0, 0, 1], 0).into(),
        metrics_listen: None,
        otlp_endpoint: None,
        public_url: None,
        log: "warn".to_owned(),
        // Measured is what one machine does, not how little one address may do.
        edge: server::Edge { limits: server::Limits::NONE, ..server::Edge::default() },
        channels: server::Channels::default(),
    };
    let server = Server::start(&config, Clock::system()).await.map_err(|error| error.to_string())?;
    println!("{}", server.address());
    let mut input = Vec::new();
    let _ = tokio::io::stdin().read_to_end(&mut input).await;
    server.stop().await;
    Ok(())
}

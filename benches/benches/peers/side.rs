//! The three servers, each a process of its own with a pool of the same size, known to PostgreSQL by name.

use crate::{answers, clear};
use benches::machine;
use serde_json::{Value, json};
use std::{net::SocketAddr, path::PathBuf, process::Stdio};
use store::{DatabaseUrl, testing::TestDatabase};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

/// As many connections to PostgreSQL as the server has.
const CONNECTIONS: u32 = 20;

/// A server that answers; dropped, it is killed.
pub(crate) struct Side {
    /// Also what its connections to PostgreSQL are named.
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    /// What it is asked.
    pub(crate) body: Value,
    child: Child,
    /// Kept: whoever prints to nobody may end.
    _said: Lines<BufReader<ChildStdout>>,
}

impl Side {
    /// The program as it is shipped, with its limits; only what a caller's requests cost in a minute is not counted.
    pub(crate) async fn ours(database: &TestDatabase) -> Result<Self, String> {
        #[expect(clippy::disallowed_methods, reason = "`cargo xtask bench` says where it is")]
        let program = std::env::var("LEAVEWORD_SERVER")
            .map_err(|_| "LEAVEWORD_SERVER names no server; `cargo xtask bench peers` builds one")?;
        let name = "leaveword";
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--limit-cost-per-minute", "0", "--log", "warn"]);
        command.args(["--database-url", &named(database, name)?]);
        command.arg("--data-dir").arg(database.directory.join("data"));
        command.arg("--master-key-file").arg(&database.config.master_key_file);
        Self::start(name, command, answers::body()).await
    }

    pub(crate) async fn postgraphile(database: &TestDatabase) -> Result<Self, String> {
        Self::of_npm("postgraphile", database, answers::body_for_postgraphile()).await
    }

    pub(crate) async fn mercurius(database: &TestDatabase) -> Result<Self, String> {
        Self::of_npm("mercurius", database, answers::body()).await
    }

    /// A server of node's, in benches/peers: what its lock file names is installed first.
    async fn of_npm(name: &'static str, database: &TestDatabase, body: Value) -> Result<Self, String> {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/peers")).join(name);
        if !folder.join("node_modules").exists() {
            let mut install = Command::new("npm");
            install.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
            let output = install.output().await.map_err(|error| format!("npm ci: {error}"))?;
            if !output.status.success() {
                return Err(format!("npm ci: {}", String::from_utf8_lossy(&output.stderr)));
            }
        }
        let asked =
            json!({"url": named(database, name)?, "schema": clear::SCHEMA, "connections": CONNECTIONS});
        let mut command = Command::new("node");
        command.arg("serve.mjs").arg(asked.to_string()).current_dir(&folder).env("NODE_ENV", "production");
        Self::start(name, command, body).await
    }

    /// Starts it and reads where it listens.
    async fn start(name: &'static str, mut command: Command, body: Value) -> Result<Self, String> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
        let mut said = BufReader::new(child.stdout.take().ok_or("it says nothing")?).lines();
        while let Some(line) = said.next_line().await.map_err(|error| error.to_string())? {
            let place = line.rsplit([' ', '/']).next().and_then(|place| place.parse().ok());
            if let Some(address) = place {
                return Ok(Self { name, address, body, child, _said: said });
            }
        }
        Err(format!("{name} did not start"))
    }

    /// Its process.
    pub(crate) fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// How much memory it holds.
    pub(crate) fn resident_mib(&self) -> Option<f64> {
        self.process().and_then(machine::resident_mib_of)
    }

    pub(crate) async fn end(mut self) {
        let _ = self.child.kill().await;
    }
}

/// Where the database is, for connections of that name.
fn named(database: &TestDatabase, name: &str) -> Result<String, String> {
    match &database.config.database {
        DatabaseUrl::Postgres(url) => Ok(format!("{url}?application_name={name}")),
        DatabaseUrl::Sqlite(_) => Err("the peers need PostgreSQL".to_owned()),
    }
}

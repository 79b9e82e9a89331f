//! pgbench, as PostgreSQL brings it along: one row a transaction, prepared once.

use sqlx::{Connection, Executor, PgConnection};
use std::{path::PathBuf, process::Command};

/// As long as our messages' words.
const SCRIPT: &str = "INSERT INTO bench_rows (body) VALUES (repeat('留言', 33));\n";

pub(crate) struct Rows {
    url: String,
    script: PathBuf,
    program: String,
}

impl Rows {
    /// A table with a key and a text.
    pub(crate) async fn new(url: &str) -> Result<Self, String> {
        let table = "DROP TABLE IF EXISTS bench_rows; \
                     CREATE TABLE bench_rows (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL)";
        let made = async { PgConnection::connect(url).await?.execute(table).await };
        made.await.map_err(|error| error.to_string())?;
        let script = std::env::temp_dir().join(format!("leaveword_bench_{}.sql", std::process::id()));
        std::fs::write(&script, SCRIPT).map_err(|error| error.to_string())?;
        #[expect(clippy::disallowed_methods, reason = "`cargo xtask bench` says where it is")]
        let program = std::env::var("LEAVEWORD_PGBENCH").unwrap_or_else(|_| "pgbench".to_owned());
        Ok(Self { url: url.to_owned(), script, program })
    }

    /// Rows a second.
    pub(crate) fn insert(&self, clients: usize, seconds: u64) -> Result<f64, String> {
        let mut command = Command::new(&self.program);
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2"]);
        command.args(["--client", &clients.to_string(), "--time", &seconds.to_string(), "--file"]);
        let output = command.arg(&self.script).arg(&self.url).output();
        let output = output.map_err(|error| format!("{}: {error}", self.program))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let speed =
            said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        speed.ok_or_else(|| format!("pgbench said {said}{}", String::from_utf8_lossy(&output.stderr)))
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.script);
    }
}

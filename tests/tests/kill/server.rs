//! The binary as a process: started, waited for, killed. It cannot outlive the test that started it.

use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// How long a start may take, on a machine that has other things to do.
const START: Duration = Duration::from_secs(60);

/// What to run, and where.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) binary: PathBuf,
    /// Where it finds its database: variables and their values.
    pub(crate) environment: Vec<(&'static str, String)>,
    /// What it says goes there.
    pub(crate) log: PathBuf,
}

/// A server that runs; dropped, it is killed.
pub(crate) struct Running {
    child: Child,
    /// `http://…`.
    pub(crate) url: String,
}

impl Program {
    /// Serves, and waits until it says where.
    pub(crate) async fn serve(&self) -> Running {
        self.serve_within(START).await
    }

    /// The same with more patience: a server lets nobody in before its views are filled.
    pub(crate) async fn serve_within(&self, patience: Duration) -> Running {
        let mut child = self.command(&["serve"]).stdout(Stdio::piped()).spawn().expect("leaveword starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let listening = async {
            while let Some(line) = lines.next_line().await.expect("text") {
                if let Some((_, url)) = line.split_once("listens on ") {
                    return url.to_owned();
                }
            }
            let said = std::fs::read_to_string(&self.log).unwrap_or_default();
            panic!("leaveword ended before it listened:\n{}", last_lines(&said))
        };
        let url = timeout(patience, listening).await.expect("leaveword says where it listens");
        Running { child, url }
    }

    /// Adds the member who does the desk's work.
    pub(crate) async fn add_member(&self, email: &str, password: &str) {
        let arguments =
            ["member", "add", "--email", email, "--name", "韩梅梅", "--role", "ADMIN", "--password-stdin"];
        let mut child =
            self.command(&arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("starts");
        let mut input = child.stdin.take().expect("its input");
        input.write_all(format!("{password}\n").as_bytes()).await.expect("written");
        drop(input);
        assert!(child.wait().await.expect("ends").success(), "a member is added");
    }

    /// Fills every view again, beside the servers that run and the callers that call.
    pub(crate) async fn rebuild(&self) {
        let ended = self.command(&["rebuild", "all"]).stdout(Stdio::null()).status().await.expect("starts");
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        assert!(ended.success(), "the views are rebuilt while writes go on:\n{}", last_lines(&said));
    }

    /// What it said was behind the requests that failed for no reason of the caller's, and how often.
    pub(crate) fn causes(&self) -> BTreeMap<String, u64> {
        let (said, mut causes) = (std::fs::read_to_string(&self.log).unwrap_or_default(), BTreeMap::new());
        // Not a terminal, so every line is JSON; but for the last one of a server that was killed.
        for line in said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let fields = &line["fields"];
            if fields["message"] == "a request failed" {
                *causes.entry(fields["cause"].to_string()).or_default() += 1;
            }
        }
        causes
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let log = File::options().create(true).append(true).open(&self.log).expect("a file for what it says");
        let mut command = Command::new(&self.binary);
        command.args(arguments).env_remove("LEAVEWORD_DATABASE_URL").env_remove("LEAVEWORD_PUBLIC_URL");
        command.env("LEAVEWORD_LISTEN", "127.0.0.1:0").env("LEAVEWORD_LOG", "warn");
        // Thousands of messages a second from one address are not what the limits are for (docs/decisions/0018).
        for limited in ["SUBMITS", "SIGN_INS", "COST"] {
            command.env(format!("LEAVEWORD_LIMIT_{limited}_PER_MINUTE"), "0");
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.log.parent().unwrap_or(Path::new("."))).stderr(log).kill_on_drop(true);
        command
    }
}

impl Running {
    /// Its number, as the system has it.
    pub(crate) fn process(&self) -> u32 {
        self.child.id().expect("the server has not ended")
    }

    /// SIGKILL: it gets to do nothing more.
    pub(crate) fn strike(&mut self) {
        self.child.start_kill().expect("the server is there to be killed");
    }

    /// Waits until nothing of it is left.
    pub(crate) async fn gone(mut self) {
        self.child.wait().await.expect("the server has ended");
    }

    /// Both.
    pub(crate) async fn kill(mut self) {
        self.strike();
        self.gone().await;
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

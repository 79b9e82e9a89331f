//! A subscriber of two processes that are killed now and then: each change once, whoever appended it.

#![expect(clippy::print_stdout, reason = "by its seed a run can be had again")]

use super::{CHANGES, PATIENCE, Socket};
use crate::kill::{environment, server::Program, server::Running};
use futures_util::StreamExt;
use serde_json::{Value, json};
use store::{Clock, DatabaseUrl, Dialect, LogFilter, Store, testing::TestDatabase};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;

const PASSWORD: &str = "correct horse battery";
const STEPS: usize = 40;

/// Two processes on one database, and somebody who listens to one of them at a time.
struct Scene {
    program: Program,
    servers: [Running; 2],
    http: reqwest::Client,
    token: String,
    /// The process that the socket is of.
    at: usize,
    socket: Socket,
    told: Vec<i64>,
    seed: u64,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_of_two_processes_that_are_killed_is_told_each_change_once() {
    let database = TestDatabase::new(Dialect::Postgres).await;
    let DatabaseUrl::Postgres(url) = &database.config.database else { panic!("not PostgreSQL") };
    let key = database.config.master_key_file.display().to_string();
    let environment = vec![("LEAVEWORD_DATABASE_URL", url.clone()), ("LEAVEWORD_MASTER_KEY_FILE", key)];
    let log = database.directory.join("leaveword.log");
    let program = Program { binary: environment::leaveword(), environment, log };
    program.add_member("mei@example.com", PASSWORD).await;
    let seed = u64::from_be_bytes(store::random::bytes());
    println!("two processes with seed {seed}");
    let mut scene = Scene::open(program, seed).await;
    for step in 0..STEPS {
        match scene.chance(8) {
            0..=3 => scene.submit().await,
            4 => scene.connect().await,
            5 if step % 2 == 0 => scene.kill().await,
            _ => {
                let due = due(&database.open(Clock::system()).await).await.len();
                let count = scene.chance(due - scene.told.len() + 1);
                scene.take(count).await;
            }
        }
    }
    // At least this once, whatever chance said.
    for _ in 0..3 {
        scene.submit().await;
    }
    scene.kill().await;
    scene.submit().await;
    let due = due(&database.open(Clock::system()).await).await;
    scene.take(due.len() - scene.told.len()).await;
    assert_eq!(scene.told, due, "seed {seed}");
}

/// Where in the log something happened to a message.
async fn due(store: &Store) -> Vec<i64> {
    let filter = LogFilter { aggregate_type: Some("Message".to_owned()), ..LogFilter::default() };
    let events = store.read(&filter, 0, 10_000).await.expect("a log");
    store.close().await;
    events.iter().map(|event| event.position).collect()
}

impl Scene {
    async fn open(program: Program, seed: u64) -> Self {
        let servers = [program.serve().await, program.serve().await];
        let http = crate::http::client().no_proxy().build().expect("a client");
        let query = format!(
            "mutation {{ signIn(input: {{email: \"mei@example.com\", password: \"{PASSWORD}\"}}) {{ token }} }}"
        );
        let token = ask(&http, &servers[0].url, &query).await["signIn"]["token"].clone();
        let token = token.as_str().expect("a session").to_owned();
        let socket = Socket::at(&servers[0].url, &token).await.expect("a socket");
        let mut scene = Self { program, servers, http, token, at: 0, socket, told: vec![], seed };
        scene.connect().await;
        scene
    }

    fn chance(&mut self, most: usize) -> usize {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.seed >> 33).expect("small") % most
    }

    async fn submit(&mut self) {
        let at = self.chance(2);
        let query = "mutation { submitMessage(input: {name: \"李雷\", contact: \"13800138000\", content: \"在吗？\"}) \
                     { receipt { position } userErrors { code } } }";
        let answer = ask(&self.http, &self.servers[at].url, query).await;
        assert!(answer["submitMessage"]["receipt"]["position"].is_string(), "{answer}");
    }

    /// Cut, and on after what was told last, at one process or the other.
    async fn connect(&mut self) {
        self.at = self.chance(2);
        self.socket = Socket::at(&self.servers[self.at].url, &self.token).await.expect("a socket");
        let after = self.told.last().copied().unwrap_or_default();
        self.socket.subscribe("s", CHANGES, json!({"after": after.to_string()})).await;
    }

    /// Kills a process, perhaps the one that the socket is of, and starts another in its place.
    async fn kill(&mut self) {
        let at = self.chance(2);
        let running = self.program.serve().await;
        std::mem::replace(&mut self.servers[at], running).kill().await;
        if at == self.at {
            // What the process had written is heard to its end; then the socket is gone.
            while let Some(position) = self.next().await {
                self.told.push(position);
            }
            self.connect().await;
        }
    }

    async fn take(&mut self, count: usize) {
        for _ in 0..count {
            let position = self.next().await.expect("a socket that is there");
            self.told.push(position);
        }
    }

    /// The next change's position; `None`: the socket is gone.
    async fn next(&mut self) -> Option<i64> {
        loop {
            let frame = timeout(PATIENCE, self.socket.0.next()).await.expect("in time");
            match frame {
                Some(Ok(tungstenite::Message::Text(text))) => {
                    let said: Value = serde_json::from_str(&text).expect("JSON");
                    let position = said["payload"]["data"]["messageChanged"]["position"].as_str();
                    return Some(position.unwrap_or_else(|| panic!("{said}")).parse().expect("a position"));
                }
                Some(Ok(tungstenite::Message::Ping(_) | tungstenite::Message::Pong(_))) => {}
                Some(Ok(other)) => panic!("{other:?}"),
                Some(Err(_)) | None => {
                    let _ = self.socket.0.close(None).await;
                    return None;
                }
            }
        }
    }
}

async fn ask(http: &reqwest::Client, url: &str, query: &str) -> Value {
    let request = http.post(format!("{url}/graphql")).json(&json!({"query": query}));
    let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

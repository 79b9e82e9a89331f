//! A mail server from `PyPI`, and what it was given.

use crate::end_to_end::python;
use serde_json::Value;
use std::time::Duration;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdin},
    sync::mpsc,
};

/// Longer than any mail takes on a machine that has a lot to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// It runs until it is dropped.
pub(super) struct Post {
    port: u16,
    mails: mpsc::UnboundedReceiver<Value>,
    _process: Child,
    /// It ends when nobody holds this.
    _ends: ChildStdin,
}

impl Post {
    pub(super) async fn start() -> Self {
        let mut process = python::script("smtp", "server.py").spawn().expect("Python runs");
        let ends = process.stdin.take().expect("an input");
        let mut lines = BufReader::new(process.stdout.take().expect("an output")).lines();
        let port = lines.next_line().await.expect("it speaks").expect("a line");
        let (told, mails) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                if told.send(serde_json::from_str(&line).expect("JSON")).is_err() {
                    return;
                }
            }
        });
        Self { port: port.parse().expect("a port"), mails, _process: process, _ends: ends }
    }

    pub(super) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}?tls=none", self.port)
    }

    /// The next mail that it took.
    pub(super) async fn next(&mut self) -> Value {
        let mail = tokio::time::timeout(PATIENCE, self.mails.recv()).await;
        mail.expect("a mail in time").expect("it runs")
    }

    /// Has it taken nothing but what was asked for?
    pub(super) fn is_empty(&self) -> bool {
        self.mails.is_empty()
    }
}

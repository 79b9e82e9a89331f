//! Visitors' browsers, as light as pgbench's clients are: a connection each, one request after another.

use crate::connection::{self, Connection};
use serde_json::json;
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

const MUTATION: &str = "mutation($content: String!) { submitMessage(input: {name: \"李雷\", contact: \"13800138000\", \
    content: $content}) { visitorToken receipt { id version position } userErrors { code } } }";

/// Connections, each with the token that it sends, if any.
pub(crate) struct Load {
    address: SocketAddr,
    tokens: Vec<Option<String>>,
}

impl Load {
    /// Everybody is new, with every message.
    pub(crate) fn anonymous(address: SocketAddr, connections: usize) -> Self {
        Self { address, tokens: vec![None; connections] }
    }

    /// Everybody has been here before.
    pub(crate) async fn of_visitors(address: SocketAddr, connections: usize) -> Result<Self, String> {
        let mut tokens = Vec::with_capacity(connections);
        let mut connection = Connection::open(address).await?;
        for _ in 0..connections {
            let answer = connection.ask(&submission(address, None), "submitMessage").await?;
            tokens.push(answer["visitorToken"].as_str().map(str::to_owned));
        }
        Ok(Self { address, tokens })
    }

    /// Messages a second that were acknowledged.
    pub(crate) async fn run(&self, time: Duration) -> Result<f64, String> {
        let (mut asking, began) = (JoinSet::new(), Instant::now());
        for token in &self.tokens {
            let request: Arc<str> = submission(self.address, token.as_deref()).into();
            let address = self.address;
            asking.spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut acknowledged = 0_u32;
                while began.elapsed() < time {
                    let answer = connection.ask(&request, "submitMessage").await?;
                    if answer["receipt"]["id"].is_null() {
                        return Err(format!("not acknowledged: {answer}"));
                    }
                    acknowledged += 1;
                }
                Ok(acknowledged)
            });
        }
        let mut acknowledged = 0;
        while let Some(asked) = asking.join_next().await {
            acknowledged += asked.map_err(|panic| panic.to_string())??;
        }
        Ok(f64::from(acknowledged) / began.elapsed().as_secs_f64())
    }
}

fn submission(address: SocketAddr, token: Option<&str>) -> String {
    let body = json!({"query": MUTATION, "variables": {"content": "留言".repeat(33)}});
    connection::request(address, token, &body)
}

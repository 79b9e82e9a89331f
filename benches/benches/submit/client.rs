//! Visitors' browsers, as light as pgbench's clients are: a connection each, one request after another.

use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

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
            let answer = connection.ask(&request(address, None)).await?;
            tokens.push(answer["visitorToken"].as_str().map(str::to_owned));
        }
        Ok(Self { address, tokens })
    }

    /// Messages a second that were acknowledged.
    pub(crate) async fn run(&self, time: Duration) -> Result<f64, String> {
        let (mut asking, began) = (JoinSet::new(), Instant::now());
        for token in &self.tokens {
            let request: Arc<str> = request(self.address, token.as_deref()).into();
            let address = self.address;
            asking.spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut acknowledged = 0_u32;
                while began.elapsed() < time {
                    let answer = connection.ask(&request).await?;
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

fn request(address: SocketAddr, token: Option<&str>) -> String {
    let body = json!({"query": MUTATION, "variables": {"content": "留言".repeat(33)}}).to_string();
    let bearer = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
    format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n{bearer}\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(Self { stream, read: Vec::with_capacity(4_096) })
    }

    /// The payload of `submitMessage`.
    async fn ask(&mut self, request: &str) -> Result<Value, String> {
        self.stream.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
        self.read.clear();
        let body = loop {
            if self.stream.read_buf(&mut self.read).await.map_err(|error| error.to_string())? == 0 {
                return Err("the server closed the connection".to_owned());
            }
            let Some(end) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&self.read[..end]).to_ascii_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
            let length: usize = length.ok_or_else(|| format!("no content-length: {head}"))?;
            if self.read.len() >= end + 4 + length {
                break &self.read[end + 4..];
            }
        };
        let answer: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        match &answer["data"]["submitMessage"] {
            Value::Null => Err(format!("answered with {answer}")),
            payload => Ok(payload.clone()),
        }
    }
}

//! A connection as light as pgbench's: one request after another, each answer waited for.

use serde_json::Value;
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A request of GraphQL over HTTP, ready to be sent.
pub(crate) fn request(address: SocketAddr, token: Option<&str>, body: &Value) -> String {
    let body = body.to_string();
    let bearer = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
    format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n{bearer}\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(Self { stream, read: Vec::with_capacity(4_096) })
    }

    /// What an answer says to one field of the operation: a mutation's payload, or what a query found.
    pub(crate) async fn ask(&mut self, request: &str, field: &str) -> Result<Value, String> {
        let body = self.answer(request).await?;
        let answer: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        match &answer["data"][field] {
            Value::Null => Err(format!("answered with {answer}")),
            payload => Ok(payload.clone()),
        }
    }

    /// The body of an answer.
    pub(crate) async fn answer(&mut self, request: &str) -> Result<&[u8], String> {
        self.stream.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
        self.read.clear();
        loop {
            if self.stream.read_buf(&mut self.read).await.map_err(|error| error.to_string())? == 0 {
                return Err("the server closed the connection".to_owned());
            }
            let Some(end) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&self.read[..end]).to_ascii_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
            let length: usize = length.ok_or_else(|| format!("no content-length: {head}"))?;
            if self.read.len() >= end + 4 + length {
                return Ok(&self.read[end + 4..]);
            }
        }
    }
}

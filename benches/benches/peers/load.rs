//! Some connections that ask the same again and again, each waiting for its answer. Every answer is held against the first.

use crate::{
    connection::{self, Connection},
    side::Side,
};
use serde_json::Value;
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// What came of it: milliseconds for each answer, and all the time that it took.
pub(crate) struct Asked {
    pub(crate) latencies: Vec<f64>,
    pub(crate) took: Duration,
}

pub(crate) struct Load {
    address: SocketAddr,
    request: Arc<str>,
    answer: Arc<[u8]>,
}

impl Load {
    /// Asks a side once: what is asked of it from then on, and the answer.
    pub(crate) async fn of(side: &Side, token: &str) -> Result<(Self, Value), String> {
        let request: Arc<str> = connection::request(side.address, Some(token), &side.body).into();
        let mut connection = Connection::open(side.address).await?;
        let page = connection.ask(&request, "messages").await?;
        let answer = connection.answer(&request).await?.into();
        Ok((Self { address: side.address, request, answer }, page))
    }

    /// Asks for so long.
    pub(crate) async fn run(&self, connections: usize, time: Duration) -> Result<Asked, String> {
        let (mut asking, began) = (JoinSet::new(), Instant::now());
        for _ in 0..connections {
            let (address, request, expected) = (self.address, self.request.clone(), self.answer.clone());
            asking.spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut latencies = Vec::new();
                while began.elapsed() < time {
                    let asked = Instant::now();
                    let answer = connection.answer(&request).await?;
                    latencies.push(asked.elapsed().as_secs_f64() * 1e3);
                    if answer != &*expected {
                        return Err(format!("another answer: {}", String::from_utf8_lossy(answer)));
                    }
                }
                Ok::<_, String>(latencies)
            });
        }
        let mut latencies = Vec::new();
        while let Some(asked) = asking.join_next().await {
            latencies.extend(asked.map_err(|panic| panic.to_string())??);
        }
        Ok(Asked { latencies, took: began.elapsed() })
    }
}

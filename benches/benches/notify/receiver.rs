//! Who is notified: a receiver of webhooks that answers 204 at once, and notes when each request's head was there.

use crate::PATIENCE;
use serde_json::Value;
use std::{collections::BTreeMap, net::SocketAddr};
use store::Clock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

const ANSWER: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

/// By the position of its event: when the head of each request was there, in microseconds; or what is wrong with one.
type Told = Result<BTreeMap<i64, Vec<i64>>, String>;

pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    told: watch::Sender<Told>,
}

impl Receiver {
    /// Receives until the program ends.
    pub(crate) async fn open() -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let told = watch::Sender::new(Ok(BTreeMap::new()));
        let receiver = Self { address, told: told.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let told = told.clone();
                tokio::spawn(async move {
                    if let Err(error) = receive(stream, &told).await {
                        let _ = told.send_replace(Err(error));
                    }
                });
            }
        });
        Ok(receiver)
    }

    /// Waits until it was told of all of these, by their positions, and of each once: how long after its time, in
    /// milliseconds.
    pub(crate) async fn told_of(&self, left: &BTreeMap<i64, i64>) -> Result<Vec<f64>, String> {
        let mut told = self.told.subscribe();
        let whole = told.wait_for(|told| match told {
            Ok(told) => left.keys().all(|position| told.contains_key(position)),
            Err(_) => true,
        });
        // Of which one nobody told is said below.
        let _ = tokio::time::timeout(PATIENCE, whole).await;
        let told = self.told.borrow().clone()?;
        let mut all = Vec::with_capacity(left.len());
        for (position, taken) in left {
            match told.get(position).map_or(&[][..], Vec::as_slice) {
                [at] => all.push(f64::from(i32::try_from(at - taken).unwrap_or(i32::MAX)) / 1000.0),
                [] => return Err(format!("nobody told of event {position} within {PATIENCE:?}")),
                more => return Err(format!("told {} times of event {position}", more.len())),
            }
        }
        Ok(all)
    }
}

/// Takes one request after another.
async fn receive(mut stream: TcpStream, told: &watch::Sender<Told>) -> Result<(), String> {
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let (clock, mut read) = (Clock::system(), Vec::with_capacity(4_096));
    // A connection that ends between two requests has done its work.
    while let Some(head) = head(&mut stream, &mut read).await? {
        let at = clock.micros();
        let text = String::from_utf8_lossy(&read[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
        let length: usize = length.ok_or_else(|| format!("no content-length: {text}"))?;
        while read.len() < head + length {
            if stream.read_buf(&mut read).await.map_err(|error| error.to_string())? == 0 {
                return Err("a request without its end".to_owned());
            }
        }
        let body: Value = serde_json::from_slice(&read[head..]).map_err(|error| error.to_string())?;
        stream.write_all(ANSWER).await.map_err(|error| error.to_string())?;
        let position = body["data"]["position"].as_i64().filter(|_| body["type"] == "message.submitted");
        let position = position.ok_or_else(|| format!("told {body}"))?;
        told.send_modify(|told| {
            if let Ok(told) = told {
                told.entry(position).or_default().push(at);
            }
        });
    }
    Ok(())
}

/// Reads until the head of a request is there: how long it is.
async fn head(stream: &mut TcpStream, read: &mut Vec<u8>) -> Result<Option<usize>, String> {
    read.clear();
    loop {
        match stream.read_buf(read).await {
            Ok(0) if read.is_empty() => return Ok(None),
            Ok(0) => return Err("half a head".to_owned()),
            Ok(_) => {}
            Err(error) => return Err(error.to_string()),
        }
        if let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            return Ok(Some(end + 4));
        }
    }
}

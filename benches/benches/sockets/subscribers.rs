//! Members who look at what happens: a socket each, with a filter that nobody else has.

use crate::{PATIENCE, Scale, desk::Desk};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use store::{Clock, micros};
use tokio::{net::TcpStream, task::JoinSet};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};
use tokio_util::sync::CancellationToken;

const CHANGES: &str = "subscription($filter: MessageFilter, $after: LogPosition) { \
    messageChanged(filter: $filter, after: $after) { position type messageId message { status content } } }";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Where in the log, and when the whole message was here, in microseconds.
type Told = Arc<Mutex<Vec<(i64, i64)>>>;

pub(crate) struct Subscribers {
    all: Vec<Told>,
    listening: JoinSet<Result<(), String>>,
    stop: CancellationToken,
}

impl Subscribers {
    pub(crate) async fn open(address: SocketAddr, desk: &Desk, scale: &Scale) -> Result<Self, String> {
        let (mut all, mut listening, stop) = (Vec::new(), JoinSet::new(), CancellationToken::new());
        for number in 0..scale.subscribers {
            let token = desk.token(number).ok_or("a member too few")?;
            let mut socket = connect(address, token).await?;
            let visitor = &desk.message(number).visitor;
            // An instant of its own, before all of them: no two filters are alike.
            let from = micros(1_700_000_000_000_000 + i64::try_from(number).unwrap_or_default());
            let filter = json!({"visitorId": visitor, "submitted": {"from": from.to_rfc3339()}});
            let variables = json!({"filter": filter, "after": desk.start.to_string()});
            let payload = json!({"query": CHANGES, "variables": variables});
            say(&mut socket, &json!({"id": "s", "type": "subscribe", "payload": payload})).await?;
            let told = Told::default();
            listening.spawn(listen(socket, told.clone(), stop.clone()));
            all.push(told);
        }
        Ok(Self { all, listening, stop })
    }

    /// Waits until everybody has been told of everything that they asked for, each once and in order. How far the log had
    /// come, and how long each push took of what happened after a position, in milliseconds.
    pub(crate) async fn caught_up(&mut self, desk: &Desk, after: i64) -> Result<(i64, Vec<f64>), String> {
        let (end, happened) = (desk.head().await?, desk.happened().await?);
        let (mut pushes, deadline) = (Vec::new(), Instant::now() + PATIENCE);
        for (number, told) in self.all.iter().enumerate() {
            let due = happened.get(&desk.message(number).id).map_or(&[][..], Vec::as_slice);
            while locked(told).len() < due.len() {
                if let Some(ended) = self.listening.try_join_next() {
                    ended.map_err(|panic| panic.to_string())??;
                }
                if Instant::now() > deadline {
                    let told = locked(told).len();
                    return Err(format!("subscriber {number} was told of {told} of {} changes", due.len()));
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let told = locked(told);
            if !told.iter().map(|(position, _)| position).eq(due.iter().map(|(position, _)| position)) {
                return Err(format!("subscriber {number} was not told each change once and in order"));
            }
            let both = told.iter().zip(due).filter(|((position, _), _)| *position > after);
            let took = both.map(|((_, told), (_, taken))| i32::try_from(told - taken).unwrap_or(i32::MAX));
            pushes.extend(took.map(|micros| f64::from(micros) / 1000.0));
        }
        Ok((end, pushes))
    }

    pub(crate) async fn end(mut self) -> Result<(), String> {
        self.stop.cancel();
        while let Some(ended) = self.listening.join_next().await {
            ended.map_err(|panic| panic.to_string())??;
        }
        Ok(())
    }
}

fn locked(told: &Told) -> std::sync::MutexGuard<'_, Vec<(i64, i64)>> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn connect(address: SocketAddr, token: &str) -> Result<Socket, String> {
    let mut request =
        format!("ws://{address}/graphql/ws").into_client_request().map_err(|error| error.to_string())?;
    let protocol = "graphql-transport-ws".parse().map_err(|_| "no header")?;
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let (mut socket, _) = connect_async(request).await.map_err(|error| error.to_string())?;
    let payload = json!({"authorization": format!("Bearer {token}")});
    say(&mut socket, &json!({"type": "connection_init", "payload": payload})).await?;
    match socket.next().await {
        Some(Ok(Message::Text(text))) if text.contains("connection_ack") => Ok(socket),
        other => Err(format!("not acknowledged: {other:?}")),
    }
}

async fn say(socket: &mut Socket, message: &Value) -> Result<(), String> {
    socket.send(Message::text(message.to_string())).await.map_err(|error| error.to_string())
}

/// Notes what is told, and when.
async fn listen(mut socket: Socket, told: Told, stop: CancellationToken) -> Result<(), String> {
    let clock = Clock::system();
    loop {
        let message = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            message = socket.next() => message,
        };
        let now = clock.micros();
        match message {
            Some(Ok(Message::Text(text))) => {
                let answer: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
                let change = &answer["payload"]["data"]["messageChanged"];
                let position = change["position"].as_str().and_then(|position| position.parse().ok());
                let shown = change["message"]["content"].is_string();
                let position = position.filter(|_| shown).ok_or(format!("told {answer}"))?;
                locked(&told).push((position, now));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            other => return Err(format!("a socket ended: {other:?}")),
        }
    }
}

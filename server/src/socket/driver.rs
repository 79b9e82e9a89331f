//! One socket, from its first message to its end: one task reads and writes, and each subscription is a task of its own
//! that waits when its client does not read.

use super::{
    protocol::{self, Close, Said, Wanted},
    seats::Seat,
};
use crate::{endpoint::LONGEST_QUERY, router::App};
use async_graphql::{Request, ServerError, Variables};
use axum::extract::ws::{Message, WebSocket};
use commands::Caller;
use domain::{actor::Actor, locale::Locale};
use graphql::Told;
use serde_json::Value;
use std::{collections::HashMap, net::IpAddr, sync::atomic::Ordering, time::Duration};
use tokio::{
    sync::mpsc,
    task::{self, AbortHandle, JoinSet},
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tracing::Instrument;
use uuid::Uuid;

/// Who does not say who they are within this time is let go.
const INIT: Duration = Duration::from_secs(5);
/// How long it is waited for that the other side has heard of the end.
const FAREWELL: Duration = Duration::from_secs(2);
/// Streams of one socket.
const STREAMS: usize = 20;
/// Messages that wait to be written.
const QUEUE: usize = 8;
/// The longest name of a stream.
const LONGEST_ID: usize = 256;

/// What a socket is opened with.
pub(super) struct Opened {
    pub(super) app: App,
    pub(super) seat: Seat,
    pub(super) address: Option<IpAddr>,
    pub(super) locale: Option<Locale>,
    pub(super) correlation_id: Uuid,
    /// Its page is another site's.
    pub(super) elsewhere: bool,
}

/// What a stream has to say.
enum Out {
    Say(String, u64, Message),
    /// The last of a stream.
    Ended(String, u64, Message),
    Unknown,
}

struct Driver {
    opened: Opened,
    socket: WebSocket,
    asking: Option<graphql::Request>,
    streams: HashMap<String, (u64, AbortHandle)>,
    tasks: JoinSet<()>,
    out: mpsc::Sender<Out>,
    next: u64,
    heard: bool,
}

/// Carries a socket to its end.
pub(super) async fn drive(socket: WebSocket, opened: Opened) {
    let span = tracing::info_span!("socket", id = %opened.correlation_id);
    async {
        let (out, said) = mpsc::channel(QUEUE);
        let (asking, streams, tasks) = (None, HashMap::new(), JoinSet::new());
        let mut driver = Driver { opened, socket, asking, streams, tasks, out, next: 0, heard: true };
        if let Err(Some(close)) = driver.run(said).await {
            tracing::info!(code = close.code(), "a socket is closed");
            let _ = timeout(FAREWELL, driver.socket.send(close.into())).await;
            // Until the other side has heard of it, or not for ever.
            let _ = timeout(FAREWELL, async { while let Some(Ok(_)) = driver.socket.recv().await {} }).await;
        }
        driver.tasks.shutdown().await;
    }
    .instrument(span)
    .await;
}

impl Driver {
    /// Until it is closed from here (`Some`), or has gone (`None`).
    async fn run(&mut self, mut said: mpsc::Receiver<Out>) -> Result<(), Option<Close>> {
        let (stop, revoked) = (self.opened.app.sockets.stop.clone(), self.opened.seat.revoked.clone());
        let deadline = Instant::now() + INIT;
        let mut ping = interval(self.opened.app.edge.bounds.ping);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        loop {
            let waits = self.asking.is_none();
            tokio::select! {
                // Nothing more is told to somebody who may not be told, whatever waits.
                biased;
                () = stop.cancelled() => return Err(Some(Close::going())),
                () = revoked.cancelled() => return Err(Some(Close::forbidden())),
                () = tokio::time::sleep_until(deadline), if waits => return Err(Some(Close::late())),
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.hear(message).await?,
                    // As tungstenite says it (its `CapacityError`), whose type axum keeps to itself.
                    Some(Err(error)) if error.to_string().contains("Space limit exceeded") => {
                        return Err(Some(Close::new(1009, format!("not taken: {error}"))));
                    }
                    // Gone without a word, or no WebSocket.
                    Some(Err(_)) | None => return Err(None),
                },
                Some(out) = said.recv() => self.say(out).await?,
                _ = ping.tick() => {
                    if !std::mem::take(&mut self.heard) {
                        return Err(Some(Close::new(1001, "no word for too long")));
                    }
                    self.write(Message::Ping(vec![].into())).await?;
                }
                Some(ended) = self.tasks.join_next_with_id() => self.ended(ended).await?,
            }
        }
    }

    /// Writes a message, unless the other side does not read for too long, or may not be told anything any more.
    async fn write(&mut self, message: Message) -> Result<(), Option<Close>> {
        let (stop, revoked) = (&self.opened.app.sockets.stop, &self.opened.seat.revoked);
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(Some(Close::going())),
            () = revoked.cancelled() => Err(Some(Close::forbidden())),
            written = timeout(self.opened.app.edge.bounds.write, self.socket.send(message)) => match written {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(None),
            },
        }
    }

    async fn say(&mut self, out: Out) -> Result<(), Option<Close>> {
        match out {
            Out::Say(id, number, message) if self.runs(&id, number) => self.write(message).await,
            Out::Say(..) => Ok(()),
            Out::Ended(id, number, message) => {
                // Not when its client has ended it, and perhaps begun another of that name.
                if self.runs(&id, number) {
                    self.forget(&id);
                    self.write(message).await?;
                }
                Ok(())
            }
            Out::Unknown => Err(Some(Close::forbidden())),
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), Option<Close>> {
        self.heard = true;
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Some(Close::bad("messages are text"))),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(None),
        };
        match protocol::read(&text).map_err(Some)? {
            Said::ConnectionInit { .. } if self.asking.is_some() => Err(Some(Close::again())),
            Said::ConnectionInit { payload } => self.init(payload).await,
            Said::Ping { payload } => self.write(protocol::pong(payload)).await,
            Said::Pong {} => Ok(()),
            Said::Subscribe { id, payload } => self.subscribe(id, payload).await,
            Said::Complete { id } => {
                if let Some((_, task)) = self.forget(&id) {
                    task.abort();
                }
                Ok(())
            }
        }
    }

    async fn init(&mut self, payload: Option<Value>) -> Result<(), Option<Close>> {
        let app = &self.opened.app;
        let token = match payload {
            None | Some(Value::Null) => None,
            Some(Value::Object(fields)) => {
                fields.get("authorization").or_else(|| fields.get("Authorization")).cloned()
            }
            Some(_) => return Err(Some(Close::bad("the payload of connection_init is an object"))),
        };
        let bearer = match &token {
            None | Some(Value::Null) => None,
            Some(token) => {
                let token = token.as_str().and_then(crate::auth::bearer);
                Some(token.ok_or_else(|| Some(Close::forbidden()))?)
            }
        };
        let unavailable = |error: commands::CommandError| {
            tracing::error!(%error, "cannot tell who asks");
            Some(Close::new(1013, "the database does not answer; try again"))
        };
        let known = match &bearer {
            Some(token) => app.commands.authenticate(token).await.map_err(unavailable)?,
            None => None,
        };
        if bearer.is_some() && known.is_none() {
            return Err(Some(Close::forbidden()));
        }
        let actor = known.unwrap_or(Actor::Anonymous);
        if self.opened.elsewhere && matches!(actor, Actor::Member { .. } | Actor::Key { .. }) {
            let reason = "a page of another origin does not ask with a token of the desk's members";
            return Err(Some(Close::new(4403, reason)));
        }
        let reach = app.commands.reach_of(actor).await.map_err(unavailable)?;
        let (locale, correlation_id) = (self.opened.locale.clone(), self.opened.correlation_id);
        let caller =
            Caller { actor, token_unknown: false, locale, correlation_id, address: self.opened.address };
        self.opened.seat.known(actor, bearer.as_deref()).map_err(Some)?;
        self.asking = Some(graphql::Request::new(caller, bearer, reach));
        self.write(protocol::acknowledged()).await
    }

    async fn subscribe(&mut self, id: String, wanted: Wanted) -> Result<(), Option<Close>> {
        let Some(asking) = self.asking.clone() else { return Err(Some(Close::unauthorized())) };
        if self.streams.contains_key(&id) {
            return Err(Some(Close::taken(&id)));
        }
        if id.is_empty() || id.len() > LONGEST_ID {
            return Err(Some(Close::bad("a stream's id has from 1 to 256 bytes")));
        }
        let refused = if self.streams.len() >= STREAMS {
            Some("a socket has at most 20 streams; end another first")
        } else if wanted.query.len() > LONGEST_QUERY {
            Some("the document has more than 16 KiB; use variables")
        } else {
            None
        };
        if let Some(refused) = refused {
            return self.write(protocol::error(&id, &[fault(refused, "BAD_REQUEST")])).await;
        }
        let mut request = Request::new(wanted.query);
        request =
            request.variables(Variables::from_json(Value::Object(wanted.variables.unwrap_or_default())));
        request.operation_name = wanted.operation_name;
        let app = &self.opened.app;
        let known = asking.caller.actor != Actor::Anonymous;
        let begun = graphql::subscribe(&app.live, &app.commands, &app.projections, asking, request);
        let mut stream = match begun.await {
            Ok(stream) => stream,
            Err(errors) => return self.write(protocol::error(&id, &errors)).await,
        };
        let (number, out, name) = (self.next, self.out.clone(), id.clone());
        self.next += 1;
        let tell = async move {
            loop {
                let said = match stream.next().await {
                    Some(Told::Answer(answer)) => {
                        Out::Say(name.clone(), number, protocol::next(&name, &answer))
                    }
                    Some(Told::Unknown(_)) if known => Out::Unknown,
                    Some(Told::Over(errors) | Told::Unknown(errors)) => {
                        let last = protocol::error(&name, &errors);
                        Out::Ended(name.clone(), number, last)
                    }
                    None => Out::Ended(name.clone(), number, protocol::complete(&name)),
                };
                let is_last = !matches!(said, Out::Say(..));
                if out.send(said).await.is_err() || is_last {
                    return;
                }
            }
        };
        let task = self.tasks.spawn(tell.in_current_span());
        self.streams.insert(id, (number, task));
        self.opened.seat.streams.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// A stream's task has ended: it has said so itself, unless it panicked.
    async fn ended(&mut self, ended: Result<(task::Id, ()), task::JoinError>) -> Result<(), Option<Close>> {
        let Err(panic) = ended else { return Ok(()) };
        if panic.is_cancelled() {
            return Ok(());
        }
        tracing::error!(%panic, "a stream panicked");
        let found = self.streams.iter().find(|(_, (_, task))| task.id() == panic.id());
        let Some(id) = found.map(|(id, _)| id.clone()) else { return Ok(()) };
        self.forget(&id);
        self.write(protocol::error(&id, &[fault("something went wrong on our side", "INTERNAL")])).await
    }

    fn runs(&self, id: &str, number: u64) -> bool {
        self.streams.get(id).is_some_and(|(running, _)| *running == number)
    }

    fn forget(&mut self, id: &str) -> Option<(u64, AbortHandle)> {
        let stream = self.streams.remove(id)?;
        self.opened.seat.streams.fetch_sub(1, Ordering::SeqCst);
        Some(stream)
    }
}

fn fault(message: &str, code: &str) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set("code", code);
    error
}

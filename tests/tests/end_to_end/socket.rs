//! The socket as graphql-transport-ws has it, and as those meet it who mean no good.

mod bounds;
mod client;
mod processes;
mod rights;

use super::Desk;
use domain::access::Role;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use store::{Dialect, on_both_databases};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

on_both_databases!(
    what_was_missed_is_told_first_and_then_what_is_new,
    a_socket_is_closed_when_its_token_ends,
    a_message_that_leaves_the_filter_is_told_once_more,
);

/// Until something is heard, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open socket.
pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

async fn connect(desk: &Desk, headers: &[(&'static str, &str)]) -> Result<Socket, tungstenite::Error> {
    connect_to(&desk.url(""), headers).await
}

async fn connect_to(url: &str, headers: &[(&'static str, &str)]) -> Result<Socket, tungstenite::Error> {
    let url = format!("{url}/graphql/ws").replacen("http", "ws", 1);
    let mut request = url.into_client_request().expect("a request");
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a value"));
    }
    let (socket, _) = connect_async(request).await?;
    Ok(Socket(socket))
}

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

impl Socket {
    async fn open(desk: &Desk) -> Self {
        connect(desk, &[PROTOCOL]).await.expect("a socket")
    }

    /// One whose holder has said who they are.
    async fn of(desk: &Desk, token: &str) -> Self {
        Self::by(desk, Some(token)).await
    }

    /// The same, or one of somebody who has no token.
    pub(super) async fn by(desk: &Desk, token: Option<&str>) -> Self {
        Self::with(&desk.url(""), token).await.expect("a socket")
    }

    /// The same of a server at this address.
    async fn at(url: &str, token: &str) -> Result<Self, tungstenite::Error> {
        Self::with(url, Some(token)).await
    }

    async fn with(url: &str, token: Option<&str>) -> Result<Self, tungstenite::Error> {
        let mut socket = connect_to(url, &[PROTOCOL]).await?;
        let payload = token.map(|token| json!({"authorization": format!("Bearer {token}")}));
        socket.say(&json!({"type": "connection_init", "payload": payload.unwrap_or(json!({}))})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        Ok(socket)
    }

    async fn say(&mut self, message: &Value) {
        self.send(Message::text(message.to_string())).await;
    }

    async fn send(&mut self, message: Message) {
        self.0.send(message).await.expect("sent");
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({"query": query, "variables": variables});
        self.say(&json!({"id": id, "type": "subscribe", "payload": payload})).await;
    }

    async fn frame(&mut self) -> Message {
        loop {
            let frame = timeout(PATIENCE, self.0.next()).await.expect("a frame in time");
            match frame.expect("not gone").expect("a frame") {
                Message::Ping(_) | Message::Pong(_) => {}
                frame => return frame,
            }
        }
    }

    pub(super) async fn hear(&mut self) -> Value {
        match self.frame().await {
            Message::Text(text) => serde_json::from_str(&text).expect("JSON"),
            frame => panic!("{frame:?}"),
        }
    }

    /// With which code it is closed; its reason fits.
    async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.frame().await {
                let frame = frame.expect("a code");
                assert!(frame.reason.len() <= 123);
                return frame.code.into();
            }
        }
    }
}

const CHANGES: &str = "subscription($filter: MessageFilter, $after: LogPosition) { \
    messageChanged(filter: $filter, after: $after) { position type messageId message { status content } } }";

#[tokio::test(flavor = "multi_thread")]
async fn the_protocol_is_kept_to_the_letter() {
    let desk = Desk::start(Dialect::Sqlite).await;
    let staff = desk.administrator().await;
    let init = json!({"type": "connection_init"});
    let subscribe = json!({"id": "a", "type": "subscribe", "payload": {"query": CHANGES}});
    // Subscribing before anybody has said who they are.
    let mut socket = Socket::open(&desk).await;
    socket.say(&subscribe).await;
    assert_eq!(socket.closed().await, 4401);
    // Saying it twice.
    let mut socket = Socket::open(&desk).await;
    socket.say(&init).await;
    assert_eq!(socket.hear().await["type"], "connection_ack");
    socket.say(&init).await;
    assert_eq!(socket.closed().await, 4429);
    // What is no message.
    let long = format!("{{\"type\": \"{}\"}}", "订".repeat(200));
    for text in ["", "{", "[]", "{\"type\": \"start\"}", "{\"type\": \"subscribe\", \"id\": \"a\"}", &long] {
        let mut socket = Socket::of(&desk, &staff).await;
        socket.send(Message::text(text)).await;
        assert_eq!(socket.closed().await, 4400, "{text}");
    }
    let mut socket = Socket::of(&desk, &staff).await;
    socket.send(Message::binary(vec![1, 2])).await;
    assert_eq!(socket.closed().await, 4400);
    // A token that opens nothing.
    let mut socket = Socket::open(&desk).await;
    socket.say(&json!({"type": "connection_init", "payload": {"Authorization": "Bearer lws_x"}})).await;
    assert_eq!(socket.closed().await, 4403);
    // A stream twice; the first of that name goes on until then.
    let mut socket = Socket::of(&desk, &staff).await;
    socket.say(&subscribe).await;
    socket.say(&subscribe).await;
    assert_eq!(socket.closed().await, 4409);
    // What cannot be subscribed to is an error of its stream, and the socket goes on.
    let mut socket = Socket::of(&desk, &staff).await;
    for (query, code) in [
        ("subscription {", "BAD_REQUEST"),
        ("subscription { nothing }", "BAD_REQUEST"),
        ("{ viewer { id } }", "BAD_REQUEST"),
        ("mutation { setPresence(presence: PRESENT) { member { id } } }", "BAD_REQUEST"),
        ("subscription { a: logAppended { position } b: logAppended { position } }", "BAD_REQUEST"),
        ("subscription { messageChanged(after: \"999999\") { position } }", "BAD_REQUEST"),
        ("subscription { messageChanged(filter: {tag: [\"\\u0000\"]}) { position } }", "BAD_REQUEST"),
        ("subscription { myMessageChanged { position } }", "FORBIDDEN"),
    ] {
        socket.subscribe("q", query, json!({})).await;
        let answer = socket.hear().await;
        assert_eq!(answer["type"], "error", "{query}: {answer}");
        assert_eq!(answer["id"], "q");
        assert_eq!(answer["payload"][0]["extensions"]["code"], code, "{query}: {answer}");
    }
    socket.say(&json!({"type": "ping", "payload": {"n": 1}})).await;
    assert_eq!(socket.hear().await, json!({"type": "pong", "payload": {"n": 1}}));
    // A stream that its client ends says nothing more, and its name is free again.
    socket.say(&subscribe).await;
    socket.say(&json!({"id": "a", "type": "complete"})).await;
    socket.subscribe("a", CHANGES, json!({"after": "0"})).await;
    desk.submit().await;
    assert_eq!(socket.hear().await["payload"]["data"]["messageChanged"]["type"], "MessageSubmitted");
    // A message that is too long.
    socket.send(Message::text("x".repeat(70_000))).await;
    // What of it was not read can end the connection before its reason is heard.
    match timeout(PATIENCE, socket.0.next()).await.expect("in time") {
        Some(Ok(Message::Close(Some(frame)))) => assert_eq!(u16::from(frame.code), 1009),
        Some(Err(_)) => {}
        other => panic!("{other:?}"),
    }
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_holds_more_sockets_or_streams_than_they_may() {
    let desk = Desk::start(Dialect::Sqlite).await;
    let staff = desk.administrator().await;
    let mut sockets = Vec::new();
    for _ in 0..5 {
        sockets.push(Socket::of(&desk, &staff).await);
    }
    let init = json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {staff}")}});
    let mut sixth = Socket::open(&desk).await;
    sixth.say(&init).await;
    assert_eq!(sixth.closed().await, 4429);
    for n in 0..20 {
        sockets[0].subscribe(&n.to_string(), CHANGES, json!({})).await;
    }
    sockets[0].subscribe("one more", CHANGES, json!({})).await;
    let answer = sockets[0].hear().await;
    assert_eq!((&answer["type"], &answer["id"]), (&json!("error"), &json!("one more")));
    let mut anonymous = Vec::new();
    for n in 0..4 {
        let mut socket = Socket::open(&desk).await;
        socket.say(&json!({"type": "connection_init"})).await;
        match n {
            3 => assert_eq!(socket.closed().await, 4429),
            _ => assert_eq!(socket.hear().await["type"], "connection_ack"),
        }
        anonymous.push(socket);
    }
    // Nobody who is nobody is told anything.
    anonymous[0].subscribe("a", CHANGES, json!({})).await;
    assert_eq!(anonymous[0].hear().await["payload"][0]["extensions"]["code"], "UNAUTHENTICATED");
    drop((sixth, anonymous.pop()));
    store::testing::soon("those that were one too many are gone", || async {
        desk.server.open_sockets() == 8
    })
    .await;
    // All are told that the server ends.
    let stopped = tokio::spawn(desk.server.stop());
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, 1001);
    }
    drop((sockets, anonymous));
    stopped.await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_and_another_protocol_are_turned_away_before_the_upgrade() {
    let desk = Desk::start(Dialect::Sqlite).await;
    let status = |result: Result<Socket, tungstenite::Error>| match result {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        other => panic!("{:?}", other.err()),
    };
    assert_eq!(status(connect(&desk, &[PROTOCOL, ("origin", "https://evil.example")]).await), 403);
    assert_eq!(status(connect(&desk, &[("sec-websocket-protocol", "graphql-ws")]).await), 400);
    let own = format!("http://{}", desk.server.address());
    assert!(connect(&desk, &[PROTOCOL, ("origin", &own)]).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_say_who_they_are_is_let_go_after_five_seconds() {
    let desk = Desk::start(Dialect::Sqlite).await;
    assert_eq!(Socket::open(&desk).await.closed().await, 4408);
}

async fn what_was_missed_is_told_first_and_then_what_is_new(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let (visitor, first) = desk.submit().await;
    let (_, second) = desk.submit().await;
    let mut socket = Socket::of(&desk, &staff).await;
    socket.subscribe("s", CHANGES, json!({"after": "0"})).await;
    let mut told = Vec::new();
    for _ in 0..2 {
        told.push(socket.hear().await["payload"]["data"]["messageChanged"].clone());
    }
    let (_, third) = desk.submit().await;
    told.push(socket.hear().await["payload"]["data"]["messageChanged"].clone());
    let ids: Vec<&str> = told.iter().filter_map(|change| change["messageId"].as_str()).collect();
    assert_eq!(ids, [first.as_str(), &second, &third]);
    assert_eq!(told[2]["message"], json!({"status": "OPEN", "content": "请问我的订单什么时候发货？"}));
    // Cut, and on after what was told last.
    drop(socket);
    let (_, fourth) = desk.submit().await;
    let mut socket = Socket::of(&desk, &staff).await;
    socket.subscribe("s", CHANGES, json!({"after": told[2]["position"]})).await;
    assert_eq!(socket.hear().await["payload"]["data"]["messageChanged"]["messageId"], json!(fourth));
    // Their visitor, of their own alone.
    let mut own = Socket::of(&desk, &visitor).await;
    let query = "subscription { myMessageChanged(after: \"0\") { messageId message { content } } }";
    own.subscribe("m", query, json!({})).await;
    let change = own.hear().await["payload"]["data"]["myMessageChanged"].clone();
    assert_eq!(change["messageId"], json!(first));
    // The whole log is told to those who may read it.
    let query =
        "subscription { logAppended(after: \"0\", filter: {type: [\"MessageSubmitted\"]}) { type story } }";
    socket.subscribe("l", query, json!({})).await;
    let entry = socket.hear().await["payload"]["data"]["logAppended"].clone();
    assert_eq!(entry["type"], "MessageSubmitted");
    let agent = desk.member(Role::Agent).await;
    let mut agent = Socket::of(&desk, &agent).await;
    agent.subscribe("l", query, json!({})).await;
    assert_eq!(agent.hear().await["payload"][0]["extensions"]["code"], "FORBIDDEN");
}

async fn a_socket_is_closed_when_its_token_ends(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.member(Role::Lead).await;
    let mut socket = Socket::of(&desk, &staff).await;
    socket.subscribe("s", CHANGES, json!({})).await;
    let signed_out = desk.ask(Some(&staff), "mutation { signOut }", json!({})).await;
    assert_eq!(signed_out.status, 200);
    assert_eq!(socket.closed().await, 4403);
    // In another process, which tells nobody.
    let admin = desk.administrator().await;
    let mut socket = Socket::of(&desk, &admin).await;
    socket.subscribe("s", CHANGES, json!({})).await;
    let store = desk.database.open(desk.clock.clone()).await;
    store.end_session(&store::TokenHash::of(&admin)).await.expect("ended");
    store.close().await;
    assert_eq!(socket.closed().await, 4403);
}

async fn a_message_that_leaves_the_filter_is_told_once_more(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let mut socket = Socket::of(&desk, &staff).await;
    let filter = json!({"filter": {"status": ["OPEN"]}});
    socket.subscribe("s", CHANGES, filter).await;
    // It has begun when it counts as presence.
    let present = "{ viewer { presence } }";
    store::testing::soon("whoever looks is there", || async {
        desk.ask(Some(&staff), present, json!({})).await.data()["viewer"]["presence"] == "PRESENT"
    })
    .await;
    let (_, id) = desk.submit().await;
    let change = socket.hear().await["payload"]["data"]["messageChanged"].clone();
    assert_eq!(change["message"]["status"], "OPEN");
    for step in ["closeMessage", "archiveMessage"] {
        let query = format!(
            "mutation($id: ID!) {{ {step}(input: {{messageId: $id}}) {{ receipt {{ position }} }} }}"
        );
        desk.ask(Some(&staff), &query, json!({"id": id})).await.data();
    }
    let change = socket.hear().await["payload"]["data"]["messageChanged"].clone();
    assert_eq!((&change["type"], &change["message"]), (&json!("MessageClosed"), &Value::Null));
    // What happened to it since is nobody's affair who asked for open ones.
    let (_, next) = desk.submit().await;
    let change = socket.hear().await["payload"]["data"]["messageChanged"].clone();
    assert_eq!(change["messageId"], json!(next));
}

//! Nobody holds a connection by saying little: what is sent a byte at a time is waited for so long and no longer.

use super::desk_with;
use crate::end_to_end::Desk;
use serde_json::Value;
use std::time::Duration;
use store::Dialect;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// So short that a test can wait for it, and longer than a busy machine takes to say what is said at once.
const SOON: Duration = Duration::from_secs(2);
/// … and longer than it takes to ask whatever else it does.
const LATER: Duration = Duration::from_secs(10);
/// Until the server has ended a connection.
const PATIENCE: Duration = Duration::from_secs(60);

async fn desk(change: impl FnOnce(&mut server::Bounds)) -> Desk {
    desk_with(Dialect::Sqlite, |config| change(&mut config.edge.bounds)).await
}

/// All that is answered to a connection that says this, until the server ends it.
async fn heard(desk: &Desk, said: &str) -> String {
    let mut connection = TcpStream::connect(desk.server.address()).await.expect("a connection");
    connection.write_all(said.as_bytes()).await.expect("said");
    let mut heard = Vec::new();
    let ended = timeout(PATIENCE, connection.read_to_end(&mut heard)).await;
    ended.expect("the server ends it").expect("to its end");
    String::from_utf8(heard).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_never_end_are_not_waited_for() {
    let desk = desk(|bounds| bounds.headers = SOON).await;
    // Nothing, and the beginning of a request.
    for said in ["", "POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: "] {
        assert_eq!(heard(&desk, said).await, "", "{said}");
    }
    // Nothing more after one that was answered, which is not to come too late itself.
    let patient = self::desk(|bounds| bounds.headers = LATER).await;
    let answered = heard(&patient, "GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
    // Whoever sends a byte now and then has sent no headers either.
    let mut slow = TcpStream::connect(desk.server.address()).await.expect("a connection");
    let mut ticks = tokio::time::interval(SOON / 10);
    let trickle = async {
        slow.write_all(b"GET / HTTP/1.1\r\nx-slow: ").await?;
        loop {
            ticks.tick().await;
            slow.write_all(b"x").await?;
        }
    };
    let ended: Result<std::io::Result<()>, _> = timeout(PATIENCE, trickle).await;
    assert!(ended.expect("the server ends it").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_ends_is_answered_with_504_and_says_why() {
    let desk = desk(|bounds| bounds.request = SOON).await;
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
                content-length: 100\r\n\r\n{\"query\": ";
    let answer = heard(&desk, head).await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    assert!(head.starts_with("HTTP/1.1 504") && head.contains("application/json"), "{head}");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE");
}

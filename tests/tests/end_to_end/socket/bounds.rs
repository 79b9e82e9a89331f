//! Nobody holds a socket who is not there, does not read, or finds no room.

use super::{
    super::{Desk, edge::desk_with},
    CHANGES, PATIENCE, PROTOCOL, Socket, connect,
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::{Dialect, testing::soon};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{self, Message};

/// So short that a test can wait for it, and longer than a busy machine takes to write what there is room for.
const SOON: Duration = Duration::from_secs(2);
/// … and longer than it takes to answer a ping.
const PING: Duration = Duration::from_secs(10);
/// So long a socket is kept of which nobody says whose it is.
const INIT: Duration = Duration::from_secs(5);

async fn desk(change: impl FnOnce(&mut server::Bounds)) -> Desk {
    desk_with(Dialect::Sqlite, |config| change(&mut config.edge.bounds)).await
}

async fn are_open(desk: &Desk, sockets: usize) {
    soon("the others are gone", || async { desk.server.open_sockets() == sockets }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_pings_and_lets_go_of_whoever_does_not_answer() {
    let desk = desk(|bounds| bounds.ping = PING).await;
    let staff = desk.administrator().await;
    // Both have a stream that has nothing to say. One answers pings, for it reads; the other has died without a word.
    let (mut there, mut dead) = (Socket::of(&desk, &staff).await, Socket::of(&desk, &staff).await);
    for socket in [&mut there, &mut dead] {
        socket.subscribe("s", CHANGES, json!({})).await;
    }
    let answers = async {
        loop {
            let frame = timeout(PATIENCE, there.0.next()).await.expect("a ping in time");
            let frame = frame.expect("not gone").expect("a frame");
            assert!(matches!(frame, Message::Ping(_)), "{frame:?}");
        }
    };
    tokio::select! {
        () = are_open(&desk, 1) => {}
        never = answers => never,
    }
    there.say(&json!({"type": "ping"})).await;
    assert_eq!(there.hear().await, json!({"type": "pong"}));
    drop(dead);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_so_many_sockets_and_not_one_more() {
    let desk = desk(|bounds| bounds.sockets = 3).await;
    let (staff, (visitor, _)) = (desk.administrator().await, desk.submit().await);
    // Whosever they are, and also when they are nobody's.
    let all = (Socket::of(&desk, &staff).await, Socket::of(&desk, &visitor).await);
    let nobodys = Socket::by(&desk, None).await;
    assert!(has_no_room(&desk).await);
    drop(nobodys);
    are_open(&desk, 2).await;
    // One of which nobody has said whose it is has a place, too, until it is let go: on a machine that is busy before the next
    // one comes.
    loop {
        let opened = Instant::now();
        let silent = Socket::open(&desk).await;
        if has_no_room(&desk).await {
            break;
        }
        assert!(opened.elapsed() >= INIT, "it had a place");
        drop(silent);
        are_open(&desk, 2).await;
    }
    drop(all);
    are_open(&desk, 0).await;
    Socket::of(&desk, &staff).await;
}

/// Is whoever comes next turned away, and told when to come again?
async fn has_no_room(desk: &Desk) -> bool {
    match connect(desk, &[PROTOCOL]).await {
        Ok(_) => false,
        Err(tungstenite::Error::Http(response)) => {
            assert_eq!(
                (response.status().as_u16(), &response.headers()["retry-after"]),
                (503, &"5".parse().expect("a value"))
            );
            true
        }
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_read_is_let_go_and_holds_nobody_up() {
    let desk = desk(|bounds| bounds.write = SOON).await;
    let staff = desk.administrator().await;
    let (mut reads, mut asks) = (Socket::of(&desk, &staff).await, Socket::of(&desk, &staff).await);
    reads.subscribe("s", CHANGES, json!({"after": "0"})).await;
    // Every question wants an answer as long as itself, and none is read: until nothing more goes through.
    let question = json!({"type": "ping", "payload": {"n": "x".repeat(60_000)}}).to_string();
    let asking = tokio::spawn(async move {
        while futures_util::SinkExt::send(&mut asks.0, Message::text(question.clone())).await.is_ok() {}
    });
    let (_, id) = desk.submit().await;
    let told: Value = reads.hear().await["payload"]["data"]["messageChanged"].clone();
    assert_eq!(told["messageId"], json!(id));
    are_open(&desk, 1).await;
    timeout(PATIENCE, asking).await.expect("it is told so").expect("no panic");
}

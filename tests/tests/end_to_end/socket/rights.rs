//! Who is told for how long: rights that end, words that end, and presence (cases 21 and 30).

use super::{super::Desk, CHANGES, Socket};
use domain::access::Role;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    whatever_ends_a_session_closes_its_sockets_within_a_second,
    whoever_loses_the_permission_is_told_nothing_more,
    what_was_erased_is_not_told_any_more,
    presence_ends_after_the_last_stream_and_not_before,
);

/// At most so often something is tried that is to be quick.
const TRIES: usize = 20;

/// Their stream has begun: what happens from now on is told.
async fn begun(desk: &Desk, socket: &mut Socket, id: &str) {
    socket.subscribe(id, CHANGES, json!({"after": desk.head().await.to_string()})).await;
    // Messages are answered in order: who hears this has a stream.
    socket.say(&json!({"type": "ping"})).await;
    assert_eq!(socket.hear().await["type"], "pong");
}

impl Desk {
    async fn head(&self) -> i64 {
        let store = self.database.open(self.clock.clone()).await;
        let head = store.head().await.expect("a log");
        store.close().await;
        head
    }

    async fn id_of(&self, token: &str) -> String {
        let viewer = self.ask(Some(token), "{ viewer { id } }", json!({})).await.data();
        viewer["viewer"]["id"].as_str().expect("an id").to_owned()
    }
}

async fn whatever_ends_a_session_closes_its_sockets_within_a_second(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let sign_out = "mutation { signOut }";
    let change = "mutation { changePassword(input: {currentPassword: \"correct horse battery\", \
                  newPassword: \"another horse battery\"}) { token userErrors { message } } }";
    let deactivate = "mutation($id: ID!) { deactivateMember(id: $id) { userErrors { code } } }";
    let role = "mutation($id: ID!) { changeMemberRole(input: {memberId: $id, roleId: \"AGENT\"}) { userErrors { code } } }";
    for (how, own) in [(sign_out, true), (change, true), (deactivate, false)] {
        // As quickly as it can, some time: this machine has other things to do.
        let mut quickest = Duration::MAX;
        for _ in 0..TRIES {
            let staff = desk.member(Role::Lead).await;
            let id = desk.id_of(&staff).await;
            let mut socket = Socket::of(&desk, &staff).await;
            begun(&desk, &mut socket, "s").await;
            let by = if own { &staff } else { &admin };
            desk.ask(Some(by), how, json!({"id": id})).await.data();
            // From when it has ended: what is done with passwords takes its time.
            let ended = Instant::now();
            assert_eq!(socket.closed().await, 4403, "{how}");
            quickest = quickest.min(ended.elapsed());
            if quickest < Duration::from_secs(1) {
                break;
            }
        }
        assert!(quickest < Duration::from_secs(1), "{how}: {quickest:?}");
    }
    // Another role is no reason: they are told what it lets them see.
    let staff = desk.member(Role::Lead).await;
    let id = desk.id_of(&staff).await;
    let mut socket = Socket::of(&desk, &staff).await;
    begun(&desk, &mut socket, "s").await;
    desk.ask(Some(&admin), role, json!({"id": id})).await.data();
    let (_, message) = desk.submit().await;
    assert_eq!(socket.hear().await["payload"]["data"]["messageChanged"]["messageId"], json!(message));
}

async fn whoever_loses_the_permission_is_told_nothing_more(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (admin, staff) = (desk.administrator().await, desk.member(Role::Lead).await);
    let id = desk.id_of(&staff).await;
    let mut socket = Socket::of(&desk, &staff).await;
    begun(&desk, &mut socket, "live").await;
    // One that does not read has changes waiting for it, from before and from after.
    let mut slow = Socket::of(&desk, &staff).await;
    slow.subscribe("slow", CHANGES, json!({"after": "0"})).await;
    let (_, before) = desk.submit().await;
    assert_eq!(socket.hear().await["payload"]["data"]["messageChanged"]["messageId"], json!(before));
    let demote = "mutation($id: ID!) { changeMemberRole(input: {memberId: $id, roleId: \"ANALYST\"}) { receipt { position } } }";
    desk.ask(Some(&admin), demote, json!({"id": id})).await.data();
    let (_, after) = desk.submit().await;
    for (socket, id) in [(&mut socket, "live"), (&mut slow, "slow")] {
        let last = loop {
            let said = socket.hear().await;
            assert_ne!(said["payload"]["data"]["messageChanged"]["messageId"], json!(after), "{id}");
            if said["type"] != "next" {
                break said;
            }
        };
        assert_eq!((&last["type"], &last["id"]), (&json!("error"), &json!(id)));
        assert_eq!(last["payload"][0]["extensions"]["code"], "FORBIDDEN");
        // The socket itself goes on.
        socket.say(&json!({"type": "ping"})).await;
        assert_eq!(socket.hear().await["type"], "pong");
    }
}

async fn what_was_erased_is_not_told_any_more(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let mut socket = Socket::of(&desk, &admin).await;
    begun(&desk, &mut socket, "s").await;
    let (_, id) = desk.submit().await;
    let told = socket.hear().await["payload"]["data"]["messageChanged"].clone();
    assert_eq!(told["message"]["content"], "请问我的订单什么时候发货？");
    let visitor = "query($id: ID!) { message(id: $id) { visitor { id } erased } }";
    let seen = desk.ask(Some(&admin), visitor, json!({"id": id})).await.data();
    let erase = "mutation($id: ID!) { eraseVisitor(id: $id, reason: \"本人要求\") { receipt { position } userErrors { code } } }";
    let erased = desk.ask(Some(&admin), erase, json!({"id": seen["message"]["visitor"]["id"]})).await.data();
    assert_eq!(erased["eraseVisitor"]["userErrors"], json!([]), "{erased}");
    // The stream that was open is told that it happened, and no word.
    let told = socket.hear().await["payload"]["data"]["messageChanged"].clone();
    assert_eq!((&told["type"], &told["messageId"]), (&json!("MessageErased"), &json!(id)));
    assert_eq!(told["message"]["content"], Value::Null, "{told}");
    // Whoever resumes from before it is told both, and no word.
    socket.subscribe("again", CHANGES, json!({"after": "0"})).await;
    for event_type in ["MessageSubmitted", "MessageErased"] {
        let told = socket.hear().await["payload"]["data"]["messageChanged"].clone();
        assert_eq!(
            (&told["type"], &told["message"]["content"]),
            (&json!(event_type), &Value::Null),
            "{told}"
        );
    }
}

async fn presence_ends_after_the_last_stream_and_not_before(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.member(Role::Agent).await;
    let presence = async || {
        let viewer = desk.ask(Some(&staff), "{ viewer { presence } }", json!({})).await.data();
        viewer["viewer"]["presence"].as_str().expect("a word").to_owned()
    };
    let (minute, store) = (Duration::from_secs(60), desk.database.open(desk.clock.clone()).await);
    let until = async || {
        let rows = store.database().log.rows("SELECT until FROM presence", &[]).await.expect("rows");
        rows.first().map_or(0, |row| row.int("until").expect("a time"))
    };
    assert_eq!(presence().await, "AWAY");
    let (mut one, mut other) = (Socket::of(&desk, &staff).await, Socket::of(&desk, &staff).await);
    begun(&desk, &mut one, "a").await;
    begun(&desk, &mut one, "b").await;
    begun(&desk, &mut other, "c").await;
    let mut other = Some(other);
    soon("whoever looks is there", || async { presence().await == "PRESENT" }).await;
    // As long as one of them is open, however long.
    for left in [3, 2, 1] {
        match left {
            2 => one.say(&json!({"id": "a", "type": "complete"})).await,
            1 => {
                drop(other.take());
                soon("one of them is gone", || async { desk.server.open_sockets() == 1 }).await;
            }
            _ => {}
        }
        for _ in 0..3 {
            desk.clock.advance(2 * minute);
            let now = desk.clock.micros();
            soon("they are kept there", || async { until().await > now + 4 * 60_000_000 }).await;
            assert_eq!(presence().await, "PRESENT", "{left} are open");
        }
    }
    one.say(&json!({"id": "b", "type": "complete"})).await;
    one.say(&json!({"type": "ping"})).await;
    assert_eq!(one.hear().await["type"], "pong");
    let last = until().await;
    for _ in 0..3 {
        desk.clock.advance(2 * minute);
    }
    assert_eq!(presence().await, "AWAY", "five minutes after the last one has ended");
    assert_eq!(until().await, last);
    store.close().await;
}

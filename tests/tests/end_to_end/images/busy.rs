//! More pictures than there is room for.

use super::*;

on_both_databases!(
    whoever_comes_while_there_is_no_room_is_told_when_to_come_again_and_the_same_address_then_takes_it,
    files_have_room_of_their_own_and_whoever_finds_none_is_told_when_to_come_again,
);

impl Desk {
    /// Sends half of it: it is in, and the address is used. The rest is to follow.
    pub(super) async fn begin_to_put(&self, path: &str, bytes: &[u8]) -> (TcpStream, Vec<u8>) {
        let mut slow = TcpStream::connect(self.server.address()).await.expect("connects");
        let (half, rest) = bytes.split_at(bytes.len() / 2);
        let length = bytes.len();
        let head = format!(
            "PUT {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        );
        slow.write_all(head.as_bytes()).await.expect("written");
        slow.write_all(half).await.expect("written");
        let store = self.database.open(self.clock.clone()).await;
        let token = store::TokenHash::of(path.rsplit('/').next().expect("a token"));
        soon("it is in", || async { store.upload(&token).await.expect("asked").is_none() }).await;
        store.close().await;
        (slow, rest.to_vec())
    }
}

async fn whoever_comes_while_there_is_no_room_is_told_when_to_come_again_and_the_same_address_then_takes_it(
    dialect: Dialect,
) {
    // Room for one picture, for which nobody waits.
    let space = Space { files: 1 << 20, patience: Duration::ZERO, ..Space::default() };
    let desk = impatient(dialect, |bounds| bounds.space = space).await;
    let (visitor, bytes) = (desk.visit().await, picture("gray.jpg"));
    let mut urls = vec![];
    for _ in 0..2 {
        let created = desk.create_upload(&visitor, "x.jpg", "image/jpeg", bytes.len()).await;
        urls.push(text(&created["upload"]["url"]));
    }
    let (mut slow, rest) = desk.begin_to_put(&urls[0], &bytes).await;

    for _ in 0..2 {
        let told = desk.put(&urls[1], bytes.clone()).await;
        assert_eq!((told.status, told.code().as_str()), (503, "UNAVAILABLE"));
        assert_eq!(told.header("retry-after"), "5");
        let body = String::from_utf8(told.body).expect("text");
        assert!(body.contains("to the same address again"), "{body}");
    }
    slow.write_all(&rest).await.expect("written");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.expect("text");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    // Its place is free before its answer has left.
    let taken = desk.put(&urls[1], bytes.clone()).await;
    assert_eq!(taken.status, 201, "{}", String::from_utf8_lossy(&taken.body));
    assert_eq!(desk.put(&urls[1], bytes).await.status, 404, "once");
}

async fn files_have_room_of_their_own_and_whoever_finds_none_is_told_when_to_come_again(dialect: Dialect) {
    let space = Space { coming: 1, going: 0, patience: Duration::ZERO, ..Space::default() };
    let desk = impatient(dialect, |bounds| bounds.space = space).await;
    let (staff, visitor) = (desk.administrator().await, desk.visit().await);
    desk.take_files(&staff, json!(["PDF"])).await;
    let bytes = [&b"%PDF-1.7"[..], &[7; 5_000]].concat();
    let (mut urls, mut ids) = (vec![], vec![]);
    for _ in 0..2 {
        let created = desk.create_upload(&visitor, "x.pdf", "application/pdf", bytes.len()).await;
        urls.push(text(&created["upload"]["url"]));
        ids.push(text(&created["upload"]["id"]));
    }
    let (mut slow, rest) = desk.begin_to_put(&urls[0], &bytes).await;
    let told = desk.put(&urls[1], bytes.clone()).await;
    assert_eq!((told.status, told.code().as_str(), told.header("retry-after")), (503, "UNAVAILABLE", "5"));
    // A picture does not wait for files.
    desk.send(&visitor, picture("gray.jpg")).await;
    slow.write_all(&rest).await.expect("written");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.expect("text");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(desk.put(&urls[1], bytes).await.status, 201);

    let payload = desk.submit_with(&visitor, "你好", &[&ids[0], &ids[1]]).await;
    assert_eq!(payload["userErrors"], json!([]));
    let query = "query($id: ID!) { visitor { message(id: $id) { files { url } } } }";
    let seen = desk.ask(Some(&visitor), query, json!({"id": payload["receipt"]["id"]})).await.data();
    let told = desk.get(&text(&seen["visitor"]["message"]["files"][0]["url"])).await;
    assert_eq!((told.status, told.header("retry-after")), (503, "5"));
}

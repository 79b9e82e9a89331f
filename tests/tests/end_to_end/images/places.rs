//! Whoever is slow with files and pictures keeps only themselves out, and not for long.

use super::{files::pdf, *};
use server::Bounds;
use store::FILE_PART;
use tokio::time::{interval, timeout};

on_both_databases!(
    a_reader_saves_three_files_at_once_and_whoever_else_reads_has_places_of_their_own,
    whoever_saves_a_file_too_slowly_gets_the_rest_of_it_no_more_and_others_get_the_place,
    an_owner_sends_two_files_at_once_and_whoever_else_sends_has_places_of_their_own,
    a_file_of_which_no_part_comes_for_long_is_refused_and_nothing_of_it_stays,
    an_owner_sends_two_pictures_at_once_and_whoever_else_sends_has_places_of_their_own,
    a_picture_of_which_little_comes_for_long_is_refused_and_its_place_is_free,
    senders_at_one_address_have_so_many_pictures_on_their_way_together,
);

/// Until the server has ended a connection.
const PATIENCE: Duration = Duration::from_secs(60);
/// More than lies between a server and whoever takes nothing.
const LARGE: usize = 12 << 20;

/// A desk that takes files within these bounds, where nobody waits for a place, its administrator and a visitor.
async fn taking(dialect: Dialect, change: impl FnOnce(&mut Bounds)) -> (Desk, String, String) {
    let desk = impatient(dialect, change).await;
    let (staff, visitor) = (desk.administrator().await, desk.visit().await);
    desk.take_files(&staff, json!(["PDF"])).await;
    (desk, staff, visitor)
}

impl Desk {
    /// Addresses of a large and of a small file in a message of this visitor.
    async fn large_and_small(&self, visitor: &str) -> (String, String) {
        let large = self.send_file(visitor, "large.pdf", "application/pdf", pdf(LARGE)).await;
        let small = self.send_file(visitor, "small.pdf", "application/pdf", pdf(100)).await;
        let payload = self.submit_with(visitor, "你好", &[&large, &small]).await;
        assert_eq!(payload["userErrors"], json!([]));
        let files = self.own_files(visitor, &text(&payload["receipt"]["id"])).await;
        (text(&files[0]["url"]), text(&files[1]["url"]))
    }

    /// Addresses to send so many files of so many bytes to.
    async fn addresses(&self, token: &str, count: usize, bytes: usize) -> Vec<String> {
        let mut urls = vec![];
        for _ in 0..count {
            let created = self.create_upload(token, "x.pdf", "application/pdf", bytes).await;
            urls.push(text(&created["upload"]["url"]));
        }
        urls
    }
}

async fn rest_of(mut answer: TcpStream) -> String {
    let mut heard = String::new();
    let ended = timeout(PATIENCE, answer.read_to_string(&mut heard)).await;
    ended.expect("the server ends it").expect("text");
    heard
}

async fn a_reader_saves_three_files_at_once_and_whoever_else_reads_has_places_of_their_own(dialect: Dialect) {
    let (desk, staff, visitor) = taking(dialect, |_| {}).await;
    let (large, small) = desk.large_and_small(&visitor).await;
    let mut slow = vec![];
    for _ in 0..3 {
        slow.push(desk.begin_to_get(&large).await);
    }
    let (path, _) = small.split_once('?').expect("an address that says who reads");
    let by = |token: &str| Heard::of(desk.http.get(desk.url(path)).bearer_auth(token));
    for told in [desk.get(&small).await, by(&visitor).await] {
        assert_eq!((told.status, told.code().as_str()), (503, "UNAVAILABLE"));
        assert_eq!(told.header("retry-after"), "5");
    }
    assert_eq!(by(&staff).await.status, 200, "another reader");
    slow.pop();
    soon("whoever goes leaves a place", || async { desk.get(&small).await.status == 200 }).await;
}

async fn whoever_saves_a_file_too_slowly_gets_the_rest_of_it_no_more_and_others_get_the_place(
    dialect: Dialect,
) {
    let (desk, _, visitor) = taking(dialect, |bounds| {
        bounds.save = SOON;
        bounds.space.going = 1;
    })
    .await;
    let (large, small) = desk.large_and_small(&visitor).await;
    let mut slow = desk.begin_to_get(&large).await;
    // A little now and then, so that no part waits for long.
    let (mut ticks, mut some, mut taken) = (interval(SOON / 10), vec![0; 64 << 10], 0);
    let trickle = async {
        loop {
            ticks.tick().await;
            match slow.read(&mut some).await {
                Ok(0) | Err(_) => return taken,
                Ok(bytes) => taken += bytes,
            }
        }
    };
    let taken = timeout(PATIENCE, trickle).await.expect("the server ends it");
    assert!(taken < LARGE, "{taken}");
    // What is small has no longer, either: on a machine that is busy it may be cut off as well, and is asked for again.
    soon("there is a place", || async {
        let Ok(answer) = desk.http.get(desk.url(&small)).send().await else { return false };
        answer.status() == 200 && answer.bytes().await.is_ok()
    })
    .await;
}

async fn an_owner_sends_two_files_at_once_and_whoever_else_sends_has_places_of_their_own(dialect: Dialect) {
    let (desk, _, visitor) = taking(dialect, |_| {}).await;
    let bytes = pdf(5_000);
    let urls = desk.addresses(&visitor, 3, bytes.len()).await;
    let (mut first, rest) = desk.begin_to_put(&urls[0], &bytes).await;
    let second = desk.begin_to_put(&urls[1], &bytes).await;
    for _ in 0..2 {
        let told = desk.put(&urls[2], bytes.clone()).await;
        assert_eq!((told.status, told.code().as_str()), (503, "UNAVAILABLE"));
        assert_eq!(told.header("retry-after"), "5");
    }
    let other = desk.visit().await;
    desk.send_file(&other, "x.pdf", "application/pdf", bytes.clone()).await;
    first.write_all(&rest).await.expect("written");
    let heard = rest_of(first).await;
    assert!(heard.starts_with("HTTP/1.1 201"), "{heard}");
    assert_eq!(desk.put(&urls[2], bytes).await.status, 201, "the address is as good as before");
    drop(second);
}

async fn a_file_of_which_no_part_comes_for_long_is_refused_and_nothing_of_it_stays(dialect: Dialect) {
    let (desk, _, visitor) = taking(dialect, |bounds| bounds.part = SOON).await;
    // One part comes, and nothing of the next one.
    let bytes = pdf(2 * FILE_PART);
    let urls = desk.addresses(&visitor, 1, bytes.len()).await;
    let (slow, _) = desk.begin_to_put(&urls[0], &bytes).await;
    let heard = rest_of(slow).await;
    assert!(heard.starts_with("HTTP/1.1 400") && heard.contains("too slowly"), "{heard}");
    assert_eq!(desk.files().len(), 0, "nothing of it is kept");
    assert_eq!(desk.put(&urls[0], bytes).await.status, 404, "the address was used");
}

async fn an_owner_sends_two_pictures_at_once_and_whoever_else_sends_has_places_of_their_own(
    dialect: Dialect,
) {
    let (desk, _, visitor) = taking(dialect, |_| {}).await;
    let bytes = picture("gray.jpg");
    let mut urls = vec![];
    for _ in 0..3 {
        let created = desk.create_upload(&visitor, "x.jpg", "image/jpeg", bytes.len()).await;
        urls.push(text(&created["upload"]["url"]));
    }
    let (mut first, rest) = desk.begin_to_put(&urls[0], &bytes).await;
    let second = desk.begin_to_put(&urls[1], &bytes).await;
    let told = desk.put(&urls[2], bytes.clone()).await;
    assert_eq!((told.status, told.code().as_str()), (503, "UNAVAILABLE"));
    let other = desk.visit().await;
    desk.send(&other, bytes.clone()).await;
    first.write_all(&rest).await.expect("written");
    let heard = rest_of(first).await;
    assert!(heard.starts_with("HTTP/1.1 201"), "{heard}");
    assert_eq!(desk.put(&urls[2], bytes).await.status, 201, "the address is as good as before");
    drop(second);
}

async fn a_picture_of_which_little_comes_for_long_is_refused_and_its_place_is_free(dialect: Dialect) {
    let (desk, _, visitor) = taking(dialect, |bounds| {
        bounds.part = SOON;
        bounds.space.queue = 1;
    })
    .await;
    let bytes = picture("gray.jpg");
    let created = desk.create_upload(&visitor, "x.jpg", "image/jpeg", bytes.len()).await;
    let (mut slow, _) = desk.begin_to_put(&text(&created["upload"]["url"]), &bytes).await;
    // One byte now and then.
    let (mut ticks, mut answer) = (interval(SOON / 10), vec![0; 1 << 10]);
    let trickle = async {
        loop {
            tokio::select! {
                read = slow.read(&mut answer) => return read.expect("an answer"),
                // Too late once it has answered.
                _ = ticks.tick() => drop(slow.write_all(b"x").await),
            }
        }
    };
    let read = timeout(PATIENCE, trickle).await.expect("the server ends it");
    let heard = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(heard.starts_with("HTTP/1.1 400"), "{heard}");
    // Whoever comes next finds the place. They may be too slow as well on a machine that is busy, and then ask again.
    let other = desk.visit().await;
    soon("another picture is taken", || async {
        let created = desk.create_upload(&other, "x.jpg", "image/jpeg", bytes.len()).await;
        let heard = desk.put(&text(&created["upload"]["url"]), bytes.clone()).await;
        assert_ne!(heard.status, 503, "the place is free");
        heard.status == 201
    })
    .await;
}

async fn senders_at_one_address_have_so_many_pictures_on_their_way_together(dialect: Dialect) {
    let (desk, _, visitor) = taking(dialect, |bounds| bounds.space.queue_near = 1).await;
    let (bytes, other) = (picture("gray.jpg"), desk.visit().await);
    let mut urls = vec![];
    for sender in [&visitor, &other] {
        let created = desk.create_upload(sender, "x.jpg", "image/jpeg", bytes.len()).await;
        urls.push(text(&created["upload"]["url"]));
    }
    let (mut first, rest) = desk.begin_to_put(&urls[0], &bytes).await;
    assert_eq!(desk.put(&urls[1], bytes.clone()).await.status, 503);
    first.write_all(&rest).await.expect("written");
    let heard = rest_of(first).await;
    assert!(heard.starts_with("HTTP/1.1 201"), "{heard}");
    assert_eq!(desk.put(&urls[1], bytes).await.status, 201);
}

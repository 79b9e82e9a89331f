//! Pictures on their way to whoever looks at them: in so much memory and no more, for so long and no longer.

use super::*;
use server::Bounds;
use std::sync::LazyLock;

on_both_databases!(
    whoever_takes_nothing_of_a_picture_loses_the_connection_and_others_get_the_room,
    the_room_is_for_so_many_bytes_whoever_reads,
    a_reader_is_sent_so_many_pictures_at_once_and_whoever_else_reads_has_places_of_their_own,
    a_desk_that_takes_larger_pictures_keeps_larger_ones,
);

/// Pixels a side of a picture that has more bytes than lie between a server and whoever takes nothing: nothing makes it smaller.
const LARGE: u32 = 1_800;
const MIB: usize = 1 << 20;

/// Made once: it takes a while.
static ORIGINAL: LazyLock<Vec<u8>> = LazyLock::new(|| crate::png::noise(LARGE));

/// A desk within these bounds that takes pictures of 10 MiB and has no patience, its administrator and a visitor.
async fn taking(dialect: Dialect, change: impl FnOnce(&mut Bounds)) -> (Desk, String, String) {
    let desk = impatient(dialect, change).await;
    let (staff, visitor) = (desk.administrator().await, desk.visit().await);
    let revise =
        "mutation($bytes: Int!) { reviseDesk(input: {uploadBytes: $bytes}) { userErrors { code } } }";
    let revised = desk.ask(Some(&staff), revise, json!({"bytes": 10 * MIB})).await.data();
    assert_eq!(revised["reviseDesk"]["userErrors"], json!([]));
    (desk, staff, visitor)
}

impl Desk {
    /// Addresses of a large picture and of what is small of it, in a message of this visitor, and how many bytes it has.
    async fn large_picture(&self, visitor: &str) -> (String, String, usize) {
        assert!((9 * MIB..10 * MIB).contains(&ORIGINAL.len()), "{}", ORIGINAL.len());
        let id = self.send(visitor, ORIGINAL.clone()).await;
        let payload = self.submit_with(visitor, "看图", &[&id]).await;
        assert_eq!(payload["userErrors"], json!([]));
        let images = self.own_images(visitor, &text(&payload["receipt"]["id"])).await;
        let bytes = images[0]["bytes"].as_u64().and_then(|bytes| usize::try_from(bytes).ok());
        (text(&images[0]["url"]), text(&images[0]["thumbnailUrl"]), bytes.expect("a size"))
    }
}

async fn a_desk_that_takes_larger_pictures_keeps_larger_ones(dialect: Dialect) {
    let (desk, _, visitor) = taking(dialect, |_| {}).await;
    let (url, _, bytes) = desk.large_picture(&visitor).await;
    assert!(bytes > 9 * MIB, "{bytes}");
    let shown = desk.get(&url).await;
    assert_eq!((shown.status, shown.header("content-type"), shown.body.len()), (200, "image/png", bytes));
    assert!(shown.body.ends_with(b"IEND\xaeB`\x82"), "whole");
}

/// Asks for what is small of a picture as somebody else may.
async fn small_by(desk: &Desk, small: &str, token: &str) -> Heard {
    let (path, _) = small.split_once('?').expect("an address that says who reads");
    Heard::of(desk.http.get(desk.url(path)).bearer_auth(token)).await
}

async fn whoever_takes_nothing_of_a_picture_loses_the_connection_and_others_get_the_room(dialect: Dialect) {
    let (desk, staff, visitor) = taking(dialect, |bounds| {
        bounds.taken = SOON;
        bounds.space.shown = 8 * MIB;
    })
    .await;
    let (large, small, bytes) = desk.large_picture(&visitor).await;
    let mut slow = desk.begin_to_get(&large).await;
    soon("there is room", || async { small_by(&desk, &small, &staff).await.status == 200 }).await;
    // The connection stood open all the while; what lay between both sides is still to be had, and no more.
    let mut rest = vec![];
    let _ = slow.read_to_end(&mut rest).await;
    assert!(rest.len() < bytes, "{} of {bytes}", rest.len());
}

async fn the_room_is_for_so_many_bytes_whoever_reads(dialect: Dialect) {
    // One such picture is all of it.
    let (desk, staff, visitor) = taking(dialect, |bounds| bounds.space.shown = 8 * MIB).await;
    let (large, small, _) = desk.large_picture(&visitor).await;
    let slow = desk.begin_to_get(&large).await;
    let told = small_by(&desk, &small, &staff).await;
    assert_eq!((told.status, told.code().as_str()), (503, "UNAVAILABLE"));
    assert_eq!(told.header("retry-after"), "5");
    drop(slow);
    soon("there is room", || async { small_by(&desk, &small, &staff).await.status == 200 }).await;
}

async fn a_reader_is_sent_so_many_pictures_at_once_and_whoever_else_reads_has_places_of_their_own(
    dialect: Dialect,
) {
    let (desk, staff, visitor) = taking(dialect, |bounds| bounds.space.shown_each = 2).await;
    let (large, small, _) = desk.large_picture(&visitor).await;
    let mut slow = vec![desk.begin_to_get(&large).await, desk.begin_to_get(&large).await];
    for told in [desk.get(&small).await, small_by(&desk, &small, &visitor).await] {
        assert_eq!((told.status, told.code().as_str()), (503, "UNAVAILABLE"));
    }
    assert_eq!(small_by(&desk, &small, &staff).await.status, 200, "another reader");
    slow.pop();
    soon("whoever goes leaves a place", || async { desk.get(&small).await.status == 200 }).await;
}

//! Pictures over HTTP: sent, made anew, sealed, attached, shown to whoever may read the message, and gone with it.

mod bucket;
mod busy;
mod files;
mod many;
mod places;
mod replies;
mod shown;
mod swept;
mod told;

use super::{Desk, SUBMIT, day::Scene, input};
use commands::images::Space;
use domain::access::Role;
use serde_json::{Value, json};
use server::Bounds;
use std::{fs, io::ErrorKind, path::PathBuf, time::Duration};
use store::{
    Dialect, on_both_databases,
    testing::{TestDatabase, soon},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

on_both_databases!(
    a_photograph_is_shown_upright_and_says_nothing_of_where_it_was_taken,
    a_picture_is_shown_to_whoever_may_read_its_message_and_to_nobody_else,
    what_is_not_taken_is_refused_with_what_to_do,
    an_address_takes_one_picture_and_each_picture_goes_with_one_message,
    file_names_get_nowhere,
    the_pictures_of_an_erased_visitor_are_gone,
    the_pictures_of_a_shredded_message_are_gone,
    what_nobody_attached_is_gone_after_a_day_and_so_is_what_a_killed_server_left,
);

const CREATE: &str = "mutation($input: CreateUploadInput!) { createUpload(input: $input) { \
    upload { id url expiresAt } userErrors { code field message } } }";
const IMAGES: &str = "images { id url thumbnailUrl width height bytes contentType }";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// So short that a test can wait for it, and longer than a busy machine takes to send a little.
const SOON: Duration = Duration::from_secs(2);

/// Longer than any of these tests takes.
const LONG: Duration = Duration::from_secs(600);

/// A desk within these bounds, where nobody waits for a place, and whoever has one may be as slow as they are.
async fn impatient(dialect: Dialect, change: impl FnOnce(&mut Bounds)) -> Desk {
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    Desk::start_with(database, clock, |config| {
        let bounds = &mut config.edge.bounds;
        bounds.space = Space { patience: Duration::ZERO, ..Space::default() };
        (bounds.part, bounds.request, bounds.transfer) = (LONG, LONG, LONG);
        (bounds.save, bounds.taken) = (LONG, LONG);
        change(bounds);
    })
    .await
}

/// A picture of those that the unit tests of `commands` are made of.
pub(super) fn picture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../commands/tests/pictures");
    fs::read(PathBuf::from(folder).join(name)).expect("a picture")
}

/// An answer that is no JSON of GraphQL's.
struct Heard {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Vec<u8>,
}

impl Heard {
    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.bytes().await.expect("a body").to_vec() }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    fn code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).expect("JSON");
        body["errors"][0]["extensions"]["code"].as_str().expect("a code").to_owned()
    }
}

/// Where an upload is sent to, behind the public address of a desk that has one.
fn path_of(created: &Value) -> &str {
    let url = created["upload"]["url"].as_str().expect("an address");
    url.find("/uploads/").and_then(|begin| url.get(begin..)).expect("a path")
}

impl Desk {
    /// A visitor who has said nothing yet.
    pub(super) async fn visit(&self) -> String {
        let answer = self.ask(None, "mutation { startVisit(input: {}) { token } }", json!({})).await.data();
        answer["startVisit"]["token"].as_str().expect("a token").to_owned()
    }

    async fn create_upload(&self, token: &str, name: &str, content_type: &str, bytes: usize) -> Value {
        let input = json!({"fileName": name, "contentType": content_type, "bytes": bytes});
        self.ask(Some(token), CREATE, json!({"input": input})).await.data()["createUpload"].clone()
    }

    async fn put(&self, path: &str, bytes: Vec<u8>) -> Heard {
        Heard::of(self.http.put(self.url(path)).body(bytes)).await
    }

    /// Sends so many chunks of so many bytes without saying how many there will be: the whole answer.
    async fn put_in_chunks(&self, path: &str, chunks: usize, bytes: usize) -> String {
        let mut stream = TcpStream::connect(self.server.address()).await.expect("connects");
        let head = format!(
            "PUT {path} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        );
        let chunk = format!("{bytes:x}\r\n{}\r\n", "x".repeat(bytes));
        let request = format!("{head}{}0\r\n\r\n", chunk.repeat(chunks));
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("text");
        answer
    }

    async fn get(&self, path: &str) -> Heard {
        Heard::of(self.http.get(self.url(path))).await
    }

    /// Begins to take something: its headers are there, and little else is taken.
    async fn begin_to_get(&self, path: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(64 << 10).expect("a small buffer");
        let mut slow = socket.connect(self.server.address()).await.expect("connects");
        let asked = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        slow.write_all(asked.as_bytes()).await.expect("written");
        let mut head = vec![];
        while !head.ends_with(b"\r\n\r\n") {
            head.push(slow.read_u8().await.expect("a header"));
        }
        assert!(head.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&head));
        slow
    }

    /// Sends a picture: its id.
    pub(super) async fn send(&self, token: &str, bytes: Vec<u8>) -> String {
        let created = self.create_upload(token, "x.jpg", "image/jpeg", bytes.len()).await;
        let heard = self.put(path_of(&created), bytes).await;
        assert_eq!(heard.status, 201, "{}", String::from_utf8_lossy(&heard.body));
        created["upload"]["id"].as_str().expect("an id").to_owned()
    }

    /// The payload of a message with these pictures.
    pub(super) async fn submit_with(&self, token: &str, content: &str, pictures: &[&str]) -> Value {
        let mut input = input();
        input["content"] = json!(content);
        input["uploadIds"] = json!(pictures);
        self.ask(Some(token), SUBMIT, json!({"input": input})).await.data()["submitMessage"].clone()
    }

    /// The pictures of a message, as its visitor sees them.
    async fn own_images(&self, token: &str, message: &str) -> Value {
        let query = format!("query($id: ID!) {{ visitor {{ message(id: $id) {{ {IMAGES} }} }} }}");
        let answer = self.ask(Some(token), &query, json!({"id": message})).await.data();
        answer["visitor"]["message"]["images"].clone()
    }

    /// Everything that lies in the folder of pictures, by name. The server goes on meanwhile: what
    /// it deletes between the listing and the reading is not there any more.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let Ok(folder) = fs::read_dir(&self.database.config.images) else { return vec![] };
        let files = folder.map(|file| file.expect("a file").path());
        let read = files.filter_map(|file| match fs::read(&file) {
            Ok(bytes) => Some((file.display().to_string(), bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => panic!("{}: {error}", file.display()),
        });
        read.collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|some| some == wanted)
}

/// The tag of EXIF under which the place stands (EXIF 3.0, 4.6.3: the pointer to the GPS attributes).
const PLACE: u16 = 0x8825;

/// The tags that a picture's EXIF has in its first list (TIFF 6.0, section 2); none: it has no EXIF.
fn exif(file: &[u8]) -> Vec<u16> {
    let begin = file.windows(6).position(|some| some == b"Exif\0\0");
    let Some(tiff) = begin.and_then(|begin| file.get(begin + 6..)) else { return vec![] };
    let number = |at: usize, length: usize| {
        let bytes = &tiff[at..at + length];
        let add = |sum: usize, byte: &u8| sum << 8 | usize::from(*byte);
        match &tiff[..2] {
            b"MM" => bytes.iter().fold(0, add),
            _ => bytes.iter().rev().fold(0, add),
        }
    };
    let list = number(4, 4);
    let tag = |n| u16::try_from(number(list + 2 + 12 * n, 2)).expect("two bytes");
    (0..number(list, 2)).map(tag).collect()
}

async fn a_photograph_is_shown_upright_and_says_nothing_of_where_it_was_taken(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (staff, visitor) = (desk.administrator().await, desk.visit().await);
    // Lying on its side, 32 × 48 as it is stored, with a place in its EXIF.
    let original = picture("orientation_6.jpg");
    assert!(exif(&original).contains(&PLACE), "{:x?}", exif(&original));
    let id = desk.send(&visitor, original.clone()).await;
    let payload = desk.submit_with(&visitor, "", &[&id]).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(payload["visitorMessage"]["content"], "");
    let message = text(&payload["receipt"]["id"]);

    let query = format!(
        "query($id: ID!) {{ message(id: $id) {{ content {IMAGES} entries {{ ... on VisitorWords {{ {IMAGES} }} }} }} }}"
    );
    let read = desk.ask(Some(&staff), &query, json!({"id": message})).await.data()["message"].clone();
    assert_eq!(read["entries"][0]["images"], read["images"]);
    let image = read["images"][0].clone();
    assert_eq!(
        (&image["id"], &image["width"], &image["height"], &image["contentType"]),
        (&json!(id), &json!(48), &json!(32), &json!("image/jpeg"))
    );
    let shown = desk.get(&text(&image["url"])).await;
    assert_eq!((shown.status, shown.header("content-type")), (200, "image/jpeg"));
    assert_eq!(json!(shown.body.len()), image["bytes"]);
    assert_eq!((exif(&shown.body), holds(&shown.body, b"Exif")), (vec![], false));
    assert_eq!(shown.header("content-disposition"), format!("attachment; filename=\"{id}.jpg\""));
    let small = desk.get(&text(&image["thumbnailUrl"])).await;
    assert_eq!((small.status, small.header("content-disposition")), (200, "inline"));
    assert_eq!((exif(&small.body), holds(&small.body, b"Exif")), (vec![], false));
    for answer in [&shown, &small] {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin", "for the page of a shop");
        assert_eq!(answer.header("cache-control"), "private, max-age=300");
    }

    // What lies in the folder is neither what was sent nor what is shown.
    let files = desk.files();
    assert_eq!(files.len(), 2);
    for (name, sealed) in files {
        for clear in [&original, &shown.body, &small.body] {
            let any = clear.chunks_exact(16).any(|some| holds(&sealed, some));
            assert!(!any, "{name} has bytes in the clear");
        }
        assert!(!holds(&sealed, b"JFIF"), "{name}");
    }
}

async fn a_picture_is_shown_to_whoever_may_read_its_message_and_to_nobody_else(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (visitor, other) = (desk.visit().await, desk.visit().await);
    let id = desk.send(&visitor, picture("gray.jpg")).await;
    assert_eq!(desk.get(&format!("/images/{id}")).await.status, 404, "nobody's yet");
    let payload = desk.submit_with(&visitor, "看图", &[&id]).await;
    let message = text(&payload["receipt"]["id"]);
    let images = desk.own_images(&visitor, &message).await;
    let (url, small) = (text(&images[0]["url"]), text(&images[0]["thumbnailUrl"]));
    assert_eq!([desk.get(&url).await.status, desk.get(&small).await.status], [200, 200]);
    // As a browser asks that shows it in the page of a shop, and as a page asks that nobody has listed.
    let shop = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")];
    let shown = shop
        .into_iter()
        .fold(desk.http.get(desk.url(&small)), |asked, (name, value)| asked.header(name, value));
    assert_eq!(Heard::of(shown).await.status, 200);
    let page = desk.http.get(desk.url(&small)).header("origin", "https://evil.example");
    assert_eq!(Heard::of(page).await.status, 403);

    // By token, too, and whoever else asks is told the same as for one that is not there.
    let path = format!("/images/{id}");
    let by = |token: String| Heard::of(desk.http.get(desk.url(&path)).bearer_auth(token));
    let own = by(visitor.clone()).await;
    assert_eq!((own.status, own.header("cross-origin-resource-policy")), (200, "same-origin"));
    assert_eq!(by(desk.member(Role::Agent).await).await.status, 200);
    let absent = desk.get("/images/0197c6a8-0000-7000-8000-000000000000").await;
    for refused in
        [by(other.clone()).await, by(desk.member(Role::Analyst).await).await, desk.get(&path).await]
    {
        assert_eq!((refused.status, &refused.body), (404, &absent.body));
    }

    // An address is one reader's, for one size, and for a while.
    let small_by_url = url.replacen('?', "/thumbnail?", 1);
    let mut forged = url.clone();
    let last = forged.pop().expect("a signature");
    forged.push(if last == 'A' { 'B' } else { 'A' });
    let forged_last = url.replacen("until=1", "until=2", 1);
    for altered in [small_by_url, forged, forged_last] {
        assert_eq!(desk.get(&altered).await.status, 404, "{altered}");
    }
    desk.clock.advance(Duration::from_secs(20 * 60));
    assert_eq!(desk.get(&url).await.status, 404, "it is over");
    let images = desk.own_images(&visitor, &message).await;
    let url = text(&images[0]["url"]);
    assert_eq!(desk.get(&url).await.status, 200);

    // To its visitor a deleted message is absent, and so are its pictures, whatever address they still have.
    let staff = desk.administrator().await;
    let delete = "mutation($id: ID!) { deleteMessage(input: {messageId: $id}) { userErrors { code } receipt { position } message { id } } }";
    desk.ask(Some(&staff), delete, json!({"id": message})).await.data();
    soon("it is absent", || async { desk.get(&url).await.status == 404 }).await;
}

/// The chunks of a PNG that says it has so many pixels.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = picture("palette.png");
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crate::png::crc(&file[12..29]);
    file[29..33].copy_from_slice(&sum.to_be_bytes());
    file
}

async fn what_is_not_taken_is_refused_with_what_to_do(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let visitor = desk.visit().await;
    let refused = |created: &Value| text(&created["userErrors"][0]["code"]);
    let svg = desk.create_upload(&visitor, "x.svg", "image/svg+xml", 100).await;
    assert_eq!(refused(&svg), "UPLOAD_NOT_AN_IMAGE");
    let large = desk.create_upload(&visitor, "x.png", "image/png", 2 * 1024 * 1024 + 1).await;
    assert_eq!(refused(&large), "UPLOAD_TOO_LARGE");
    assert!(text(&large["userErrors"][0]["message"]).contains("2097152"), "{large}");
    assert_eq!(
        desk.ask(None, CREATE, json!({"input": {"fileName": "x", "contentType": "image/png", "bytes": 1}}))
            .await
            .code(),
        "UNAUTHENTICATED"
    );

    let page = b"<html><script>alert(1)</script></html>".to_vec();
    let vector =
        b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec();
    let cut = picture("progressive.jpg")[..200].to_vec();
    for (sent, status, code) in [
        (page, 415, "UPLOAD_NOT_AN_IMAGE"),
        (vector, 415, "UPLOAD_NOT_AN_IMAGE"),
        (cut, 415, "UPLOAD_NOT_AN_IMAGE"),
        (png(50_000, 50_000), 413, "UPLOAD_TOO_LARGE"),
    ] {
        let created = desk.create_upload(&visitor, "x.png", "image/png", sent.len()).await;
        let heard = desk.put(&text(&created["upload"]["url"]), sent).await;
        assert_eq!((heard.status, heard.code().as_str()), (status, code));
        let attached = desk.submit_with(&visitor, "你好", &[&text(&created["upload"]["id"])]).await;
        assert_eq!(attached["userErrors"][0]["code"], "UNKNOWN");
    }
    assert_eq!(desk.files().len(), 0, "nothing is kept of what is refused");
    // More than was announced, with a length and without one.
    let created = desk.create_upload(&visitor, "x.jpg", "image/jpeg", 100).await;
    let url = text(&created["upload"]["url"]);
    assert_eq!(desk.put(&url, picture("gray.jpg")).await.code(), "UPLOAD_TOO_LARGE");
    let heard = desk.put_in_chunks(&url, 2, 90).await;
    assert!(heard.starts_with("HTTP/1.1 413") && heard.contains("UPLOAD_TOO_LARGE"), "{heard}");

    // A picture with an archive behind it is only the picture.
    let polyglot = [picture("glass.png"), b"PK\x03\x04hidden<script>".to_vec()].concat();
    let id = desk.send(&visitor, polyglot).await;
    let message = text(&desk.submit_with(&visitor, "你好", &[&id]).await["receipt"]["id"]);
    let images = desk.own_images(&visitor, &message).await;
    let shown = desk.get(&text(&images[0]["url"])).await;
    assert!(shown.status == 200 && !holds(&shown.body, b"hidden"));
}

async fn an_address_takes_one_picture_and_each_picture_goes_with_one_message(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (visitor, other) = (desk.visit().await, desk.visit().await);
    let bytes = picture("gray.jpg");
    let created = desk.create_upload(&visitor, "x.jpg", "image/jpeg", bytes.len()).await;
    let (url, id) = (text(&created["upload"]["url"]), text(&created["upload"]["id"]));
    assert_eq!(desk.submit_with(&visitor, "早", &[&id]).await["userErrors"][0]["code"], "UNKNOWN");
    assert_eq!(desk.put(&url, bytes.clone()).await.status, 201);
    let again = desk.put(&url, bytes.clone()).await;
    assert_eq!((again.status, again.code().as_str()), (404, "NOT_FOUND"));
    let late = desk.create_upload(&visitor, "x.jpg", "image/jpeg", bytes.len()).await;
    desk.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(desk.put(&text(&late["upload"]["url"]), bytes.clone()).await.status, 404);

    let refused = desk.submit_with(&other, "你好", &[&id]).await;
    assert_eq!(refused["userErrors"][0]["code"], "UNKNOWN", "it is somebody else's");
    let twice = desk.submit_with(&visitor, "你好", &[&id, &id]).await;
    assert_eq!(twice["userErrors"][0]["code"], "UNKNOWN");
    let many = vec![id.as_str(); 10];
    assert_eq!(desk.submit_with(&visitor, "你好", &many).await["userErrors"][0]["code"], "TOO_MANY_UPLOADS");
    let one = [id.as_str()];
    let both = tokio::join!(desk.submit_with(&visitor, "一", &one), desk.submit_with(&visitor, "二", &one));
    let taken = |payload: &Value| payload["userErrors"] == json!([]);
    assert!(taken(&both.0) != taken(&both.1), "{both:?}");
    let first = if taken(&both.0) { &both.0 } else { &both.1 };
    let message = text(&first["receipt"]["id"]);

    // More words with a picture, repeated with the same key: attached once.
    let second = desk.send(&visitor, picture("lossy.webp")).await;
    let go_on = "mutation($input: ContinueMessageInput!) { continueMessage(input: $input) { userErrors { code } \
                 receipt { version } visitorMessage { entries { content images { id } } } } }";
    let input = json!({"messageId": message, "content": "", "uploadIds": [second], "idempotencyKey": "k1"});
    let mut heard = vec![];
    for _ in 0..2 {
        let answer = desk.ask(Some(&visitor), go_on, json!({"input": input})).await.data();
        heard.push(answer["continueMessage"].clone());
    }
    assert_eq!(heard[0]["userErrors"], json!([]));
    assert_eq!(heard[0]["receipt"], heard[1]["receipt"]);
    assert_eq!(heard[0]["visitorMessage"]["entries"][1], json!({"content": "", "images": [{"id": second}]}));
    assert_eq!(heard[0]["visitorMessage"]["entries"][0]["images"], json!([{"id": id}]));
}

async fn file_names_get_nowhere(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let visitor = desk.visit().await;
    let bytes = picture("gray.jpg");
    for (name, code) in
        [("a".repeat(4096), "TOO_LONG"), ("a\0".to_owned(), "INVALID"), (" ".to_owned(), "REQUIRED")]
    {
        let refused = desk.create_upload(&visitor, &name, "image/jpeg", bytes.len()).await;
        assert_eq!(refused["userErrors"][0]["code"], code);
    }
    let created = desk
        .create_upload(&visitor, "../../x\r\nset-cookie: x\u{202E}gpj.exe", "image/jpeg", bytes.len())
        .await;
    let id = text(&created["upload"]["id"]);
    assert_eq!(desk.put(&text(&created["upload"]["url"]), bytes).await.status, 201);
    let message = text(&desk.submit_with(&visitor, "你好", &[&id]).await["receipt"]["id"]);
    let images = desk.own_images(&visitor, &message).await;
    let shown = desk.get(&text(&images[0]["url"])).await;
    assert_eq!(shown.header("content-disposition"), format!("attachment; filename=\"{id}.jpg\""));
    for (name, _) in desk.files() {
        assert!(name.contains(&id), "{name}");
    }
}

/// A message with a picture, by a scene's visitor: its id, and the picture's address.
async fn with_picture(scene: &Scene) -> (String, String) {
    let id = scene.desk.send(&scene.visitor, picture("gray.jpg")).await;
    let payload = scene.desk.submit_with(&scene.visitor, "看图", &[&id]).await;
    let message = text(&payload["receipt"]["id"]);
    let images = scene.desk.own_images(&scene.visitor, &message).await;
    let url = text(&images[0]["url"]);
    assert_eq!(scene.desk.get(&url).await.status, 200);
    (message, url)
}

async fn the_pictures_of_an_erased_visitor_are_gone(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    let (message, url) = with_picture(&scene).await;
    let who = scene.read("visitor { id }").await;
    let erase = "mutation($id: ID!) { eraseVisitor(id: $id, reason: \"本人要求\") { userErrors { code } } }";
    let answer = scene.desk.ask(Some(&scene.staff), erase, json!({"id": who["visitor"]["id"]})).await.data();
    assert_eq!(answer["eraseVisitor"]["userErrors"], json!([]));
    soon("its files are gone", || async { scene.desk.files().is_empty() }).await;
    assert_eq!(scene.desk.get(&url).await.status, 404);
    let other = Scene { id: message, ..scene };
    soon("it has none", || async { other.read("images { id }").await["images"] == json!([]) }).await;
}

async fn the_pictures_of_a_shredded_message_are_gone(dialect: Dialect) {
    let mut scene = Scene::open(dialect).await;
    let (message, url) = with_picture(&scene).await;
    scene.id = message;
    scene.status_after("deleteMessage", "").await;
    assert_eq!(scene.desk.files().len(), 2, "it can still be restored");
    scene.desk.clock.advance(7 * DAY);
    soon("its files are gone", || async { scene.desk.files().is_empty() }).await;
    assert_eq!(scene.desk.get(&url).await.status, 404);
}

async fn what_nobody_attached_is_gone_after_a_day_and_so_is_what_a_killed_server_left(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let visitor = desk.visit().await;
    let attached = desk.send(&visitor, picture("gray.jpg")).await;
    desk.submit_with(&visitor, "看图", &[&attached]).await;
    desk.send(&visitor, picture("gray.jpg")).await;
    // As a server leaves it that is killed while it writes: one file whole, one half, and the address used up.
    let created = desk.create_upload(&visitor, "x.jpg", "image/jpeg", 1_000).await;
    let (id, url) = (text(&created["upload"]["id"]), text(&created["upload"]["url"]));
    let token = url.rsplit('/').next().expect("a token");
    let store = desk.database.open(desk.clock.clone()).await;
    assert!(store.spend_upload(&store::TokenHash::of(token)).await.expect("written"));
    let folder = &desk.database.config.images;
    fs::write(folder.join(format!("{id}.picture")), b"sealed").expect("written");
    fs::write(folder.join(format!("{id}.thumbnail.part")), b"sea").expect("written");
    assert_eq!(desk.submit_with(&visitor, "你好", &[&id]).await["userErrors"][0]["code"], "UNKNOWN");
    assert_eq!(store.sweep_uploads().await.expect("swept").removed, 0, "nothing is a day old");
    assert_eq!(desk.files().len(), 6);
    desk.clock.advance(DAY);
    assert_eq!(store.sweep_uploads().await.expect("swept").removed, 2);
    let names: Vec<String> = desk.files().into_iter().map(|(name, _)| name).collect();
    assert!(names.len() == 2 && names.iter().all(|name| name.contains(&attached)), "{names:?}");
    store.close().await;
}

//! Pictures in a bucket of an S3-compatible store that is a program of somebody else's, and checks every signature.

use super::{super::python, *};
use store::{BucketPlace, Clock, testing::TestDatabase};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpSocket,
    process::Child,
    time::timeout,
};

/// Until the store listens, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(300);

/// The store; it ends when this is dropped.
struct S3 {
    _process: Child,
    opened: Value,
}

impl S3 {
    async fn start() -> Self {
        let mut process = python::script("s3", "serve.py").spawn().expect("python runs");
        let mut lines = BufReader::new(process.stdout.take().expect("an output")).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.expect("it says where it is in time");
        let line = line.expect("text").expect("it says where it is before it ends");
        Self { _process: process, opened: serde_json::from_str(&line).expect("JSON") }
    }

    fn url(&self, secret: &str, bucket: &str) -> String {
        let part = |name: &str| text(&self.opened[name]);
        let escaped = |text: &str| text.replace('/', "%2F").replace('+', "%2B");
        format!("s3://{}:{}@{}/{bucket}/desk?tls=none", escaped(&part("key")), escaped(secret), part("host"))
    }

    fn place(&self) -> BucketPlace {
        let url = self.url(&text(&self.opened["secret"]), &text(&self.opened["bucket"]));
        BucketPlace::read(&url).expect("a place")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_and_files_in_a_bucket_are_kept_shown_and_gone_as_in_a_folder() {
    let s3 = S3::start().await;
    let mut database = TestDatabase::new(Dialect::Sqlite).await;
    database.config.bucket = Some(s3.place());
    // The store looks at the time of what is signed.
    let desk = Desk::start_with(database, Clock::system(), |_| {}).await;
    let visitor = desk.visit().await;
    let id = desk.send(&visitor, picture("gray.jpg")).await;
    let staff = desk.administrator().await;
    desk.take_files(&staff, json!(["PDF"])).await;
    let sent = [&b"%PDF-1.7"[..], &vec![7; store::FILE_PART]].concat();
    let file_id = desk.send_file(&visitor, "x.pdf", "application/pdf", sent.clone()).await;
    let payload = desk.submit_with(&visitor, "看图", &[&id, &file_id]).await;
    let message = text(&payload["receipt"]["id"]);
    let images = desk.own_images(&visitor, &message).await;
    for address in ["url", "thumbnailUrl"] {
        let shown = desk.get(&text(&images[0][address])).await;
        assert_eq!((shown.status, shown.header("content-type")), (200, "image/jpeg"));
    }
    let files = desk.own_files(&visitor, &message).await;
    assert!(desk.get(&text(&files[0]["url"])).await.body == sent);
    assert!(desk.files().is_empty(), "nothing lies in the folder");
    // Who erases a visitor takes the files from the bucket as well.
    let store = desk.database.open(Clock::system()).await;
    for id in [&id, &file_id] {
        assert!(store.holds_upload(id).await.expect("asked"));
    }
    let whose = "query($id: ID!) { message(id: $id) { visitor { id } } }";
    let who = desk.ask(Some(&staff), whose, json!({"id": message})).await.data();
    let erase = "mutation($id: ID!) { eraseVisitor(id: $id, reason: \"本人要求\") { userErrors { code } } }";
    let who = json!({"id": who["message"]["visitor"]["id"]});
    desk.ask(Some(&staff), erase, who).await.data();
    for id in [&id, &file_id] {
        soon("its files are gone", || async { !store.holds_upload(id).await.expect("asked") }).await;
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_does_not_let_us_in_stops_the_start_and_says_so_without_the_secret() {
    let s3 = S3::start().await;
    let (secret, bucket) = (text(&s3.opened["secret"]), text(&s3.opened["bucket"]));
    for (secret, bucket, code) in [
        ("not-the-secret", bucket.as_str(), "SignatureDoesNotMatch"),
        (&secret, "no-such-bucket", "NoSuchBucket"),
    ] {
        let mut database = TestDatabase::new(Dialect::Sqlite).await;
        database.config.bucket = Some(BucketPlace::read(&s3.url(secret, bucket)).expect("a place"));
        let store = database.open(Clock::system()).await;
        let fault = store.try_blobs().await.expect_err("refused").to_string();
        assert!(fault.starts_with("LEAVEWORD_BLOBS_URL: the bucket answered 40"), "{fault}");
        assert!(fault.contains(code) && !fault.contains(secret), "{fault}");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_not_there_is_given_up_in_time() {
    let mut database = TestDatabase::new(Dialect::Sqlite).await;
    // A port that is ours as long as this is held, and that nobody listens on.
    let held = TcpSocket::new_v4().expect("a socket");
    held.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let address = held.local_addr().expect("an address");
    let url = format!("s3://key:secret@{address}/pictures?tls=none");
    database.config.bucket = Some(BucketPlace::read(&url).expect("a place"));
    let store = database.open(Clock::system()).await;
    let fault = timeout(Duration::from_secs(60), store.try_blobs()).await.expect("in time");
    let fault = fault.expect_err("nobody is there").to_string();
    assert!(fault.contains("could not be reached"), "{fault}");
    store.close().await;
}

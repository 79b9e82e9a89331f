//! Pictures that are on their way when the server is killed: afterwards each is whole or nobody's, and of those that are
//! nobody's nothing is left.

use super::{
    ONE_AT_A_TIME,
    database::Database,
    environment,
    server::{Program, Running},
};
use crate::png;
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, time::Duration};
use store::{Clock, Dialect, Store, on_both_databases};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::watch,
    task::{JoinSet, yield_now},
    time::timeout,
};

on_both_databases!(a_picture_on_its_way_at_a_kill_is_whole_or_nobodys_and_what_is_nobodys_leaves_nothing);

/// So many are sent at once.
const PICTURES: usize = 12;
/// When the server is killed.
const MOMENTS: [Moment; 5] = [
    Moment::Writing,
    Moment::Acknowledged(1),
    Moment::Writing,
    Moment::Acknowledged(4),
    Moment::Acknowledged(7),
];
const PATIENCE: Duration = Duration::from_secs(120);
/// A kill that comes when all pictures were taken shows nothing, and is tried again.
const TRIES: usize = 5;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Clone, Copy, Debug)]
enum Moment {
    /// A file is being written.
    Writing,
    /// So many pictures were taken.
    Acknowledged(usize),
}

/// A desk that is killed again and again, and a visitor of it.
struct Desk {
    http: reqwest::Client,
    database: Database,
    program: Program,
    server: Option<Running>,
    visitor: String,
}

/// A picture that was announced.
struct Announced {
    id: String,
    path: String,
}

impl Desk {
    async fn open(dialect: Dialect) -> Self {
        let database = Database::new(dialect).await;
        let log = database.folder.join("leaveword.log");
        let program = Program { binary: environment::leaveword(), environment: database.environment(), log };
        let http = crate::http::client().no_proxy().timeout(PATIENCE).build().expect("a client");
        let server = Some(program.serve().await);
        let mut desk = Self { http, database, program, server, visitor: String::new() };
        let answer = desk.ask("mutation { startVisit(input: {}) { token } }", json!({})).await;
        desk.visitor = text(&answer["startVisit"]["token"]);
        desk
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.as_ref().expect("a server").url)
    }

    async fn ask(&self, query: &str, variables: Value) -> Value {
        let body = json!({"query": query, "variables": variables});
        let mut request = self.http.post(self.url("/graphql")).json(&body);
        if !self.visitor.is_empty() {
            request = request.bearer_auth(&self.visitor);
        }
        let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"].clone()
    }

    async fn announce(&self, bytes: usize) -> Announced {
        let query =
            "mutation($input: CreateUploadInput!) { createUpload(input: $input) { upload { id url } } }";
        let input = json!({"fileName": "x.png", "contentType": "image/png", "bytes": bytes});
        let upload = self.ask(query, json!({"input": input})).await["createUpload"]["upload"].clone();
        Announced { id: text(&upload["id"]), path: text(&upload["url"]) }
    }

    /// Leaves a message with this picture: its id, unless the picture is not to be had.
    async fn attach(&self, id: &str) -> Option<String> {
        let query = "mutation($input: SubmitMessageInput!) { submitMessage(input: $input) { receipt { id } userErrors { code } } }";
        let input = json!({"name": "李雷", "contact": "13800138000", "content": "", "uploadIds": [id]});
        let payload = self.ask(query, json!({"input": input})).await["submitMessage"].clone();
        if payload["userErrors"] == json!([]) {
            return Some(text(&payload["receipt"]["id"]));
        }
        assert_eq!(payload["userErrors"][0]["code"], "UNKNOWN", "{payload}");
        None
    }

    /// Fetches the picture of a message in both sizes, each of which is whole.
    async fn look_at(&self, message: &str) {
        let query = "query($id: ID!) { visitor { message(id: $id) { images { url thumbnailUrl bytes } } } }";
        let seen = async {
            loop {
                let seen = self.ask(query, json!({"id": message})).await["visitor"]["message"].clone();
                if !seen.is_null() {
                    return seen;
                }
                yield_now().await;
            }
        };
        let seen = timeout(PATIENCE, seen).await.expect("the message is seen");
        let image = &seen["images"][0];
        let [picture, small] = [self.fetch(&image["url"]).await, self.fetch(&image["thumbnailUrl"]).await];
        assert_eq!(json!(picture.len()), image["bytes"]);
        assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.ends_with(b"IEND\xaeB`\x82"));
        assert!(small.starts_with(b"\xff\xd8\xff") && small.ends_with(b"\xff\xd9"));
    }

    async fn fetch(&self, path: &Value) -> Vec<u8> {
        let response = self.http.get(self.url(&text(path))).send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        response.bytes().await.expect("a body").to_vec()
    }

    /// Sends them all at once, kills the server at that moment, and starts another one: whose pictures were taken, and whether
    /// the kill came before all of them were.
    async fn kill_while_they_come(
        &mut self,
        announced: &[Announced],
        moment: Moment,
    ) -> (BTreeSet<String>, bool) {
        let picture = png::noise(320);
        let (taken, progress) = watch::channel(BTreeSet::new());
        let mut senders = JoinSet::new();
        for Announced { id, path } in announced {
            let request = self.http.put(self.url(path)).body(picture.clone());
            let (id, taken) = (id.clone(), taken.clone());
            senders.spawn(async move {
                if request.send().await.is_ok_and(|answer| answer.status() == 201) {
                    taken.send_modify(|all| {
                        all.insert(id);
                    });
                }
            });
        }
        self.wait_for(moment, progress).await;
        let mut server = self.server.take().expect("a server");
        server.strike();
        let at_the_kill = taken.borrow().len();
        while let Some(ended) = senders.join_next().await {
            ended.expect("a sender does not panic");
        }
        server.gone().await;
        self.server = Some(self.program.serve().await);
        let taken = taken.borrow().clone();
        (taken, at_the_kill < announced.len())
    }

    async fn wait_for(&self, moment: Moment, mut progress: watch::Receiver<BTreeSet<String>>) {
        let waited = async {
            match moment {
                Moment::Acknowledged(many) => {
                    progress.wait_for(|taken| taken.len() >= many).await.expect("they are sent");
                }
                // A file is written within milliseconds: once all pictures were taken there is none to be met.
                Moment::Writing => {
                    while !self.files().iter().any(|name| name.rsplit('.').next() == Some("part"))
                        && progress.borrow().len() < PICTURES
                    {
                        yield_now().await;
                    }
                }
            }
        };
        timeout(PATIENCE, waited).await.expect("the moment comes");
    }

    /// Half of a picture, from a sender who then says no more until somebody hangs up.
    async fn begin_to_send(&self, announced: &Announced) -> TcpStream {
        let picture = png::noise(320);
        let host = self.url("").trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(&host).await.expect("connects");
        let head = format!(
            "PUT {} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n\r\n",
            announced.path,
            picture.len()
        );
        stream.write_all(head.as_bytes()).await.expect("written");
        stream.write_all(&picture[..picture.len() / 2]).await.expect("written");
        stream
    }

    fn files(&self) -> BTreeSet<String> {
        let Ok(folder) = fs::read_dir(&self.database.config.images) else { return BTreeSet::new() };
        folder.map(|file| file.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    async fn rows(store: &Store) -> i64 {
        let row = store.database().log.row("SELECT COUNT(*) AS uploads FROM uploads", &[]).await;
        row.expect("read").expect("a row").int("uploads").expect("a number")
    }
}

/// Pictures come, half a one among them, the server is killed at that moment, and each is looked for: did the kill come before
/// everything was over?
async fn round(desk: &mut Desk, moment: Moment, attached: &mut BTreeSet<String>, lost: &mut usize) -> bool {
    let mut announced = Vec::new();
    for _ in 0..PICTURES {
        announced.push(desk.announce(2 << 20).await);
    }
    let half = desk.announce(2 << 20).await;
    let sender = desk.begin_to_send(&half).await;
    let (taken, in_time) = desk.kill_while_they_come(&announced, moment).await;
    drop(sender);
    assert_eq!(desk.attach(&half.id).await, None, "half a picture is none");
    for (place, Announced { id, .. }) in announced.iter().enumerate() {
        let was_taken = taken.contains(id);
        if was_taken && place % 2 == 1 {
            // Nobody wants it after all.
            continue;
        }
        match desk.attach(id).await {
            Some(message) => {
                desk.look_at(&message).await;
                attached.insert(id.clone());
            }
            None if was_taken => panic!("{id} was taken, and is not there: {moment:?}"),
            None => *lost += 1,
        }
    }
    in_time
}

async fn a_picture_on_its_way_at_a_kill_is_whole_or_nobodys_and_what_is_nobodys_leaves_nothing(
    dialect: Dialect,
) {
    let _alone = ONE_AT_A_TIME.lock().await;
    let mut desk = Desk::open(dialect).await;
    let (mut attached, mut lost) = (BTreeSet::new(), 0);
    for moment in MOMENTS {
        let mut tries = 0;
        while !round(&mut desk, moment, &mut attached, &mut lost).await {
            tries += 1;
            assert!(tries < TRIES, "each kill came when everything was over: {moment:?}");
        }
    }
    assert!(lost > 0 && !attached.is_empty(), "{lost} were lost, {} attached", attached.len());
    desk.server.take().expect("a server").kill().await;
    let tomorrow = Clock::manual(Clock::system().now() + DAY + Duration::from_secs(60));
    let store = Store::open(&desk.database.config, tomorrow).await.expect("opens");
    store.sweep_uploads().await.expect("swept");
    let names = |id: &String| [format!("{id}.picture"), format!("{id}.thumbnail")];
    assert_eq!(desk.files(), attached.iter().flat_map(names).collect());
    assert_eq!(usize::try_from(Desk::rows(&store).await), Ok(attached.len()));
    store.close().await;
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

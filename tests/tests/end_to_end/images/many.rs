//! As many pictures at once as anybody sends, to the binary as it is served: it stays as large as it is meant to be.
#![cfg(target_os = "linux")]

use crate::{
    kill::{
        environment,
        server::{Program, Running},
    },
    png,
};
use axum::body::Bytes;
use serde_json::{Value, json};
use std::{fs, time::Duration};
use store::random;
use tokio::task::JoinSet;

const AT_ONCE: usize = 200;
/// One sender sends two at a time.
const EACH: usize = 2;
const MOST_BYTES: u64 = 400_000_000;
/// One that finds no room comes again; all of them are in long before.
const PATIENCE: Duration = Duration::from_secs(300);

const START: &str = "mutation { startVisit(input: {}) { token } }";
const ANNOUNCE: &str = "mutation($input: CreateUploadInput!) { createUpload(input: $input) { upload { url } userErrors { code } } }";

struct Served {
    http: reqwest::Client,
    server: Running,
}

impl Served {
    async fn ask(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let request = self.http.post(format!("{}/graphql", self.server.url));
        let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
        let body = json!({"query": query, "variables": variables});
        let answer: Value = request.json(&body).send().await.expect("an answer").json().await.expect("JSON");
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"].clone()
    }

    /// The most memory that it ever had, in bytes.
    fn peak(&self) -> u64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.server.process())).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a size");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
    }
}

/// As large as a picture may be, and different to make anew: few bytes of many pixels, as many as may be; pixels that nothing
/// makes smaller; and a small one behind comments.
fn kinds() -> [(Bytes, &'static str); 3] {
    let comment = [&[0xFF, 0xFE, 0xFF, 0xFF][..], &vec![b'.'; 0xFFFD]].concat();
    let small = super::picture("gray.jpg");
    let padded = [&small[..2], &comment.repeat(30), &small[2..]].concat();
    let kinds = [(png::blank(6_000), "image/png"), (png::noise(820), "image/png"), (padded, "image/jpeg")];
    kinds.map(|(bytes, kind)| (bytes.into(), kind))
}

/// Mostly of the kind that is soon done: the largest takes more of the room for decoding than half, so one after the other is.
fn which(turn: usize) -> usize {
    match turn {
        turn if turn % 50 == 0 => 0,
        turn if turn % 8 == 0 => 1,
        _ => 2,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_pictures_at_once_keep_the_server_below_400_mb() {
    let folder =
        std::env::temp_dir().join(format!("leaveword_many_{:016x}", u64::from_be_bytes(random::bytes())));
    fs::create_dir_all(&folder).expect("a temporary directory");
    let environment = vec![("LEAVEWORD_DATA_DIR", folder.join("data").display().to_string())];
    let log = folder.join("leaveword.log");
    let server = Program { binary: environment::leaveword(), environment, log }.serve().await;
    let http = crate::http::client().no_proxy().timeout(PATIENCE).build().expect("a client");
    let desk = Served { http, server };
    let kinds = kinds();
    let mut urls = vec![];
    for turn in 0..AT_ONCE {
        if turn % EACH == 0 {
            let started = desk.ask(None, START, json!({})).await;
            urls.push((started["startVisit"]["token"].as_str().expect("a token").to_owned(), vec![]));
        }
        let (bytes, kind) = &kinds[which(turn)];
        let (token, announced) = urls.last_mut().expect("somebody");
        let input = json!({"fileName": "x", "contentType": kind, "bytes": bytes.len()});
        let created = desk.ask(Some(token), ANNOUNCE, json!({"input": input})).await;
        let path = created["createUpload"]["upload"]["url"].as_str().unwrap_or_else(|| panic!("{created}"));
        announced.push((format!("{}{path}", desk.server.url), bytes.clone()));
    }
    let before = desk.peak();
    let mut sending = JoinSet::new();
    for (url, bytes) in urls.into_iter().flat_map(|(_, announced)| announced) {
        let http = desk.http.clone();
        sending.spawn(async move {
            loop {
                let answer = http.put(&url).body(bytes.clone()).send().await.expect("an answer");
                match answer.status().as_u16() {
                    201 => return,
                    // It has waited for as long as anybody is let wait.
                    503 => assert!(answer.headers().contains_key("retry-after")),
                    status => panic!("{status}: {}", answer.text().await.unwrap_or_default()),
                }
            }
        });
    }
    let all = tokio::time::timeout(PATIENCE, sending.join_all()).await.expect("all of them are taken");
    let peak = desk.peak();
    report(before, peak);
    assert_eq!(all.len(), AT_ONCE);
    assert!(peak < MOST_BYTES, "{peak} bytes, {before} before");
    desk.server.kill().await;
    let _ = fs::remove_dir_all(folder);
}

/// Seen with `--nocapture`.
#[expect(clippy::print_stderr, reason = "figures for whoever asks for them")]
fn report(before: u64, peak: u64) {
    eprintln!("{} MiB before, {} MiB at most", before >> 20, peak >> 20);
}

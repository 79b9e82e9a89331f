//! The secrets of channels (case 43): they are sent where they belong, to receivers that repeat whatever they are asked, and are
//! in no log, no answer, no event, no row, no file and no metric.

use super::*;
use crate::{
    end_to_end::{
        config,
        nothing_in_the_clear::{data_directory_on_disk, files_with},
        sink,
    },
    simulators::{
        Reply, Request, Vendor,
        mail::{Mail, Manners},
    },
};
use std::path::PathBuf;
use store::random;

on_both_databases!(no_secret_of_a_channel_is_anywhere_however_often_its_receiver_repeats_it);

/// A receiver that repeats where it was asked, as pages of errors do.
struct Parrot;

impl Vendor for Parrot {
    const IS_JUDGED_BY_STATUS: bool = true;

    fn answer(&mut self, request: &Request, _: chrono::DateTime<chrono::Utc>) -> Reply {
        let Request { method, path, query, headers, .. } = request;
        let last = path.rsplit('/').next().unwrap_or_default();
        let said = format!("{last}: cannot {method} {path}?{query} {headers:?}");
        match path.as_str() {
            "/robot/send" | "/cgi-bin/webhook/send" => {
                Reply::refused(200, json!({"errcode": 93000, "errmsg": said}).to_string())
            }
            _ => Reply::refused(404, said),
        }
    }
}

/// Letters alone, so that nothing but knowing it can tell it from a word.
fn secret() -> String {
    random::bytes::<24>().iter().map(|byte| char::from(b'a' + byte % 26)).collect()
}

/// Everything that nobody may see.
struct Secrets(Vec<String>);

impl Secrets {
    fn add(&mut self, secret: &str) {
        sink::watch_for(secret);
        self.0.push(secret.to_owned());
    }

    fn another(&mut self) -> String {
        let secret = secret();
        self.add(&secret);
        secret
    }

    #[track_caller]
    fn are_not_in(&self, told: &str) {
        for secret in &self.0 {
            assert!(!told.contains(secret.as_str()), "{secret} in {told}");
        }
    }
}

const PASSWORD: &str = "watchword-of-the-night";
const CONNECT: &str = "mutation($input: ConnectChannelInput!) { connectChannel(input: $input) { \
    channel { id name rules urlMasked reason } secretOnce userErrors { code message field } } }";

/// A desk with a channel of each kind, whose receivers repeat what they were asked.
struct Scene {
    desk: Desk,
    admin: String,
    secrets: Secrets,
    /// What all channels are called.
    known: String,
    /// The channels by their kinds.
    channels: Vec<(&'static str, String)>,
    _receivers: (Simulator<Parrot>, Mail),
}

impl Scene {
    async fn open(dialect: Dialect) -> Self {
        let (clock, mut secrets) = (TestDatabase::clock(), Secrets(vec![]));
        secrets.add(PASSWORD);
        let parrot = Simulator::start(Parrot, clock.clone()).await;
        let post = Mail::start(clock.clone()).await;
        let instead = [("AUTH", "535 5.7.8 nobody gets in with watchword-of-the-night")].into();
        post.manners(Manners { login: Some(("desk", "another")), instead, ..Manners::default() });
        let base = parrot.base();
        let bases = format!("wecom={base},feishu={base},dingtalk={base},slack={base}");
        let guard = Guard::read("127.0.0.0/8", &bases).expect("valid");
        let url = format!("smtp://desk:{PASSWORD}@{}?tls=none", post.address());
        let mail = Some(server::Mail { url, from: "desk@example.com".to_owned(), authority: None });
        let channels = Channels { guard, mail, sms: None };
        let database = TestDatabase::new(dialect).await;
        let all = server::Config { channels: channels.clone(), ..config(&database) };
        secrets.are_not_in(&format!("{channels} {channels:?} {:?} {all:?}", channels.mail));
        let desk = Desk::start_with(database, clock, |config| config.channels = channels).await;
        let admin = desk.administrator().await;
        let known = format!("channel {}", secret());
        let mut scene = Self { desk, admin, secrets, known, channels: vec![], _receivers: (parrot, post) };
        scene.connect_all(&base).await;
        scene
    }

    async fn connect_all(&mut self, base: &str) {
        let whsec = format!("whsec_{}", base64::Engine::encode(&base64::prelude::BASE64_STANDARD, secret()));
        self.secrets.add(&whsec);
        let mut another = || self.secrets.another();
        let wecom = format!("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={}", another());
        let feishu = format!("https://open.feishu.cn/open-apis/bot/v2/hook/{}", another());
        let dingtalk = format!("https://oapi.dingtalk.com/robot/send?access_token={}", another());
        let slack = format!("https://hooks.slack.com/services/T0/B0/{}", another());
        let webhook = format!("{base}/{}/hook?token={}", another(), another());
        let vendors = [
            ("WECOM", wecom, None),
            ("FEISHU", feishu, Some(another())),
            ("DINGTALK", dingtalk, Some(another())),
            ("SLACK", slack, None),
            ("WEBHOOK", webhook, Some(whsec)),
        ];
        for (kind, url, secret) in vendors {
            let input = json!({"name": self.known, "kind": kind, "url": url, "secret": secret});
            self.connect(kind, input.clone()).await;
            // What is refused is not repeated, either.
            for wrong in [format!("{url} "), url.replacen("//", "//somebody@", 1)] {
                let mut refused = input.clone();
                refused["url"] = json!(wrong);
                let answer = self.ask(CONNECT, json!({"input": refused})).await;
                assert_eq!(answer["connectChannel"]["userErrors"][0]["code"], "INVALID", "{wrong}");
            }
            let mut unreadable = input;
            unreadable["kind"] = json!(url);
            self.desk.ask(Some(&self.admin), CONNECT, json!({"input": unreadable})).await;
        }
        self.connect("EMAIL", json!({"name": self.known, "kind": "EMAIL", "emails": ["a@example.com"]}))
            .await;
    }

    /// It is told of messages alone: of channels that are paused there may be any number.
    async fn connect(&mut self, kind: &'static str, mut input: Value) {
        input["rules"] = json!({"events": ["message.submitted"]});
        let answer = self.ask(CONNECT, json!({"input": input})).await;
        let id = answer["connectChannel"]["channel"]["id"].as_str().unwrap_or_else(|| panic!("{answer}"));
        self.channels.push((kind, id.to_owned()));
    }

    /// Asks as whoever manages channels: no secret is in the answer.
    async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self.desk.ask(Some(&self.admin), query, variables).await;
        self.secrets.are_not_in(&answer.body);
        answer.data()
    }

    /// Tests each channel. Its receiver repeats what it was asked, which is told without what opens it.
    async fn test_all(&self) {
        let test = "mutation($id: ID!) { testChannel(id: $id) { delivered attempt { vendorCode detail } } }";
        for (kind, id) in &self.channels {
            let tried = self.ask(test, json!({"id": id})).await;
            assert_eq!(tried["testChannel"]["delivered"], false, "{kind}: {tried}");
            let repeats =
                ["cannot POST", "nobody gets in"].iter().any(|said| tried.to_string().contains(said));
            assert!(repeats, "it did repeat it: {kind}: {tried}");
        }
    }

    /// Leaves a message, and waits until each channel has tried to tell of it.
    async fn tell_all(&self) -> String {
        // Slack takes one a second, tests included.
        self.desk.clock.advance(Duration::from_secs(2));
        let left = self.desk.ask(None, SUBMIT, json!({"input": input()})).await.data();
        let attempts = "{ deliveries(first: 100) { edges { node { id state channel { id reason urlMasked } \
                        attempts { vendorCode outcome detail } } } } }";
        soon("each of them has tried", || async {
            let tried = self.ask(attempts, json!({})).await;
            tried.to_string().matches("\"outcome\"").count() == self.channels.len()
        })
        .await;
        left["submitMessage"]["receipt"]["id"].as_str().expect("an id").to_owned()
    }
}

async fn no_secret_of_a_channel_is_anywhere_however_often_its_receiver_repeats_it(dialect: Dialect) {
    let mut scene = Scene::open(dialect).await;
    scene.test_all().await;
    let message = scene.tell_all().await;
    for (kind, id) in &scene.channels {
        let preview = "mutation($channel: ID!, $message: ID!) { previewNotification(channelId: $channel, messageId: $message) }";
        let seen = scene.ask(preview, json!({"channel": id, "message": message})).await;
        assert!(seen["previewNotification"].is_string());
        if *kind == "WEBHOOK" {
            // The one answer that has a secret in it: once.
            let rotate = "mutation($id: ID!) { rotateChannelSecret(id: $id) { secretOnce } }";
            let rotated = scene.desk.ask(Some(&scene.admin), rotate, json!({"id": id})).await.data();
            scene.secrets.add(rotated["rotateChannelSecret"]["secretOnce"].as_str().expect("a secret"));
        }
    }
    for query in [
        "{ channels { id name kind state reason rules urlMasked emails health { failures } } }",
        "{ log(first: 100) { nodes { type payload } } }",
        "{ desk { name } viewer { id name } }",
    ] {
        scene.ask(query, json!({})).await;
    }
    let metrics = scene.desk.server.metrics_address().expect("an address of its own");
    for url in [scene.desk.url("/health"), format!("http://{metrics}/metrics")] {
        let said = scene.desk.http.get(url).send().await.expect("an answer").text().await.expect("text");
        scene.secrets.are_not_in(&said);
    }
    let directory = match dialect {
        Dialect::Sqlite => scene.desk.database.directory.clone(),
        Dialect::Postgres => data_directory_on_disk().await,
    };
    assert!(!files_with(&directory, &scene.known).is_empty(), "the search finds what is there");
    for secret in &scene.secrets.0 {
        assert_eq!(files_with(&directory, secret), Vec::<PathBuf>::new(), "{secret}");
    }
    scene.desk.server.stop().await;
}

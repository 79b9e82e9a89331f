//! The server as its users meet it: over HTTP, with a clock of the test's own, on both databases.

mod audit;
mod behalf;
mod custom_roles;
mod day;
mod edge;
mod erasure;
mod form;
mod fuzz;
mod guide;
mod hidden;
mod hours;
mod http;
mod identity;
mod images;
mod members;
mod metrics;
mod nothing_in_the_clear;
mod notifications;
mod npm;
mod people;
mod python;
mod races;
mod roles;
mod search;
mod settings;
mod shift;
mod sink;
mod slice;
mod socket;
mod statistics;
mod stories;
mod teams;
mod text;
mod visitors;
mod whole;
mod work;

use commands::{Caller, Commands, NewMember};
use domain::{access::Role, member::MemberEmail, text::Name};
use serde_json::{Value, json};
use server::{Bounds, Channels, Clock, Config, Edge, Limits, Server};
use std::{net::SocketAddr, time::Duration};
use store::{Dialect, testing::TestDatabase};
use tokio::sync::OnceCell;

/// A running server and a client.
pub(crate) struct Desk {
    server: Server,
    http: reqwest::Client,
    database: TestDatabase,
    clock: Clock,
    /// An agent for tests that need one again and again.
    colleague: OnceCell<String>,
    /// The last to go: what is logged at the end is looked through, too.
    watch: sink::Watch,
}

/// An answer of `POST /graphql`.
pub(crate) struct Answer {
    status: u16,
    body: String,
}

impl Desk {
    async fn start(dialect: Dialect) -> Self {
        let database = TestDatabase::new(dialect).await;
        let clock = TestDatabase::clock();
        Self::start_with(database, clock, |_| {}).await
    }

    /// With another configuration than most tests have.
    async fn start_with(database: TestDatabase, clock: Clock, change: impl FnOnce(&mut Config)) -> Self {
        let watch = sink::Watch::begin();
        let mut config = config(&database);
        change(&mut config);
        let server = Server::start(&config, clock.clone()).await.expect("starts");
        let http = crate::http::client().no_proxy().build().expect("a client");
        Self { server, http, database, clock, colleague: OnceCell::new(), watch }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    /// Asks as the holder of a token, or as nobody.
    async fn ask(&self, token: Option<&str>, query: &str, variables: Value) -> Answer {
        self.ask_at(self.server.address(), token, query, variables).await
    }

    /// The same of a server that is perhaps another one on the same database.
    async fn ask_at(
        &self,
        address: SocketAddr,
        token: Option<&str>,
        query: &str,
        variables: Value,
    ) -> Answer {
        let mut request = self.http.post(format!("http://{address}/graphql"));
        request = request.json(&json!({"query": query, "variables": variables}));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.expect("an answer");
        Answer { status: response.status().as_u16(), body: response.text().await.expect("text") }
    }

    /// Asks in a language.
    async fn ask_in(&self, language: &str, token: &str, query: &str, variables: Value) -> Value {
        let request = self.http.post(self.url("/graphql")).bearer_auth(token);
        let request = request.header("accept-language", language);
        let request = request.json(&json!({"query": query, "variables": variables}));
        let response = request.send().await.expect("an answer");
        Answer { status: response.status().as_u16(), body: response.text().await.expect("text") }.data()
    }

    /// The first administrator, signed in by the link that the server printed.
    async fn administrator(&self) -> String {
        let (link, _) = self.server.first_sign_in().expect("a link");
        self.redeem(&link.token).await
    }

    /// A session, by a one-time link.
    async fn redeem(&self, link: &str) -> String {
        let query = "mutation($token: String!) { redeemSignInLink(input: \
                     {token: $token, newPassword: \"correct horse battery\"}) { token userErrors { message } } }";
        let answer = self.ask(None, query, json!({"token": link})).await.data();
        answer["redeemSignInLink"]["token"].as_str().expect("a session").to_owned()
    }

    /// A session of a new member with this role.
    async fn member(&self, role: Role) -> String {
        let store = self.database.open(self.clock.clone()).await;
        let commands = Commands::new(store.clone());
        let email = format!("{}.{}@example.com", role.id(), u32::from_be_bytes(store::random::bytes()));
        let email = MemberEmail::parse(&email.to_lowercase()).expect("an address");
        let name = Name::parse(role.id()).expect("a name");
        let new = NewMember { name, email: email.clone(), role: role.into() };
        commands.add_member(&Caller::system("test"), new, None).await.expect("added");
        let link = commands.create_sign_in_link(&email).await.expect("a link");
        store.close().await;
        self.redeem(&link.token).await
    }

    /// A session, by the password that every member of these tests has.
    async fn sign_in(&self, email: &str) -> String {
        let query = "mutation($email: String!) { signIn(input: \
                     {email: $email, password: \"correct horse battery\"}) { token userErrors { message } } }";
        let answer = self.ask(None, query, json!({"email": email})).await.data();
        answer["signIn"]["token"].as_str().expect("a session").to_owned()
    }

    /// Leaves a message as somebody new: their token, and the message's id.
    async fn submit(&self) -> (String, String) {
        let answer = self.ask(None, SUBMIT, json!({"input": input()})).await.data();
        let payload = &answer["submitMessage"];
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        (text(&payload["visitorToken"]), text(&payload["receipt"]["id"]))
    }
}

const SUBMIT: &str = "mutation($input: SubmitMessageInput!) { submitMessage(input: $input) { \
    visitorToken visitorMessage { id reference status content entries { own content } } \
    receipt { id version position } userErrors { code message field } } }";

/// How long an answer waits for what follows what was written. An erasure waits for two such things.
const PATIENCE: Duration = Duration::from_secs(25);
/// … and how long it may take with all of that.
const ANSWERED: Duration = Duration::from_secs(60);

fn input() -> Value {
    json!({"name": "李雷", "contact": "13800138000", "content": "请问我的订单什么时候发货？"})
}

fn config(database: &TestDatabase) -> Config {
    Config {
        store: database.config.clone(),
        data_dir: database.directory.join("data"),
        listen: ([127, 0, 0, 1], 0).into(),
        metrics_listen: Some(([127, 0, 0, 1], 0).into()),
        otlp_endpoint: None,
        public_url: None,
        log: "info".into(),
        // The clock stands still, and everybody asks from one address: limits have tests of their own (`edge/limits.rs`). What
        // was written is read back in its answer, however busy the machine is.
        edge: Edge {
            limits: Limits::NONE,
            bounds: Bounds { seen: PATIENCE, request: ANSWERED, ..Bounds::default() },
            ..Edge::default()
        },
        channels: Channels::default(),
        // None, whatever was built: what is served of them has tests of its own (`edge/pages.rs`).
        ui: server::Ui::default(),
    }
}

impl Answer {
    /// The data of an answer without errors.
    fn data(&self) -> Value {
        let answer = self.json();
        assert!(answer.get("errors").is_none(), "{}", self.body);
        answer["data"].clone()
    }

    /// The code of its first error.
    fn code(&self) -> String {
        let code = &self.json()["errors"][0]["extensions"]["code"];
        code.as_str().unwrap_or_else(|| panic!("no error in {}", self.body)).to_owned()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

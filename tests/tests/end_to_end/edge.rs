//! The edge: what HTTP lets in, in which form it answers, and how often. The cases are those of an attack, named by what
//! comes of them.

mod conformance;
mod documents;
mod faults;
mod headers;
mod limits;
mod origins;
mod pages;
mod requests;
mod robots;
mod secrets;
mod sessions;
mod waiting;

use super::{Desk, SUBMIT, input};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use store::{Dialect, testing::TestDatabase};

/// What came back, headers included.
struct Heard {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Heard {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The code of its first error.
    fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.text().await.expect("text") }
    }
}

/// One database is enough where nothing of it is reached.
async fn desk() -> Desk {
    Desk::start(Dialect::Sqlite).await
}

/// With another configuration.
pub(super) async fn desk_with(dialect: Dialect, change: impl FnOnce(&mut server::Config)) -> Desk {
    Desk::start_with(TestDatabase::new(dialect).await, TestDatabase::clock(), change).await
}

/// Asks with headers of one's own; a body that is JSON says so unless the headers say otherwise.
async fn ask_with(desk: &Desk, headers: &[(&'static str, &str)], body: &Value) -> Heard {
    let mut all =
        HeaderMap::from_iter([(reqwest::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    for (name, value) in headers {
        all.insert(HeaderName::from_static(name), value.parse().expect("a value"));
    }
    Heard::of(desk.http.post(desk.url("/graphql")).headers(all).body(body.to_string())).await
}

/// How many messages were ever left.
async fn submitted(desk: &Desk) -> i64 {
    let store = desk.database.open(desk.clock.clone()).await;
    let filter =
        store::LogFilter { types: vec!["MessageSubmitted".to_owned()], ..store::LogFilter::default() };
    let count = store.count(&filter, 0).await.expect("readable");
    store.close().await;
    count
}

fn submission() -> Value {
    json!({"query": SUBMIT, "variables": {"input": input()}})
}

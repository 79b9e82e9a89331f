//! Requests made by hand, for the simulators' own tests.

use super::{Simulator, Vendor};
use reqwest::{Client, Method, redirect::Policy};
use serde_json::Value;
use store::{Clock, testing::TestDatabase};

/// What most of these requests say they are.
pub(super) const JSON: &str = "application/json; charset=utf-8";

/// A clock that stands still.
pub(super) fn clock() -> Clock {
    TestDatabase::clock()
}

/// A status and a body.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

impl Answer {
    /// A number in the answer.
    pub(super) fn code(&self, name: &str) -> Option<i64> {
        serde_json::from_str::<Value>(&self.body).ok()?[name].as_i64()
    }
}

/// One that follows nothing.
pub(super) fn client() -> Client {
    crate::http::client().no_proxy().redirect(Policy::none()).build().expect("a client")
}

/// Posts JSON, as a right client would.
pub(super) async fn post<V: Vendor>(to: &Simulator<V>, path: &str, body: &Value) -> Answer {
    send(to, Method::POST, path, JSON, body.to_string()).await
}

/// Sends whatever.
pub(super) async fn send<V: Vendor>(
    to: &Simulator<V>,
    method: Method,
    path: &str,
    kind: &str,
    body: impl Into<reqwest::Body>,
) -> Answer {
    let request = client().request(method, format!("{}{path}", to.base())).header("content-type", kind);
    let response = request.body(body).send().await.expect("an answer");
    Answer { status: response.status().as_u16(), body: response.text().await.expect("a whole answer") }
}

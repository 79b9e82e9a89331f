//! Every request gets an id of ours, in its logs, its events, and its answer's `x-request-id`.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use store::Clock;
use tracing::Instrument;
use uuid::Uuid;

/// What follows is the token of an address that takes a picture.
const UPLOADS: &str = "/uploads/";
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestId(pub(crate) Uuid);

/// A path without what opens something.
fn shown(path: &str) -> &str {
    if path.starts_with(UPLOADS) { UPLOADS } else { path }
}

/// Gives the request its id. One that the caller sent is not believed: it would stand in the log for ever.
pub(crate) async fn give(clock: Clock, mut request: Request, next: Next) -> Response {
    let id = store::random::uuid(clock.now());
    request.extensions_mut().insert(RequestId(id));
    let (method, path) = (request.method().clone(), shown(request.uri().path()).to_owned());
    let span = tracing::info_span!("request", %id, %method, path);
    let mut response = async {
        let response = next.run(request).await;
        tracing::info!(status = response.status().as_u16(), "answered");
        response
    }
    .instrument(span)
    .await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

//! The console: one page, whose scripts draw every address of it.

use super::{
    Build,
    answer::{ASKED, FOR_GOOD, answer, nothing},
    connect,
};
use crate::router::App;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use std::sync::Arc;

/// Where the page wants this answer's nonce, for the styles that its scripts put in.
const NONCE: &str = "__CSP_NONCE__";

/// What is below these is the API's or a file, and no page of the console's when it is not there.
const NO_PAGES: [&str; 10] = [
    "assets",
    "embed",
    "files",
    "graphql",
    "health",
    "images",
    "leave-message",
    "uploads",
    "webhooks",
    "widget",
];

#[derive(Clone)]
struct Console {
    build: Build,
    page: Arc<str>,
    connect: Arc<str>,
}

pub(super) fn routes(build: Build, public_url: Option<&str>) -> Router<App> {
    let page = build.get(build.entry).map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    let (page, connect) = (page.unwrap_or_default().into(), connect(public_url).into());
    Router::new().route("/assets/{*path}", get(asset)).fallback(page_or_file).with_state(Console {
        build,
        page,
        connect,
    })
}

async fn asset(State(console): State<Console>, Path(path): Path<String>, asked: HeaderMap) -> Response {
    match console.build.get(&format!("assets/{path}")) {
        Some(file) => answer(file, &asked, FOR_GOOD),
        None => nothing(),
    }
}

/// Whatever no other route has.
async fn page_or_file(
    State(console): State<Console>,
    method: Method,
    uri: Uri,
    asked: HeaderMap,
) -> Response {
    let path = uri.path().trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    if !matches!(method, Method::GET | Method::HEAD) || NO_PAGES.contains(&first) {
        return nothing();
    }
    if path.rsplit('/').next().is_some_and(|last| last.contains('.')) && path != console.build.entry {
        return console.build.get(path).map_or_else(nothing, |file| answer(file, &asked, ASKED));
    }
    console.page()
}

impl Console {
    /// Each answer has a nonce of its own, so there is no tag by which a browser could keep the page: one that it kept
    /// would be judged by the next answer's nonce. It is the smallest file of them all.
    fn page(&self) -> Response {
        let nonce: [u8; 16] = store::random::bytes();
        let nonce = nonce.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' blob: data:; \
             font-src 'self'; connect-src {}; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
            self.connect
        );
        let headers = [(header::CACHE_CONTROL, ASKED)];
        let mut response = (headers, Html(self.page.replace(NONCE, &nonce))).into_response();
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

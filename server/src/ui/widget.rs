//! What visitors see: the script that other sites load, and pages of our own with the same form.

use super::{
    Build,
    answer::{ANYWHERE, ASKED, FOR_GOOD, RESOURCE, answer, for_any_page, nothing},
    connect,
};
use crate::{edge::AllowedOrigins, router::App};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use std::sync::Arc;

/// The loader is short and names the rest by hashes: a new build is in every page within five minutes.
const A_WHILE: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// A page with a tag that loads what is not there goes on without it, and its developers are told why.
const ABSENT: &str =
    "console.warn(\"Leaveword: this server was built without the widget; cargo xtask ui builds it\");\n";

#[derive(Clone)]
struct Widget {
    build: Build,
    policy: Arc<str>,
    framing: Arc<str>,
}

pub(super) fn routes(
    build: Option<Build>,
    origins: &AllowedOrigins,
    public_url: Option<&str>,
) -> Router<App> {
    let Some(build) = build else { return Router::new().route("/widget.js", get(absent)) };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src {}; \
         frame-src 'self'; form-action 'self'; base-uri 'none'",
        connect(public_url)
    );
    Router::new()
        .route("/widget.js", get(loader))
        .route("/widget/assets/{*path}", get(asset))
        .route("/leave-message", get(leave_message))
        .route("/embed", get(embed))
        .route("/widget/try", get(try_it))
        .with_state(Widget { build, policy: policy.into(), framing: origins.framing().into() })
}

async fn absent() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    for_any_page((StatusCode::SERVICE_UNAVAILABLE, kind, ABSENT).into_response())
}

async fn loader(State(widget): State<Widget>, asked: HeaderMap) -> Response {
    for_any_page(widget.file(widget.build.entry, &asked, A_WHILE))
}

async fn asset(State(widget): State<Widget>, Path(path): Path<String>, asked: HeaderMap) -> Response {
    for_any_page(widget.file(&format!("assets/{path}"), &asked, FOR_GOOD))
}

async fn leave_message(State(widget): State<Widget>, asked: HeaderMap) -> Response {
    widget.page("leave-message.html", &asked, "'none'")
}

/// The form within a frame, for sites that let no script of others into their pages.
async fn embed(State(widget): State<Widget>, asked: HeaderMap) -> Response {
    let mut response = widget.page("embed.html", &asked, &widget.framing);
    response.headers_mut().insert(RESOURCE, ANYWHERE);
    response
}

async fn try_it(State(widget): State<Widget>, asked: HeaderMap) -> Response {
    widget.page("try.html", &asked, "'none'")
}

impl Widget {
    fn file(&self, path: &str, asked: &HeaderMap, cache: HeaderValue) -> Response {
        self.build.get(path).map_or_else(nothing, |file| answer(file, asked, cache))
    }

    fn page(&self, path: &str, asked: &HeaderMap, framing: &str) -> Response {
        let mut response = self.file(path, asked, ASKED);
        if let Ok(policy) = HeaderValue::from_str(&format!("{}; frame-ancestors {framing}", self.policy)) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

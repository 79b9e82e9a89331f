//! What a browser is shown where no console was built: what this is, and the page behind a sign-in link. That link's token
//! stands after `#`, so it reaches no server and no log by itself.

use crate::router::App;
use axum::{
    Json, Router,
    http::{HeaderMap, HeaderName, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde_json::json;

/// Nothing from elsewhere, in nobody's frame. The rest of what browsers are told is `edge/headers.rs`.
const HEADERS: [(HeaderName, &str); 1] = [(
    header::CONTENT_SECURITY_POLICY,
    "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
)];

/// `GET /`: for whoever comes to see what this is.
const HOME: &str = "\
Leaveword keeps what is written when nobody is at the desk, and brings the answer back.
留言台：下班后留下的话，都会有人回复。

POST /graphql      the API, as application/json
     /graphql/ws   subscriptions, by graphql-transport-ws
GET  /sign-in      the page that a sign-in link opens
GET  /health       how the server is
     /webhooks/schemas/message.submitted.v1.json   what a webhook receives, by type and version

Pages to work in were not built into this server: `cargo xtask ui` builds them, and the server after it has them.
没有内置网页界面：先运行 `cargo xtask ui`，再构建服务器。
";

/// All of it.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(home))
        .route("/sign-in", get(sign_in))
        .route("/sign-in.js", get(sign_in_script))
        .route("/sign-in.css", get(sign_in_style))
}

/// For people a text, for programs that ask for JSON the one thing they can find out here.
async fn home(asked: HeaderMap) -> Response {
    let accept = asked.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    match accept.contains("json") && !accept.contains("html") {
        true => (HEADERS, Json(json!({"ui": "absent"}))).into_response(),
        false => (HEADERS, HOME).into_response(),
    }
}

async fn sign_in() -> impl IntoResponse {
    (HEADERS, Html(include_str!("pages/sign_in.html")))
}

async fn sign_in_script() -> impl IntoResponse {
    (HEADERS, [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("pages/sign_in.js"))
}

async fn sign_in_style() -> impl IntoResponse {
    (HEADERS, [(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("pages/sign_in.css"))
}

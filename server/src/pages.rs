//! What a browser is shown: what this is, and the page behind a sign-in link. That link's token stands after `#`, so it
//! reaches no server and no log by itself.

use axum::{
    http::{HeaderName, header},
    response::{Html, IntoResponse},
};

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
";

/// `GET /`.
pub(crate) async fn home() -> impl IntoResponse {
    (HEADERS, HOME)
}

/// `GET /sign-in`.
pub(crate) async fn sign_in() -> impl IntoResponse {
    (HEADERS, Html(include_str!("pages/sign_in.html")))
}

/// `GET /sign-in.js`.
pub(crate) async fn sign_in_script() -> impl IntoResponse {
    (HEADERS, [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("pages/sign_in.js"))
}

/// `GET /sign-in.css`.
pub(crate) async fn sign_in_style() -> impl IntoResponse {
    (HEADERS, [(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("pages/sign_in.css"))
}

//! What every answer says to browsers: that it is to be taken for what it is, shown in nobody's frame, and sent nowhere.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// For whatever says nothing of its own. An answer of the API is no page: nothing of it may be run or shown.
const ALWAYS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (OPENER, "same-origin"),
    (RESOURCE, "same-origin"),
    (PERMISSIONS, "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// A year. Other hosts below ours are not ours to speak for.
const STRICT_TRANSPORT: &str = "max-age=31536000";

/// Adds them. `secure`: this server is reached by https only.
pub(crate) async fn add(secure: bool, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        add_missing(headers, name, value);
    }
    if secure {
        add_missing(headers, header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    response
}

fn add_missing(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

//! A file as the answer to a request: whole, compressed, or the word that it has not changed.

use super::file::File;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

pub(super) const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// For what stands in pages of other sites.
pub(super) const ANYWHERE: HeaderValue = HeaderValue::from_static("cross-origin");
/// The name of such a file changes with what is in it.
pub(super) const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Kept, and asked about each time.
pub(super) const ASKED: HeaderValue = HeaderValue::from_static("no-cache");

/// A file, kept by browsers as `cache` says.
pub(super) fn answer(file: &File, asked: &HeaderMap, cache: HeaderValue) -> Response {
    // Weak, and so the same for every form: what they are decoded to is.
    let tag = format!("W/\"{}\"", &file.hash[..32]);
    let said = [(header::CACHE_CONTROL, cache), (header::VARY, HeaderValue::from_static("accept-encoding"))];
    if is_known(asked, &tag) {
        return (StatusCode::NOT_MODIFIED, said, [(header::ETAG, tag)]).into_response();
    }
    let (bytes, coding) = file.taken(asked);
    let kind = [(header::CONTENT_TYPE, file.content_type.clone())];
    let mut response = (said, kind, [(header::ETAG, tag)], bytes).into_response();
    if let Some(coding) = coding {
        response.headers_mut().insert(header::CONTENT_ENCODING, coding);
    }
    response
}

/// There is no such file (any more). Never the page in its place: a browser would run that as a script.
pub(super) fn nothing() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// For any page to load, as a script with or without CORS.
pub(super) fn for_any_page(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(RESOURCE, ANYWHERE);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|known| known.trim() == "*" || strong(known) == strong(tag))
}

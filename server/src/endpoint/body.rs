//! The body of a request: one JSON object (GraphQL over HTTP, "Request Parameters").

use super::answer::{Refusal, refuse};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The longest document; variables are bounded by the body.
pub(crate) const LONGEST_QUERY: usize = 16 * 1024;

/// What a request holds.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    pub(super) query: String,
    #[serde(default)]
    pub(super) operation_name: Option<String>,
    #[serde(default, deserialize_with = "object_or_null")]
    pub(super) variables: Map<String, Value>,
    /// None of ours, but they have to be what they are to be.
    #[serde(default, deserialize_with = "object_or_null", rename = "extensions")]
    _extensions: Map<String, Value>,
}

/// Reads one.
pub(super) fn read(body: &[u8]) -> Result<Body, Refusal> {
    // A list would be read as the fields in their order, or is a batch; both are refused.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "send one request, an object; a list of them is not answered",
        ));
    }
    let body: Body = serde_json::from_slice(body).map_err(|error| {
        refuse(StatusCode::BAD_REQUEST, &format!("the body is not one GraphQL request as JSON: {error}"))
    })?;
    match body.query.len() > LONGEST_QUERY {
        true => {
            Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, "the document has more than 16 KiB; use variables"))
        }
        false => Ok(body),
    }
}

fn object_or_null<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Map<String, Value>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_an_object_whose_parts_are_what_they_are_to_be() {
        for good in [
            r#"{"query":"{a}"}"#,
            r#" {"query":"{a}","operationName":null,"variables":null,"extensions":null,"id":"x"}"#,
            r#"{"query":"{a}","operationName":"A","variables":{"a":[1]},"extensions":{"b":{}}}"#,
        ] {
            assert!(read(good.as_bytes()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "null",
            "\"{a}\"",
            "[]",
            r#"["{a}"]"#,
            r#"[{"query":"{a}"}]"#,
            "{}",
            r#"{"query":null}"#,
            r#"{"query":1}"#,
            r#"{"query":["{a}"]}"#,
            r#"{"query":"{a}","operationName":1}"#,
            r#"{"query":"{a}","operationName":{}}"#,
            r#"{"query":"{a}","variables":"{}"}"#,
            r#"{"query":"{a}","variables":[]}"#,
            r#"{"query":"{a}","variables":0}"#,
            r#"{"query":"{a}","extensions":"x"}"#,
            r#"{"query":"{a}","extensions":[]}"#,
            r#"{"query":"{a}"}{}"#,
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}

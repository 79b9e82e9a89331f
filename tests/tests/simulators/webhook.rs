//! A receiver of generic webhooks that holds to Standard Webhooks 1.0.0 (facts on the API, 3.1). It checks by itself.

mod schema;
mod tests;

use super::{Posted, Reply, Request, Vendor};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use ring::hmac;
use serde_json::Value;

// facts 3.1: "tolerance (libraries: 5 min)"
const TOLERANCE: u64 = 5 * 60;
// facts 3.1: "Payload `{type,timestamp,data}`, thin preferred, <20 kB"
const BODY: usize = 20_000;

/// Receives at any path, and knows one secret.
#[derive(Debug)]
pub(crate) struct Webhook {
    secret: Vec<u8>,
    /// It wants nothing any more: 410.
    pub(crate) is_gone: bool,
}

impl Webhook {
    /// With a secret as it is shown: `whsec_…`.
    pub(crate) fn with(secret: &str) -> Self {
        // facts 3.1: "secret 24..64 bytes, `whsec_`+base64"
        let bytes = secret.strip_prefix("whsec_").and_then(|text| BASE64_STANDARD.decode(text).ok());
        let bytes = bytes.filter(|bytes| (24..=64).contains(&bytes.len()));
        Self { secret: bytes.expect("whsec_ and 24 to 64 bytes in Base64"), is_gone: false }
    }

    fn read(&self, request: &Request, now: DateTime<Utc>) -> Result<(Posted, Value), &'static str> {
        let id = request.header("webhook-id").filter(|id| !id.is_empty()).ok_or("no id")?;
        let timestamp = request.header("webhook-timestamp").ok_or("no timestamp")?;
        // facts 3.1: "id/timestamp without `.`"
        if id.contains('.') {
            return Err("a dot in the id");
        }
        let seconds: i64 = timestamp.parse().map_err(|_| "a timestamp that is no whole number")?;
        // facts 3.1: "`webhook-timestamp` (unix seconds of the ATTEMPT)"
        if now.timestamp().abs_diff(seconds) > TOLERANCE {
            return Err("a timestamp that is not of now");
        }
        if !self.has_signed(
            request.header("webhook-signature").ok_or("no signature")?,
            id,
            timestamp,
            &request.body,
        ) {
            return Err("no signature of ours");
        }
        if !request.is_json() || request.body.len() > BODY {
            return Err("not JSON, or too much of it");
        }
        let body = request.json().ok_or("not JSON")?;
        let is_whole = body["type"].is_string() && body["timestamp"].is_string() && body["data"].is_object();
        let text = String::from_utf8_lossy(&request.body).into_owned();
        let posted = Posted { robot: id.to_owned(), text, ..Posted::default() };
        if is_whole { Ok((posted, body)) } else { Err("no type, timestamp or data") }
    }

    // facts 3.1: "webhook-signature (space-separated list). Signed bytes {id}.{timestamp}.{payload}", "v1 HMAC-SHA256"
    fn has_signed(&self, signatures: &str, id: &str, timestamp: &str, body: &[u8]) -> bool {
        let signed = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.secret);
        let ours = |text: &str| {
            let tag = text.strip_prefix("v1,").and_then(|it| BASE64_STANDARD.decode(it).ok());
            tag.is_some_and(|tag| hmac::verify(&key, &signed, &tag).is_ok())
        };
        signatures.split(' ').any(ours)
    }
}

impl Vendor for Webhook {
    // facts 3.1: "2xx only = success; **3xx = failure**, 410 -> disable"
    const IS_JUDGED_BY_STATUS: bool = true;

    fn answer(&mut self, request: &Request, now: DateTime<Utc>) -> Reply {
        if self.is_gone {
            return Reply::refused(410, "gone");
        }
        if request.method != "POST" {
            return Reply::refused(405, "POST only");
        }
        match self.read(request, now) {
            // Signed by the desk, and not what it publishes: the delivery's attempt says where they part.
            Ok((posted, body)) => match schema::check(&body) {
                Ok(()) => Reply::posted("", posted),
                Err(why) => Reply::refused(422, why),
            },
            Err(why) => Reply::refused(401, why),
        }
    }
}

//! Alibaba Cloud's Short Message Service (Dysmsapi 2017-05-25, `SendSms`), signed by ACS3-HMAC-SHA256.
//!
//! Facts: <https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature> and
//! <https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms>.

use super::{Cloud, SmsText, SmsTo, hex};
use crate::notifications::vendor::{Outcome, Outgoing};
use chrono::{DateTime, SecondsFormat, Utc};
use ring::{
    digest::{SHA256, digest},
    hmac,
};
use serde_json::{Value, json};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

pub(super) fn compose(cloud: &Cloud, sms: &SmsTo<'_>, nonce: &str, now: DateTime<Utc>) -> Outgoing {
    // A number of mainland China has no country code here, any other has one without its sign.
    let number = sms.to.canonical.strip_prefix("+86").or(sms.to.canonical.strip_prefix('+'));
    let parameters = match &sms.text {
        SmsText::Reply { reference, token, .. } => json!({ "reference": reference, "token": token }),
        SmsText::Code(code) => json!({ "code": code }),
    };
    let query = query(&[
        ("PhoneNumbers", number.unwrap_or(&sms.to.canonical)),
        ("SignName", &cloud.sign),
        ("TemplateCode", cloud.template(&sms.text)),
        ("TemplateParam", &parameters.to_string()),
    ]);
    let nothing = hex(digest(&SHA256, b"").as_ref());
    let headers = [
        ("host", cloud.host()),
        ("x-acs-action", "SendSms".to_owned()),
        ("x-acs-content-sha256", nothing),
        ("x-acs-date", now.to_rfc3339_opts(SecondsFormat::Secs, true)),
        ("x-acs-signature-nonce", nonce.to_owned()),
        ("x-acs-version", "2017-05-25".to_owned()),
    ];
    let authorization = authorization((&cloud.id, &cloud.key.0), &query, &headers);
    let mut url = cloud.url.clone();
    url.set_query(Some(&query));
    let headers = headers.into_iter().filter(|(name, _)| *name != "host");
    Outgoing { url, headers: headers.chain([("authorization", authorization)]).collect(), body: vec![] }
}

/// The header of that name for a `POST` of nothing to `/`; the headers are in the order of their names.
pub(super) fn authorization(
    (id, key): (&str, &str),
    query: &str,
    headers: &[(&'static str, String)],
) -> String {
    let lines: Vec<String> =
        headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let signed = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let nothing = hex(digest(&SHA256, b"").as_ref());
    let canonical = format!("POST\n/\n{query}\n{}\n{signed}\n{nothing}", lines.concat());
    let to_sign = format!("{ALGORITHM}\n{}", hex(digest(&SHA256, canonical.as_bytes()).as_ref()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let signature = hex(hmac::sign(&key, to_sign.as_bytes()).as_ref());
    format!("{ALGORITHM} Credential={id},SignedHeaders={signed},Signature={signature}")
}

/// Names in their order, and all but letters, digits and `-_.~` as percent-encoded UTF-8 (RFC 3986).
pub(super) fn query(parameters: &[(&str, &str)]) -> String {
    let pairs = parameters.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => encoded += &format!("%{other:02X}"),
        }
    }
    encoded
}

pub(super) fn said(json: &Value) -> Option<(String, String)> {
    let words = json.get("Message").and_then(Value::as_str).unwrap_or_default();
    Some((json.get("Code")?.as_str()?.to_owned(), words.to_owned()))
}

/// What a code means; `None`: nobody knows.
pub(super) fn meaning(code: &str) -> Option<Outcome> {
    const OURS: [&str; 20] = [
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_SIGN_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.TEMPLATE_PARAMS_ILLEGAL",
        "isv.PARAM_LENGTH_LIMIT",
        "isv.PARAM_NOT_SUPPORT_URL",
        "isv.INVALID_JSON_PARAM",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.OUT_OF_SERVICE",
        "isv.ACCOUNT_NOT_EXISTS",
        "isv.ACCOUNT_ABNORMAL",
        "isv.PRODUCT_UNSUBSCRIBE",
        "isv.PRODUCT_UN_SUBSCRIPT",
        "isv.DENY_IP_RANGE",
        "isp.RAM_PERMISSION_DENY",
        "SignatureDoesNotMatch",
        "NoPermission",
        "MissingParameter",
    ];
    match code {
        "OK" => Some(Outcome::Delivered),
        "isv.MOBILE_NUMBER_ILLEGAL" | "isv.BLACK_KEY_CONTROL_LIMIT" | "isv.NOT_SUPPORTED_COUNTRY" => {
            Some(Outcome::Payload)
        }
        _ if OURS.contains(&code)
            || ["InvalidAccessKeyId", "Forbidden"].iter().any(|it| code.starts_with(it)) =>
        {
            Some(Outcome::Configuration)
        }
        _ => None,
    }
}

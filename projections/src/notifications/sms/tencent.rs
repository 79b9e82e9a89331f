//! Tencent Cloud's SMS (2021-01-11, `SendSms`), signed by TC3-HMAC-SHA256.
//!
//! Facts: <https://cloud.tencent.com/document/api/382/52072> and <https://cloud.tencent.com/document/product/382/55981>.

use super::{Cloud, SmsText, SmsTo, hex};
use crate::notifications::vendor::{Outcome, Outgoing};
use chrono::{DateTime, Utc};
use ring::{
    digest::{SHA256, digest},
    hmac,
};
use serde_json::{Value, json};

const ALGORITHM: &str = "TC3-HMAC-SHA256";
const JSON: &str = "application/json; charset=utf-8";

pub(super) fn compose(
    cloud: &Cloud,
    (app, region): (&str, &str),
    sms: &SmsTo<'_>,
    now: DateTime<Utc>,
) -> Outgoing {
    // By their places: {1} is the reference and {2} the token, or {1} the code.
    let parameters = match &sms.text {
        SmsText::Reply { reference, token, .. } => vec![reference.as_str(), token.as_str()],
        SmsText::Code(code) => vec![code.as_str()],
    };
    let body = json!({
        "PhoneNumberSet": [sms.to.canonical],
        "SmsSdkAppId": app,
        "SignName": cloud.sign,
        "TemplateId": cloud.template(&sms.text),
        "TemplateParamSet": parameters,
    });
    let body = body.to_string().into_bytes();
    let authorization = authorization((&cloud.id, &cloud.key.0), &cloud.host(), &body, now);
    let headers = vec![
        ("content-type", JSON.to_owned()),
        ("x-tc-action", "SendSms".to_owned()),
        ("x-tc-version", "2021-01-11".to_owned()),
        ("x-tc-region", region.to_owned()),
        ("x-tc-timestamp", now.timestamp().to_string()),
        ("authorization", authorization),
    ];
    Outgoing { url: cloud.url.clone(), headers, body }
}

/// The header of that name for a `POST` of JSON to `/`.
pub(super) fn authorization((id, key): (&str, &str), host: &str, body: &[u8], now: DateTime<Utc>) -> String {
    const SIGNED: &str = "content-type;host";
    let hashed = |bytes: &[u8]| hex(digest(&SHA256, bytes).as_ref());
    let canonical = format!("POST\n/\n\ncontent-type:{JSON}\nhost:{host}\n\n{SIGNED}\n{}", hashed(body));
    let date = now.format("%Y-%m-%d").to_string();
    let scope = format!("{date}/sms/tc3_request");
    let to_sign = format!("{ALGORITHM}\n{}\n{scope}\n{}", now.timestamp(), hashed(canonical.as_bytes()));
    let signed = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
    };
    let key = signed(format!("TC3{key}").as_bytes(), &date);
    let key = signed(&signed(&key, "sms"), "tc3_request");
    let signature = hex(&signed(&key, &to_sign));
    format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={SIGNED}, Signature={signature}")
}

/// Of a request that is refused whole, and of the one number in one that is not.
pub(super) fn said(json: &Value) -> Option<(String, String)> {
    let answer = json.get("Response")?;
    let of = answer.get("Error").or_else(|| answer.get("SendStatusSet")?.get(0))?;
    let words = of.get("Message").and_then(Value::as_str).unwrap_or_default();
    Some((of.get("Code")?.as_str()?.to_owned(), words.to_owned()))
}

/// What a code means; `None`: nobody knows.
pub(super) fn meaning(code: &str) -> Option<Outcome> {
    const OURS: [&str; 12] = [
        "AuthFailure",
        "UnauthorizedOperation",
        "UnsupportedOperation",
        "MissingParameter",
        "FailedOperation.SignatureIncorrectOrUnapproved",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        "FailedOperation.TemplateUnapprovedOrNotExist",
        "FailedOperation.MissingSignature",
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "InvalidParameterValue.TemplateParameter",
        "InvalidParameterValue.SdkAppId",
    ];
    const THEIRS: [&str; 4] = [
        "InvalidParameterValue.IncorrectPhoneNumber",
        "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.ForbidAddMarketingTemplates",
        "FailedOperation.ContainSensitiveWord",
    ];
    match code {
        "Ok" => Some(Outcome::Delivered),
        _ if THEIRS.contains(&code) => Some(Outcome::Payload),
        _ if OURS.iter().any(|ours| code.starts_with(ours)) => Some(Outcome::Configuration),
        _ => None,
    }
}

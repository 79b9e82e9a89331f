//! Any receiver, by Standard Webhooks 1.0.0 (standardwebhooks.com): a thin payload, and HMAC-SHA256 with every secret.

use super::{Address, Answer, CannotCompose, Notice, Outcome, Outgoing, Secret, Verdict};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use ring::hmac;
use serde_json::json;

/// “Payloads should be kept below 20 kB”.
const MOST: usize = 20_000;
const PREFIX: &str = "whsec_";

/// A secret that does not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not `whsec_` and the Base64 of 24 to 64 bytes")]
pub struct SecretFault;

/// Is it a secret for a generic webhook?
pub fn check_secret(secret: &str) -> Result<(), SecretFault> {
    let bytes = secret.strip_prefix(PREFIX).and_then(|base64| BASE64_STANDARD.decode(base64).ok());
    bytes.filter(|bytes| (24..=64).contains(&bytes.len())).map(drop).ok_or(SecretFault)
}

pub(super) fn compose(
    address: &Address,
    notice: &Notice,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Outgoing, CannotCompose> {
    let timestamp = notice.at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let body = json!({ "type": notice.event_type, "timestamp": timestamp, "data": notice.data });
    let mut outgoing = Outgoing::json(address.url.clone(), &body);
    if outgoing.body.len() > MOST {
        return Err(CannotCompose::TooLong);
    }
    let attempt = now.timestamp().to_string();
    let sign = |secret: &Secret| sign(secret, id, &attempt, &outgoing.body);
    let signatures = address.secrets.iter().map(sign).collect::<Result<Vec<_>, _>>()?;
    outgoing.headers.push(("webhook-id", id.to_owned()));
    outgoing.headers.push(("webhook-timestamp", attempt));
    if !signatures.is_empty() {
        outgoing.headers.push(("webhook-signature", signatures.join(" ")));
    }
    Ok(outgoing)
}

/// “Signature scheme”: `v1,` and the Base64 of the HMAC over `id.timestamp.payload`.
fn sign(secret: &Secret, id: &str, attempt: &str, body: &[u8]) -> Result<String, CannotCompose> {
    let base64 = secret.0.strip_prefix(PREFIX).unwrap_or(&secret.0);
    let key = BASE64_STANDARD.decode(base64).map_err(|_| CannotCompose::Secret)?;
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key));
    context.update(format!("{id}.{attempt}.").as_bytes());
    context.update(body);
    Ok(format!("v1,{}", BASE64_STANDARD.encode(context.sign())))
}

/// “2xx is success, anything else is failure, redirects included; 410 disables the endpoint”.
pub(super) fn judge(answer: &Answer) -> Verdict {
    let body = answer.text();
    let tell = |sentence: &str| answer.tell(sentence, "The receiver", &body);
    let retry =
        |sentence: &str| Verdict { wait: answer.wait(), ..Verdict::new(Outcome::Retry, tell(sentence)) };
    match answer.status {
        200..=299 => {
            Verdict::new(Outcome::Delivered, format!("The receiver took it (HTTP {}).", answer.status))
        }
        300..=399 => retry(
            "The receiver sends us elsewhere, and webhooks follow nobody: give the channel the last address.",
        ),
        410 => Verdict {
            gone: true,
            ..Verdict::new(
                Outcome::Configuration,
                tell("The receiver says that this address is gone for good."),
            )
        },
        401 | 403 => retry("The receiver does not let us in: does it check another secret?"),
        404 => retry("The receiver has nothing at this address."),
        429 => retry("The receiver was sent more than it takes."),
        _ => retry("The receiver did not take it."),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    const FIRST: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn the_signature_of_the_specifications_example() {
        let body = br#"{"test": 2432232314}"#;
        let signed = sign(&Secret(FIRST.to_owned()), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(signed.as_deref(), Ok("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn while_a_secret_changes_both_sign_and_a_retry_has_the_same_id_and_another_time() {
        let second = format!("whsec_{}", BASE64_STANDARD.encode([7; 32]));
        let mut address = samples::address("https://hooks.example.com/x");
        address.secrets = vec![Secret(second), Secret(FIRST.to_owned())];
        let notice = samples::notice();
        let composed = |seconds| {
            let now = DateTime::from_timestamp(seconds, 0).expect("a time");
            compose(&address, &notice, "msg_1", now).expect("it composes")
        };
        let (first, retry) = (composed(1_700_000_000), composed(1_700_000_005));
        assert_eq!(first.body, retry.body);
        let header = |outgoing: &Outgoing, name: &str| {
            outgoing.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
        };
        assert_eq!(header(&first, "webhook-id"), header(&retry, "webhook-id"));
        assert_eq!(header(&retry, "webhook-timestamp").as_deref(), Some("1700000005"));
        let signatures = header(&first, "webhook-signature").expect("signed");
        let parts: Vec<&str> = signatures.split(' ').collect();
        assert_eq!(parts.len(), 2);
        for (part, secret) in parts.into_iter().zip(&address.secrets) {
            assert_eq!(Ok(part.to_owned()), sign(secret, "msg_1", "1700000000", &first.body));
        }
        address.secrets = vec![Secret("not base64".to_owned())];
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(compose(&address, &notice, "msg_1", now).err(), Some(CannotCompose::Secret));
    }

    #[test]
    fn a_secret_has_its_prefix_and_its_length() {
        assert_eq!(check_secret(FIRST), Ok(()));
        let of = |bytes: usize| format!("whsec_{}", BASE64_STANDARD.encode(vec![1; bytes]));
        for (secret, is_good) in [(of(23), false), (of(24), true), (of(64), true), (of(65), false)] {
            assert_eq!(check_secret(&secret).is_ok(), is_good);
        }
        assert!(check_secret(FIRST.trim_start_matches(PREFIX)).is_err());
    }

    #[test]
    fn only_2xx_is_success_and_only_410_is_for_good() {
        use Outcome::{Configuration, Delivered, Retry};
        for (status, outcome, gone) in [
            (200, Delivered, false),
            (204, Delivered, false),
            (299, Delivered, false),
            (301, Retry, false),
            (302, Retry, false),
            (400, Retry, false),
            (401, Retry, false),
            (404, Retry, false),
            (410, Configuration, true),
            (413, Retry, false),
            (429, Retry, false),
            (500, Retry, false),
            (503, Retry, false),
            (199, Retry, false),
        ] {
            let verdict = judge(&samples::answer(status, "whatever"));
            assert_eq!((verdict.outcome, verdict.gone), (outcome, gone), "{status}");
            assert_eq!(verdict.code, None);
        }
    }
}

//! SMS by what the operator has configured: Alibaba Cloud, Tencent Cloud, or a gateway that takes our own signed webhook.
//!
//! An SMS has a reference and a one-time token, or a code; never a word that anybody wrote. What stands around them is the
//! template that the vendor has approved. Pure: [`super::send`] does the rest.

mod aliyun;
mod gateway;
mod tencent;
#[cfg(test)]
mod tests;

use super::{
    sentences::Tongue,
    vendor::{Answer, CannotCompose, Outcome, Outgoing, Secret, Verdict, check_secret},
};
use chrono::{DateTime, Utc};
use domain::{contact::Contact, locale::Locale};
use serde_json::Value;
use std::{fmt, time::Duration};
use url::Url;

/// How SMS are sent.
#[derive(Clone)]
pub struct Sms(Gate);

#[derive(Clone)]
enum Gate {
    Aliyun(Cloud),
    Tencent { cloud: Cloud, app: String, region: String },
    Gateway { url: Url, secret: Secret },
}

/// An account at a cloud, and what it has approved.
#[derive(Clone)]
struct Cloud {
    /// Where requests go.
    url: Url,
    id: String,
    key: Secret,
    /// Who sends, as the vendor has approved it.
    sign: String,
    /// The template for replies.
    reply: String,
    /// The template for codes.
    code: String,
}

/// What is wrong with the configuration of SMS. Tells nothing of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmsFault {
    /// It cannot be read.
    #[error(
        "is not an address such as aliyun://KEY:SECRET@dysmsapi.aliyuncs.com?sign=…&reply=SMS_1&code=SMS_2, \
         tencent://ID:KEY@sms.tencentcloudapi.com?app=…&region=ap-guangzhou&sign=…&reply=1&code=2, or https://sms.example.com/send#whsec_…"
    )]
    Url,
    /// Something that the vendor needs is not there, or something else is.
    #[error("lacks `{0}`")]
    Missing(&'static str),
    /// Something that nobody reads.
    #[error("has something that is not read: there are sign, reply, code, app, region and tls")]
    Unknown,
    /// A gateway's secret is ours.
    #[error(
        "ends with #whsec_ and the Base64 of 24 to 64 bytes, percent-encoded: what requests are signed with"
    )]
    Secret,
}

/// What an SMS is about.
#[derive(Clone)]
pub(crate) enum SmsText {
    /// A reply: the message's reference, the token of the link, and the link.
    Reply { reference: String, token: String, link: String },
    /// A code that they asked for.
    Code(String),
}

/// An SMS that is to be sent.
#[derive(Clone)]
pub(crate) struct SmsTo<'a> {
    pub(crate) to: &'a Contact,
    pub(crate) text: SmsText,
    /// The language of whoever gets it.
    pub(crate) locale: Option<&'a Locale>,
    pub(crate) tongue: Tongue,
}

impl Sms {
    /// Reads an address; an empty part is one that is missing.
    pub fn read(text: &str) -> Result<Self, SmsFault> {
        let mut url = Url::parse(text).map_err(|_| SmsFault::Url)?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(SmsFault::Url);
        }
        match url.scheme() {
            "aliyun" => Ok(Self(Gate::Aliyun(Cloud::read(&url)?))),
            "tencent" => {
                let of = |name| part(&url, name);
                let (app, region) = (of("app")?, of("region")?);
                Ok(Self(Gate::Tencent { cloud: Cloud::read(&url)?, app, region }))
            }
            "https" | "http" => {
                let secret = decoded(url.fragment().unwrap_or_default());
                url.set_fragment(None);
                check_secret(&secret).map_err(|_| SmsFault::Secret)?;
                let is_near = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
                let in_the_clear = url.scheme() == "http" && !is_near;
                if in_the_clear || !url.username().is_empty() || url.password().is_some() {
                    return Err(SmsFault::Url);
                }
                Ok(Self(Gate::Gateway { url, secret: Secret(secret) }))
            }
            _ => Err(SmsFault::Url),
        }
    }

    /// Where they are sent, for whoever may know how this server is set up.
    pub fn told(&self) -> String {
        let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
        match &self.0 {
            Gate::Aliyun(cloud) => format!("aliyun at {}", host(&cloud.url)),
            Gate::Tencent { cloud, .. } => format!("tencent at {}", host(&cloud.url)),
            Gate::Gateway { url, .. } => format!("webhook at {}", host(url)),
        }
    }

    /// The request that sends one. `id` is the same at every try; `now` is when it leaves.
    pub(crate) fn compose(
        &self,
        sms: &SmsTo<'_>,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Outgoing, CannotCompose> {
        match &self.0 {
            Gate::Aliyun(cloud) => {
                Ok(aliyun::compose(cloud, sms, &store::random::uuid(now).to_string(), now))
            }
            Gate::Tencent { cloud, app, region } => Ok(tencent::compose(cloud, (app, region), sms, now)),
            Gate::Gateway { url, secret } => gateway::compose((url, secret), sms, id, now),
        }
    }

    /// What an answer means. A code that is unknown or absent is never success.
    pub(crate) fn judge(&self, answer: &Answer) -> Verdict {
        match &self.0 {
            Gate::Aliyun(_) => judged(answer, "Alibaba Cloud", aliyun::said, aliyun::meaning),
            Gate::Tencent { .. } => judged(answer, "Tencent Cloud", tencent::said, tencent::meaning),
            Gate::Gateway { .. } => gateway::judge(answer),
        }
    }
}

impl Cloud {
    fn read(of: &Url) -> Result<Self, SmsFault> {
        const KNOWN: [&str; 6] = ["sign", "reply", "code", "app", "region", "tls"];
        if of.query_pairs().any(|(name, _)| !KNOWN.contains(&&*name)) || !matches!(of.path(), "" | "/") {
            return Err(SmsFault::Unknown);
        }
        let id = decoded(of.username());
        let key = decoded(of.password().unwrap_or_default());
        if id.is_empty() || key.is_empty() {
            return Err(SmsFault::Missing("KEY:SECRET@"));
        }
        // Only a simulator or a gateway on the same machine is spoken to without TLS, and only when that is said.
        let scheme = match of.query_pairs().find(|(name, _)| name == "tls").map(|(_, how)| how.into_owned()) {
            None => "https",
            Some(how) if how == "none" => "http",
            Some(_) => return Err(SmsFault::Url),
        };
        let port = of.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = of.host_str().unwrap_or_default().to_ascii_lowercase();
        let url = format!("{scheme}://{host}{port}/").parse().map_err(|_| SmsFault::Url)?;
        let (sign, reply, code) = (part(of, "sign")?, part(of, "reply")?, part(of, "code")?);
        Ok(Self { url, id, key: Secret(key), sign, reply, code })
    }

    /// As the header `host` has it, which is signed.
    fn host(&self) -> String {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.url.host_str().unwrap_or_default())
    }

    fn template(&self, text: &SmsText) -> &str {
        match text {
            SmsText::Reply { .. } => &self.reply,
            SmsText::Code(_) => &self.code,
        }
    }
}

fn part(url: &Url, name: &'static str) -> Result<String, SmsFault> {
    let value = url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    value.filter(|value| !value.trim().is_empty()).ok_or(SmsFault::Missing(name))
}

/// A user name or password as it was before it was written into an address.
fn decoded(text: &str) -> String {
    let form = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(form.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

/// What a vendor said: its code, and its words.
type SaidBy = fn(&Value) -> Option<(String, String)>;

fn judged(answer: &Answer, vendor: &str, said: SaidBy, meaning: fn(&str) -> Option<Outcome>) -> Verdict {
    let json: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let Some((code, words)) = json.as_ref().and_then(said) else {
        let sentence = "The answer is none of the vendor's.";
        let verdict = Verdict::new(Outcome::Retry, answer.tell(sentence, vendor, &answer.text()));
        return Verdict { wait: answer.wait(), ..verdict };
    };
    let outcome = match meaning(&code) {
        Some(Outcome::Delivered) if !answer.is_success() => Outcome::Retry,
        Some(outcome) => outcome,
        None => Outcome::Retry,
    };
    let sentence = match outcome {
        Outcome::Delivered => {
            return Verdict { code: Some(code), ..Verdict::new(outcome, format!("{vendor} took it.")) };
        }
        Outcome::Retry => "The SMS was not taken now.",
        Outcome::Configuration => {
            "The account, the signature or the template is not as the vendor wants it: see LEAVEWORD_SMS_URL."
        }
        Outcome::Payload => "No SMS goes to this number.",
    };
    let wait = (outcome == Outcome::Retry).then(|| answer.wait().unwrap_or(REST));
    Verdict { code: Some(code), wait, ..Verdict::new(outcome, answer.tell(sentence, vendor, &words)) }
}

/// Nobody has said how SMS are sent.
pub(super) fn unset() -> Verdict {
    Verdict::new(Outcome::Configuration, "This desk sends no SMS: set LEAVEWORD_SMS_URL, and start it again.")
}

/// As long as a vendor is left alone that did not take one.
const REST: Duration = Duration::from_secs(60);

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |text, byte| text + &format!("{byte:02x}"))
}

/// Where to, without what opens it.
impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sms({})", self.told())
    }
}

//! What is told, and each vendor's way of being told it and of answering. Pure: [`super::send`] does the rest.
//!
//! A vendor is one file in the folder: its payloads, limits, signature, escaping, and what its answers mean.

mod address;
mod answer;
mod dingtalk;
mod escape;
mod feishu;
mod fit;
mod mention;
#[cfg(test)]
mod samples;
mod slack;
#[cfg(test)]
mod tests;
mod text;
mod webhook;
mod wecom;

pub use address::{AddressFault, MOST_BYTES, mask};
pub(crate) use fit::mailed;
pub use text::redact;
pub(crate) use text::{line, lines};
pub use webhook::{SecretFault, check_secret};
pub use wecom::{Upload, file_message, image, media_id, upload};

use chrono::{DateTime, TimeDelta, Utc};
use domain::channel::ChannelKind;
use std::{fmt, time::Duration};
use url::Url;

/// What is to be told, before any vendor's form.
#[derive(Clone)]
pub struct Notice {
    /// What happened, such as `message.submitted`, or `digest`.
    pub event_type: String,
    /// The desk's own; has the word that a robot's keyword rule can look for.
    pub title: String,
    /// What is below it.
    pub lines: Vec<Vec<Piece>>,
    /// Where to look at it.
    pub link: Option<Link>,
    /// Who is to notice.
    pub mentions: Vec<Mention>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What a generic webhook gets as `data`.
    pub data: serde_json::Value,
}

/// A part of a line.
#[derive(Clone)]
pub enum Piece {
    /// Ours or the administrator's: may have the format's own markup.
    Ours(String),
    /// Ours, plain: bold where the format can.
    Strong(String),
    /// A visitor's: never markup, never a ping.
    Theirs(String),
    /// A visitor's words: the same, and what is cut when the whole is too long.
    Words(String),
}

/// Where to look at it.
#[derive(Clone)]
pub struct Link {
    /// What a button says.
    pub text: String,
    /// Where it leads; one of more than 1,000 bytes is left out.
    pub url: Url,
}

/// Who is to notice.
#[derive(Clone, PartialEq, Eq)]
pub enum Mention {
    /// The whole group.
    All,
    /// By the vendor's id.
    User(String),
    /// By the number of a mobile phone.
    Mobile(String),
}

/// Who takes notices by HTTP. E-mail is [`super::mail`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// WeCom's group robot, 企业微信群机器人.
    Wecom,
    /// Feishu's custom bot, 飞书自定义机器人.
    Feishu,
    /// The same of Lark, outside China.
    Lark,
    /// DingTalk's custom robot, 钉钉自定义机器人.
    Dingtalk,
    /// Slack's incoming webhook.
    Slack,
    /// Any receiver of Standard Webhooks.
    Webhook,
}

/// Something that nobody may read by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

/// Where a channel sends to, and what it signs with.
#[derive(Clone)]
pub struct Address {
    /// Of a robot it is the credential.
    pub url: Url,
    /// The newest first; none: nothing is signed.
    pub secrets: Vec<Secret>,
}

/// A request as it will leave.
#[derive(Clone)]
pub struct Outgoing {
    /// Before a base URL takes the vendor's place.
    pub url: Url,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, apart from an upload.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP's.
    pub status: u16,
    /// The header of that name.
    pub retry_after: Option<String>,
    /// As much of it as was read.
    pub body: Vec<u8>,
    /// When it came: a date in `retry-after` counts from there.
    pub at: DateTime<Utc>,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver said so in its own words.
    Delivered,
    /// Not now.
    Retry,
    /// Not before somebody changes the channel, here or at the vendor's.
    Configuration,
    /// Never: this notice is refused, others may pass.
    Payload,
}

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What became of it.
    pub outcome: Outcome,
    /// The vendor's, if it gave one.
    pub code: Option<String>,
    /// In words: what it means and what to do, without secrets and addresses of machines; at most 2 kB.
    pub detail: String,
    /// Not before so long.
    pub wait: Option<Duration>,
    /// The address is gone for good.
    pub gone: bool,
    /// Of several recipients some have it.
    pub partly: bool,
}

/// So many requests in so long at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// So many.
    pub count: u32,
    /// In any time so long.
    pub per: Duration,
}

/// Why a notice has no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotCompose {
    /// A stored format that the vendor does not have.
    #[error("the channel's format does not exist")]
    Format,
    /// A stored secret that signs nothing.
    #[error("the channel's secret cannot sign; give it a new one")]
    Secret,
    /// Even without the visitor's words.
    #[error("the notice is larger than the receiver takes")]
    TooLong,
    /// WeCom's robots show JPEG and PNG.
    #[error("WeCom's robots show JPEG and PNG, not this; send a link to it instead")]
    Picture,
    /// More than the vendor takes, or next to nothing.
    #[error("the file is smaller or larger than the vendor takes")]
    FileSize,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Wecom, Self::Feishu, Self::Lark, Self::Dingtalk, Self::Slack, Self::Webhook];

    /// What a channel speaks; `None`: mail.
    pub fn of(kind: ChannelKind) -> Option<Self> {
        Some(match kind {
            ChannelKind::Wecom => Self::Wecom,
            ChannelKind::Feishu => Self::Feishu,
            ChannelKind::Lark => Self::Lark,
            ChannelKind::Dingtalk => Self::Dingtalk,
            ChannelKind::Slack => Self::Slack,
            ChannelKind::Webhook => Self::Webhook,
            ChannelKind::Email | ChannelKind::VisitorEmail | ChannelKind::VisitorSms => return None,
        })
    }

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wecom => "wecom",
            Self::Feishu => "feishu",
            Self::Lark => "lark",
            Self::Dingtalk => "dingtalk",
            Self::Slack => "slack",
            Self::Webhook => "webhook",
        }
    }
}

/// The vendor's types of message, what suits it best first.
pub fn formats(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Wecom => ChannelKind::Wecom,
        Kind::Feishu | Kind::Lark => ChannelKind::Feishu,
        Kind::Dingtalk => ChannelKind::Dingtalk,
        Kind::Slack => ChannelKind::Slack,
        Kind::Webhook => ChannelKind::Webhook,
    }
    .formats()
}

/// The request that tells a notice. `id` is the delivery's, the same at every try; `now` is when it leaves.
pub fn compose(
    kind: Kind,
    format: Option<&str>,
    address: &Address,
    notice: &Notice,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Outgoing, CannotCompose> {
    let known = formats(kind);
    let format = format.unwrap_or(known[0]);
    if !known.contains(&format) {
        return Err(CannotCompose::Format);
    }
    match kind {
        Kind::Wecom => wecom::compose(format, address, notice),
        Kind::Feishu | Kind::Lark => feishu::compose(format, address, notice, now),
        Kind::Dingtalk => dingtalk::compose(format, address, notice, now),
        Kind::Slack => slack::compose(format, address, notice),
        Kind::Webhook => webhook::compose(address, notice, id, now),
    }
}

/// What an answer means. A code that is unknown or absent is never success.
pub fn judge(kind: Kind, answer: &Answer) -> Verdict {
    match kind {
        Kind::Wecom => wecom::judge(answer),
        Kind::Feishu => feishu::judge("Feishu", answer),
        Kind::Lark => feishu::judge("Lark", answer),
        Kind::Dingtalk => dingtalk::judge(answer),
        Kind::Slack => slack::judge(answer),
        Kind::Webhook => webhook::judge(answer),
    }
}

/// How much the vendor takes; none: as much as comes.
pub fn rates(kind: Kind) -> &'static [Rate] {
    const fn rate(count: u32, seconds: u64) -> Rate {
        Rate { count, per: Duration::from_secs(seconds) }
    }
    match kind {
        Kind::Wecom | Kind::Dingtalk => const { &[rate(20, 60)] },
        Kind::Feishu | Kind::Lark => const { &[rate(100, 60), rate(5, 1)] },
        Kind::Slack => const { &[rate(1, 1)] },
        Kind::Webhook => &[],
    }
}

impl Outgoing {
    /// An answer without what opens the receiver: many repeat the address that they were asked at.
    pub(super) fn unheard(&self) -> impl Fn(Answer) -> Answer + use<> {
        let path = self.url.path();
        let parts = path.split('/').filter(|part| part.len() >= LEAST_SEGMENT).map(str::to_owned);
        let values = self.url.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        let values = values.map(|(_, value)| value.to_owned());
        let read = self.url.query_pairs().map(|(_, value)| value.into_owned());
        // A number could be one of the answer's own.
        let is_key =
            |part: &String| part.len() >= LEAST_KEY && !part.bytes().all(|byte| byte.is_ascii_digit());
        let parts = parts.chain(values).chain(read).filter(is_key);
        let keys: Vec<String> = (path.len() > 1).then(|| path.to_owned()).into_iter().chain(parts).collect();
        move |answer| {
            let said = String::from_utf8_lossy(&answer.body);
            if !keys.iter().any(|key| said.contains(key.as_str())) {
                return answer;
            }
            let body = keys.iter().fold(said.into_owned(), |said, key| said.replace(key.as_str(), "…"));
            Answer { body: body.into_bytes(), ..answer }
        }
    }

    /// A request with JSON.
    fn json(url: Url, body: &serde_json::Value) -> Self {
        let headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
        Self { url, headers, body: body.to_string().into_bytes() }
    }
}

impl Verdict {
    /// A verdict without more than its words.
    pub(super) fn new(outcome: Outcome, detail: impl Into<String>) -> Self {
        Self { outcome, code: None, detail: detail.into(), wait: None, gone: false, partly: false }
    }

    /// The same, after so long.
    pub(super) fn after(self, wait: Duration) -> Self {
        Self { wait: Some(self.wait.map_or(wait, |longer| longer.max(wait))), ..self }
    }
}

/// Nothing of it: a visitor's words are in it.
impl fmt::Debug for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notice").field("event_type", &self.event_type).finish_non_exhaustive()
    }
}

/// How much it is, not what.
impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, text) = match self {
            Self::Ours(text) => ("Ours", text),
            Self::Strong(text) => ("Strong", text),
            Self::Theirs(text) => ("Theirs", text),
            Self::Words(text) => ("Words", text),
        };
        f.debug_tuple(kind).field(&text.len()).finish()
    }
}

/// Not who.
impl fmt::Debug for Mention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "All",
            Self::User(_) => "User(…)",
            Self::Mobile(_) => "Mobile(…)",
        })
    }
}

/// Nothing of it.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Where to, without what opens it.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.url.host_str().unwrap_or_default()).finish_non_exhaustive()
    }
}

/// Where to, without what opens it or what is said.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        f.debug_struct("Outgoing")
            .field("host", &host)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What is shorter in a query opens nothing.
const LEAST_KEY: usize = 6;
/// What is shorter in a path is a word of the vendor's.
const LEAST_SEGMENT: usize = 10;
/// As long as a receiver may make us wait.
const LONGEST_WAIT: TimeDelta = TimeDelta::days(1);

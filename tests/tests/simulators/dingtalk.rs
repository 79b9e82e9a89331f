//! DingTalk's custom robot (facts 3.3).

mod content;
mod tests;

use super::{Posted, Reply, Request, Vendor, rate::Window};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use ring::hmac;
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

// facts 3.3: ""message too long, exceed 20000 bytes" [1]"
const BODY: usize = 20_000;
// facts 3.3: "timestamp MILLISECONDS, same value in query, within 1h"
const HOUR: u64 = 60 * 60 * 1000;
// facts 3.3: "Rate: 20/min/robot; above it, throttled for 10 minutes [M, vendor sentence]"
const SILENCE: Duration = Duration::from_secs(600);

/// Why something is refused.
type Refusal = (i64, &'static str);

/// The vendor, with its robots.
#[derive(Debug, Default)]
pub(crate) struct Dingtalk {
    robots: BTreeMap<String, Robot>,
    /// Words and codes of its older tables, which are still widely seen, or of the new ones.
    pub(crate) speaks_of_old: bool,
}

/// A robot of one group.
#[derive(Debug)]
pub(crate) struct Robot {
    /// The code and words with which it refuses everything, while it does.
    pub(crate) refuses: Option<Refuses>,
    security: Security,
    window: Window,
    silent_until: Option<DateTime<Utc>>,
}

// facts 3.3: "Security (>=1 mandatory at creation): keywords <=10 (one must be contained), sign …, IP/CIDR list"
#[derive(Clone, Debug)]
pub(crate) enum Security {
    /// One of these must be in what it says.
    Keywords(Vec<String>),
    /// The address is signed with this.
    Sign(String),
    /// Both.
    Both(Vec<String>, String),
    /// A list of addresses, which has ours or not.
    Addresses { has_ours: bool },
}

/// What may be the matter with a robot.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refuses {
    /// The group was disbanded.
    Disbanded,
    /// Its token was replaced.
    Replaced,
    /// It was disabled.
    Disabled,
    /// It is in no group any more.
    NotInGroup,
}

impl Dingtalk {
    /// With this robot.
    pub(crate) fn with(token: &str, security: Security) -> Self {
        Self::default().and(token, security)
    }

    /// With one more.
    pub(crate) fn and(mut self, token: &str, security: Security) -> Self {
        let window = Window::new(20, Duration::from_secs(60));
        self.robots.insert(token.to_owned(), Robot { refuses: None, security, window, silent_until: None });
        self
    }

    /// One of its robots.
    pub(crate) fn robot(&mut self, token: &str) -> &mut Robot {
        self.robots.get_mut(token).expect("a robot of this simulator")
    }

    fn send(&mut self, request: &Request, now: DateTime<Utc>) -> Result<Posted, Refusal> {
        let old = self.speaks_of_old;
        // facts 3.3: "43002 needs POST (probed), 43004 bad Content-Type"
        if request.method != "POST" {
            return Err((43002, "HTTP method of the request must be POST"));
        }
        if !request.is_json() {
            return Err((43004, "无效的HTTP HEADER Content-Type"));
        }
        // facts 3.3: "88 blank token [1]", "300005 "token is not exist" (probed 2026-09); 300001 same text"
        let token = request.parameter("access_token").unwrap_or_default();
        if token.is_empty() {
            return Err((88, "access_token is blank"));
        }
        let missing = if old { 300_001 } else { 300_005 };
        let robot = self.robots.get_mut(&token).ok_or((missing, "token is not exist"))?;
        if let Some(refuses) = robot.refuses {
            return Err(refuses.told());
        }
        robot.check_rate(now, old)?;
        // The code is [mem]; the words are the facts'.
        if request.body.len() > BODY {
            return Err((460_101, "message too long, exceed 20000 bytes"));
        }
        robot.check_signature(request, now, old)?;
        let body = request.json().ok_or((40035, "缺少参数 json"))?;
        let mut posted = content::read(&body)?;
        robot.check_words(&posted.text, old)?;
        robot.window.take(now);
        posted.robot = token;
        Ok(posted)
    }
}

impl Robot {
    fn check_rate(&mut self, now: DateTime<Utc>, old: bool) -> Result<(), Refusal> {
        if self.silent_until.is_none_or(|until| until <= now) {
            if !self.window.is_full(now) {
                return Ok(());
            }
            self.silent_until = Some(now + SILENCE);
        }
        // facts 3.3: "410100 发送速度太快而限流 (current table) and 130101 send too fast, exceed 20 times per minute (older…)"
        Err(if old {
            (130_101, "send too fast, exceed 20 times per minute")
        } else {
            (410_100, "发送速度太快而限流")
        })
    }

    // facts 3.3: "310000 security failure, four meanings by errmsg: keywords not in content / invalid timestamp / sign not
    // match / ip X.X.X.X not in whitelist; newer form is Chinese "description:机器人发送签名不匹配;solution:...;link:...""
    fn check_signature(&self, request: &Request, now: DateTime<Utc>, old: bool) -> Result<(), Refusal> {
        let secret = match &self.security {
            Security::Sign(secret) | Security::Both(_, secret) => secret,
            Security::Keywords(_) | Security::Addresses { has_ours: true } => return Ok(()),
            Security::Addresses { has_ours: false } => {
                return Err(security(old, "ip 203.0.113.9 not in whitelist", ADDRESS_REFUSED));
            }
        };
        let timestamp = request.parameter("timestamp").unwrap_or_default();
        let now = now.timestamp_millis();
        if !timestamp.parse().is_ok_and(|millis: i64| now.abs_diff(millis) <= HOUR) {
            return Err(security(old, "invalid timestamp", TIME_REFUSED));
        }
        match request.parameter("sign") == Some(sign(&timestamp, secret)) {
            true => Ok(()),
            false => Err(security(old, "sign not match", SIGN_REFUSED)),
        }
    }

    fn check_words(&self, text: &str, old: bool) -> Result<(), Refusal> {
        let (Security::Keywords(keywords) | Security::Both(keywords, _)) = &self.security else {
            return Ok(());
        };
        match keywords.iter().any(|it| text.contains(it.as_str())) {
            true => Ok(()),
            false => Err(security(old, "keywords not in content", WORDS_REFUSED)),
        }
    }
}

const ADDRESS_REFUSED: &str =
    "description:机器人发送IP不在白名单内 203.0.113.9;solution:请将IP加入白名单;link:…";
const TIME_REFUSED: &str =
    "description:机器人发送timestamp无效;solution:请确认时间戳与当前时间相差不超过一小时;link:…";
const SIGN_REFUSED: &str =
    "description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳必须都放在调用的网址中;link:…";
const WORDS_REFUSED: &str = "description:关键词不匹配;solution:请联系群管理员查看此机器人的关键词;link:…";

fn security(old: bool, words: &'static str, new: &'static str) -> Refusal {
    (310_000, if old { words } else { new })
}

// facts 3.3: "stringToSign = timestamp_ms + "\n" + secret; HMAC-SHA256(key=secret, msg=stringToSign); Base64; URL-encode ONCE"
fn sign(timestamp: &str, secret: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, format!("{timestamp}\n{secret}").as_bytes()))
}

impl Refuses {
    fn told(self) -> Refusal {
        // facts 3.3: "400013 group disbanded; 400101 `access_token` does not exist; 400102 robot disabled; … 400106 robot not
        // in group"
        match self {
            Self::Disbanded => (400_013, "群已被解散"),
            Self::Replaced => (400_101, "access_token不存在"),
            Self::Disabled => (400_102, "机器人已停用"),
            Self::NotInGroup => (400_106, "机器人不存在"),
        }
    }
}

impl Vendor for Dingtalk {
    fn answer(&mut self, request: &Request, now: DateTime<Utc>) -> Reply {
        // facts 3.3: "POST https://oapi.dingtalk.com/robot/send?access_token=TOKEN[&timestamp=MS&sign=SIGN]"
        if request.path != "/robot/send" {
            return Reply::refused(404, "<html><h1>404 Not Found</h1></html>");
        }
        // facts 3.3: "HTTP 200 {"errcode":0,"errmsg":"ok"}; errors also HTTP 200 [probed]"
        match self.send(request, now) {
            Ok(posted) => Reply::posted(json!({"errcode": 0, "errmsg": "ok"}).to_string(), posted),
            Err((code, words)) => Reply::refused(200, json!({"errcode": code, "errmsg": words}).to_string()),
        }
    }
}

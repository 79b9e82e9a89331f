//! The custom bot of Feishu, and of Lark, which is the same at another host (facts 3.2).

mod card;
mod content;
mod tests;

use super::{Posted, Reply, Request, Vendor, rate::Window};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use ring::hmac;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

// facts 3.2: "body <=20KB (bytes of JSON)": the narrower reading of KB, so that both are kept [inf].
const BODY: usize = 20_000;
// facts 3.2: "timestamp in SECONDS, within 1 hour"
const HOUR: i64 = 60 * 60;

/// Why something is refused.
#[derive(Debug)]
struct Refusal {
    status: u16,
    code: i64,
    message: &'static str,
}

/// The vendor, with its bots.
#[derive(Debug, Default)]
pub(crate) struct Feishu {
    bots: BTreeMap<String, Bot>,
    /// Say `StatusCode` only when something went well, as some do.
    pub(crate) answers_in_the_old_form: bool,
    /// Call a rate that is exceeded 9499 and not 11232.
    pub(crate) overloads: bool,
}

/// A bot of one group.
#[derive(Debug)]
pub(crate) struct Bot {
    /// It was removed: nobody knows its token any more.
    pub(crate) is_removed: bool,
    /// Its list of addresses does not have ours.
    pub(crate) refuses_address: bool,
    /// One of these must be in what it is to say.
    pub(crate) keywords: Vec<String>,
    /// What is to be signed with.
    pub(crate) secret: Option<String>,
    /// Does the group let bots ping everyone?
    pub(crate) may_ping_everyone: bool,
    minute: Window,
    second: Window,
}

impl Feishu {
    /// With bots of these tokens.
    pub(crate) fn with(tokens: &[&str]) -> Self {
        let bots = tokens.iter().map(|token| ((*token).to_owned(), Bot::new())).collect();
        Self { bots, ..Self::default() }
    }

    /// One of its bots.
    pub(crate) fn bot(&mut self, token: &str) -> &mut Bot {
        self.bots.get_mut(token).expect("a bot of this simulator")
    }

    fn send(&mut self, token: &str, request: &Request, now: DateTime<Utc>) -> Result<Posted, Refusal> {
        let overloads = self.overloads;
        let known = self.bots.get_mut(token).filter(|bot| !bot.is_removed);
        // facts 3.2: "19001 param invalid: incoming webhook access token invalid -> permanent"
        let bot = known.ok_or(refusal(19001, "param invalid: incoming webhook access token invalid"))?;
        if bot.refuses_address {
            // facts 3.2: "19022 Ip Not Allowed -> config"
            return Err(refusal(19022, "Ip Not Allowed"));
        }
        // facts 3.2: "100/min and 5/s per bot per tenant"
        if bot.minute.is_full(now) || bot.second.is_full(now) {
            return Err(too_many(overloads));
        }
        if request.body.len() > BODY {
            return Err(BAD_REQUEST);
        }
        let body = request.json().filter(|_| request.is_json()).ok_or(BAD_REQUEST)?;
        bot.check_signature(&body, now)?;
        let mut posted = content::read(&body)?;
        // facts 3.2: "keywords <=10, at least one must appear in text/title VALUES (href not searched)"
        if !bot.keywords.is_empty() && !bot.keywords.iter().any(|it| posted.text.contains(it.as_str())) {
            return Err(refusal(19024, "Key Words Not Found"));
        }
        // facts 3.2: "@all needs the group to allow it"
        posted.pings.everyone &= bot.may_ping_everyone;
        token.clone_into(&mut posted.robot);
        bot.minute.take(now);
        bot.second.take(now);
        Ok(posted)
    }
}

impl Bot {
    fn new() -> Self {
        Self {
            is_removed: false,
            refuses_address: false,
            keywords: Vec::new(),
            secret: None,
            may_ping_everyone: true,
            minute: Window::new(100, Duration::from_secs(60)),
            second: Window::new(5, Duration::from_secs(1)),
        }
    }

    // facts 3.2: "Put both into the JSON BODY: "timestamp":"1599360473" (string), "sign":"...""
    fn check_signature(&self, body: &Value, now: DateTime<Utc>) -> Result<(), Refusal> {
        let Some(secret) = &self.secret else { return Ok(()) };
        // facts 3.2: "19021 sign match fail or timestamp not within one hour -> config / clock"
        let refused =
            || refusal(19021, "sign match fail or timestamp is not within one hour from current time");
        let timestamp = body["timestamp"].as_str().ok_or_else(refused)?;
        let seconds: i64 = timestamp.parse().map_err(|_| refused())?;
        let is_near = now.timestamp().abs_diff(seconds) <= HOUR.unsigned_abs();
        let is_signed = body["sign"].as_str() == Some(&sign(timestamp, secret));
        if is_near && is_signed { Ok(()) } else { Err(refused()) }
    }
}

// facts 3.2: "key = timestamp + "\n" + secret, HMAC-SHA256 over the EMPTY message, Base64"
fn sign(timestamp: &str, secret: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, format!("{timestamp}\n{secret}").as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, b""))
}

impl Vendor for Feishu {
    fn answer(&mut self, request: &Request, now: DateTime<Utc>) -> Reply {
        // facts 3.2: "POST https://open.feishu.cn/open-apis/bot/v2/hook/TOKEN"
        let Some(token) = request.path.strip_prefix("/open-apis/bot/v2/hook/") else {
            return Reply::refused(404, "404 page not found");
        };
        let sent = match request.method.as_str() {
            "POST" => self.send(token, request, now),
            // [inf]: malformed like any other.
            _ => Err(BAD_REQUEST),
        };
        match sent {
            // facts 3.2: "{"code":0,"msg":"success","data":{}} (+ legacy StatusCode/StatusMessage/Extra; some success
            // bodies have ONLY StatusCode:0 [M])"
            Ok(posted) if self.answers_in_the_old_form => Reply::posted(
                json!({"Extra": null, "StatusCode": 0, "StatusMessage": "success"}).to_string(),
                posted,
            ),
            Ok(posted) => Reply::posted(
                json!({"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"})
                    .to_string(),
                posted,
            ),
            Err(Refusal { status, code, message }) => {
                Reply::refused(status, json!({"code": code, "msg": message, "data": {}}).to_string())
            }
        }
    }
}

// facts 3.2: "9499 is OVERLOADED: "Bad Request" (malformed/too large, permanent)", "9499 seen with HTTP 400 [M]"
const BAD_REQUEST: Refusal = Refusal { status: 400, code: 9499, message: "Bad Request" };

// facts 3.2: "190xx and 11232 come with 200"
const fn refusal(code: i64, message: &'static str) -> Refusal {
    Refusal { status: 200, code, message }
}

fn too_many(overloads: bool) -> Refusal {
    match overloads {
        // facts 3.2: "and "too many request" (rate, retry; nightingale #1437)"
        true => Refusal { status: 400, code: 9499, message: "too many request" },
        // facts 3.2: "11232 "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]" -> retry"
        false => refusal(11232, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"),
    }
}

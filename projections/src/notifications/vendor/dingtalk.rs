//! DingTalk's custom robot (自定义机器人), by “Custom robot access” of its open platform.

use super::{
    Address, Answer, CannotCompose, Notice, Outcome, Outgoing, Verdict,
    answer::{Meaning, Robot, TOO_FAST},
    escape::{self, Form},
    fit::{Room, fit, tell},
    mention::Mentions,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use ring::hmac;
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

/// “message too long, exceed 20000 bytes”.
const MOST: usize = 20_000;
/// Two blanks before it: one newline alone is none in its Markdown.
const NEWLINE: &str = "  \n";

/// Links and cards cannot mention anybody, and have to lead somewhere; otherwise the notice is Markdown.
pub(super) fn compose(
    format: &str,
    address: &Address,
    notice: &Notice,
    now: DateTime<Utc>,
) -> Result<Outgoing, CannotCompose> {
    let mentions = Mentions::of(notice);
    let url = signed(address, now);
    let request = |room| {
        let body = match format {
            "text" => plain(notice, &mentions, room),
            "link" if mentions.is_empty() => link(notice, room),
            "action_card" if mentions.is_empty() => action_card(notice, room),
            _ => None,
        };
        Outgoing::json(url.clone(), &body.unwrap_or_else(|| markdown(notice, &mentions, room)))
    };
    fit(MOST, request, |request| request.body.len())
}

/// 加签: the secret is the key, the time in milliseconds, a newline and the secret are the message. Base64, in the query.
fn signed(address: &Address, now: DateTime<Utc>) -> Url {
    let mut url = address.url.clone();
    if let Some(secret) = address.secrets.first() {
        let timestamp = now.timestamp_millis().to_string();
        // The query writes `+`, `/` and `=` as `%2B`, `%2F` and `%3D`, once.
        url.query_pairs_mut()
            .append_pair("timestamp", &timestamp)
            .append_pair("sign", &sign(&secret.0, &timestamp));
    }
    url
}

fn sign(secret: &str, timestamp: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, format!("{timestamp}\n{secret}").as_bytes()))
}

/// Who is mentioned stands in `at`, and in the text: only there it is highlighted.
fn names(mentions: &Mentions<'_>) -> String {
    let everybody = mentions.all.then_some("所有人");
    let names = mentions.users.iter().chain(&mentions.mobiles).copied().chain(everybody);
    names.map(|name| format!("@{name}")).collect::<Vec<_>>().join(" ")
}

fn at(mentions: &Mentions<'_>) -> Value {
    json!({ "atMobiles": mentions.mobiles, "atUserIds": mentions.users, "isAtAll": mentions.all })
}

#[expect(clippy::unnecessary_wraps, reason = "beside those that cannot always be")]
fn plain(notice: &Notice, mentions: &Mentions<'_>, room: Room) -> Option<Value> {
    let content = tell(notice, Form::Plain, "\n", room).plain(&names(mentions));
    Some(json!({ "msgtype": "text", "text": { "content": content }, "at": at(mentions) }))
}

/// The title is shown in the list of chats only: the text has it as well.
fn markdown(notice: &Notice, mentions: &Mentions<'_>, room: Room) -> Value {
    let told = tell(notice, Form::Markdown, NEWLINE, room);
    let (title, text) = (escape::ours(Form::Plain, &told.title), told.markdown(NEWLINE, &names(mentions)));
    json!({ "msgtype": "markdown", "markdown": { "title": title, "text": text }, "at": at(mentions) })
}

fn link(notice: &Notice, room: Room) -> Option<Value> {
    let told = tell(notice, Form::Plain, "\n", room);
    let (text, url) = told.link?;
    let lines = if told.lines.is_empty() { text } else { told.lines.join("\n") };
    let title = escape::ours(Form::Plain, &told.title);
    Some(json!({ "msgtype": "link", "link": { "title": title, "text": lines, "messageUrl": url } }))
}

fn action_card(notice: &Notice, room: Room) -> Option<Value> {
    let mut told = tell(notice, Form::Markdown, NEWLINE, room);
    let (button, url) = told.link.take()?;
    let (title, text) = (escape::ours(Form::Plain, &told.title), told.markdown(NEWLINE, ""));
    let card = json!({ "title": title, "text": text, "singleTitle": button, "singleURL": url });
    Some(json!({ "msgtype": "actionCard", "actionCard": card }))
}

pub(super) fn judge(answer: &Answer) -> Verdict {
    Robot {
        name: "DingTalk",
        // Above 20 a minute it hears nothing for ten.
        rest: Duration::from_secs(600),
        code: |json| json.get("errcode")?.as_i64(),
        words: "errmsg",
        meaning,
    }
    .judge(answer)
}

fn meaning(code: i64, words: &str) -> Option<Meaning> {
    use Outcome::{Configuration, Payload, Retry};
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    Some(match code {
        -1 => (Retry, "DingTalk is busy."),
        410_100 | 130_101 => TOO_FAST,
        // One code for four things; the newer words are Chinese.
        310_000 if has(&["keyword", "关键词"]) => (
            Configuration,
            "The robot lets through only what has one of its keywords: add 留言 (or “message”) to them.",
        ),
        // Its advice names the time as well.
        310_000 if has(&["签名不匹配"]) => SIGNATURE,
        310_000 if has(&["timestamp", "时间戳"]) => (
            Configuration,
            "The robot finds the time of the signature wrong: set this machine's clock, it may be off by less than an hour.",
        ),
        310_000 if has(&["sign", "签名"]) => SIGNATURE,
        310_000 if has(&["whitelist", "白名单"]) => (
            Configuration,
            "The robot has a list of addresses that may call it, and this machine's is not on it: add it in the robot's settings.",
        ),
        310_000 => (
            Configuration,
            "The robot's security settings refuse this: compare keywords, secret and addresses with the channel's.",
        ),
        // Documents disagree on what this code is; its words do not.
        300_001 if has(&["token"]) => NO_TOKEN,
        300_005 | 400_101 | 88 => NO_TOKEN,
        400_013 => {
            (Configuration, "The robot's group is disbanded. Give the channel the address of another robot.")
        }
        400_102 => (Configuration, "The robot is disabled. Enable it in its group, then resume the channel."),
        400_106 => (
            Configuration,
            "The robot is not in its group. Add it again, or give the channel another address.",
        ),
        400_105 | 40035 | 43002 | 43004 => (Payload, "DingTalk does not take this notice as it is."),
        430_101 => (Payload, "DingTalk finds a link of this notice unsafe."),
        430_102..=430_104 => (Payload, "DingTalk objects to what this notice says."),
        90030 => (Retry, "The robot was sent as much as it takes in a day."),
        _ => return None,
    })
}

const SIGNATURE: Meaning = (
    Outcome::Configuration,
    "The signature is not the robot's: give the channel the secret that the robot shows (加签).",
);
const NO_TOKEN: Meaning = (
    Outcome::Configuration,
    "The robot's address is not valid: was it removed from its group? Give the channel the address of another robot.",
);

//! Feishu's and Lark's custom bot (自定义机器人), by “Use bots in groups” of their developers' guides.

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

/// “The request body must not exceed 20 KB”, of which we count a thousand bytes each.
const MOST: usize = 20_000;

pub(super) fn compose(
    format: &str,
    address: &Address,
    notice: &Notice,
    now: DateTime<Utc>,
) -> Result<Outgoing, CannotCompose> {
    let signature = address.secrets.first().map(|secret| {
        let timestamp = now.timestamp().to_string();
        (sign(&secret.0, &timestamp), timestamp)
    });
    let mentions = Mentions::of(notice);
    let request = |room| {
        let mut body = match format {
            "text" => plain(notice, &mentions, room),
            "post" => post(notice, &mentions, room),
            _ => card(notice, &mentions, room),
        };
        if let Some((sign, timestamp)) = &signature {
            body["timestamp"] = json!(timestamp);
            body["sign"] = json!(sign);
        }
        Outgoing::json(address.url.clone(), &body)
    };
    fit(MOST, request, |request| request.body.len())
}

/// “Signature verification”: timestamp, newline and secret are the key, and nothing is the message. Base64, in the body.
fn sign(secret: &str, timestamp: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, format!("{timestamp}\n{secret}").as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, b""))
}

/// Its ids only: there is no mention by telephone. Who is not in the group is shown by what stands between the tags.
fn plain(notice: &Notice, mentions: &Mentions<'_>, room: Room) -> Value {
    let user = |id: &&str| format!("<at user_id=\"{id}\">{id}</at>");
    let everybody = mentions.all.then(|| "<at user_id=\"all\">all</at>".to_owned());
    let names: Vec<String> = mentions.users.iter().map(user).chain(everybody).collect();
    let text = tell(notice, Form::Plain, "\n", room).plain(&names.join(" "));
    json!({ "msg_type": "text", "content": { "text": text } })
}

fn post(notice: &Notice, mentions: &Mentions<'_>, room: Room) -> Value {
    let told = tell(notice, Form::Plain, "\n", room);
    let text = |text: &String| json!([{ "tag": "text", "text": text }]);
    let mut content: Vec<Value> = told.lines.iter().map(text).collect();
    content.extend(told.link.map(|(text, href)| json!([{ "tag": "a", "text": text, "href": href }])));
    let everybody = mentions.all.then_some("all");
    let user = |id| json!({ "tag": "at", "user_id": id });
    let names: Vec<Value> = mentions.users.iter().copied().chain(everybody).map(user).collect();
    if !names.is_empty() {
        content.push(names.into());
    }
    let title = escape::ours(Form::Plain, &told.title);
    json!({ "msg_type": "post", "content": { "post": { "zh_cn": { "title": title, "content": content } } } })
}

/// A card of the first version, which every client shows.
fn card(notice: &Notice, mentions: &Mentions<'_>, room: Room) -> Value {
    let told = tell(notice, Form::Markdown, "\n", room);
    let user = |id: &str| format!("<at id={id}></at>");
    let names: Vec<String> =
        mentions.users.iter().copied().chain(mentions.all.then_some("all")).map(user).collect();
    let text = |content: String| json!({ "tag": "div", "text": { "tag": "lark_md", "content": content } });
    let parts = [told.lines.join("\n"), names.join(" ")];
    let mut elements: Vec<Value> = parts.into_iter().filter(|part| !part.is_empty()).map(text).collect();
    elements.extend(told.link.map(|(text, url)| {
        let text = json!({ "tag": "plain_text", "content": text });
        let button = json!({ "tag": "button", "text": text, "type": "primary", "url": url });
        json!({ "tag": "action", "actions": [button] })
    }));
    let title = json!({ "tag": "plain_text", "content": escape::ours(Form::Plain, &told.title) });
    json!({ "msg_type": "interactive", "card": {
        "config": { "wide_screen_mode": true },
        "header": { "template": "blue", "title": title },
        "elements": elements,
    } })
}

pub(super) fn judge(name: &'static str, answer: &Answer) -> Verdict {
    Robot {
        name,
        rest: Duration::from_secs(65),
        // Some answers have both, old ones only the second.
        code: |json| match json.get("code") {
            Some(code) => code.as_i64(),
            None => json.get("StatusCode")?.as_i64(),
        },
        words: "msg",
        meaning,
    }
    .judge(answer)
}

fn meaning(code: i64, words: &str) -> Option<Meaning> {
    use Outcome::{Configuration, Payload};
    Some(match code {
        11232 => TOO_FAST,
        // One code for two things.
        9499 if words.contains("too many") => TOO_FAST,
        9499 if words.contains("bad request") => (Payload, "The bot does not take this notice as it is."),
        19001 => (
            Configuration,
            "The bot's address is not valid: was it removed from its group? Give the channel the address of another bot.",
        ),
        19007 => (Configuration, "The bot is not enabled. Enable it in its group, then resume the channel."),
        19021 => (
            Configuration,
            "The signature is not the bot's: give the channel the secret that the bot shows; and see that this machine's clock is right, it may be off by less than an hour.",
        ),
        19022 => (
            Configuration,
            "The bot has a list of addresses that may call it, and this machine's is not on it: add it in the bot's settings.",
        ),
        19024 => (
            Configuration,
            "The bot lets through only what has one of its keywords: add 留言 (or “message”) to them.",
        ),
        200_621 | 11246 => (Payload, "The bot does not take this card as it is."),
        _ => return None,
    })
}

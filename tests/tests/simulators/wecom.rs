//! `WeCom`'s group robot (消息推送, page 91770; facts 3.1).

mod cards;
mod files;
mod tests;

use super::{Pings, Posted, Reply, Request, Vendor, markup, rate::Window};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

// facts 3.1: "text: content <=2048 BYTES UTF-8"
const TEXT: usize = 2048;
// facts 3.1: "markdown: content <=4096 bytes", "markdown_v2: <=4096 bytes"
const MARKDOWN: usize = 4096;

/// Why something is refused.
type Refusal = (i64, String);

/// The vendor, with its robots and what they uploaded.
#[derive(Debug, Default)]
pub(crate) struct Wecom {
    robots: BTreeMap<String, Robot>,
    media: Vec<files::Media>,
}

/// A robot of one group.
#[derive(Debug)]
pub(crate) struct Robot {
    /// Why it refuses everything, while it does.
    pub(crate) refuses: Option<Refuses>,
    window: Window,
}

/// What may be the matter with a robot.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refuses {
    /// It was removed, or its key changed.
    Removed,
    /// It was stopped.
    Stopped,
    /// It is in no group any more.
    NotInGroup,
}

impl Wecom {
    /// With robots of these keys.
    pub(crate) fn with(keys: &[&str]) -> Self {
        let robots = keys.iter().map(|key| ((*key).to_owned(), Robot::new()));
        Self { robots: robots.collect(), media: Vec::new() }
    }

    /// One of its robots.
    pub(crate) fn robot(&mut self, key: &str) -> &mut Robot {
        self.robots.get_mut(key).expect("a robot of this simulator")
    }

    fn send(&mut self, key: &str, request: &Request, now: DateTime<Utc>) -> Result<Posted, Refusal> {
        // facts 3.1: "20 messages / minute / robot", "45009 api freq out of limit"
        if self.robot(key).window.is_full(now) {
            return Err((45009, "api freq out of limit".to_owned()));
        }
        let body =
            request.json().filter(|_| request.is_json()).ok_or_else(|| invalid("data format error"))?;
        let kind = body["msgtype"].as_str().ok_or_else(|| invalid("msgtype is missing"))?;
        let content = body.get(kind).ok_or_else(|| invalid(&format!("{kind} is missing")))?;
        let mut posted = match kind {
            "text" => text(content)?,
            "markdown" => markdown(content)?,
            "markdown_v2" => markdown_v2(content)?,
            "image" => files::image(content)?,
            "news" => cards::news(content)?,
            "file" | "voice" => files::file(&self.media, key, kind, content, now)?,
            "template_card" => cards::template(content)?,
            _ => return Err(invalid("msgtype is unknown")),
        };
        key.clone_into(&mut posted.robot);
        self.robot(key).window.take(now);
        Ok(posted)
    }
}

impl Robot {
    fn new() -> Self {
        Self { refuses: None, window: Window::new(20, Duration::from_secs(60)) }
    }

    /// Somebody else posts so much with it.
    pub(crate) fn use_up(&mut self, count: usize, now: DateTime<Utc>) {
        (0..count).for_each(|_| self.window.take(now));
    }
}

impl Vendor for Wecom {
    fn answer(&mut self, request: &Request, now: DateTime<Utc>) -> Reply {
        let is_upload = match (request.method.as_str(), request.path.as_str()) {
            // facts 3.1: "URL POST …/cgi-bin/webhook/send?key=KEY", "POST /cgi-bin/webhook/upload_media?key=KEY&type=file|voice"
            ("POST", "/cgi-bin/webhook/send") => false,
            ("POST", "/cgi-bin/webhook/upload_media") => true,
            // [inf]: as DingTalk's 43002.
            (_, "/cgi-bin/webhook/send" | "/cgi-bin/webhook/upload_media") => {
                return refused(&(43002, "require POST method".to_owned()));
            }
            _ => return Reply::refused(404, "<html><h1>404 Not Found</h1></html>"),
        };
        let key = request.parameter("key").unwrap_or_default();
        let refuses = self.robots.get(&key).map_or(Some(Refuses::Removed), |robot| robot.refuses);
        if let Some(refuses) = refuses {
            return refused(&refuses.told());
        }
        if is_upload {
            return match files::upload(&mut self.media, &key, request, now) {
                Ok(answer) => Reply::taken(answer.to_string()),
                Err(refusal) => refused(&refusal),
            };
        }
        match self.send(&key, request, now) {
            Ok(posted) => Reply::posted(json!({"errcode": 0, "errmsg": "ok"}).to_string(), posted),
            Err(refusal) => refused(&refusal),
        }
    }
}

impl Refuses {
    fn told(self) -> Refusal {
        match self {
            // facts 3.1: "93000 invalid webhook url (bad/removed key; errmsg has hint:[..], from ip, more info url)"
            Self::Removed => (
                93000,
                "invalid webhook url, hint: [1790000000_1_0123456789abcdef], from ip: 203.0.113.9, more info at \
                 https://open.work.weixin.qq.com/devtool/query?e=93000"
                    .to_owned(),
            ),
            // facts 3.1: "[mem, unchecked]: … 93004 robot stopped, 93008 not in group"
            Self::Stopped => (93004, "webhook robot is stopped".to_owned()),
            Self::NotInGroup => (93008, "webhook robot is not in group".to_owned()),
        }
    }
}

fn text(content: &Value) -> Result<Posted, Refusal> {
    let text = bounded("text", content, TEXT)?;
    let mut pings = in_content(text);
    // facts 3.1: "mentioned_list [userid|"@all"]; mentioned_mobile_list [mobile|"@all"]"
    for id in names(content, "mentioned_list")? {
        pings.user(&id, "@all");
    }
    for mobile in names(content, "mentioned_mobile_list")? {
        match mobile == "@all" {
            true => pings.everyone = true,
            false => pings.mobiles.push(mobile),
        }
    }
    Ok(Posted { text: text.to_owned(), pings, ..Posted::default() })
}

// facts 3.1: "mentioned_list is NOT part of markdown": nobody is pinged by the field.
fn markdown(content: &Value) -> Result<Posted, Refusal> {
    let text = bounded("markdown", content, MARKDOWN)?;
    let (pings, links) = (in_content(text), markup::links(text));
    Ok(Posted { text: text.to_owned(), pings, links, ..Posted::default() })
}

// facts 3.1: "markdown_v2: … NO font colour, NO @mention"
fn markdown_v2(content: &Value) -> Result<Posted, Refusal> {
    let text = bounded("markdown_v2", content, MARKDOWN)?;
    Ok(Posted { text: text.to_owned(), links: markup::links(text), ..Posted::default() })
}

// facts 3.1: "In-content mention <@userid> works in text and markdown."
fn in_content(text: &str) -> Pings {
    let mut pings = Pings::default();
    for id in markup::mentions(text, "<@") {
        pings.user(id, "all");
    }
    pings
}

// facts 3.1: "40058 invalid param / "markdown.content exceed max length 4096" (also text)"
fn bounded<'a>(kind: &str, content: &'a Value, most: usize) -> Result<&'a str, Refusal> {
    let text = word(content, "content")?;
    match text.len() > most {
        true => Err(invalid(&format!("{kind}.content exceed max length {most}"))),
        false => Ok(text),
    }
}

/// A text that has to be there.
fn word<'a>(of: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    let text = of[name].as_str().filter(|text| !text.is_empty());
    text.ok_or_else(|| invalid(&format!("{name} is missing")))
}

fn names(of: &Value, name: &str) -> Result<Vec<String>, Refusal> {
    let listed = of.get(name).map(|it| serde_json::from_value(it.clone()));
    listed
        .transpose()
        .map(Option::unwrap_or_default)
        .map_err(|_| invalid(&format!("{name} is no list of texts")))
}

fn invalid(why: &str) -> Refusal {
    (
        40058,
        format!(
            "invalid Request Parameter: {why}, hint: [1790000000_2_fedcba9876543210], from ip: 203.0.113.9"
        ),
    )
}

// facts 3.1: "Response: always HTTP 200 JSON …; failures are HTTP 200 + errcode!=0 [M]"
fn refused((code, message): &Refusal) -> Reply {
    Reply::refused(200, json!({"errcode": code, "errmsg": message}).to_string())
}

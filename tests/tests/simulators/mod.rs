//! The vendors of chat robots as they answer, on a port of this machine, with a clock of the test's own.
//!
//! A simulator holds to its vendor's rules, each of which cites the facts that were gathered from the vendor's pages. It
//! keeps every request, and what the group would have seen of it: a test asks afterwards what arrived and who was pinged.
//! A fact marked [mem] or [inf] has not been read in a page of the vendor.

pub(crate) mod dingtalk;
pub(crate) mod feishu;
mod hand;
mod line;
pub(crate) mod mail;
mod markup;
mod odd;
pub(crate) mod packages;
mod rate;
mod server;
pub(crate) mod slack;
pub(crate) mod sms;
pub(crate) mod webhook;
pub(crate) mod wecom;

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use serde_json::Value;

pub(crate) use odd::{Odd, Odds};
pub(crate) use server::Simulator;

/// How a vendor answers.
pub(crate) trait Vendor: Send + 'static {
    /// Whether a status of 2xx is all that its clients look at; with the others the body decides.
    const IS_JUDGED_BY_STATUS: bool = false;

    /// The answer to a request that came at this time.
    fn answer(&mut self, request: &Request, now: DateTime<Utc>) -> Reply;
}

/// A request, whole.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// As it stood in the address, nothing decoded.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// A parameter of the address, decoded once, as a form's field is: a bare `+` is a blank.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let url = reqwest::Url::parse(&format!("http://here/?{}", self.query)).ok()?;
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// A header, when it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Does it say of itself that it is JSON, and in UTF-8 if it names an encoding?
    pub(crate) fn is_json(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default().to_ascii_lowercase();
        let (kind, parameters) = kind.split_once(';').unwrap_or((&kind, ""));
        let charset = parameters.trim().strip_prefix("charset=").unwrap_or("utf-8");
        kind.trim() == "application/json" && charset == "utf-8"
    }
}

/// An answer, and what became of the request.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) is_accepted: bool,
    pub(crate) posted: Option<Posted>,
}

impl Reply {
    /// Not taken.
    pub(crate) fn refused(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), is_accepted: false, posted: None }
    }

    /// Taken, without anybody seeing anything.
    pub(crate) fn taken(body: impl Into<String>) -> Self {
        Self { is_accepted: true, ..Self::refused(200, body) }
    }

    /// Taken and shown.
    pub(crate) fn posted(body: impl Into<String>, posted: Posted) -> Self {
        Self { posted: Some(posted), ..Self::taken(body) }
    }

    /// With this header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What a group sees of a request, and what it does to them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Posted {
    /// The key or token of the robot, or the id of a generic webhook's message.
    pub(crate) robot: String,
    /// All words that are shown, one piece a line, with their markup.
    pub(crate) text: String,
    pub(crate) pings: Pings,
    /// Where somebody who clicks would get to.
    pub(crate) links: Vec<String>,
    /// An image or a file, as the group would open it.
    pub(crate) file: Option<Vec<u8>>,
}

/// Whose telephone rings.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pings {
    pub(crate) everyone: bool,
    pub(crate) users: Vec<String>,
    pub(crate) mobiles: Vec<String>,
}

impl Pings {
    /// Is everybody left in peace?
    pub(crate) fn is_nobody(&self) -> bool {
        *self == Self::default()
    }

    /// One more, by an id that the vendor may read as everyone.
    pub(crate) fn user(&mut self, id: &str, everyone: &str) {
        match id == everyone {
            true => self.everyone = true,
            false => self.users.push(id.to_owned()),
        }
    }
}

/// A request as it was kept.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) at: DateTime<Utc>,
    pub(crate) request: Request,
    /// What was answered, if it was the vendor that answered, or the oddity in its place.
    pub(crate) answer: Result<(u16, String), Odd>,
    /// Did it count? What was not accepted must never be told as delivered.
    pub(crate) is_accepted: bool,
    pub(crate) posted: Option<Posted>,
}

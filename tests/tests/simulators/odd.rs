//! Answers that no page of a vendor promises and that were seen all the same, and those of machines between.

mod tests;

use crate::kill::random::Random;
use axum::{
    body::Body,
    http::{Response, header},
};
use futures_util::{StreamExt, stream};
use std::{collections::VecDeque, convert::Infallible, io};

/// An answer in the place of the vendor's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Odd {
    /// `StatusCode` and no `code`. 0 is success for Feishu, and says nothing anywhere else.
    StatusOnly(i64),
    /// DingTalk's gateway: status 1111 and no `errcode`.
    Punished,
    /// Status 200 and a code that is not 0.
    Code { field: &'static str, code: i64, words: &'static str },
    /// A page for people, with status 200.
    Html,
    /// Status 200 and nothing.
    Empty,
    /// Status 200 and 10 MB.
    Huge,
    /// No answer, ever; the connection stays.
    Silence,
    /// No answer: the connection breaks.
    HangUp,
    /// Status 200, half of a body, and the connection breaks.
    CutOff,
    /// The request counts, and the connection breaks before the answer.
    Lost,
    /// The request counts, and there is no answer, ever; the connection stays.
    Swallowed,
    /// Only a status, and a page that a proxy would put with it.
    Status(u16),
    /// Status 429, with this `Retry-After`.
    TooMany(&'static str),
    /// Status 302, to this address.
    Elsewhere(String),
}

impl Odd {
    /// Did the receiver take the request, for all that the sender can know?
    pub(super) fn is_acceptance(&self, is_judged_by_status: bool) -> bool {
        match self {
            Self::Lost | Self::Swallowed => true,
            Self::Silence | Self::HangUp | Self::Status(_) | Self::TooMany(_) | Self::Elsewhere(_) => false,
            Self::StatusOnly(_)
            | Self::Punished
            | Self::Code { .. }
            | Self::Html
            | Self::Empty
            | Self::Huge
            | Self::CutOff => is_judged_by_status,
        }
    }

    /// Is there no answer, and the connection stays?
    pub(super) fn is_silent(&self) -> bool {
        matches!(self, Self::Silence | Self::Swallowed)
    }

    /// The answer; `None` where there is none.
    pub(super) fn response(&self) -> Option<Response<Body>> {
        let json = |text: String| with(200, "application/json", text.into());
        Some(match self {
            // facts 3.2: "some success bodies have ONLY StatusCode:0 [M]"
            Self::StatusOnly(code) => json(format!(r#"{{"StatusCode":{code},"StatusMessage":"success"}}"#)),
            // facts 3.3: "Gateway throttle may answer a non-standard body {"status":1111,"wait":5,…}: no errcode"
            Self::Punished => json(r#"{"status":1111,"wait":5,"source":"x5","punish":"deny"}"#.into()),
            Self::Code { field, code, words } => {
                json(serde_json::json!({*field: code, "errmsg": words, "msg": words}).to_string())
            }
            Self::Html => with(200, "text/html", "<html><body><h1>It works!</h1></body></html>".into()),
            Self::Empty => with(200, "application/json", Body::empty()),
            Self::Huge => with(200, "application/json", huge()),
            Self::CutOff => with(200, "application/json", half()),
            Self::Status(status) => with(*status, "text/html", format!("<h1>{status}</h1>").into()),
            Self::TooMany(after) => and(with(429, "text/plain", Body::empty()), header::RETRY_AFTER, after),
            Self::Elsewhere(address) => and(with(302, "text/html", Body::empty()), header::LOCATION, address),
            Self::Silence | Self::Swallowed | Self::HangUp | Self::Lost => return None,
        })
    }
}

/// Which of the next answers are odd.
#[derive(Debug)]
pub(crate) enum Odds {
    /// These, one after the other; then none.
    Next(VecDeque<Odd>),
    /// So many in a hundred, each one of these.
    Random { chance: u64, of: Vec<Odd>, random: Random },
}

impl Odds {
    /// These, one after the other; then the vendor answers.
    pub(crate) fn next(odd: impl IntoIterator<Item = Odd>) -> Self {
        Self::Next(odd.into_iter().collect())
    }

    /// So many in a hundred, by chance that can be had again.
    pub(crate) fn random(seed: u64, chance: u64, of: Vec<Odd>) -> Self {
        Self::Random { chance, of, random: Random::new(seed) }
    }

    pub(super) fn draw(&mut self) -> Option<Odd> {
        match self {
            Self::Next(next) => next.pop_front(),
            Self::Random { chance, of, random } => {
                random.percent(*chance).then(|| random.pick(of).cloned()).flatten()
            }
        }
    }
}

/// What there is of 10 MB: more than anybody should read.
pub(crate) const HUGE: usize = 10 << 20;

fn huge() -> Body {
    const PIECE: usize = 8 << 10;
    let piece: &[u8] = &[b' '; PIECE];
    Body::from_stream(stream::iter((0..HUGE / PIECE).map(move |_| Ok::<_, Infallible>(piece))))
}

fn half() -> Body {
    let half = stream::iter([Ok(r#"{"errcode":0,"err"#)]);
    // What is there is sent before the rest is waited for.
    let end = stream::once(async {
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    Body::from_stream(half.chain(end))
}

fn with(status: u16, kind: &str, body: Body) -> Response<Body> {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, kind);
    response.body(body).expect("an answer")
}

fn and(mut response: Response<Body>, name: header::HeaderName, value: &str) -> Response<Body> {
    response.headers_mut().insert(name, value.parse().expect("a header's value"));
    response
}

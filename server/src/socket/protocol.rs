//! graphql-transport-ws, to the letter: its messages, and why a socket is closed.

use async_graphql::{Response, ServerError};
use axum::extract::ws::{CloseFrame, Message};
use serde::Deserialize;
use serde_json::{Value, json};

/// The sub-protocol's name.
pub(super) const NAME: &str = "graphql-transport-ws";
/// What a close frame has room for beside its code.
const LONGEST_REASON: usize = 123;

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Value>,
    },
    Ping {
        #[serde(default)]
        payload: Option<Value>,
    },
    Pong {},
    Subscribe {
        id: String,
        payload: Wanted,
    },
    Complete {
        id: String,
    },
}

/// What is subscribed to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    pub(super) query: String,
    #[serde(default)]
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    pub(super) variables: Option<serde_json::Map<String, Value>>,
}

/// Why a socket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    code: u16,
    reason: String,
}

impl Close {
    pub(super) fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        let mut end = reason.len().min(LONGEST_REASON);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        reason.truncate(end);
        Self { code, reason }
    }

    pub(super) fn code(&self) -> u16 {
        self.code
    }

    pub(super) fn bad(what: impl Into<String>) -> Self {
        Self::new(4400, what)
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    pub(super) fn forbidden() -> Self {
        Self::new(4403, "Forbidden")
    }

    pub(super) fn late() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    pub(super) fn taken(id: &str) -> Self {
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    pub(super) fn again() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    pub(super) fn going() -> Self {
        Self::new(1001, "the server ends; connect again")
    }
}

impl From<Close> for Message {
    fn from(Close { code, reason }: Close) -> Self {
        Self::Close(Some(CloseFrame { code, reason: reason.into() }))
    }
}

/// Reads a message; one that is none closes the socket.
pub(super) fn read(text: &str) -> Result<Said, Close> {
    let said = serde_json::from_str(text);
    said.map_err(|error| Close::bad(format!("not a message of {NAME}: {error}")))
}

pub(super) fn acknowledged() -> Message {
    text(&json!({"type": "connection_ack"}))
}

pub(super) fn pong(payload: Option<Value>) -> Message {
    text(&match payload {
        Some(payload) => json!({"type": "pong", "payload": payload}),
        None => json!({"type": "pong"}),
    })
}

pub(super) fn next(id: &str, answer: &Response) -> Message {
    text(&json!({"id": id, "type": "next", "payload": answer}))
}

pub(super) fn error(id: &str, errors: &[ServerError]) -> Message {
    text(&json!({"id": id, "type": "error", "payload": errors}))
}

pub(super) fn complete(id: &str) -> Message {
    text(&json!({"id": id, "type": "complete"}))
}

fn text(value: &Value) -> Message {
    Message::text(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_into_its_frame_whatever_it_names() {
        let Close { reason, .. } = Close::taken(&"订".repeat(100));
        assert!(reason.len() <= LONGEST_REASON && reason.starts_with("Subscriber for 订"));
    }

    #[test]
    fn what_is_no_message_is_a_bad_request() {
        for text in ["", "null", "[]", "{}", r#"{"type":"start"}"#, r#"{"type":"subscribe","id":1}"#] {
            assert_eq!(read(text).err().map(|close| close.code), Some(4400), "{text}");
        }
        assert!(read(r#"{"type":"connection_init","payload":null}"#).is_ok());
    }
}

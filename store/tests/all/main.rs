//! What the store promises, each scenario on both databases.

mod append;
mod batches;
mod credentials;
mod destroy;
mod follow;
mod limits;
mod losers;
mod many;
mod once;
mod personal;
mod rebuild;
mod settle;
mod setup;
mod within;

use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{Append, NewEvent, Stood, StreamAppend, StreamKey};

/// An event that says something in the clear and something about a person.
fn said(words: &str) -> NewEvent {
    let payload = json!({"Said": {"count": 1, "words": {"$personal": {"clear": words}}}});
    NewEvent { event_type: "Said".into(), event_version: "1".into(), payload, by: None }
}

/// An event of any payload, without personal data.
fn plain(payload: Value) -> NewEvent {
    NewEvent { event_type: "Plain".into(), event_version: "1".into(), payload, by: None }
}

fn key(id: &str) -> StreamKey {
    StreamKey { id: format!("test/{id}"), parent: None }
}

fn stream(id: &str, after: i64, events: Vec<NewEvent>) -> StreamAppend {
    let after = Stood::at(after);
    StreamAppend {
        aggregate_type: "Test",
        aggregate_id: id.into(),
        after,
        key: Some(key(id)),
        events,
        then: None,
    }
}

fn append(streams: Vec<StreamAppend>) -> Append {
    Append {
        streams,
        metadata: BTreeMap::from([("actor".to_owned(), "system:test".to_owned())]),
        reservations: vec![],
        credentials: vec![],
        idempotency: None,
    }
}

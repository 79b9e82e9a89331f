//! From a decision to rows: ids, keys, seals. In the caller's own task, so that batches wait for none of it.

use super::{
    Append, NewEvent, Stood, StreamAppend,
    command::{Command, EventRow, Stand},
};
use crate::{
    accounts::CredentialRow,
    error::{AppendError, StoreError},
    keys::KeyPlan,
    random,
    seal::{self, Place},
    store::Store,
};
use std::collections::BTreeMap;
use uuid::Uuid;

impl Store {
    /// Seals what was decided. A retry comes through here again: its places are others, so its seals are too. Its events
    /// get the ids that are given, in their order, and fresh ones after these.
    pub(crate) async fn prepared(&self, append: Append, given: Vec<Uuid>) -> Result<Command, AppendError> {
        let mut given = given.into_iter();
        let mut ids = || given.next().unwrap_or_else(|| random::uuid(self.clock().now()));
        let plan = KeyPlan::make(self, &append.streams).await?;
        let mut command = Command {
            stands: Vec::with_capacity(append.streams.len()),
            events: Vec::new(),
            metadata: serde_json::json!(append.metadata).to_string(),
            living: Vec::new(),
            new_keys: Vec::new(),
            reservations: append.reservations,
            credentials: append.credentials,
            idempotency: append.idempotency,
            id: String::new(),
            version: 0,
        };
        let under = append.streams.last().and_then(|stream| stream.key.as_ref()).map(|key| key.id.clone());
        for credential in &mut command.credentials {
            if let CredentialRow::Upload(upload) = credential {
                upload.wrap(self, under.as_deref(), &plan).await?;
            }
        }
        for mut stream in append.streams {
            let mut events = std::mem::take(&mut stream.events);
            let first = command.events.len();
            let by: Vec<_> = events.iter_mut().map(|event| event.by.take()).collect();
            let then = seal_events(&stream, events, &plan, (&mut command.events, &mut ids))?;
            for (row, by) in command.events[first..].iter_mut().zip(by) {
                row.metadata = by.map(|by| done_by(by, &append.metadata));
            }
            command.id.clone_from(&stream.aggregate_id);
            command.version = then.sequence;
            command.stands.push(Stand {
                stream: (stream.aggregate_type, stream.aggregate_id),
                at: stream.after,
                then,
                known: stream.then,
            });
        }
        (command.living, command.new_keys) = plan.finish();
        Ok(command)
    }
}

/// The metadata of a command, of an event that somebody else did.
fn done_by(by: String, metadata: &BTreeMap<String, String>) -> String {
    let mut metadata = metadata.clone();
    metadata.insert("actor".to_owned(), by);
    serde_json::json!(metadata).to_string()
}

/// Adds a stream's rows, and says where it stands after them.
fn seal_events(
    stream: &StreamAppend,
    events: Vec<NewEvent>,
    plan: &KeyPlan,
    (rows, ids): (&mut Vec<EventRow>, &mut dyn FnMut() -> Uuid),
) -> Result<Stood, AppendError> {
    let mut then = stream.after;
    for event in events {
        let event_id = ids();
        then = Stood { sequence: then.sequence + 1, event_id: Some(event_id) };
        let mut payload = event.payload;
        let key = stream.key.as_ref().and_then(|key| Some((key.id.as_str(), plan.key(&key.id)?)));
        if let Some((key_id, key)) = key {
            let place = Place {
                aggregate_type: stream.aggregate_type,
                aggregate_id: &stream.aggregate_id,
                sequence: then.sequence,
                event_id,
                event_type: &event.event_type,
                event_version: &event.event_version,
            };
            seal::seal(&mut payload, &place, key_id, key);
        }
        if seal::has_clear(&payload) {
            let what = format!("{} would be written in the clear: its stream has no key", event.event_type);
            return Err(StoreError::Setup(what).into());
        }
        rows.push(EventRow {
            aggregate_type: stream.aggregate_type,
            aggregate_id: stream.aggregate_id.clone(),
            sequence: then.sequence,
            event_type: event.event_type,
            event_version: event.event_version,
            payload: payload.to_string(),
            metadata: None,
            event_id,
        });
    }
    Ok(then)
}

//! An event as the log has it.

use crate::{error::StoreError, place, seal, sql::Row};
use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    any::Any,
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};
use uuid::Uuid;

/// An event as it was recorded. What it says is read when it is asked for: a view reads its own aggregate's events only.
#[derive(Clone)]
pub struct RecordedEvent {
    /// Its place in the log: 1, 2, 3, … without a hole.
    pub position: i64,
    /// Its id, made before it was appended.
    pub event_id: Uuid,
    /// When the log took it; rises with the position.
    pub recorded_at: DateTime<Utc>,
    /// The type of its aggregate, such as `Message`.
    pub aggregate_type: String,
    /// The id of its aggregate.
    pub aggregate_id: String,
    /// Its place in the aggregate's stream: 1, 2, 3, …
    pub sequence: i64,
    /// What happened, such as `MessageReplied`.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: String,
    payload: String,
    /// As it was read first: several views read the same event.
    shared: OnceLock<Arc<dyn Any + Send + Sync>>,
    metadata: String,
}

/// Where and what, never what was said.
impl std::fmt::Debug for RecordedEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {}/{}#{} @{}",
            self.event_type, self.aggregate_type, self.aggregate_id, self.sequence, self.position
        )
    }
}

/// The columns that [`RecordedEvent`] is read from.
pub(crate) const COLUMNS: &str = "position, event_id, recorded_at, aggregate_type, aggregate_id, sequence, \
     event_type, event_version, payload, metadata";

/// Microseconds since 1970 as an instant.
pub fn micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

impl RecordedEvent {
    pub(crate) fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            position: row.int("position")?,
            event_id: Uuid::from_slice(&row.bytes("event_id")?).unwrap_or_default(),
            recorded_at: micros(row.int("recorded_at")?),
            aggregate_type: row.text("aggregate_type")?,
            aggregate_id: row.text("aggregate_id")?,
            sequence: row.int("sequence")?,
            event_type: row.text("event_type")?,
            event_version: row.text("event_version")?,
            payload: row.text("payload")?,
            shared: OnceLock::new(),
            metadata: row.text("metadata")?,
        })
    }

    /// The event, as the aggregate's event type reads it. Personal data in it is sealed, each value bound to where it
    /// stands, until `Store::open_personal` is asked for it.
    pub fn payload(&self) -> Result<Value, StoreError> {
        self.read()
    }

    /// The same, as the type that reads it.
    pub fn read<E: DeserializeOwned>(&self) -> Result<E, StoreError> {
        self.json(&place::bound(&self.payload, &self.place()))
    }

    /// The same, read once for all who read it as this type.
    pub fn shared<E: DeserializeOwned + Send + Sync + 'static>(&self) -> Result<Arc<E>, StoreError> {
        if let Some(Ok(shared)) = self.shared.get().map(|shared| shared.clone().downcast()) {
            return Ok(shared);
        }
        let read = Arc::new(self.read::<E>()?);
        // Whoever came before has it as another type, or has just read the same.
        let _ = self.shared.set(read.clone());
        Ok(read)
    }

    /// Some of its metadata, read without copying.
    pub fn metadata_as<'a, T: Deserialize<'a>>(&'a self) -> Result<T, StoreError> {
        self.json(&self.metadata)
    }

    /// `actor`, `commandId`, `correlationId`, `causationId`, `locale`.
    pub fn metadata(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.json(&self.metadata)
    }

    fn place(&self) -> seal::Place<'_> {
        seal::Place {
            aggregate_type: &self.aggregate_type,
            aggregate_id: &self.aggregate_id,
            sequence: self.sequence,
            event_id: self.event_id,
            event_type: &self.event_type,
            event_version: &self.event_version,
        }
    }

    fn json<'a, T: Deserialize<'a>>(&self, text: &'a str) -> Result<T, StoreError> {
        let place = || format!("position {}", self.position);
        serde_json::from_str(text).map_err(|error| StoreError::Json { place: place(), error })
    }
}

//! An event as the log has it.

use crate::{error::StoreError, seal, sql::Row};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// An event as it was recorded. Personal data in its payload is sealed, each value bound to where it stands, until
/// `Store::open_personal` is asked for it.
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
    /// The event, as the aggregate's event type reads it.
    pub payload: Value,
    /// `actor`, `commandId`, `correlationId`, `causationId`, `locale`.
    pub metadata: BTreeMap<String, String>,
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
        let position = row.int("position")?;
        let json = |error| StoreError::Json { place: format!("position {position}"), error };
        let mut event = Self {
            position,
            event_id: Uuid::from_slice(&row.bytes("event_id")?).unwrap_or_default(),
            recorded_at: micros(row.int("recorded_at")?),
            aggregate_type: row.text("aggregate_type")?,
            aggregate_id: row.text("aggregate_id")?,
            sequence: row.int("sequence")?,
            event_type: row.text("event_type")?,
            event_version: row.text("event_version")?,
            payload: serde_json::from_str(&row.text("payload")?).map_err(json)?,
            metadata: serde_json::from_str(&row.text("metadata")?).map_err(json)?,
        };
        let place = seal::Place {
            aggregate_type: &event.aggregate_type,
            aggregate_id: &event.aggregate_id,
            sequence: event.sequence,
            event_id: event.event_id,
            event_type: &event.event_type,
            event_version: &event.event_version,
        };
        seal::bind(&mut event.payload, &place);
        Ok(event)
    }
}

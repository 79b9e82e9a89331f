//! A message as it stood: its events up to then, folded by the very functions that fill the views.

use crate::{EntryRow, MessageRow, Projections, Reader, error::QueryError, message_entries, message_list};
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{ids::MessageId, message::Message};
use store::{HandleError, LogFilter, RecordedEvent, StoreError};

/// A longer stream is not folded for a question: more events than any message has that people work on.
const MOST: i64 = 20_000;

impl Projections {
    /// The position of the last event that had been recorded by an instant.
    pub async fn position_at(&self, instant: DateTime<Utc>) -> Result<i64, QueryError> {
        Ok(self.store.position_at(instant).await?)
    }

    /// A message as it stood when the log had come to a position; `None` when it was not there yet, or the reader may
    /// not read it today. A position that the log has not reached is today.
    pub async fn message_as_of(
        &self,
        reader: &Reader,
        id: MessageId,
        position: i64,
    ) -> Result<Option<MessageRow>, QueryError> {
        let Some(today) = self.message(reader, id).await? else { return Ok(None) };
        // Whoever had it then, what is shown of it goes by who has it now.
        let sight = reader.sight(today.holder());
        let stream = self.stream_until(id, position).await?;
        let row = message_list::replay(&stream, &self.target_as_of(position).await?)
            .map_err(|error| unreadable(id, &error))?;
        let Some(row) = row else { return Ok(None) };
        let found = message_list::opened(&self.store, &reader.seeing(sight), &[row]).await?.pop();
        Ok(found.filter(|row| !row.deleted || sight.deleted))
    }

    /// What had been said in a message by then; this does not ask whether the caller may read it.
    pub async fn entries_as_of(&self, of: MessageId, position: i64) -> Result<Vec<EntryRow>, QueryError> {
        let stream = self.stream_until(of, position).await?;
        let rows = message_entries::replay(&stream).map_err(|error| unreadable(of, &error))?;
        message_entries::opened(&self.store, &rows).await
    }

    async fn stream_until(&self, id: MessageId, position: i64) -> Result<Vec<RecordedEvent>, QueryError> {
        let stream = LogFilter { until: Some(position), ..LogFilter::stream(Message::TYPE, &id.to_string()) };
        let events = self.store.read(&stream, 0, MOST + 1).await?;
        match i64::try_from(events.len()).is_ok_and(|events| events <= MOST) {
            true => Ok(events),
            false => Err(QueryError::TooLong),
        }
    }
}

fn unreadable(id: MessageId, error: &HandleError) -> QueryError {
    StoreError::Setup(format!("the message {id} cannot be told from its events: {error}")).into()
}

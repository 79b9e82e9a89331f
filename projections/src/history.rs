//! The history of a message: its events as the log has them, personal data opened for those who may read it.

use crate::{Projections, Reader, error::QueryError, members::MemberRow};
use cqrs_es::Aggregate;
use domain::{
    contact::Contact,
    ids::{MemberId, MessageId},
    message::Message,
    personal::Personal,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::{LogFilter, RecordedEvent, StoreError};

/// Which events of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Of these types; empty: of all.
    pub types: Vec<String>,
}

/// An event as a reader sees it.
#[derive(Clone, Debug)]
pub struct HistoryEntry {
    /// The event.
    pub event: RecordedEvent,
    /// What it says, for reading: personal data opened, or masked, or `"erased"`.
    pub payload: Value,
    /// Who did it, in the course of what.
    pub metadata: BTreeMap<String, String>,
    /// The member who acted, when one did and is known.
    pub member: Option<MemberRow>,
}

impl Projections {
    /// At most `limit` events of a message after a position, in order.
    pub async fn history(
        &self,
        reader: &Reader,
        of: MessageId,
        filter: &HistoryFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<HistoryEntry>, QueryError> {
        reader.reads_history()?;
        let events = self.store.read(&log_filter(of, filter), after, limit).await?;
        self.present(reader, events).await
    }

    /// How many events there are.
    pub async fn history_count(
        &self,
        reader: &Reader,
        of: MessageId,
        filter: &HistoryFilter,
    ) -> Result<i64, QueryError> {
        reader.reads_history()?;
        Ok(self.store.count(&log_filter(of, filter)).await?)
    }

    /// The events of a message after a version: what a caller with an older one has missed.
    pub async fn events_since(
        &self,
        reader: &Reader,
        of: MessageId,
        version: i64,
    ) -> Result<Vec<HistoryEntry>, QueryError> {
        let events = self.store.read_stream_after(Message::TYPE, &of.to_string(), version, 100).await?;
        self.present(reader, events).await
    }

    async fn present(
        &self,
        reader: &Reader,
        events: Vec<RecordedEvent>,
    ) -> Result<Vec<HistoryEntry>, QueryError> {
        let mut payloads =
            events.iter().map(RecordedEvent::payload).collect::<Result<Vec<_>, StoreError>>()?;
        self.store.open_personal(&mut payloads.iter_mut().collect::<Vec<_>>()).await?;
        for payload in &mut payloads {
            plain(payload, reader.sees_contacts());
        }
        let metadata = events.iter().map(RecordedEvent::metadata).collect::<Result<Vec<_>, StoreError>>()?;
        let authors: BTreeSet<MemberId> = metadata.iter().filter_map(acting_member).collect();
        let members = self.members(&authors).await?;
        let entry = |((event, payload), metadata): ((RecordedEvent, Value), BTreeMap<String, String>)| {
            let acted = acting_member(&metadata);
            let member = members.iter().find(|member| Some(member.id) == acted).cloned();
            HistoryEntry { event, payload, metadata, member }
        };
        Ok(events.into_iter().zip(payloads).zip(metadata).map(entry).collect())
    }
}

fn log_filter(of: MessageId, filter: &HistoryFilter) -> LogFilter {
    LogFilter { types: filter.types.clone(), ..LogFilter::stream(Message::TYPE, &of.to_string()) }
}

fn acting_member(metadata: &BTreeMap<String, String>) -> Option<MemberId> {
    metadata.get("actor")?.strip_prefix("member:")?.parse().ok()
}

/// Replaces every marker by what it marks: the value, `"erased"`, or a contact's mask.
fn plain(value: &mut Value, contacts: bool) {
    plain_field("", value, contacts);
}

fn plain_field(name: &str, value: &mut Value, contacts: bool) {
    match value {
        Value::Object(fields) if fields.contains_key("$personal") => {
            *value = match Personal::<Value>::deserialize(&*value) {
                Ok(Personal::Clear(clear)) => match Contact::deserialize(&clear) {
                    Ok(contact) if !contacts => json!({"kind": contact.kind, "masked": contact.masked()}),
                    Err(_) if !contacts && name == "contact" => json!("masked"),
                    _ => clear,
                },
                _ => json!("erased"),
            };
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                plain_field(name, field, contacts);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| plain_field(name, item, contacts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

//! What happened: the events as the log has them, personal data opened for those who may read it.

use crate::{
    Projections, Reader, error::QueryError, log_index::AGGREGATES, members::MemberRow, reader::Sight, veil,
    veil::Quote,
};
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{
    actor::Acted,
    ids::{MemberId, MessageId},
    member::Member,
    message::Message,
    team::Team,
    visitor::Visitor,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::{LogFilter, RecordedEvent, StoreError};

/// How many events of a stream are looked through at a time for those that a filter allows.
const STRIDE: i64 = 200;

/// Which events: those that every one of these allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Of this type of aggregate, such as `Message`.
    pub aggregate_type: Option<String>,
    /// Of this aggregate.
    pub aggregate_id: Option<String>,
    /// Of these types; empty: of all.
    pub types: Vec<String>,
    /// Whoever of this id acted: a member, a visitor, an API key.
    pub actor_id: Option<String>,
    /// In the course of this request.
    pub correlation_id: Option<String>,
    /// Recorded from then on.
    pub recorded_from: Option<DateTime<Utc>>,
    /// Recorded before then.
    pub recorded_until: Option<DateTime<Utc>>,
    /// Up to this position.
    pub until: Option<i64>,
}

/// An event as a reader sees it.
#[derive(Clone, Debug)]
pub struct HistoryEntry {
    /// The event.
    pub event: RecordedEvent,
    /// What it says, for reading: personal data opened, or masked, or `"erased"`.
    pub payload: Value,
    /// What the actor said why, or wrote to it, as far as the reader may see it.
    pub quote: Option<Quote>,
    /// Who did it, in the course of what.
    pub metadata: BTreeMap<String, String>,
    /// The member who acted, when one did and is known.
    pub member: Option<MemberRow>,
}

impl HistoryEntry {
    /// Who acted.
    pub fn acted(&self) -> Acted<'_> {
        acted(&self.metadata)
    }

    /// The member whom it happened to: whose stream it is in, or who joined a team or left it.
    pub fn subject(&self) -> Option<MemberId> {
        let id = match self.event.aggregate_type.as_str() {
            Member::TYPE => self.event.aggregate_id.as_str(),
            Team::TYPE => self.payload.get(&self.event.event_type)?.get("member")?.as_str()?,
            _ => return None,
        };
        id.parse().ok()
    }
}

impl HistoryFilter {
    /// The same filter, within the history of a message.
    #[must_use]
    pub fn of_message(self, id: MessageId) -> Self {
        let (aggregate_type, aggregate_id) = (Some(Message::TYPE.to_owned()), Some(id.to_string()));
        Self { aggregate_type, aggregate_id, ..self }
    }

    /// The event types it allows, as far as it says; `None`: whatever type.
    pub(crate) fn types_in(&self, aggregates: &[(&str, &[(&str, &str)])]) -> Option<Vec<String>> {
        let of_aggregate = self.aggregate_type.as_ref().map(|wanted| {
            let known = aggregates.iter().filter(|(aggregate, _)| aggregate == wanted);
            known.flat_map(|(_, types)| types.iter().map(|(name, _)| (*name).to_owned())).collect::<Vec<_>>()
        });
        match (of_aggregate, self.types.is_empty()) {
            (None, true) => None,
            (None, false) => Some(self.types.clone()),
            (Some(of_aggregate), true) => Some(of_aggregate),
            (Some(of_aggregate), false) => {
                Some(self.types.iter().filter(|wanted| of_aggregate.contains(wanted)).cloned().collect())
            }
        }
    }

    /// Does it ask for anything that only the index of the log knows?
    fn is_indexed(&self) -> bool {
        self.aggregate_type.is_some() || !self.types.is_empty() || self.names_somebody()
    }

    fn names_somebody(&self) -> bool {
        self.actor_id.is_some() || self.correlation_id.is_some()
    }

    /// Whoever writes a filter names what they like: nothing is called anything with U+0000 in it, and PostgreSQL takes
    /// no such text.
    fn names_nothing(&self) -> bool {
        let named = [&self.aggregate_type, &self.aggregate_id, &self.actor_id, &self.correlation_id];
        let types_name_nothing = !self.types.is_empty() && self.types.iter().all(|name| name.contains('\0'));
        types_name_nothing || named.into_iter().flatten().any(|name| name.contains('\0'))
    }

    fn allows(&self, metadata: &BTreeMap<String, String>) -> bool {
        let actor = metadata.get("actor").and_then(|actor| Some(actor.split_once(':')?.1));
        let is_actor = self.actor_id.as_deref().is_none_or(|wanted| actor == Some(wanted));
        let correlation = metadata.get("correlationId");
        is_actor && self.correlation_id.as_ref().is_none_or(|wanted| correlation == Some(wanted))
    }
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
        let events = self.events(&filter.clone().of_message(of), after, limit).await?;
        self.present(reader, self.sight(reader, of).await?, events).await
    }

    /// How many events of a message there are.
    pub async fn history_count(
        &self,
        reader: &Reader,
        of: MessageId,
        filter: &HistoryFilter,
    ) -> Result<i64, QueryError> {
        reader.reads_history()?;
        self.event_count(&filter.clone().of_message(of)).await
    }

    /// At most `limit` events of the whole log after a position, in order.
    pub async fn log(
        &self,
        reader: &Reader,
        filter: &HistoryFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<HistoryEntry>, QueryError> {
        reader.reads_the_log()?;
        let events = self.events(filter, after, limit).await?;
        let sight = reader.sight_of_all().unwrap_or_default();
        self.present(reader, sight, events).await
    }

    /// How many events of the whole log there are.
    pub async fn log_count(&self, reader: &Reader, filter: &HistoryFilter) -> Result<i64, QueryError> {
        reader.reads_the_log()?;
        self.event_count(filter).await
    }

    /// The position of the last event, and when it was recorded; `None` for an empty log.
    pub async fn log_head(&self, reader: &Reader) -> Result<(i64, Option<DateTime<Utc>>), QueryError> {
        reader.reads_the_log()?;
        let position = self.store.head().await?;
        Ok((position, self.store.recorded_at(position).await?))
    }

    /// The events of a message after a version: what a caller with an older one has missed. None of a message that they may
    /// write to and not read.
    pub async fn events_since(
        &self,
        reader: &Reader,
        of: MessageId,
        version: i64,
    ) -> Result<Vec<HistoryEntry>, QueryError> {
        let sight = match reader.sight_of_all().filter(|_| reader.sees_everybodys()) {
            Some(sight) => sight,
            None => match self.message_within(reader, "message_id", of.to_string()).await? {
                Some(row) => reader.sight(row.holder()),
                None => return Ok(vec![]),
            },
        };
        let events = self.store.read_stream_after(Message::TYPE, &of.to_string(), version, 100).await?;
        self.present(reader, sight, events).await
    }

    /// What a reader sees of a message beside its words; nothing of one that they do not see.
    async fn sight(&self, reader: &Reader, of: MessageId) -> Result<Sight, QueryError> {
        if let Some(sight) = reader.sight_of_all() {
            return Ok(sight);
        }
        let row = self.message_within(reader, "message_id", of.to_string()).await?;
        Ok(row.map(|row| reader.sight(row.holder())).unwrap_or_default())
    }

    async fn events(
        &self,
        filter: &HistoryFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, QueryError> {
        let (from, until) = self.window(filter).await?;
        let after = after.max(from);
        if filter.names_nothing() {
            return Ok(vec![]);
        }
        if filter.aggregate_id.is_some() {
            return self.events_of_stream(filter, after, until, limit).await;
        }
        if filter.is_indexed() {
            return self.events_of_index(filter, after, until, limit).await;
        }
        let all = LogFilter { until: Some(until), ..LogFilter::default() };
        Ok(self.store.read(&all, after, limit).await?)
    }

    /// What the index found, without what has but the same hash.
    async fn events_of_index(
        &self,
        filter: &HistoryFilter,
        mut after: i64,
        until: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, QueryError> {
        let types = filter.types_in(AGGREGATES);
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        loop {
            let positions = self.positions(filter, after, until, limit).await?;
            let Some(last) = positions.last() else { return Ok(found) };
            after = *last;
            for event in self.store.read_at(&positions).await? {
                let is_type = types.as_ref().is_none_or(|types| types.contains(&event.event_type));
                if is_type && filter.allows(&event.metadata()?) {
                    found.push(event);
                }
            }
            if positions.len() < wanted || found.len() >= wanted {
                found.truncate(wanted);
                return Ok(found);
            }
        }
    }

    /// A stream is short: who acted is looked up in the events themselves.
    async fn events_of_stream(
        &self,
        filter: &HistoryFilter,
        mut after: i64,
        until: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, QueryError> {
        let stream = filter.of_log(until);
        let mut found = Vec::new();
        loop {
            let stride = if filter.names_somebody() { STRIDE } else { limit };
            let events = self.store.read(&stream, after, stride).await?;
            let is_last = i64::try_from(events.len()).is_ok_and(|read| read < stride);
            after = events.last().map_or(after, |event| event.position);
            for event in events {
                if filter.allows(&event.metadata()?) {
                    found.push(event);
                }
            }
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            if is_last || found.len() >= limit {
                found.truncate(limit);
                return Ok(found);
            }
        }
    }

    async fn event_count(&self, filter: &HistoryFilter) -> Result<i64, QueryError> {
        let (after, until) = self.window(filter).await?;
        if filter.names_nothing() {
            return Ok(0);
        }
        match &filter.aggregate_id {
            Some(_) if filter.names_somebody() => {
                let all = self.events_of_stream(filter, after, until, i64::MAX).await?;
                Ok(i64::try_from(all.len()).unwrap_or(i64::MAX))
            }
            Some(_) => Ok(self.store.count(&filter.of_log(until), after).await?),
            None if filter.is_indexed() => self.position_count(filter, after, until).await,
            // The log has no holes.
            None => Ok((until - after).max(0)),
        }
    }

    /// The positions that a filter's instants leave: after the first, up to the second.
    async fn window(&self, filter: &HistoryFilter) -> Result<(i64, i64), QueryError> {
        let before = |instant: DateTime<Utc>| instant - chrono::TimeDelta::microseconds(1);
        let after = match filter.recorded_from {
            Some(from) => self.store.position_at(before(from)).await?,
            None => 0,
        };
        let until = match filter.recorded_until {
            Some(until) => self.store.position_at(before(until)).await?,
            None => self.store.head().await?,
        };
        Ok((after, filter.until.map_or(until, |wanted| wanted.min(until))))
    }

    async fn present(
        &self,
        reader: &Reader,
        sight: Sight,
        events: Vec<RecordedEvent>,
    ) -> Result<Vec<HistoryEntry>, QueryError> {
        let mut payloads =
            events.iter().map(RecordedEvent::payload).collect::<Result<Vec<_>, StoreError>>()?;
        if !sight.deleted {
            let deleted = self.deleted(&events).await?;
            for (event, payload) in events.iter().zip(&mut payloads) {
                if event.aggregate_type == Message::TYPE && deleted.contains(&event.aggregate_id) {
                    veil::hide(payload, veil::DELETED);
                }
            }
        }
        if !reader.reads_messages() {
            for (event, payload) in events.iter().zip(&mut payloads) {
                if [Message::TYPE, Visitor::TYPE].contains(&event.aggregate_type.as_str()) {
                    veil::hide(payload, veil::MASKED);
                }
            }
        }
        self.store.open_personal(&mut payloads.iter_mut().collect::<Vec<_>>()).await?;
        let show = |(event, payload): (&RecordedEvent, &mut Value)| {
            veil::show(&event.event_type, payload, reader, sight)
        };
        let quotes: Vec<Option<Quote>> = events.iter().zip(&mut payloads).map(show).collect();
        let metadata = events.iter().map(RecordedEvent::metadata).collect::<Result<Vec<_>, StoreError>>()?;
        let authors: BTreeSet<MemberId> = metadata.iter().filter_map(acting_member).collect();
        let members = self.members(&authors).await?;
        let read = events.into_iter().zip(payloads).zip(quotes).zip(metadata);
        let entry = |(((event, payload), quote), metadata)| {
            let acted = acting_member(&metadata);
            let member = members.iter().find(|member| Some(member.id) == acted).cloned();
            HistoryEntry { event, payload, quote, metadata, member }
        };
        Ok(read.map(entry).collect())
    }
}

impl HistoryFilter {
    fn of_log(&self, until: i64) -> LogFilter {
        LogFilter {
            aggregate_type: self.aggregate_type.clone(),
            aggregate_id: self.aggregate_id.clone(),
            types: self.types.clone(),
            until: Some(until),
        }
    }
}

fn acting_member(metadata: &BTreeMap<String, String>) -> Option<MemberId> {
    match acted(metadata) {
        Acted::Member(id) => Some(id),
        Acted::Anonymous | Acted::Visitor(_) | Acted::Integration(_) | Acted::System(_) => None,
    }
}

fn acted(metadata: &BTreeMap<String, String>) -> Acted<'_> {
    Acted::read(metadata.get("actor").map_or("", String::as_str))
}

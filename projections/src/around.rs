//! A message before each of its events and after it: what turns "assigned" into "passed from one to the other".

use crate::{Projections, error::QueryError, event::event_of, history::HistoryEntry, members::MemberRow};
use cqrs_es::Aggregate;
use domain::{
    ids::{MemberId, MessageId},
    message::{Assignee, Message, MessageEvent},
};
use std::collections::BTreeMap;

/// Longer streams are told without what was before: more than any message that people work on has.
const MOST: i64 = 5_000;

/// What an event changed: the aggregate's own state, which holds no words.
#[derive(Clone, Debug)]
pub struct Around {
    /// The event, its personal data sealed.
    pub event: MessageEvent,
    /// As it stood.
    pub before: Message,
    /// As it stands since.
    pub after: Message,
}

impl Around {
    /// The members who had the message before and after.
    pub fn assignees(&self) -> impl Iterator<Item = MemberId> {
        [&self.before, &self.after].into_iter().filter_map(|message| match message {
            Message::Submitted(message) => match message.assignee {
                Some(Assignee::Member(id)) => Some(id),
                Some(Assignee::Team(_)) | None => None,
            },
            Message::NotSubmitted => None,
        })
    }
}

/// What a story is told from: the message around its events, and the members who are named.
pub type Tale = (BTreeMap<i64, Around>, Vec<MemberRow>);

impl Projections {
    /// What a story of these events is told from; with what was before, when all are of one message.
    pub async fn tale(&self, of: Option<MessageId>, entries: &[HistoryEntry]) -> Result<Tale, QueryError> {
        let around = match of {
            Some(of) => self.around(of, entries).await?,
            None => BTreeMap::new(),
        };
        let acted = entries.iter().filter_map(|entry| entry.member.as_ref().map(|member| member.id));
        let named = around.values().flat_map(Around::assignees);
        let members = self.members(&acted.chain(named).collect()).await?;
        Ok((around, members))
    }

    /// The message around each of these events of its history, by sequence. The reader was given the entries: this does
    /// not ask again whether they may read them.
    async fn around(
        &self,
        of: MessageId,
        entries: &[HistoryEntry],
    ) -> Result<BTreeMap<i64, Around>, QueryError> {
        let mut found = BTreeMap::new();
        let last = entries.iter().map(|entry| entry.event.sequence).max().unwrap_or_default();
        if last > MOST {
            return Ok(found);
        }
        let mut message = Message::default();
        let stream = self.store.read_stream_after(Message::TYPE, &of.to_string(), 0, last).await?;
        for recorded in &stream {
            let event = event_of::<Message>(recorded).map_err(|error| {
                store::StoreError::Setup(format!(
                    "the event at {} cannot be read: {error}",
                    recorded.position
                ))
            })?;
            let mut after = message.clone();
            after.apply(event.clone());
            let before = std::mem::replace(&mut message, after.clone());
            if entries.iter().any(|entry| entry.event.sequence == recorded.sequence) {
                found.insert(recorded.sequence, Around { event, before, after });
            }
        }
        Ok(found)
    }
}

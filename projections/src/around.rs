//! A message before each of its events and after it: what turns "assigned" into "passed from one to the other".

use crate::{
    Projections, error::QueryError, event::event_of, history::HistoryEntry, members::MemberRow,
    teams::TeamRow,
};
use cqrs_es::Aggregate;
use domain::{
    ids::MessageId,
    message::{Assignee, Message, MessageEvent},
};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Who had the message before and after.
    fn assignees(&self) -> impl Iterator<Item = Assignee> {
        [&self.before, &self.after].into_iter().filter_map(|message| match message {
            Message::Submitted(message) => message.assignee,
            Message::NotSubmitted => None,
        })
    }
}

/// What a story is told from.
#[derive(Clone, Debug, Default)]
pub struct Tale {
    /// The message around its events, by sequence; empty: it is told without what was before.
    pub around: BTreeMap<i64, Around>,
    /// The members who are named.
    pub members: Vec<MemberRow>,
    /// The teams that are named.
    pub teams: Vec<TeamRow>,
}

impl Projections {
    /// What a story of these events is told from; with what was before, when all are of one message.
    pub async fn tale(&self, of: Option<MessageId>, entries: &[HistoryEntry]) -> Result<Tale, QueryError> {
        let around = match of {
            Some(of) => self.around(of, entries).await?,
            None => BTreeMap::new(),
        };
        let acted = entries.iter().filter_map(|entry| entry.member.as_ref().map(|member| member.id));
        let (mut members, mut teams): (BTreeSet<_>, BTreeSet<_>) = (acted.collect(), BTreeSet::new());
        for assignee in around.values().flat_map(Around::assignees) {
            match assignee {
                Assignee::Member(id) => drop(members.insert(id)),
                Assignee::Team(id) => drop(teams.insert(id)),
            }
        }
        let members = self.members(&members).await?;
        let mut named = Vec::new();
        for id in teams {
            named.extend(self.team(id).await?);
        }
        Ok(Tale { around, members, teams: named })
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

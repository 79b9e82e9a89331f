//! What was before each event and after it: what turns "assigned" into "passed from one to the other".

use crate::{
    Projections, error::QueryError, event::event_of, history::HistoryEntry, members::MemberRow,
    teams::TeamRow,
};
use cqrs_es::Aggregate;
use domain::{
    channel::Channel,
    ids::{MemberId, TeamId},
    message::{Assignee, Message, MessageEvent},
    team::Team,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{HandleError, RecordedEvent, StoreError};

/// As many events are looked back at: the streams of a page of the log are seldom longer together. What comes after so
/// many is told without what was before.
const MOST: i64 = 5_000;

/// What an event of a message changed.
#[derive(Clone, Debug)]
pub struct Around {
    /// The event, its personal data sealed.
    pub event: MessageEvent,
    /// The aggregate's own state, which holds no words: as it stood, and as it stands since. `None`: it is not known.
    pub change: Option<(Message, Message)>,
}

/// What something was called before an event of it, and since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// As it was called.
    pub before: Option<String>,
    /// As it is called since.
    pub since: Option<String>,
}

impl Around {
    /// Who had the message before, and who is to have it.
    fn assignees(&self) -> impl Iterator<Item = Assignee> {
        let before = self.change.as_ref().and_then(|(before, _)| match before {
            Message::Submitted(message) => message.assignee,
            Message::NotSubmitted => None,
        });
        let to = if let MessageEvent::MessageAssigned(event) = &self.event { Some(event.to) } else { None };
        before.into_iter().chain(to)
    }
}

/// What a story is told from.
#[derive(Clone, Debug, Default)]
pub struct Tale {
    /// Each event of a message with what it changed, by position.
    pub around: BTreeMap<i64, Around>,
    /// What teams and channels were called around their events, by position.
    pub called: BTreeMap<i64, Called>,
    /// The members who are named.
    pub members: Vec<MemberRow>,
    /// The teams that are named.
    pub teams: Vec<TeamRow>,
}

impl Projections {
    /// What a story of these events is told from. The reader was given them: this does not ask again whether they may read
    /// them.
    pub async fn tale(&self, entries: &[HistoryEntry]) -> Result<Tale, QueryError> {
        let around = self.around(entries).await?;
        let mut called = self.called(Team::TYPE, entries).await?;
        called.extend(self.called(Channel::TYPE, entries).await?);
        let acted = entries.iter().filter_map(|entry| entry.member.as_ref().map(|member| member.id));
        let subjects = entries.iter().filter_map(HistoryEntry::subject);
        let mut members: BTreeSet<MemberId> = acted.chain(subjects).collect();
        let mut teams: BTreeSet<TeamId> = BTreeSet::new();
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
        Ok(Tale { around, called, members, teams: named })
    }

    /// What the events of messages among these changed.
    async fn around(&self, entries: &[HistoryEntry]) -> Result<BTreeMap<i64, Around>, QueryError> {
        let mut found = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.event.aggregate_type == Message::TYPE) {
            let event =
                event_of::<Message>(&entry.event).map_err(|error| unreadable(&entry.event, &error))?;
            found.insert(entry.event.position, Around { event, change: None });
        }
        let mut messages: BTreeMap<String, Message> = BTreeMap::new();
        for recorded in self.streams(Message::TYPE, entries).await? {
            let event = event_of::<Message>(&recorded).map_err(|error| unreadable(&recorded, &error))?;
            let message = messages.entry(recorded.aggregate_id).or_default();
            match found.get_mut(&recorded.position) {
                None => message.apply(event),
                Some(around) => {
                    let before = message.clone();
                    message.apply(event);
                    around.change = Some((before, message.clone()));
                }
            }
        }
        Ok(found)
    }

    /// What those of a type among these are called, each at its events.
    async fn called(
        &self,
        aggregate_type: &str,
        entries: &[HistoryEntry],
    ) -> Result<BTreeMap<i64, Called>, QueryError> {
        let (mut names, mut found): (BTreeMap<String, String>, _) = (BTreeMap::new(), BTreeMap::new());
        for recorded in self.streams(aggregate_type, entries).await? {
            let before = names.get(&recorded.aggregate_id).cloned();
            let payload = recorded.payload()?;
            let since = payload.get(&recorded.event_type).and_then(|event| event.get("name")?.as_str());
            let since = since.map(str::to_owned).or_else(|| before.clone());
            names.extend(since.clone().map(|name| (recorded.aggregate_id, name)));
            found.insert(recorded.position, Called { before, since });
        }
        Ok(found)
    }

    /// The streams of a type that these events are of, up to the last of them; no more than so many events.
    async fn streams(
        &self,
        aggregate_type: &str,
        entries: &[HistoryEntry],
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let of_type = entries.iter().filter(|entry| entry.event.aggregate_type == aggregate_type);
        let ids: BTreeSet<String> = of_type.map(|entry| entry.event.aggregate_id.clone()).collect();
        let ids: Vec<String> = ids.into_iter().collect();
        let until = entries.iter().map(|entry| entry.event.position).max().unwrap_or_default();
        self.store.read_streams(aggregate_type, &ids, (0, until), MOST).await
    }
}

fn unreadable(recorded: &RecordedEvent, error: &HandleError) -> StoreError {
    StoreError::Setup(format!("the event at {} cannot be read: {error}", recorded.position))
}

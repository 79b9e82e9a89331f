//! Which events a message's figures come of, and in which messages two versions of a metric differ.

use super::{
    Statistics,
    answer::Bounds,
    ask::{Calendar, aside, veil},
    course,
    fact::{Fact, FactKind, Took},
    metric::SCORES,
    pieces::Veil,
};
use crate::{Projections, Reader, error::QueryError, message_list};
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{
    desk::{Desk, ServiceTarget},
    ids::{DESK_ID, MessageId},
    message::Message,
};
use store::{LogFilter, RecordedEvent, StoreError, Value, micros};
use uuid::Uuid;

/// A longer stream is not folded for a question.
const MOST: i64 = 5_000;

/// What a message adds to the figures.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// As of which position of the log.
    pub as_of: i64,
    /// What it adds, in the order in which it came about.
    pub facts: Vec<Explained>,
}

/// What a message adds to a figure, and the events that it comes of.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Which metric.
    pub metric: &'static str,
    /// Which version of it.
    pub version: u32,
    /// Which of the things that the metric counts.
    pub kind: &'static str,
    /// Where a series has it.
    pub at: DateTime<Utc>,
    /// How long it took, by both clocks.
    pub took: Option<Took>,
    /// The member who is credited.
    pub member: Option<Uuid>,
    /// Stars or score.
    pub value: Option<u64>,
    /// What was judged: a criterion.
    pub criterion: Option<String>,
    /// Does it count now? What is of a message that is spam does not, but that it is.
    pub counts: bool,
    /// The events.
    pub events: Vec<ExplainingEvent>,
}

/// An event by its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainingEvent {
    /// Its place in the log.
    pub position: i64,
    /// Its place in the message's own stream.
    pub sequence: i64,
    /// What happened, such as `MessageReplied`.
    pub event_type: String,
    /// When the log took it.
    pub recorded_at: DateTime<Utc>,
}

impl From<&RecordedEvent> for ExplainingEvent {
    fn from(recorded: &RecordedEvent) -> Self {
        let RecordedEvent { position, sequence, event_type, recorded_at, .. } = recorded;
        let (position, sequence, recorded_at) = (*position, *sequence, *recorded_at);
        Self { position, sequence, event_type: event_type.clone(), recorded_at }
    }
}

/// A message in which two versions of a metric differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differs {
    /// Which message.
    pub message: Uuid,
    /// Seconds by version 1, in the range.
    pub first: Vec<u64>,
    /// Seconds by version 2.
    pub second: Vec<u64>,
}

impl Projections {
    /// What a message adds to the figures, also one that is deleted: they count it. `None`: it is absent, or not the reader's to
    /// know of. What is thought of others' replies is left out for whoever does not see that.
    pub async fn explain(&self, reader: &Reader, id: MessageId) -> Result<Option<Explanation>, QueryError> {
        let _turn = self.explaining.take(&reader.own().unwrap_or_default()).await?;
        let (scope, holders) = reader.scope(self.dialect(), true, 2);
        let sql = format!("SELECT holder FROM {} WHERE message_id = $1{scope}", message_list::TABLE);
        let values: Vec<Value> = [id.to_string().into()].into_iter().chain(holders).collect();
        let row = self.store.database().views.row(&sql, &values).await?;
        let Some(holder) = row.map(|row| row.text("holder")).transpose()? else { return Ok(None) };
        let veil = (!reader.sees_reviews(&holder)).then(|| veil(reader));
        let as_of = self.store.head().await?;
        let mut stream =
            self.store.read(&LogFilter::stream(Message::TYPE, &id.to_string()), 0, MOST + 1).await?;
        if i64::try_from(stream.len()).is_ok_and(|events| events > MOST) {
            return Err(QueryError::TooLong);
        }
        // Something may have happened since the log was asked how far it is.
        stream.retain(|recorded| recorded.position <= as_of);
        let revisions = LogFilter {
            types: ServiceTarget::EVENTS.map(str::to_owned).to_vec(),
            ..LogFilter::stream(Desk::TYPE, &DESK_ID.to_string())
        };
        let revisions = self.store.read(&revisions, 0, MOST).await?;
        let facts = aside(move || explained(&stream, &revisions, veil)).await?;
        Ok(facts.map(|facts| Explanation { as_of, facts }))
    }
}

impl Statistics {
    /// The messages whose first response is another by version 2 than by version 1, in the order of their ids after one of
    /// them; and how many there are in all.
    pub fn differing(&self, after: Option<Uuid>, limit: usize) -> Result<(u64, Vec<Differs>), QueryError> {
        let range = Bounds::of(self.range().whole());
        let mut differing = Vec::new();
        self.pieces().of_messages()?.each(|message| {
            let seconds = |kind: FactKind| -> Vec<u64> {
                let facts = message.all.iter().filter(|fact| fact.kind == kind && range.has(fact.at));
                let took = facts.filter_map(|fact| fact.took);
                took.map(|took| match self.calendar() {
                    Calendar::DeskHours => took.desk,
                    Calendar::WallClock => took.wall,
                })
                .collect()
            };
            let first = seconds(FactKind::FirstResponse);
            let second = seconds(FactKind::FirstResponseRestarted);
            if first != second && !message.spam {
                differing.push(Differs { message: message.message, first, second });
            }
        })?;
        let all = differing.len() as u64;
        differing.retain(|differs| after.is_none_or(|after| differs.message > after));
        differing.sort_by_key(|differs| differs.message);
        differing.truncate(limit);
        Ok((all, differing))
    }
}

/// What a message's events add to the figures.
fn explained(
    stream: &[RecordedEvent],
    revisions: &[RecordedEvent],
    veil: Option<Veil>,
) -> Result<Option<Vec<Explained>>, QueryError> {
    let facts = course::replay(stream, revisions)
        .map_err(|error| StoreError::Setup(format!("a message cannot be explained: {error}")))?;
    let Some(facts) = facts else { return Ok(None) };
    let place = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
    let member = |fact: &Fact| fact.by.and_then(|by| facts.members.get(place(by)).copied());
    let explained = |fact: &Fact| {
        let (metric, version, kind) = metric(fact.kind);
        let of_criterion = fact.kind == FactKind::Reviewed;
        let criterion = fact.value.filter(|_| of_criterion);
        let of =
            |sequence: &u32| stream.get(usize::try_from(*sequence).ok()?.checked_sub(1)?).map(Into::into);
        Explained {
            metric,
            version,
            kind,
            at: micros(fact.at),
            took: fact.took,
            member: member(fact),
            value: fact.value.map(|value| if of_criterion { value % SCORES } else { value }),
            criterion: criterion.and_then(|value| facts.criteria.get(place(value / SCORES)).cloned()),
            counts: (fact.kind == FactKind::Spam) == facts.spam,
            events: fact.of.iter().filter_map(of).collect(),
        }
    };
    let told = |fact: &&Fact| !veil.is_some_and(|veil| veil.hides(fact.kind, member(fact)));
    Ok(Some(facts.all.iter().filter(told).map(explained).collect()))
}

/// Which metric a fact is for, and what it is there.
fn metric(kind: FactKind) -> (&'static str, u32, &'static str) {
    match kind {
        FactKind::Submitted => ("submitted", 1, "submitted"),
        FactKind::Entered => ("backlog", 1, "entered"),
        FactKind::Left => ("backlog", 1, "left"),
        FactKind::Replied => ("replied", 1, "replied"),
        FactKind::Resolved => ("resolved", 1, "resolved"),
        FactKind::Closed => ("closed", 1, "closed"),
        FactKind::Reopened => ("reopened", 1, "reopened"),
        FactKind::Spam => ("spam", 1, "spam"),
        FactKind::FirstResponse => ("first_response_time", 1, "answered"),
        FactKind::FirstResponseRestarted => ("first_response_time", 2, "answered"),
        FactKind::ReplyTime => ("reply_time", 1, "answered"),
        FactKind::Handled => ("handling_time", 1, "handled"),
        FactKind::HandledOfSubmitted => ("handling_rate_cohort", 1, "handled"),
        FactKind::Met => ("within_target", 1, "met"),
        FactKind::Missed => ("within_target", 1, "missed"),
        FactKind::Rateable => ("satisfaction", 1, "rateable"),
        FactKind::Rated => ("satisfaction", 1, "rated"),
        FactKind::Reviewed => ("quality", 1, "reviewed"),
    }
}

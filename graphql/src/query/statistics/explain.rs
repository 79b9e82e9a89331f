//! What metrics mean, and what a message adds to them.

use super::signed;
use crate::{
    caller::Asks,
    query::member::Member,
    scalar::{DateTime, LogPosition},
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::ids::MemberId;
use projections::statistics::{self, Differs, Explained, Metric};

/// What a message adds to each figure.
#[derive(SimpleObject)]
#[graphql(name = "MetricExplanation")]
pub(super) struct Explanation {
    /// Which message.
    message_id: ID,
    /// The position of the log that all of this is as of.
    as_of_position: LogPosition,
    /// What it adds, in the order in which it came about; what was taken back since is not there.
    facts: Vec<Fact>,
}

impl Explanation {
    pub(super) fn new(message_id: ID, explained: statistics::Explanation, per_member: bool) -> Self {
        let facts = explained.facts.into_iter();
        let facts = facts.map(|explained| Fact { explained, per_member }).collect();
        Self { message_id, as_of_position: LogPosition(explained.as_of), facts }
    }
}

struct Fact {
    explained: Explained,
    per_member: bool,
}

/// An event, by its place; what it says is for those who may read it.
#[derive(SimpleObject)]
struct ExplainingEvent {
    /// Its place in the log.
    position: LogPosition,
    /// Its place in the message's own stream.
    sequence: i64,
    /// What happened, such as `MessageReplied`.
    #[graphql(name = "type")]
    event_type: String,
    /// When the log took it.
    recorded_at: DateTime,
}

/// What a message adds to a figure.
#[Object(name = "MetricFact")]
impl Fact {
    /// Which metric, by the name that `metrics` has.
    async fn metric(&self) -> &str {
        self.explained.metric
    }

    /// Which version of it.
    async fn version(&self) -> u32 {
        self.explained.version
    }

    /// Which of the things that the metric counts, such as `met` or `missed`.
    async fn kind(&self) -> &str {
        self.explained.kind
    }

    /// Where a series has it.
    async fn at(&self) -> DateTime {
        DateTime(self.explained.at)
    }

    /// How long it took by the clock on the wall, in seconds.
    async fn wall_clock_seconds(&self) -> Option<i64> {
        self.explained.took.map(|took| signed(took.wall))
    }

    /// How long it took in opening hours, in seconds.
    async fn desk_seconds(&self) -> Option<i64> {
        self.explained.took.map(|took| signed(took.desk))
    }

    /// Who is credited; null when nobody is, and when the desk shows no figures per member.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        match self.explained.member.filter(|_| self.per_member) {
            Some(id) => Ok(ctx.neighbours().member(ctx, MemberId(id)).await?.map(Member)),
            None => Ok(None),
        }
    }

    /// Stars, or a score.
    async fn value(&self) -> Option<i64> {
        self.explained.value.map(signed)
    }

    /// What was scored.
    async fn criterion(&self) -> Option<&str> {
        self.explained.criterion.as_deref()
    }

    /// Does it count? Of a message that is spam only that counts.
    async fn counts(&self) -> bool {
        self.explained.counts
    }

    /// The events that it comes of.
    async fn events(&self) -> Vec<ExplainingEvent> {
        let event = |event: &statistics::ExplainingEvent| ExplainingEvent {
            position: LogPosition(event.position),
            sequence: event.sequence,
            event_type: event.event_type.clone(),
            recorded_at: DateTime(event.recorded_at),
        };
        self.explained.events.iter().map(event).collect()
    }
}

/// What a figure means.
pub(super) struct MetricDefinition(pub(super) &'static Metric);

/// What a figure means: seven choices. In English; the manual has the same page.
#[Object(name = "Metric")]
impl MetricDefinition {
    /// Its name.
    async fn name(&self) -> &str {
        self.0.name
    }

    /// Raised when it comes to mean something else; both are then told.
    async fn version(&self) -> u32 {
        self.0.version
    }

    /// When its clock starts.
    async fn starts(&self) -> &str {
        self.0.starts
    }

    /// When its clock stops.
    async fn stops(&self) -> &str {
        self.0.stops
    }

    /// Who counts as an answerer, and who is credited.
    async fn answerer(&self) -> &str {
        self.0.answerer
    }

    /// What it does to it that a message is opened again.
    async fn reopened(&self) -> &str {
        self.0.reopened
    }

    /// Which calendar it goes by, and which version of it.
    async fn calendar(&self) -> &str {
        self.0.calendar
    }

    /// Which date places it in a series.
    async fn placed(&self) -> &str {
        self.0.placed
    }

    /// How many become one figure.
    async fn aggregated(&self) -> &str {
        self.0.aggregated
    }
}

/// The messages in which two versions of a metric differ.
#[derive(SimpleObject)]
pub(super) struct MetricDifferences {
    /// How many there are in the range.
    pub(super) count: i64,
    /// Of them, these.
    pub(super) messages: Vec<MetricDifference>,
}

/// A message in which two versions of a metric differ.
#[derive(SimpleObject)]
pub(super) struct MetricDifference {
    /// Which message.
    message_id: ID,
    /// Seconds by version 1, of each time that falls into the range.
    version1: Vec<i64>,
    /// Seconds by version 2.
    version2: Vec<i64>,
}

impl From<Differs> for MetricDifference {
    fn from(differs: Differs) -> Self {
        let seconds = |seconds: Vec<u64>| seconds.into_iter().map(signed).collect();
        Self {
            message_id: ID(differs.message.to_string()),
            version1: seconds(differs.first),
            version2: seconds(differs.second),
        }
    }
}

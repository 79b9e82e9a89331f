//! Events as auditors read them.

use crate::{
    caller::Asks,
    fault,
    scalar::{DateTime, Json, LogPosition},
};
use async_graphql::{
    Context, Enum, ID, InputObject, Object, Result, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use domain::ids::MessageId;
use projections::{HistoryEntry, HistoryFilter, PageRequest, Reader};

/// Which events.
#[derive(Default, InputObject)]
pub(crate) struct LogFilter {
    /// Of these types, such as `MessageReplied`; empty or null: of all.
    #[graphql(name = "type")]
    types: Option<Vec<String>>,
}

/// An event of the log.
pub(crate) struct LogEntry(pub(crate) HistoryEntry);

/// Who acted.
#[derive(SimpleObject)]
struct Actor {
    /// What they are.
    kind: ActorKind,
    /// Their id; null for a rule.
    id: Option<ID>,
    /// A member's name.
    name: Option<String>,
    /// The rule that acted.
    rule: Option<String>,
}

/// What acted.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum ActorKind {
    Visitor,
    Member,
    System,
    Integration,
}

/// An event as it stands in the log.
#[Object]
impl LogEntry {
    /// Its place in the log.
    async fn position(&self) -> LogPosition {
        LogPosition(self.0.event.position)
    }

    /// Its id.
    async fn event_id(&self) -> ID {
        ID(self.0.event.event_id.to_string())
    }

    /// The type of its aggregate, such as `Message`.
    async fn aggregate_type(&self) -> &str {
        &self.0.event.aggregate_type
    }

    /// The id of its aggregate.
    async fn aggregate_id(&self) -> ID {
        ID(self.0.event.aggregate_id.clone())
    }

    /// Its place in the aggregate's stream.
    async fn sequence(&self) -> i64 {
        self.0.event.sequence
    }

    /// What happened, such as `MessageReplied`.
    #[graphql(name = "type")]
    async fn event_type(&self) -> &str {
        &self.0.event.event_type
    }

    /// The version of its shape.
    async fn version(&self) -> &str {
        &self.0.event.event_version
    }

    /// When the log took it.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.0.event.recorded_at)
    }

    /// Who acted.
    async fn actor(&self) -> Actor {
        let name = self.0.member.as_ref().and_then(|member| member.name.text()).map(str::to_owned);
        let known = |kind, id: &str| Actor { kind, id: Some(ID(id.to_owned())), name, rule: None };
        let actor = self.0.metadata.get("actor").map_or("", String::as_str);
        match actor.split_once(':') {
            Some(("member", id)) => known(ActorKind::Member, id),
            Some(("visitor", id)) => known(ActorKind::Visitor, id),
            Some(("key", id)) => known(ActorKind::Integration, id),
            other => {
                let rule = other.map_or(actor, |(_, rule)| rule).to_owned();
                Actor { kind: ActorKind::System, id: None, name: None, rule: Some(rule) }
            }
        }
    }

    /// The request that it belongs to.
    async fn correlation_id(&self) -> Option<ID> {
        self.0.metadata.get("correlationId").map(|id| ID(id.clone()))
    }

    /// The event that caused it.
    async fn causation_id(&self) -> Option<ID> {
        self.0.metadata.get("causationId").map(|id| ID(id.clone()))
    }

    /// The event itself; personal data opened for those who may read it, `"erased"` once it was.
    async fn payload(&self) -> Json {
        Json(self.0.payload.clone())
    }
}

/// How many events there are, counted when asked.
pub(crate) struct HistoryCount {
    reader: Reader,
    of: MessageId,
    filter: HistoryFilter,
}

/// What a history has beside its events.
#[Object]
impl HistoryCount {
    /// How many events there are.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let count = ctx.projections().history_count(&self.reader, self.of, &self.filter).await;
        count.map_err(|error| fault::of_query(ctx.caller(), &error))
    }
}

/// A message's events, a page at a time; a cursor is a position in the log.
pub(crate) type LogConnection = Connection<String, LogEntry, HistoryCount, EmptyFields>;

/// The history of a message that the reader may read.
pub(crate) async fn history(
    ctx: &Context<'_>,
    reader: Reader,
    of: MessageId,
    filter: Option<LogFilter>,
    first: Option<i32>,
    after: Option<LogPosition>,
) -> Result<LogConnection> {
    let fault = |error: projections::QueryError| fault::of_query(ctx.caller(), &error);
    let size = PageRequest::forward(first, None).size().map_err(|error| fault(error.into()))?;
    let filter = HistoryFilter { types: filter.and_then(|filter| filter.types).unwrap_or_default() };
    let position = after.map_or(0, |after| after.0);
    let mut entries =
        ctx.projections().history(&reader, of, &filter, position, size + 1).await.map_err(fault)?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = entries.len() > size;
    entries.truncate(size);
    let count = HistoryCount { reader, of, filter };
    let mut connection = Connection::with_additional_fields(position > 0, more, count);
    let edge = |entry: HistoryEntry| Edge::new(entry.event.position.to_string(), LogEntry(entry));
    connection.edges.extend(entries.into_iter().map(edge));
    Ok(connection)
}

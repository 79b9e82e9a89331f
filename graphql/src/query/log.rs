//! Events as auditors read them.

use crate::{
    caller::Asks,
    fault,
    scalar::{DateTime, DateTimeRange, Json, LogPosition},
    story::Story,
};
use async_graphql::{
    Context, Enum, ID, InputObject, Object, Result, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use domain::{actor::Acted, ids::MessageId};
use projections::{HistoryEntry, HistoryFilter, PageRequest, Reader};

/// Which events: those that every one of these allows.
#[derive(Default, InputObject)]
pub(crate) struct LogFilter {
    /// Of this type of aggregate, such as `Message`.
    aggregate_type: Option<String>,
    /// Of this aggregate.
    aggregate_id: Option<ID>,
    /// Of these types, such as `MessageReplied`; empty or null: of all.
    #[graphql(name = "type")]
    types: Option<Vec<String>>,
    /// This member, visitor or API key acted.
    actor_id: Option<ID>,
    /// In the course of this request.
    correlation_id: Option<ID>,
    /// Recorded in this range.
    recorded: Option<DateTimeRange>,
}

/// As many event types as anybody needs.
const MOST_TYPES: usize = 100;

impl LogFilter {
    pub(crate) fn read(self) -> Result<HistoryFilter> {
        let recorded = self.recorded.unwrap_or_default();
        let types = self.types.unwrap_or_default();
        if types.len() > MOST_TYPES {
            return Err(fault::fault(fault::Code::BadRequest, "a filter lists at most 100 event types"));
        }
        Ok(HistoryFilter {
            aggregate_type: self.aggregate_type,
            aggregate_id: self.aggregate_id.map(|id| id.0),
            types,
            actor_id: self.actor_id.map(|id| id.0),
            correlation_id: self.correlation_id.map(|id| id.0),
            recorded_from: recorded.from.map(|at| at.0),
            recorded_until: recorded.until.map(|at| at.0),
            until: None,
        })
    }
}

/// An event of the log.
pub(crate) struct LogEntry {
    entry: HistoryEntry,
    /// The sentence, when it was asked for.
    story: Option<String>,
}

/// How far the log has come.
#[derive(SimpleObject)]
struct LogHead {
    /// The position of the last event; 0 for an empty log.
    position: LogPosition,
    /// When it was recorded.
    at: Option<DateTime>,
}

#[derive(Default)]
pub(crate) struct LogQuery;

#[Object]
impl LogQuery {
    /// Everything that ever happened, in order, a page at a time (20 unless told, at most 100). Needs `audit.read` of
    /// everything.
    async fn log(
        &self,
        ctx: &Context<'_>,
        filter: Option<LogFilter>,
        first: Option<i32>,
        after: Option<LogPosition>,
    ) -> Result<LogConnection> {
        page(ctx, ctx.request().auditor()?, None, filter, first, after).await
    }

    /// How far the log has come. Needs `audit.read` of everything.
    async fn log_head(&self, ctx: &Context<'_>) -> Result<LogHead> {
        let head = ctx.projections().log_head(&ctx.request().auditor()?).await;
        let (position, at) = head.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        Ok(LogHead { position: LogPosition(position), at: at.map(DateTime) })
    }
}

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
        LogPosition(self.entry.event.position)
    }

    /// Its id.
    async fn event_id(&self) -> ID {
        ID(self.entry.event.event_id.to_string())
    }

    /// The type of its aggregate, such as `Message`.
    async fn aggregate_type(&self) -> &str {
        &self.entry.event.aggregate_type
    }

    /// The id of its aggregate.
    async fn aggregate_id(&self) -> ID {
        ID(self.entry.event.aggregate_id.clone())
    }

    /// Its place in the aggregate's stream.
    async fn sequence(&self) -> i64 {
        self.entry.event.sequence
    }

    /// What happened, such as `MessageReplied`.
    #[graphql(name = "type")]
    async fn event_type(&self) -> &str {
        &self.entry.event.event_type
    }

    /// The version of its shape.
    async fn version(&self) -> &str {
        &self.entry.event.event_version
    }

    /// When the log took it.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.entry.event.recorded_at)
    }

    /// Who acted.
    async fn actor(&self) -> Actor {
        let name = self.entry.member.as_ref().and_then(|member| member.name.text()).map(str::to_owned);
        let known = |kind, id: &str| Actor { kind, id: Some(ID(id.to_owned())), name, rule: None };
        let system =
            |rule: &str| Actor { kind: ActorKind::System, id: None, name: None, rule: Some(rule.to_owned()) };
        match self.entry.acted() {
            Acted::Member(id) => known(ActorKind::Member, &id.to_string()),
            Acted::Visitor(id) => known(ActorKind::Visitor, id),
            Acted::Integration(id) => known(ActorKind::Integration, id),
            Acted::System(rule) => system(rule),
            Acted::Anonymous => system("anonymous"),
        }
    }

    /// The same as a sentence: who, what, from what to what; in the request's language.
    async fn story(&self, ctx: &Context<'_>) -> Result<String> {
        match &self.story {
            Some(story) => Ok(story.clone()),
            None => Self::tell(ctx, &self.entry).await,
        }
    }

    /// The request that it belongs to.
    async fn correlation_id(&self) -> Option<ID> {
        self.entry.metadata.get("correlationId").map(|id| ID(id.clone()))
    }

    /// The event that caused it.
    async fn causation_id(&self) -> Option<ID> {
        self.entry.metadata.get("causationId").map(|id| ID(id.clone()))
    }

    /// The event itself; personal data opened for those who may read it, `"erased"` once it was.
    async fn payload(&self) -> Json {
        Json(self.entry.payload.clone())
    }
}

/// How many events there are, counted when asked.
pub(crate) struct LogCount {
    reader: Reader,
    /// Of this message alone.
    of: Option<MessageId>,
    filter: HistoryFilter,
}

/// What a list of events has beside them.
#[Object]
impl LogCount {
    /// How many events there are.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let count = match self.of {
            Some(of) => ctx.projections().history_count(&self.reader, of, &self.filter).await,
            None => ctx.projections().log_count(&self.reader, &self.filter).await,
        };
        count.map_err(|error| fault::of_query(ctx.caller(), &error))
    }
}

/// Events, a page at a time; a cursor is a position in the log.
pub(crate) type LogConnection = Connection<String, LogEntry, LogCount, EmptyFields>;

/// The history of a message that the reader may read (up to a position), or of everything.
pub(crate) async fn page(
    ctx: &Context<'_>,
    reader: Reader,
    of: Option<(MessageId, Option<i64>)>,
    filter: Option<LogFilter>,
    first: Option<i32>,
    after: Option<LogPosition>,
) -> Result<LogConnection> {
    let fault = |error: projections::QueryError| fault::of_query(ctx.caller(), &error);
    let size = PageRequest::forward(first, None).size().map_err(|error| fault(error.into()))?;
    let mut filter = filter.unwrap_or_default().read()?;
    filter.until = of.and_then(|(_, as_of)| as_of);
    let of = of.map(|(id, _)| id);
    let position = after.map_or(0, |after| after.0);
    let entries = match of {
        Some(of) => ctx.projections().history(&reader, of, &filter, position, size + 1).await,
        None => ctx.projections().log(&reader, &filter, position, size + 1).await,
    };
    let mut entries = entries.map_err(fault)?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = entries.len() > size;
    entries.truncate(size);
    let asked = ctx.look_ahead();
    let asked = [asked.field("edges").field("node"), asked.field("nodes")];
    let told = asked.iter().any(|node| node.field("story").exists());
    let mut connection =
        Connection::with_additional_fields(position > 0, more, LogCount { reader, of, filter });
    let edge = |entry: LogEntry| Edge::new(entry.entry.event.position.to_string(), entry);
    connection.edges.extend(LogEntry::all(ctx, entries, told).await?.into_iter().map(edge));
    Ok(connection)
}

impl LogEntry {
    /// An event by itself, told as a story when that is asked for.
    pub(crate) fn new(entry: HistoryEntry) -> Self {
        Self { entry, story: None }
    }

    async fn tell(ctx: &Context<'_>, entry: &HistoryEntry) -> Result<String> {
        let tale = ctx.projections().tale(std::slice::from_ref(entry)).await;
        let tale = tale.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        let settings = ctx.request().desk(ctx.projections()).await?;
        Ok(Story { locale: ctx.locale(), settings, tale: &tale }.tell(entry))
    }

    /// These events; told as a story when that is asked for.
    pub(crate) async fn all(ctx: &Context<'_>, entries: Vec<HistoryEntry>, told: bool) -> Result<Vec<Self>> {
        if !told {
            return Ok(entries.into_iter().map(|entry| Self { entry, story: None }).collect());
        }
        let tale = ctx.projections().tale(&entries).await;
        let tale = tale.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        let settings = ctx.request().desk(ctx.projections()).await?;
        let story = Story { locale: ctx.locale(), settings, tale: &tale };
        let told = |entry: HistoryEntry| Self { story: Some(story.tell(&entry)), entry };
        Ok(entries.into_iter().map(told).collect())
    }
}

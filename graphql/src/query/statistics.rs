//! Figures, for analysts.

mod explain;
mod figures;
mod held;

use super::{
    desk::Desk,
    member::Member,
    message::{AsOf, MessageFilter},
};
use crate::{
    caller::Asks,
    fault,
    scalar::{Date, DateTime, LogPosition, TimeZone},
};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SelectionField, SimpleObject};
use chrono_tz::Tz;
use domain::ids::{CategoryId, MemberId, MessageId, TeamId};
use explain::{Explanation, MetricDefinition, MetricDifference, MetricDifferences};
use figures::Figures;
use held::Held;
use projections::{
    QueryError, Reader, STATISTICS_VIEWS,
    statistics::{
        self, Calendar, Group, Grouped, Interval as PointInterval, Statistics as Facts, StatisticsRange,
        Wanted,
    },
};
use std::sync::Arc;

#[derive(Default)]
pub(crate) struct StatisticsQuery;

/// Days in the desk's zone.
#[derive(InputObject)]
struct DateRange {
    /// The first day.
    from: Date,
    /// The day after the last one.
    until: Date,
}

/// Days in the desk's zone.
#[derive(SimpleObject)]
struct DateRangeOut {
    /// The first day.
    from: Date,
    /// The day after the last one.
    until: Date,
    /// The zone.
    time_zone: TimeZone,
}

/// By which clock durations are told.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Calendar")]
enum CalendarKind {
    /// In opening hours, each stretch by those that were in force in it.
    DeskHours,
    /// By the clock on the wall.
    WallClock,
}

/// How long a point of a series is, in the desk's zone.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "PointInterval")]
enum Interval {
    Hour,
    Day,
    /// From Monday.
    Week,
    Month,
}

/// Figures of a range, as of a position of the log.
struct Statistics {
    /// What is still to be told is made of these; whoever waits for their turn waits no longer than for that.
    facts: Held<Facts>,
    as_of: i64,
    range: DateRange,
    zone: Tz,
    calendar: CalendarKind,
    figures: Figures,
    per_member: bool,
}

/// A stretch of a series.
#[derive(SimpleObject)]
struct TrendPoint {
    /// Its first instant.
    from: DateTime,
    /// The first instant after it.
    until: DateTime,
    /// Messages open or parked at its end.
    backlog: i64,
    /// The figures of this stretch.
    figures: Figures,
}

/// The figures of what has something in common.
#[derive(SimpleObject)]
struct GroupRow {
    /// The category, the tag, or the id of the team or member.
    key: ID,
    /// Its name; for categories in the language asked for.
    name: String,
    /// The figures of the range.
    figures: Figures,
    /// Messages left in as much time just before the range.
    submitted_before: i64,
    /// How many more or fewer messages were left than before, as a share of those before; null when there were none.
    growth: Option<f64>,
    /// The same for replies, by which members are compared.
    replied_growth: Option<f64>,
    /// How many such groups there are in all, of which at most 100 are told.
    group_count: i64,
}

#[Object]
impl StatisticsQuery {
    /// Figures of the messages that the caller's `statistics.read` reaches and the filter takes in. The filter goes by how
    /// messages are now; it cannot ask for `spam`, `archived` or `search`: spam leaves all figures but that of spam, and archiving
    /// changes none. At most three years and a half are told at once.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        range: DateRange,
        filter: Option<MessageFilter>,
        #[graphql(default_with = "CalendarKind::DeskHours")] calendar: CalendarKind,
    ) -> Result<Statistics> {
        let reader = ctx.analyst()?;
        let desk = ctx.request().desk(ctx.projections()).await?;
        let zone: Tz = desk.desk.as_ref().and_then(|desk| desk.time_zone.parse().ok()).unwrap_or(Tz::UTC);
        let per_member = desk.desk.as_ref().is_none_or(|desk| desk.figures_per_member);
        let days = range_of(&range, zone)?;
        let wanted = Asked::of(ctx);
        let filter = filter.unwrap_or_default().read().map_err(bad)?;
        of_nobody_alone(&filter, per_member)?;
        let facts =
            ctx.projections().statistics(&reader, days, &filter, calendar.into(), wanted.of_range).await;
        let facts = facts.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        let figures = match wanted.of_the_whole {
            true => work_out(ctx, &facts, Facts::figures).await?,
            false => statistics::Figures::default(),
        };
        let figures = Figures { figures, per_member };
        let (as_of, facts) = (facts.as_of, Held::new(facts, wanted.later));
        Ok(Statistics { facts, as_of, range, zone, calendar, figures, per_member })
    }

    /// How many messages were open or parked at a position of the log, or at an instant: by the log's clock, and of those
    /// that the caller's `statistics.read` reaches and the filter takes in now.
    async fn backlog_at(&self, ctx: &Context<'_>, as_of: AsOf, filter: Option<MessageFilter>) -> Result<i64> {
        let reader = ctx.analyst()?;
        let filter = filter.unwrap_or_default().read().map_err(bad)?;
        let desk = ctx.request().desk(ctx.projections()).await?;
        of_nobody_alone(&filter, desk.desk.as_ref().is_none_or(|desk| desk.figures_per_member))?;
        let of_query = |error: QueryError| fault::of_query(ctx.caller(), &error);
        let projections = ctx.projections();
        let (position, instant) = match as_of {
            // The log's clock may be so far ahead of this process's.
            AsOf::At(at) if at.0 > ctx.commands().now() + chrono::TimeDelta::minutes(5) => {
                return Err(bad("that instant is still to come"));
            }
            AsOf::At(at) => (projections.position_at(at.0).await.map_err(of_query)?, at.0),
            AsOf::Position(position) => {
                let head = projections.head().await.map_err(of_query)?;
                if position.0 > head {
                    return Err(bad(&format!("the log has come to {head}, not to {}", position.0)));
                }
                let recorded = projections.recorded_at(position.0).await.map_err(of_query)?;
                (position.0, recorded.unwrap_or_default())
            }
        };
        // What the view has not seen yet could not be told.
        match projections.wait_for(STATISTICS_VIEWS, position).await {
            Ok(true) => {}
            Ok(false) => return Err(of_query(QueryError::BusyFigures)),
            Err(error) => return Err(of_query(error.into())),
        }
        let backlog = ctx.projections().backlog_at(&reader, &filter, instant).await;
        backlog.map_err(|error| fault::of_query(ctx.caller(), &error))
    }

    /// What a message adds to each figure, and the events that it comes of, by times and ids, also when it is deleted; null when it
    /// is absent, or not within the reach of the caller's `statistics.read`. Reviews of others' replies are told as `quality` tells
    /// them.
    async fn explain(&self, ctx: &Context<'_>, message_id: ID) -> Result<Option<Explanation>> {
        let reader = ctx.analyst()?;
        let desk = ctx.request().desk(ctx.projections()).await?;
        let per_member = desk.desk.as_ref().is_none_or(|desk| desk.figures_per_member);
        let explained = ctx.projections().explain(&reader, MessageId::typed(&message_id)).await;
        let explained = explained.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        Ok(explained.map(|explained| Explanation::new(message_id, explained, per_member)))
    }

    /// What every metric means: its seven choices, in every version there is.
    async fn metrics(&self) -> Vec<MetricDefinition> {
        statistics::METRICS.iter().map(|metric| MetricDefinition(metric)).collect()
    }
}

/// The days that are asked for.
fn range_of(range: &DateRange, zone: Tz) -> Result<StatisticsRange> {
    let (from, until) = (range.from.0, range.until.0);
    if from >= until {
        return Err(bad("a range ends after it begins: `until` is the first day that is not in it"));
    }
    if until - from > LONGEST {
        return Err(bad(&format!(
            "a range is at most 1,280 days long, and this is {}",
            (until - from).num_days()
        )));
    }
    StatisticsRange::new(from, until, zone).ok_or_else(|| bad("a range is between the years 1000 and 9998"))
}

/// What of the figures of a range is asked for: nothing else is read or worked out.
struct Asked {
    of_range: Wanted,
    /// Any figure of the whole range?
    of_the_whole: bool,
    /// How many things are made of the facts after those.
    later: usize,
}

/// What is made of the facts of a range by itself.
const LATER: [&str; 6] = ["trend", "byCategory", "byMember", "byTeam", "byTag", "firstResponseDifferences"];

impl Asked {
    fn of(ctx: &Context<'_>) -> Self {
        let mut asked = Self { of_range: Wanted::Figures, of_the_whole: false, later: 0 };
        let ahead = ctx.look_ahead();
        let field = |name: &str| ahead.field(name).exists();
        if ["byCategory", "byMember", "byTeam", "byTag"].into_iter().any(field) {
            asked.of_range = Wanted::Groups;
        } else if field("firstResponseDifferences") {
            asked.of_range = Wanted::Differences;
        }
        // These are told without them, and every other field is one of them.
        let told_otherwise = |name: &str| {
            let beside = ["range", "calendar", "asOfPosition", "figuresPerMember"];
            name.starts_with("__") || beside.contains(&name) || LATER.contains(&name)
        };
        let fields = ahead.selection_fields();
        for field in fields.iter().flat_map(SelectionField::selection_set) {
            asked.of_the_whole |= !told_otherwise(field.name());
            asked.later += usize::from(LATER.contains(&field.name()));
        }
        asked
    }
}

/// Where a desk shows no figures per member, the messages that one has are not told apart either.
fn of_nobody_alone(filter: &projections::MessageFilter, per_member: bool) -> Result<()> {
    match per_member || filter.assignee_id.is_empty() {
        true => Ok(()),
        false => Err(bad("this desk shows no figures per member: ask without assigneeId")),
    }
}

/// The longest range.
const LONGEST: chrono::TimeDelta = chrono::TimeDelta::days(1_280);

fn bad(what: &str) -> async_graphql::Error {
    fault::fault(fault::Code::BadRequest, what)
}

/// Works something out of the facts of a range.
async fn work_out<T: Send + 'static>(
    ctx: &Context<'_>,
    facts: &Arc<Facts>,
    out: impl FnOnce(&Facts) -> Result<T, QueryError> + Send + 'static,
) -> Result<T> {
    facts.work_out(out).await.map_err(|error| fault::of_query(ctx.caller(), &error))
}

/// What analysts need beside what everybody does.
trait Analyses {
    /// The caller, when they may read statistics; the fault otherwise.
    fn analyst(&self) -> Result<Reader>;
}

impl Analyses for Context<'_> {
    fn analyst(&self) -> Result<Reader> {
        let reader = Reader::of_statistics(self.caller().actor, self.request().reach());
        reader.map_err(|error| fault::of_query(self.caller(), &error))
    }
}

/// Figures about messages: what each means is told by `metrics`.
#[Object]
impl Statistics {
    /// The days.
    async fn range(&self) -> DateRangeOut {
        DateRangeOut {
            from: self.range.from,
            until: self.range.until,
            time_zone: TimeZone(self.zone.name().to_owned()),
        }
    }

    /// By which clock durations are told.
    async fn calendar(&self) -> CalendarKind {
        self.calendar
    }

    /// The position of the log that all of this is as of.
    async fn as_of_position(&self) -> LogPosition {
        LogPosition(self.as_of)
    }

    /// Does the desk show figures per member? If not, `byMember` and `quality` are empty.
    async fn figures_per_member(&self) -> bool {
        self.per_member
    }

    /// Messages open or parked at the end of the range, or by now.
    async fn backlog(&self) -> i64 {
        self.figures.figures.backlog
    }

    /// The figures of the whole range.
    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "what is flattened is awaited")]
    async fn figures(&self) -> Figures {
        self.figures.clone()
    }

    /// The same for each stretch of a series, one after the other without a hole; at most 1,100.
    async fn trend(&self, ctx: &Context<'_>, interval: Interval) -> Result<Vec<TrendPoint>> {
        let interval = interval.into();
        let points = self.later(ctx, move |facts| facts.trend(interval)).await?;
        let per_member = self.per_member;
        let point = |(point, figures): (statistics::Point, statistics::Figures)| TrendPoint {
            from: DateTime(point.from),
            until: DateTime(point.until),
            backlog: figures.backlog,
            figures: Figures { figures, per_member },
        };
        Ok(points.into_iter().map(point).collect())
    }

    /// By what messages are about now; the 100 with the most messages.
    async fn by_category(&self, ctx: &Context<'_>) -> Result<Vec<GroupRow>> {
        let desk = Desk::load(ctx, ctx.locale().cloned()).await?;
        let name = |key: &str| desk.category(&CategoryId(key.to_owned())).map(|category| category.name);
        let (groups, count) = self.groups(ctx, Group::Category).await?;
        Ok(groups.into_iter().map(|group| self.row(group, count, name)).collect())
    }

    /// By the member who is credited: with replies, first responses, handling, waits, ratings and reviews; the 100 with the most
    /// replies. Only the caller when their `statistics.read` reaches what is their own. Empty when the desk shows no figures per
    /// member.
    async fn by_member(&self, ctx: &Context<'_>) -> Result<Vec<GroupRow>> {
        if !self.per_member {
            return Ok(vec![]);
        }
        let (groups, count) = self.groups(ctx, Group::Member).await?;
        let ids = groups.iter().map(|group| MemberId::typed(&group.key));
        let members: Vec<Member> =
            ctx.neighbours().members(ctx, ids).await?.into_iter().map(Member).collect();
        let name = |key: &str| {
            let member = members.iter().find(|member| member.0.id.to_string() == key)?;
            Some(member.0.name.text().unwrap_or_default().to_owned())
        };
        Ok(groups.into_iter().map(|group| self.row(group, count, name)).collect())
    }

    /// By the team that was last to answer, also when a member took the message since; the 100 with the most messages.
    async fn by_team(&self, ctx: &Context<'_>) -> Result<Vec<GroupRow>> {
        let mut rows = Vec::new();
        let (groups, count) = self.groups(ctx, Group::Team).await?;
        for group in groups {
            let team = super::team::Team::load(ctx, TeamId::typed(&group.key)).await?;
            let name = team.map(super::team::Team::into_name);
            rows.push(self.row(group, count, |_| name.clone()));
        }
        Ok(rows)
    }

    /// By the tags that messages have now; one with two tags counts twice. The 100 with the most messages.
    async fn by_tag(&self, ctx: &Context<'_>) -> Result<Vec<GroupRow>> {
        let (groups, count) = self.groups(ctx, Group::Tag).await?;
        Ok(groups.into_iter().map(|group| self.row(group, count, |_| None)).collect())
    }

    /// The messages whose first response is another by version 2 of the metric than by version 1, in the order of their
    /// ids; 20 unless told, at most 100.
    async fn first_response_differences(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<ID>,
    ) -> Result<MetricDifferences> {
        let first = usize::try_from(first.unwrap_or(20)).ok().filter(|first| (1..=100).contains(first));
        let first = first.ok_or_else(|| bad("first is from 1 to 100"))?;
        let after = after.map(|id| MessageId::typed(&id).0);
        let (count, differing) = self.later(ctx, move |facts| facts.differing(after, first)).await?;
        let messages = differing.into_iter().map(MetricDifference::from).collect();
        Ok(MetricDifferences { count: signed(count), messages })
    }
}

/// As many groups are shown.
const MOST_GROUPS: usize = 100;

impl Statistics {
    /// Works something out that was announced.
    async fn later<T: Send + 'static>(
        &self,
        ctx: &Context<'_>,
        out: impl FnOnce(&Facts) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<T> {
        let gone = || fault::internal(ctx.caller(), &"figures were asked for that were not announced");
        let facts = self.facts.take().ok_or_else(gone)?;
        work_out(ctx, &facts, out).await
    }

    /// The groups that are shown, and how many there are.
    async fn groups(&self, ctx: &Context<'_>, group: Group) -> Result<(Vec<Grouped>, i64)> {
        let mut groups = self.later(ctx, move |facts| facts.by(group)).await?;
        let count = signed(groups.len() as u64);
        groups.truncate(MOST_GROUPS);
        Ok((groups, count))
    }

    fn row(&self, group: Grouped, group_count: i64, name: impl Fn(&str) -> Option<String>) -> GroupRow {
        let (now, before) = (&group.figures, &group.before);
        GroupRow {
            name: name(&group.key).unwrap_or_else(|| group.key.clone()),
            submitted_before: signed(before.submitted),
            growth: growth(now.submitted, before.submitted),
            replied_growth: growth(now.replied, before.replied),
            key: ID(group.key),
            figures: Figures { figures: group.figures, per_member: self.per_member },
            group_count,
        }
    }
}

/// How much more than before, as a share of it.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53, which is more than a desk ever has")]
fn growth(now: u64, before: u64) -> Option<f64> {
    (before > 0).then(|| (signed(now) - signed(before)) as f64 / before as f64)
}

/// A count as the API has it.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

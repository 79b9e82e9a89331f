//! The questions that figures answer.

use super::{
    answer::{Pieces, Statistics, each},
    course, days,
    placed::{self, DAY, QUARTER},
    points::StatisticsRange,
    tally::Figures,
};
use crate::{MessageFilter, Projections, Reader, error::QueryError, message_list};
use chrono::{DateTime, Utc};
use std::{sync::Arc, time::Duration};
use store::{Dialect, Row, StoreError, Value};
use tokio::{sync::OwnedSemaphorePermit, task::spawn_blocking, time::timeout};

/// As many questions are worked out at once in a process: each holds the facts of its range, and one core at a time. SQLite
/// has few connections to read on.
pub(crate) fn at_once(dialect: Dialect) -> usize {
    match dialect {
        Dialect::Postgres => 2,
        Dialect::Sqlite => 1,
    }
}
/// So long the facts of a range may take to be read.
const READING: Duration = Duration::from_secs(10);
/// So many bytes a question holds at most: some two million messages.
const MOST_BYTES: usize = 256 << 20;
/// So long others wait for their turn.
const TURN: Duration = Duration::from_secs(5);

/// By which clock durations are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// In opening hours.
    DeskHours,
    /// By the clock on the wall.
    WallClock,
}

/// By what messages, or what was done, are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// By what messages are about now.
    Category,
    /// By the tags that they have now; one with two tags counts twice.
    Tag,
    /// By the team that was last to answer.
    Team,
    /// By the member who is credited.
    Member,
}

/// The figures of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouped {
    /// The category, the tag, or the id of the team or the member.
    pub key: String,
    /// Of the range.
    pub figures: Figures,
    /// Of as much time just before it.
    pub before: Figures,
}

/// What is to be told of a range: from that follows what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Figures of the range and of its points.
    Figures,
    /// Also which messages two versions of a metric tell differently.
    Differences,
    /// Also groups, with as much time before.
    Groups,
}

impl Projections {
    /// What is wanted of a range, of the messages that the reader's scope and the filter take in.
    pub async fn statistics(
        &self,
        reader: &Reader,
        range: StatisticsRange,
        filter: &MessageFilter,
        calendar: Calendar,
        wanted: Wanted,
    ) -> Result<Arc<Statistics>, QueryError> {
        can_be_told(filter)?;
        let turn = self.turn_for_figures().await?;
        let whole = range.whole();
        let everything = takes_everything(reader, filter);
        let (as_of, waiting, pieces) = if everything && wanted == Wanted::Figures && in_quarters(&range) {
            self.placed(calendar, whole.from, whole.until).await?
        } else {
            let from = if wanted == Wanted::Groups { range.before().from } else { whole.from };
            self.pieces(reader, filter, from, whole.until).await?
        };
        Ok(Arc::new(Statistics::new(as_of, range, calendar, pieces, waiting, turn)))
    }

    /// How many messages were in the backlog at an instant by the log's clock, of those that the reader's scope and the
    /// filter take in now.
    pub async fn backlog_at(
        &self,
        reader: &Reader,
        filter: &MessageFilter,
        instant: DateTime<Utc>,
    ) -> Result<i64, QueryError> {
        can_be_told(filter)?;
        let _turn = self.turn_for_figures().await?;
        let (_, waiting, pieces) = self.pieces(reader, filter, instant, instant).await?;
        let until = instant.timestamp_micros();
        aside(move || {
            let mut backlog = waiting;
            each(pieces.of_messages()?, |known| {
                let facts = known.counted().filter(|fact| fact.at <= until);
                backlog += facts.map(|fact| fact.kind.backlog()).sum::<i64>();
            })?;
            Ok(backlog)
        })
        .await
    }

    /// A turn of those who ask for figures; whoever waits for too long is told to come again.
    pub(super) async fn turn_for_figures(&self) -> Result<OwnedSemaphorePermit, QueryError> {
        let turn = timeout(TURN, Arc::clone(&self.figures_at_once).acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or(QueryError::BusyFigures)
    }

    /// When the event at a position was recorded; `None`: the log has not come so far, or has none there.
    pub async fn recorded_at(&self, position: i64) -> Result<Option<DateTime<Utc>>, QueryError> {
        Ok(self.store.recorded_at(position).await?)
    }

    /// In one look: the position, how many wait whose facts are all from before `from`, and the facts of all others that
    /// were left until `until`.
    async fn pieces(
        &self,
        reader: &Reader,
        filter: &MessageFilter,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(i64, i64, Pieces), QueryError> {
        let (rows, days) = (course::TABLE, days::TABLE);
        let (from, until) = (from.timestamp_micros(), until.timestamp_micros());
        let (sql, mut values) = if takes_everything(reader, filter) {
            let sql = format!(
                "{POSITION} UNION ALL SELECT 1, waiting, NULL, NULL FROM {days} WHERE facts IS NOT NULL AND last_at < $1 AND waiting > 0 \
                 UNION ALL SELECT 2, 0, facts, NULL FROM {days} WHERE facts IS NOT NULL AND last_at >= $1 AND day <= $2 \
                 UNION ALL SELECT 2, 0, {rows}.facts, NULL FROM {days} CROSS JOIN {rows} WHERE {rows}.day = {days}.day \
                 AND {days}.facts IS NULL AND {days}.day <= $2 AND ({rows}.last_at >= $1 OR {rows}.waits = 1)"
            );
            (sql, vec![])
        } else {
            let (conditions, values) = filter.conditions_of_all(reader, self.dialect());
            let list = message_list::TABLE;
            let (a, b) = (values.len() + 1, values.len() + 2);
            let sql = format!(
                "{POSITION} UNION ALL SELECT 2, 0, facts, NULL FROM {rows} WHERE day <= ${b} AND (last_at >= ${a} OR waits = 1) \
                 AND message_id IN (SELECT message_id FROM {list} WHERE 1 = 1{conditions})"
            );
            (sql, values)
        };
        // A day more: the log's clock, which places the backlog, may be a little behind that of submissions.
        values.extend([Value::from(from), (until.div_euclid(DAY) + 1).into()]);
        let mut pieces = Vec::new();
        let read = self.look(&sql, &values, |row| {
            let piece = row.bytes("facts")?;
            let bytes = piece.len();
            pieces.push(piece);
            Ok(bytes)
        });
        let (as_of, waiting) = read.await?;
        Ok((as_of, waiting, Pieces::Messages(pieces)))
    }

    /// In one look: the position, how many came into the backlog before the first day and did not leave it, and what is
    /// placed on the days, with durations by one calendar.
    async fn placed(
        &self,
        calendar: Calendar,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(i64, i64, Pieces), QueryError> {
        let (placed, spans) = (placed::TABLE, placed::column(calendar));
        let sql = format!(
            "{POSITION} UNION ALL SELECT 1, CAST(coalesce(sum(backlog), 0) AS bigint), NULL, NULL FROM {placed} WHERE day < $1 \
             UNION ALL SELECT 2, day, counts, {spans} FROM {placed} WHERE day >= $1 AND day <= $2"
        );
        let day = |at: i64| Value::from(at.div_euclid(DAY));
        let values = [day(from.timestamp_micros()), day(until.timestamp_micros() - 1)];
        let mut days = Vec::new();
        let read = self.look(&sql, &values, |row| {
            let (counts, spans) = (row.bytes("facts")?, row.bytes("spans")?);
            let bytes = counts.len() + spans.len();
            days.push((row.int("number")?, counts, spans));
            Ok(bytes)
        });
        let (as_of, waiting) = read.await?;
        Ok((as_of, waiting, Pieces::Days(days)))
    }

    /// Asks for the position (0), for numbers of those who wait (1) and for rows that `take` keeps and says the size of (2).
    async fn look(
        &self,
        sql: &str,
        values: &[Value],
        mut take: impl FnMut(Row) -> sqlx::Result<usize> + Send,
    ) -> Result<(i64, i64), QueryError> {
        let (mut as_of, mut waiting, mut bytes) = (0, 0, 0);
        let rows = self.store.database().views.rows_within(READING, sql, values).await?;
        for row in rows.ok_or(QueryError::TooManyFacts)? {
            match row.int("kind")? {
                0 => as_of = row.int("number")?,
                1 => waiting += row.int("number")?,
                _ => {
                    bytes += take(row)?;
                    if bytes > MOST_BYTES {
                        return Err(QueryError::TooManyFacts);
                    }
                }
            }
        }
        Ok((as_of, waiting))
    }
}

/// The position that an answer is as of: where the view stands in the very look in which everything else is read.
const POSITION: &str = "SELECT 0 AS kind, position AS number, CAST(NULL AS bytea) AS facts, CAST(NULL AS bytea) AS spans \
                        FROM checkpoints WHERE name = 'statistics' AND version = 2";

/// Is there no message that the reader is not told of, or that the filter leaves out?
fn takes_everything(reader: &Reader, filter: &MessageFilter) -> bool {
    reader.sees_everybodys() && *filter == MessageFilter::default()
}

/// Do all of its days begin with a quarter of an hour? So they have everywhere since 1972.
fn in_quarters(range: &StatisticsRange) -> bool {
    let begins = range.days().into_iter().map(|day| day.from).chain([range.whole().until]);
    begins.into_iter().all(|at| at.timestamp_micros() % QUARTER == 0)
}

/// Figures are told by what messages are, not by where they lie or what they say.
fn can_be_told(filter: &MessageFilter) -> Result<(), QueryError> {
    for (is, name, why) in [
        (filter.spam, "spam", "spam leaves all figures but that of spam"),
        (filter.archived, "archived", "archiving changes no figure"),
        (filter.search.is_some(), "search", "what a search finds has to be opened message by message"),
    ] {
        if is {
            return Err(QueryError::NoFilterOfFigures(name, why));
        }
    }
    Ok(())
}

/// Works something out where it keeps nobody else waiting: only behind a turn.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, QueryError> + Send + 'static,
) -> Result<T, QueryError> {
    #[expect(clippy::disallowed_methods, reason = "whoever works has a turn of those who ask for figures")]
    let worked = spawn_blocking(work).await;
    worked.map_err(|error| StoreError::Setup(format!("figures were not worked out: {error}")))?
}

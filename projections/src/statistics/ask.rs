//! The questions that figures answer.

use super::{
    answer::{Look, Statistics},
    course, days,
    pieces::{Messages, Pieces, Veil},
    placed::{self, DAY, QUARTER},
    points::StatisticsRange,
    tally::Figures,
};
use crate::{MessageFilter, Projections, Reader, error::QueryError, message_list, turns::Turns};
use chrono::{DateTime, Utc};
use std::{sync::Arc, time::Duration};
use store::{Dialect, Row, StoreError, Value};
use tokio::task::spawn_blocking;

/// Turns of those who ask for figures, and of those who ask what a message adds to them: each takes one core, and for a
/// year's days two, for some hundredths of a second. SQLite has few connections to read on.
pub(crate) fn turns(dialect: Dialect) -> Turns {
    let at_once = match dialect {
        Dialect::Postgres => 2,
        Dialect::Sqlite => 1,
    };
    Turns::new(at_once, || QueryError::BusyFigures)
}

/// So long the facts of a range may take to be read.
const READING: Duration = Duration::from_secs(10);

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
        let turn = self.figures.take(&reader.own().unwrap_or_default()).await?;
        let whole = range.whole();
        let everything = takes_everything(reader, filter);
        let look = if everything && wanted == Wanted::Figures && in_quarters(&range) {
            self.placed(reader, calendar, whole.from, whole.until).await?
        } else {
            let from = if wanted == Wanted::Groups { range.before().from } else { whole.from };
            self.pieces(reader, filter, from, whole.until).await?
        };
        Ok(Arc::new(Statistics::new(range, calendar, reader.alone(), look, turn)))
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
        let _turn = self.figures.take(&reader.own().unwrap_or_default()).await?;
        let look = self.pieces(reader, filter, instant, instant).await?;
        let until = instant.timestamp_micros();
        aside(move || {
            let mut backlog = look.waiting;
            look.pieces.of_messages()?.each(|known| {
                let facts = known.counted().filter(|fact| fact.at <= until);
                backlog += facts.map(|fact| fact.kind.backlog()).sum::<i64>();
            })?;
            Ok(backlog)
        })
        .await
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
    ) -> Result<Look, QueryError> {
        let (rows, days) = (course::TABLE, days::TABLE);
        let (from, until) = (from.timestamp_micros(), until.timestamp_micros());
        let (sql, mut values) = if takes_everything(reader, filter) {
            let sql = format!(
                "{POSITION} UNION ALL SELECT 1, waiting, NULL, NULL, NULL FROM {days} WHERE facts IS NOT NULL AND last_at < $1 AND waiting > 0 \
                 UNION ALL SELECT 2, 0, facts, NULL, NULL FROM {days} WHERE facts IS NOT NULL AND last_at >= $1 AND day <= $2 \
                 UNION ALL SELECT 2, 0, {rows}.facts, NULL, NULL FROM {days} CROSS JOIN {rows} WHERE {rows}.day = {days}.day \
                 AND {days}.facts IS NULL AND {days}.day <= $2 AND ({rows}.last_at >= $1 OR {rows}.waits = 1)"
            );
            (sql, vec![])
        } else {
            let (conditions, values) = filter.conditions_of_all(reader, self.dialect());
            (self.of_some(&conditions, values.len() + 1), values)
        };
        // A day more: the log's clock, which places the backlog, may be a little behind that of submissions.
        values.extend([Value::from(from), (until.div_euclid(DAY) + 1).into()]);
        let mut messages = Messages::new(veil(reader));
        let (mut taken, seen) = (self.room.taken(), reader.sees_all_reviews());
        let read = self.look(&sql, &values, |row| {
            let facts = row.bytes("facts")?;
            taken.more(facts.len())?;
            let seen = match seen {
                Some(seen) => seen,
                None => reader.sees_reviews(&row.text("holder")?),
            };
            messages.add(facts, !seen);
            Ok(())
        });
        let (as_of, waiting) = read.await?;
        Ok(Look { as_of, waiting, pieces: Pieces::Messages(messages), taken })
    }

    /// The facts of the messages that a condition of the list takes in: from those that have a fact in the range or after it, and
    /// those that wait since before. The first value after the condition's is where the range begins, the next its last day.
    fn of_some(&self, conditions: &str, next: usize) -> String {
        let (rows, list, from, until) = (course::TABLE, message_list::TABLE, next, next + 1);
        // Whatever the condition is: SQLite, which has no statistics, would begin with a tag's messages, or with the days of
        // all time. PostgreSQL knows what is less.
        let (found, day) = match self.dialect() {
            Dialect::Postgres => ("found", "day"),
            Dialect::Sqlite => ("+found", "+day"),
        };
        format!(
            "{POSITION} UNION ALL SELECT 2, 0, facts, NULL, holder FROM (\
             SELECT message_id AS found, facts FROM {rows} WHERE last_at >= ${from} AND {day} <= ${until} \
             UNION ALL SELECT message_id, facts FROM {rows} WHERE waits = 1 AND last_at < ${from} AND {day} <= ${until}) AS known \
             CROSS JOIN {list} WHERE message_id = {found}{conditions}"
        )
    }

    /// In one look: the position, how many came into the backlog before the first day and did not leave it, and what is
    /// placed on the days, with durations by one calendar.
    async fn placed(
        &self,
        reader: &Reader,
        calendar: Calendar,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Look, QueryError> {
        let (placed, spans) = (placed::TABLE, placed::column(calendar));
        let sql = format!(
            "{POSITION} UNION ALL SELECT 1, CAST(coalesce(sum(backlog), 0) AS bigint), NULL, NULL, NULL FROM {placed} WHERE day < $1 \
             UNION ALL SELECT 2, day, counts, {spans}, NULL FROM {placed} WHERE day >= $1 AND day <= $2"
        );
        let day = |at: i64| Value::from(at.div_euclid(DAY));
        let values = [day(from.timestamp_micros()), day(until.timestamp_micros() - 1)];
        let (mut days, mut taken) = (Vec::new(), self.room.taken());
        let read = self.look(&sql, &values, |row| {
            let (counts, spans) = (row.bytes("facts")?, row.bytes("spans")?);
            taken.more(counts.len() + spans.len())?;
            days.push((row.int("number")?, counts, spans));
            Ok(())
        });
        let (as_of, waiting) = read.await?;
        let veil = (reader.sees_all_reviews() != Some(true)).then(|| veil(reader));
        Ok(Look { as_of, waiting, pieces: Pieces::Days(days, veil), taken })
    }

    /// Asks for the position (0), for numbers of those who wait (1) and for rows that `take` keeps as they arrive (2).
    async fn look(
        &self,
        sql: &str,
        values: &[Value],
        mut take: impl FnMut(Row) -> Result<(), QueryError> + Send,
    ) -> Result<(i64, i64), QueryError> {
        let (mut as_of, mut waiting) = (0, 0);
        let read = self.store.database().views.each_within(READING, sql, values, |row| {
            match row.int("kind")? {
                0 => as_of = row.int("number")?,
                1 => waiting += row.int("number")?,
                _ => take(row)?,
            }
            Ok::<_, QueryError>(())
        });
        match read.await? {
            true => Ok((as_of, waiting)),
            false => Err(QueryError::FiguresTookTooLong),
        }
    }
}

/// What hides reviews from a reader, where they do not see all of them.
pub(super) fn veil(reader: &Reader) -> Veil {
    Veil(reader.member().map(|member| member.0))
}

/// The position that an answer is as of: where the view stands in the very look in which everything else is read.
const POSITION: &str = "SELECT 0 AS kind, position AS number, CAST(NULL AS bytea) AS facts, CAST(NULL AS bytea) AS spans, \
                        CAST(NULL AS text) AS holder FROM checkpoints WHERE name = 'statistics' AND version = 3";

/// Is there no message that the reader is not told of, or that the filter leaves out, and none that is told in another way than
/// the others?
fn takes_everything(reader: &Reader, filter: &MessageFilter) -> bool {
    let alike = reader.sees_all_reviews().is_some();
    reader.sees_everybodys() && alike && *filter == MessageFilter::default()
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

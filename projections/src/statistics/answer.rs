//! What is worked out of the facts of a range.

use super::{
    ask::{Calendar, Group, Grouped, aside},
    days::broken,
    pieces::{Pieces, Veil},
    placed,
    points::{Interval, Point, StatisticsRange},
    room::Taken,
    spans::{Run, Spans},
    tally::{Counted, Figures, Tally},
};
use crate::{error::QueryError, turns::Turn};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// What was read in one look.
pub(super) struct Look {
    /// The position of the log that it is as of.
    pub(super) as_of: i64,
    /// Messages in the backlog whose facts are older than all of these.
    pub(super) waiting: i64,
    pub(super) pieces: Pieces,
    /// The room that they take.
    pub(super) taken: Taken,
}

/// The facts of a range of days, as of a position of the log, ready for any question about them that was announced.
pub struct Statistics {
    /// The position.
    pub as_of: i64,
    range: StatisticsRange,
    calendar: Calendar,
    /// The one member whose figures are told; `None`: everybody's are.
    alone: Option<Uuid>,
    pieces: Pieces,
    /// Messages in the backlog whose facts are older than all of this.
    waiting: i64,
    /// What each day of the range comes to, once anybody has asked: longer points are made of days.
    days: OnceLock<Series>,
    /// One thing is worked out of them at a time.
    work: Semaphore,
    _taken: Taken,
    _turn: Turn,
}

/// Stretches that follow each other, and what is placed in each.
struct Series {
    bounds: Vec<Bounds>,
    tallies: Vec<Tally>,
    /// The backlog when the first began.
    backlog: i64,
    /// Where the last one was placed: the next mostly is too.
    last: usize,
}

impl Series {
    fn new(points: &[Point], waiting: i64) -> Self {
        let bounds = points.iter().copied().map(Bounds::of).collect();
        Self { bounds, tallies: vec![Tally::default(); points.len()], backlog: waiting, last: 0 }
    }

    /// The tally of the stretch that has an instant, if one does.
    fn tally(&mut self, at: i64) -> Option<&mut Tally> {
        if !self.bounds.get(self.last).is_some_and(|point| point.has(at)) {
            self.last = self.bounds.partition_point(|point| point.until <= at);
        }
        let has = self.bounds.get(self.last).is_some_and(|point| point.from <= at);
        has.then(|| &mut self.tallies[self.last])
    }

    fn take(&mut self, at: i64, counted: &Counted<'_>) {
        if let Some(tally) = self.tally(at) {
            tally.take(counted);
        } else if self.bounds.first().is_some_and(|first| at < first.from) {
            self.backlog += counted.kind.backlog() * counted.times;
        }
    }

    /// Takes durations, which change no backlog.
    fn time(&mut self, at: i64, run: &Run<'_>) {
        if let Some(tally) = self.tally(at) {
            tally.time(run);
        }
    }

    /// Adds what another reader of the same stretches took.
    fn append(&mut self, more: Self) {
        self.backlog += more.backlog;
        self.tallies.iter_mut().zip(more.tallies).for_each(|(tally, more)| tally.append(more));
    }

    /// The figures of each of these points, which are whole stretches of this series.
    fn figures(&self, points: &[Point]) -> Vec<Figures> {
        let (mut backlog, mut from) = (self.backlog, 0);
        let mut parts = Vec::with_capacity(points.len());
        for point in points.iter().copied().map(Bounds::of) {
            let to = self.bounds.partition_point(|stretch| stretch.until <= point.until);
            let tallies = &self.tallies[from..to];
            from = to;
            parts.push((tallies, backlog));
            backlog += tallies.iter().map(Tally::backlog).sum::<i64>();
        }
        let figures = |parts: &[(&[Tally], i64)]| {
            let mut room = Spans::default();
            let figures = parts.iter().map(|(tallies, before)| Tally::figures(tallies, *before, &mut room));
            figures.collect::<Vec<_>>()
        };
        let (mut earlier, later) = both_halves(&parts, figures);
        earlier.extend(later);
        earlier
    }
}

impl Statistics {
    pub(super) fn new(
        range: StatisticsRange,
        calendar: Calendar,
        alone: Option<Uuid>,
        look: Look,
        turn: Turn,
    ) -> Self {
        let (days, work) = (OnceLock::new(), Semaphore::new(1));
        let Look { as_of, waiting, pieces, taken } = look;
        Self { as_of, range, calendar, alone, pieces, waiting, days, work, _taken: taken, _turn: turn }
    }

    /// Works something out of the facts, one thing at a time.
    pub async fn work_out<T: Send + 'static>(
        self: &Arc<Self>,
        out: impl FnOnce(&Self) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<T, QueryError> {
        let _one = self.work.acquire().await.map_err(|_| QueryError::BusyFigures)?;
        let facts = Arc::clone(self);
        aside(move || out(&facts)).await
    }

    /// The range.
    pub fn range(&self) -> StatisticsRange {
        self.range
    }

    /// The figures of the range.
    pub fn figures(&self) -> Result<Figures, QueryError> {
        Ok(self.by_day()?.figures(&[self.range.whole()]).pop().unwrap_or_default())
    }

    /// The figures of each point of a series.
    pub fn trend(&self, interval: Interval) -> Result<Vec<(Point, Figures)>, QueryError> {
        let points = self.range.points(interval)?;
        let figures = match interval {
            Interval::Hour => self.series(&points)?.figures(&points),
            Interval::Day | Interval::Week | Interval::Month => self.by_day()?.figures(&points),
        };
        Ok(points.into_iter().zip(figures).collect())
    }

    /// The figures of each group in the range and just before it, those with the most messages left first. Of members only
    /// the reader, when their scope is their own.
    pub fn by(&self, group: Group) -> Result<Vec<Grouped>, QueryError> {
        let points = [self.range.before(), self.range.whole()].map(Bounds::of);
        let mut groups: BTreeMap<Key<'_>, [Tally; 2]> = BTreeMap::new();
        self.pieces.of_messages()?.each(|message| {
            // What waits is not told of groups: what has waited for longer is known by its number alone.
            for fact in message.counted().filter(|fact| fact.kind.backlog() == 0) {
                let Some(place) = points.iter().position(|point| point.has(fact.at)) else { continue };
                let counted = Counted::of(fact, self.calendar, message);
                let mut count = |key| groups.entry(key).or_default()[place].take(&counted);
                match group {
                    Group::Category => message.category.into_iter().map(Key::Word).for_each(&mut count),
                    Group::Tag => message.tags.iter().copied().map(Key::Word).for_each(&mut count),
                    Group::Team => message.team.into_iter().map(Key::Id).for_each(&mut count),
                    Group::Member => {
                        let member = message.member(fact.by);
                        let told = member.filter(|member| self.alone.is_none_or(|alone| alone == *member));
                        told.into_iter().map(Key::Id).for_each(&mut count);
                    }
                }
            }
        })?;
        let mut room = Spans::default();
        let figures = |(key, [before, now]): (Key<'_>, [Tally; 2])| Grouped {
            key: key.told(),
            figures: Tally::figures(&[now], 0, &mut room),
            before: Tally::figures(&[before], 0, &mut room),
        };
        let mut groups: Vec<_> = groups.into_iter().map(figures).collect();
        groups.sort_by_key(|group| std::cmp::Reverse((group.figures.submitted, group.figures.replied)));
        Ok(groups)
    }

    /// What each day of the range comes to.
    fn by_day(&self) -> Result<&Series, QueryError> {
        if let Some(days) = self.days.get() {
            return Ok(days);
        }
        let days = self.series(&self.range.days())?;
        Ok(self.days.get_or_init(|| days))
    }

    /// Counts what is placed in each of some stretches that follow each other.
    fn series(&self, points: &[Point]) -> Result<Series, QueryError> {
        match &self.pieces {
            Pieces::Messages(messages) => {
                let mut series = Series::new(points, self.waiting);
                messages.each(|message| {
                    for fact in message.counted() {
                        series.take(fact.at, &Counted::of(fact, self.calendar, message));
                    }
                })?;
                Ok(series)
            }
            Pieces::Days(days, veil) => {
                let (earlier, later) = both_halves(days, |days| of_days(days, *veil, Series::new(points, 0)));
                let (mut series, later) = (earlier?, later?);
                series.append(later);
                series.backlog += self.waiting;
                Ok(series)
            }
        }
    }

    /// The facts, as they were read.
    pub(super) fn pieces(&self) -> &Pieces {
        &self.pieces
    }

    /// The clock that durations are told by.
    pub(super) fn calendar(&self) -> Calendar {
        self.calendar
    }
}

/// Counts what these days come to, but for what a veil hides.
fn of_days(
    days: &[(i64, Vec<u8>, Vec<u8>)],
    veil: Option<Veil>,
    mut series: Series,
) -> Result<Series, QueryError> {
    for (day, counts, spans) in days {
        let counted = placed::each_count(*day, counts, |at, counted| {
            let author = counted.of.map(|(author, _)| author);
            if !veil.is_some_and(|veil| veil.hides(counted.kind, author)) {
                series.take(at, counted);
            }
        });
        counted.ok_or_else(broken)?;
        placed::each_time(*day, spans, |at, run| series.time(at, run)).ok_or_else(broken)?;
    }
    Ok(series)
}

/// So few are not worth a thread: a month.
const ALONE: usize = 31;

/// Works on the second half on a thread of its own meanwhile: whoever asks for a year waits half as long.
fn both_halves<T: Sync, R: Send>(all: &[T], work: impl Fn(&[T]) -> R + Sync) -> (R, R) {
    let (earlier, later) = all.split_at(if all.len() > ALONE { all.len() / 2 } else { all.len() });
    if later.is_empty() {
        return (work(earlier), work(later));
    }
    std::thread::scope(|scope| {
        let other = std::thread::Builder::new().spawn_scoped(scope, || work(later));
        let earlier = work(earlier);
        let later = match other {
            Ok(other) => other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // There is no thread to be had.
            Err(_) => work(later),
        };
        (earlier, later)
    })
}

/// What a group is told by: a category, a tag, a team, a member.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Word(&'a str),
    Id(Uuid),
}

impl Key<'_> {
    fn told(self) -> String {
        match self {
            Self::Word(word) => word.to_owned(),
            Self::Id(id) => id.to_string(),
        }
    }
}

/// A stretch in microseconds.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    from: i64,
    until: i64,
}

impl Bounds {
    pub(super) fn of(point: Point) -> Self {
        Self { from: point.from.timestamp_micros(), until: point.until.timestamp_micros() }
    }

    pub(super) fn has(self, at: i64) -> bool {
        (self.from..self.until).contains(&at)
    }
}

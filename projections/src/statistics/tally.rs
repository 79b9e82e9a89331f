//! Facts, counted and put in order: from them come the figures.

use super::{
    ask::Calendar,
    fact::{FactKind, TIMED, Took},
    known::{BareFact, Known},
    metric::SCORES,
    spans::{Run, Spans},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The figures of a stretch of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Messages left.
    pub submitted: u64,
    /// Replies of members.
    pub replied: u64,
    /// Messages resolved.
    pub resolved: u64,
    /// Messages closed.
    pub closed: u64,
    /// Messages opened again.
    pub reopened: u64,
    /// Messages marked as spam that are spam now.
    pub spam: u64,
    /// Messages open or parked at the end of it.
    pub backlog: i64,
    /// Messages handled in it, whenever they were left.
    pub handled: u64,
    /// Of those left in it, those that are handled by now.
    pub handled_of_submitted: u64,
    /// Waits that were over in time.
    pub met: u64,
    /// Waits that were not.
    pub missed: u64,
    /// From being left to the first reply.
    pub first_response: Durations,
    /// The same, version 2: it starts anew when a message is opened again.
    pub first_response_restarted: Durations,
    /// Of each wait.
    pub reply: Durations,
    /// From being left to the end.
    pub handling: Durations,
    /// How content visitors were.
    pub satisfaction: Satisfaction,
    /// What members think of each other's replies, by member and criterion.
    pub quality: Vec<Quality>,
}

/// How long something took, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Durations {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: u64,
    /// Half of them took no longer (nearest rank); `None`: there are none.
    pub p50: Option<u64>,
    /// Nine of ten took no longer (nearest rank).
    pub p90: Option<u64>,
}

/// How content visitors were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Satisfaction {
    /// Messages that could be rated.
    pub rateable: u64,
    /// How many were rated with one star, with two, … with five.
    pub distribution: [u64; 5],
}

/// What members think of a member's replies by a criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quality {
    /// The author.
    pub member: Uuid,
    /// The criterion.
    pub criterion: String,
    /// How many scores.
    pub count: u64,
    /// Their sum.
    pub sum: u64,
}

impl Durations {
    /// The mean; `None`: there are none.
    pub fn mean(&self) -> Option<f64> {
        share(self.sum, self.count)
    }
}

impl Satisfaction {
    /// How many were rated.
    pub fn count(&self) -> u64 {
        self.distribution.iter().sum()
    }

    /// The mean of their stars; `None`: none was rated.
    pub fn mean(&self) -> Option<f64> {
        let stars = (1..).zip(self.distribution).map(|(stars, count)| stars * count).sum();
        share(stars, self.count())
    }

    /// Which share of those that could be was rated.
    pub fn response_rate(&self) -> Option<f64> {
        share(self.count(), self.rateable)
    }
}

impl Quality {
    /// The mean score.
    pub fn mean(&self) -> Option<f64> {
        share(self.sum, self.count)
    }
}

impl Figures {
    /// Handled, divided by left.
    pub fn handling_rate_flow(&self) -> Option<f64> {
        share(self.handled, self.submitted)
    }

    /// Of those left, the share that is handled.
    pub fn handling_rate_cohort(&self) -> Option<f64> {
        share(self.handled_of_submitted, self.submitted)
    }

    /// Which share of the waits was over in time.
    pub fn within_target(&self) -> Option<f64> {
        share(self.met, self.met + self.missed)
    }
}

/// Divided once; `None`: by nothing.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53, which is more than a desk ever has")]
fn share(of: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| of as f64 / all as f64)
}

/// What counts: a fact, or several that are alike, or some less.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted<'a> {
    pub(super) kind: FactKind,
    /// By the calendar that is asked for.
    pub(super) seconds: u64,
    /// Stars or score.
    pub(super) value: u64,
    /// Whose reply was reviewed, and by which criterion.
    pub(super) of: Option<(Uuid, &'a str)>,
    pub(super) times: i64,
}

impl<'a> Counted<'a> {
    /// One fact of a message.
    pub(super) fn of(fact: &BareFact, calendar: Calendar, known: &Known<'a>) -> Self {
        let Took { wall, desk } = fact.took.unwrap_or_default();
        let seconds = match calendar {
            Calendar::DeskHours => desk,
            Calendar::WallClock => wall,
        };
        let value = fact.value.unwrap_or_default();
        if fact.kind != FactKind::Reviewed {
            return Self { kind: fact.kind, seconds, value, of: None, times: 1 };
        }
        let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
        let criterion = known.criteria.get(at(value / SCORES)).copied();
        let member = fact.by.and_then(|by| known.members.get(at(by)).copied());
        Self { kind: fact.kind, seconds, value: value % SCORES, of: member.zip(criterion), times: 1 }
    }
}

/// Facts of a stretch of time, as they are counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    counts: [i64; 18],
    spans: [Spans; TIMED],
    distribution: [i64; 5],
    /// By author and by criterion: how many scores, and their sum.
    quality: BTreeMap<Uuid, BTreeMap<String, Scores>>,
}

/// How many scores, and their sum.
type Scores = (i64, i64);

impl Tally {
    /// Counts.
    pub(super) fn take(&mut self, counted: &Counted<'_>) {
        let Counted { kind, seconds, value, of, times } = *counted;
        self.counts[kind as usize] += times;
        if let Some(place) = kind.timed() {
            self.spans[place].add(seconds, times);
        } else if kind == FactKind::Rated {
            let place = usize::try_from(value).unwrap_or_default().wrapping_sub(1);
            self.distribution.get_mut(place).into_iter().for_each(|count| *count += times);
        } else if let Some((member, criterion)) = of {
            self.score(member, criterion, (times, value.cast_signed() * times));
        }
    }

    /// Counts durations.
    pub(super) fn time(&mut self, run: &Run<'_>) {
        let times = |spans: &[u32]| i64::try_from(spans.len()).unwrap_or(i64::MAX);
        self.counts[run.kind as usize] += times(run.all) - times(run.gone);
        if let Some(place) = run.kind.timed() {
            self.spans[place].extend(run.all, run.gone);
        }
    }

    /// Counts scores. A name is written once: a day has many scores by few criteria.
    fn score(&mut self, member: Uuid, criterion: &str, (count, sum): Scores) {
        let of_member = self.quality.entry(member).or_default();
        if let Some(scores) = of_member.get_mut(criterion) {
            *scores = (scores.0 + count, scores.1 + sum);
        } else {
            of_member.insert(criterion.to_owned(), (count, sum));
        }
    }

    /// Adds what another part of the same stretch comes to.
    pub(super) fn append(&mut self, more: Self) {
        self.counts.iter_mut().zip(more.counts).for_each(|(count, more)| *count += more);
        self.spans.iter_mut().zip(more.spans).for_each(|(spans, more)| spans.append(more));
        self.distribution.iter_mut().zip(more.distribution).for_each(|(count, more)| *count += more);
        for (member, by_criterion) in more.quality {
            for (criterion, scores) in by_criterion {
                self.score(member, &criterion, scores);
            }
        }
    }

    /// What came into the backlog, less what left it.
    pub(super) fn backlog(&self) -> i64 {
        self.counts[FactKind::Entered as usize] - self.counts[FactKind::Left as usize]
    }

    /// The figures of all of these together; so many were in the backlog when the first stretch began. Durations are put in
    /// order in `room`.
    pub(super) fn figures(parts: &[Self], backlog_before: i64, room: &mut Spans) -> Figures {
        let sum = |of: &dyn Fn(&Self) -> i64| parts.iter().map(of).sum::<i64>();
        let count = |kind: FactKind| unsigned(sum(&|part| part.counts[kind as usize]));
        let [first_response, first_response_restarted, reply, handling] =
            std::array::from_fn(|place| Spans::told(parts.iter().map(|part| &part.spans[place]), room));
        let mut quality: BTreeMap<(Uuid, &str), Scores> = BTreeMap::new();
        for (member, by_criterion) in parts.iter().flat_map(|part| &part.quality) {
            for (criterion, (count, scores)) in by_criterion {
                let all = quality.entry((*member, criterion)).or_default();
                *all = (all.0 + count, all.1 + scores);
            }
        }
        let quality = quality.into_iter().filter(|(_, (count, _))| *count > 0);
        Figures {
            submitted: count(FactKind::Submitted),
            replied: count(FactKind::Replied),
            resolved: count(FactKind::Resolved),
            closed: count(FactKind::Closed),
            reopened: count(FactKind::Reopened),
            spam: count(FactKind::Spam),
            backlog: backlog_before + sum(&Self::backlog),
            handled: count(FactKind::Handled),
            handled_of_submitted: count(FactKind::HandledOfSubmitted),
            met: count(FactKind::Met),
            missed: count(FactKind::Missed),
            satisfaction: Satisfaction {
                rateable: count(FactKind::Rateable),
                distribution: std::array::from_fn(|stars| unsigned(sum(&|part| part.distribution[stars]))),
            },
            quality: quality
                .map(|((member, criterion), (count, sum))| Quality {
                    member,
                    criterion: criterion.to_owned(),
                    count: unsigned(count),
                    sum: unsigned(sum),
                })
                .collect(),
            first_response,
            first_response_restarted,
            reply,
            handling,
        }
    }
}

/// What was counted: in the end never less than nothing.
fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_none() {
        let figures = Figures { handled: 3, submitted: 2, met: 1, missed: 3, ..Figures::default() };
        assert_eq!(figures.handling_rate_flow(), Some(1.5));
        assert_eq!(figures.within_target(), Some(0.25));
        assert_eq!(Figures::default().within_target(), None);
        assert_eq!(figures.satisfaction.mean(), None);
        let rated = Satisfaction { rateable: 8, distribution: [1, 0, 0, 0, 3] };
        assert_eq!((rated.mean(), rated.response_rate()), (Some(4.0), Some(0.5)));
    }
}

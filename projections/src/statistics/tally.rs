//! Facts, counted and put in order: from them come the figures.

use super::{
    ask::Calendar,
    fact::{FactKind, TIMED, Took},
    known::{BareFact, Known},
    metric::SCORES,
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

    fn of(spans: Spans) -> Self {
        let mut seconds = spans.left();
        let (count, sum) = (seconds.len(), seconds.iter().map(|seconds| u64::from(*seconds)).sum());
        // Nearest rank: the smallest that so many hundredths do not exceed.
        let rank = |hundredths: usize| (count * hundredths).div_ceil(100).checked_sub(1);
        let (Some(half), Some(most)) = (rank(50), rank(90)) else { return Self::default() };
        let (_, p50, longer) = seconds.select_nth_unstable(half);
        let p90 = match most - half {
            0 => *p50,
            // What took no longer is known already.
            more => *longer.select_nth_unstable(more - 1).1,
        };
        Self { count: count as u64, sum, p50: Some(u64::from(*p50)), p90: Some(u64::from(p90)) }
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

/// Durations of one kind: in seconds, which are kept short because a year has a million of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'a> {
    pub(super) kind: FactKind,
    pub(super) all: &'a [u32],
    /// Those that are to be taken out again.
    pub(super) gone: &'a [u32],
}

/// Up to 136 years.
pub(super) fn short(seconds: u64) -> u32 {
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

/// How long each took, and how long those that are to be taken out again.
#[derive(Clone, Debug, Default)]
struct Spans {
    all: Vec<u32>,
    gone: Vec<u32>,
}

impl Spans {
    /// Those that are left, in any order.
    fn left(self) -> Vec<u32> {
        let Self { mut all, mut gone } = self;
        if gone.is_empty() {
            return all;
        }
        all.sort_unstable();
        gone.sort_unstable();
        let mut gone = gone.into_iter().peekable();
        all.retain(|seconds| gone.next_if_eq(seconds).is_none());
        all
    }
}

/// Facts of a stretch of time, as they are counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    counts: [i64; 18],
    /// What came into the backlog, less what left it.
    pub(super) backlog: i64,
    spans: [Spans; TIMED],
    distribution: [i64; 5],
    /// By author and criterion: how many scores, and their sum.
    quality: BTreeMap<(Uuid, String), (i64, i64)>,
}

impl Tally {
    /// Counts.
    pub(super) fn take(&mut self, counted: &Counted<'_>) {
        let Counted { kind, seconds, value, of, times } = *counted;
        self.counts[kind as usize] += times;
        self.backlog += kind.backlog() * times;
        if let Some(place) = kind.timed() {
            let spans = &mut self.spans[place];
            let spans = if times > 0 { &mut spans.all } else { &mut spans.gone };
            (0..times.unsigned_abs()).for_each(|_| spans.push(short(seconds)));
        } else if kind == FactKind::Rated {
            let place = usize::try_from(value).unwrap_or_default().wrapping_sub(1);
            self.distribution.get_mut(place).into_iter().for_each(|count| *count += times);
        } else if let Some((member, criterion)) = of {
            let (count, sum) = self.quality.entry((member, criterion.to_owned())).or_default();
            (*count, *sum) = (*count + times, *sum + value.cast_signed() * times);
        }
    }

    /// Counts durations.
    pub(super) fn time(&mut self, run: &Run<'_>) {
        let times = |spans: &[u32]| i64::try_from(spans.len()).unwrap_or(i64::MAX);
        self.counts[run.kind as usize] += times(run.all) - times(run.gone);
        if let Some(spans) = run.kind.timed().map(|place| &mut self.spans[place]) {
            spans.all.extend_from_slice(run.all);
            spans.gone.extend_from_slice(run.gone);
        }
    }

    /// What all of these come to.
    pub(super) fn sum(parts: &[Self]) -> Self {
        let mut sum = Self::default();
        for place in 0..TIMED {
            // Once, for a year has a million.
            sum.spans[place].all.reserve(parts.iter().map(|part| part.spans[place].all.len()).sum());
        }
        for part in parts {
            sum.counts.iter_mut().zip(part.counts).for_each(|(count, more)| *count += more);
            sum.backlog += part.backlog;
            for (spans, more) in sum.spans.iter_mut().zip(&part.spans) {
                spans.all.extend_from_slice(&more.all);
                spans.gone.extend_from_slice(&more.gone);
            }
            sum.distribution.iter_mut().zip(part.distribution).for_each(|(count, more)| *count += more);
            for (of, more) in &part.quality {
                let (count, scores) = sum.quality.entry(of.clone()).or_default();
                (*count, *scores) = (*count + more.0, *scores + more.1);
            }
        }
        sum
    }

    /// The figures; so many were in the backlog when the stretch began.
    pub(super) fn figures(self, backlog_before: i64) -> Figures {
        let count = |kind: FactKind| unsigned(self.counts[kind as usize]);
        let quality = self.quality.into_iter().filter(|(_, (count, _))| *count > 0);
        let [first_response, first_response_restarted, reply, handling] = self.spans.map(Durations::of);
        Figures {
            submitted: count(FactKind::Submitted),
            replied: count(FactKind::Replied),
            resolved: count(FactKind::Resolved),
            closed: count(FactKind::Closed),
            reopened: count(FactKind::Reopened),
            spam: count(FactKind::Spam),
            backlog: backlog_before + self.backlog,
            handled: count(FactKind::Handled),
            handled_of_submitted: count(FactKind::HandledOfSubmitted),
            met: count(FactKind::Met),
            missed: count(FactKind::Missed),
            satisfaction: Satisfaction {
                rateable: count(FactKind::Rateable),
                distribution: self.distribution.map(unsigned),
            },
            quality: quality
                .map(|((member, criterion), (count, sum))| Quality {
                    member,
                    criterion,
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
    fn percentiles_are_of_nearest_rank() {
        let of = |seconds: &[u32]| Durations::of(Spans { all: seconds.to_vec(), gone: vec![] });
        let ranks = |seconds: &[u32]| (of(seconds).p50, of(seconds).p90);
        assert_eq!(ranks(&[]), (None, None));
        assert_eq!(ranks(&[7]), (Some(7), Some(7)));
        assert_eq!(ranks(&[4, 1, 3, 2]), (Some(2), Some(4)));
        // The example of the term's encyclopaedia article: five values, ranks 3 and 5.
        assert_eq!(ranks(&[15, 20, 35, 40, 50]), (Some(35), Some(50)));
        let hundred: Vec<u32> = (1..=100).rev().collect();
        assert_eq!(ranks(&hundred), (Some(50), Some(90)));
        assert_eq!(of(&hundred).mean(), Some(50.5));
        assert_eq!(of(&[]).mean(), None);
    }

    #[test]
    fn what_is_gone_is_taken_out_once_each() {
        let spans = Spans { all: vec![7, 3, 7, 5, 7], gone: vec![7, 3] };
        let left = Durations::of(spans);
        assert_eq!(left, Durations { count: 3, sum: 19, p50: Some(7), p90: Some(7) });
    }

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

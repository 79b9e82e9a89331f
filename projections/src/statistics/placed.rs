//! What the facts that are placed on a day come to, by the quarter of an hour: however many messages they are of, and
//! however far apart those were left, a series is a sum of its days.
//!
//! No zone's clocks differ from UTC by less than a quarter, so whatever begins and ends with a local day or hour is made of whole
//! quarters, and a desk may move to another zone without a word here. Durations stay one by one: percentiles are exact.

use super::{
    ask::Calendar,
    fact::{Fact, FactKind, Facts, KIND, VALUE, write, write_signed, write_text},
    known::{BareFact, Bytes, counts},
    metric::SCORES,
    spans::{Run, short},
    tally::Counted,
};
use std::collections::BTreeMap;
use store::{Column, HandleError, Kind, Tx, Value};
use uuid::Uuid;

/// Where the days stand: a row at position 0 that is put together, and one for each run of events that changed the day since.
pub(super) const TABLE: &str = "statistics_placed_3";

const COLUMNS: [Column; 6] = [
    ("day", Kind::Int),
    ("position", Kind::Int),
    ("backlog", Kind::Int),
    ("counts", Kind::Bytes),
    ("wall", Kind::Bytes),
    ("desk", Kind::Bytes),
];

/// Microseconds.
pub(super) const QUARTER: i64 = 15 * 60 * 1_000_000;
pub(super) const DAY: i64 = 96 * QUARTER;

/// The column in which durations stand.
pub(super) fn column(calendar: Calendar) -> &'static str {
    match calendar {
        Calendar::DeskHours => "desk",
        Calendar::WallClock => "wall",
    }
}

/// Facts of a quarter that differ in nothing that counts; only of kinds that say no duration.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    quarter: u8,
    kind: FactKind,
    /// Stars or score.
    value: u64,
    of: Option<(Uuid, String)>,
}

/// How often there are so many seconds, in a quarter and of a kind.
type Spans = BTreeMap<(u8, FactKind, u64), i64>;

/// What a day comes to, or by how much it changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Day {
    alike: BTreeMap<Alike, i64>,
    wall: Spans,
    desk: Spans,
}

impl Day {
    /// Adds what was written.
    pub(super) fn read(&mut self, counts: &[u8], wall: &[u8], desk: &[u8]) -> Option<()> {
        each_alike(counts, |quarter, alike| {
            let Counted { kind, value, of, times, .. } = *alike;
            let of = of.map(|(member, criterion)| (member, criterion.to_owned()));
            add(&mut self.alike, Alike { quarter, kind, value, of }, times);
        })?;
        for (bytes, spans) in [(wall, &mut self.wall), (desk, &mut self.desk)] {
            each_run(bytes, |quarter, run| {
                run.all.iter().for_each(|seconds| add(spans, (quarter, run.kind, u64::from(*seconds)), 1));
                run.gone.iter().for_each(|seconds| add(spans, (quarter, run.kind, u64::from(*seconds)), -1));
            })?;
        }
        Some(())
    }

    /// Nothing is there less than once?
    pub(super) fn is_whole(&self) -> bool {
        let spans = self.wall.values().chain(self.desk.values());
        self.alike.values().chain(spans).all(|times| *times > 0)
    }

    fn is_empty(&self) -> bool {
        self.alike.is_empty() && self.wall.is_empty() && self.desk.is_empty()
    }

    /// The values of a row, after its day and position; `None`: it says nothing.
    pub(super) fn values(&self) -> Option<[Value; 4]> {
        let backlog: i64 = self.alike.iter().map(|(alike, times)| alike.kind.backlog() * times).sum();
        let columns = [write_alike(&self.alike), write_spans(&self.wall), write_spans(&self.desk)];
        let [counts, wall, desk] = columns.map(Value::from);
        (!self.is_empty()).then(|| [backlog.into(), counts, wall, desk])
    }
}

fn add<K: Ord>(map: &mut BTreeMap<K, i64>, key: K, times: i64) {
    use std::collections::btree_map::Entry;
    match map.entry(key) {
        Entry::Vacant(vacant) => {
            vacant.insert(times);
        }
        Entry::Occupied(mut there) => {
            *there.get_mut() += times;
            if *there.get() == 0 {
                there.remove();
            }
        }
    }
}

/// By how much a run of events changed the days.
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeMap<i64, Day>);

impl Changes {
    /// What became of a message: what is known of it now counts, what was known before does no more.
    pub(super) fn take(&mut self, (was_spam, before): &(bool, Vec<BareFact>), now: &Facts) {
        // What is at the beginning has mostly stayed as it was.
        let same = |(before, now): &(&BareFact, &Fact)| **before == BareFact::from(*now);
        let same = match *was_spam == now.spam {
            true => before.iter().zip(&now.all).take_while(same).count(),
            false => 0,
        };
        for fact in before.iter().skip(same).filter(|fact| counts(fact.kind, *was_spam)) {
            self.add(fact, now, -1);
        }
        for fact in now.all.iter().skip(same).filter(|fact| counts(fact.kind, now.spam)) {
            self.add(&fact.into(), now, 1);
        }
    }

    fn add(&mut self, fact: &BareFact, facts: &Facts, times: i64) {
        let (kind, value) = (fact.kind, fact.value.unwrap_or_default());
        let day = self.0.entry(fact.at.div_euclid(DAY)).or_default();
        let quarter = u8::try_from(fact.at.rem_euclid(DAY) / QUARTER).unwrap_or_default();
        if kind.timed().is_some() {
            let took = fact.took.unwrap_or_default();
            add(&mut day.wall, (quarter, kind, took.wall), times);
            add(&mut day.desk, (quarter, kind, took.desk), times);
        } else if kind == FactKind::Reviewed {
            let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
            let criterion = facts.criteria.get(at(value / SCORES)).cloned();
            let member = fact.by.and_then(|by| facts.members.get(at(by)).copied());
            let of = member.zip(criterion);
            add(&mut day.alike, Alike { quarter, kind, value: value % SCORES, of }, times);
        } else {
            add(&mut day.alike, Alike { quarter, kind, value, of: None }, times);
        }
    }

    /// Writes them as of the last event of the run.
    pub(super) async fn write(self, tx: &mut Tx, position: i64) -> Result<(), HandleError> {
        let row = |(day, changed): (i64, Day)| {
            let values = changed.values()?;
            Some([day.into(), position.into()].into_iter().chain(values).collect())
        };
        tx.insert_many(TABLE, &COLUMNS, self.0.into_iter().filter_map(row).collect(), "").await?;
        Ok(())
    }
}

/// What is followed by whose reply it was about, and by which criterion.
const OF: u8 = 0x20;

fn write_alike(all: &BTreeMap<Alike, i64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (Alike { quarter, kind, value, of }, times) in all {
        let flag = |flag: u8, is: bool| if is { flag } else { 0 };
        let flags = flag(VALUE, *value != 0) | flag(OF, of.is_some());
        bytes.extend([*quarter, *kind as u8 | flags]);
        if *value != 0 {
            write(&mut bytes, *value);
        }
        if let Some((member, criterion)) = of {
            bytes.extend_from_slice(member.as_bytes());
            write_text(&mut bytes, criterion);
        }
        write_signed(&mut bytes, *times);
    }
    bytes
}

fn each_alike(bytes: &[u8], mut take: impl FnMut(u8, &Counted<'_>)) -> Option<()> {
    let mut bytes = Bytes(bytes);
    while let Some(quarter) = bytes.byte() {
        let tag = bytes.byte()?;
        let kind = FactKind::of(tag & KIND)?;
        let value = if tag & VALUE == 0 { 0 } else { bytes.number()? };
        let of = if tag & OF == 0 { None } else { Some((bytes.id()?, bytes.text()?)) };
        take(quarter, &Counted { kind, seconds: 0, value, of, times: bytes.signed()? });
    }
    Some(())
}

/// A quarter, a kind, how many follow; each by how much it is more than the one before it, and whether it is one less.
fn write_spans(all: &Spans) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut all = all.iter().peekable();
    while let Some(((quarter, kind, _), _)) = all.peek().copied() {
        let (mut count, mut before, mut values) = (0, 0, Vec::new());
        while let Some(((_, _, seconds), times)) = all.next_if(|((q, k, _), _)| (q, k) == (quarter, kind)) {
            for _ in 0..times.unsigned_abs() {
                write(&mut values, ((seconds - before) << 1) | u64::from(*times < 0));
                before = *seconds;
                count += 1;
            }
        }
        bytes.extend([*quarter, *kind as u8]);
        write(&mut bytes, count);
        bytes.append(&mut values);
    }
    bytes
}

/// Hands over the durations of a quarter and a kind at once: a year has a million of them.
fn each_run(bytes: &[u8], mut take: impl FnMut(u8, &Run<'_>)) -> Option<()> {
    let (mut bytes, mut all, mut gone) = (Bytes(bytes), Vec::new(), Vec::new());
    while let Some(quarter) = bytes.byte() {
        let kind = FactKind::of(bytes.byte()?)?;
        let mut seconds = 0u64;
        for _ in 0..bytes.number()? {
            let more = bytes.number()?;
            seconds = seconds.wrapping_add(more >> 1);
            if more & 1 == 0 { &mut all } else { &mut gone }.push(short(seconds));
        }
        take(quarter, &Run { kind, all: &all, gone: &gone });
        all.clear();
        gone.clear();
    }
    Some(())
}

/// What was counted on a day, quarter by quarter, each with the instant at which the quarter begins. Bytes that are cut off are
/// told by `None`.
pub(super) fn each_count(day: i64, counts: &[u8], mut take: impl FnMut(i64, &Counted<'_>)) -> Option<()> {
    each_alike(counts, |quarter, counted| take(begins(day, quarter), counted))
}

/// The same of its durations.
pub(super) fn each_time(day: i64, spans: &[u8], mut take: impl FnMut(i64, &Run<'_>)) -> Option<()> {
    each_run(spans, |quarter, run| take(begins(day, quarter), run))
}

fn begins(day: i64, quarter: u8) -> i64 {
    day * DAY + i64::from(quarter) * QUARTER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::fact::Took;
    use proptest::prelude::*;

    /// A fact of any of these kinds, within three days on either side of 1970.
    fn fact() -> impl Strategy<Value = BareFact> {
        let kinds = [
            FactKind::Submitted,
            FactKind::Entered,
            FactKind::Left,
            FactKind::Spam,
            FactKind::ReplyTime,
            FactKind::Handled,
            FactKind::Rated,
            FactKind::Reviewed,
        ];
        let parts = (0..kinds.len(), -3 * DAY..3 * DAY, 0..2u64, 0..200_000u64, 0..40u64, 1..=5u64);
        parts.prop_map(move |(kind, at, by, wall, desk, stars)| {
            let kind = kinds[kind];
            let took = kind.timed().map(|_| Took { wall, desk });
            let reviewed = (kind == FactKind::Reviewed).then_some(by * SCORES + stars);
            let value = reviewed.or_else(|| (kind == FactKind::Rated).then_some(stars));
            BareFact { kind, at, by: Some(by), took, value }
        })
    }

    /// A message, spam or not, with some of these facts.
    fn message(all: &[BareFact], spam: bool) -> Facts {
        let fact = |&BareFact { kind, at, by, took, value }: &BareFact| Fact {
            kind,
            at,
            by,
            took,
            value,
            of: vec![],
        };
        Facts {
            spam,
            members: vec![Uuid::from_u128(1), Uuid::from_u128(2)],
            criteria: vec!["ACCURACY".to_owned(), "礼貌".to_owned()],
            all: all.iter().map(fact).collect(),
            ..Facts::default()
        }
    }

    fn known(facts: &Facts) -> (bool, Vec<BareFact>) {
        (facts.spam, facts.all.iter().map(BareFact::from).collect())
    }

    /// What a day's rows say, after they were written and read.
    fn read(into: &mut BTreeMap<i64, Day>, changes: &Changes) {
        for (day, changed) in &changes.0 {
            let [counts, wall, desk] =
                [write_alike(&changed.alike), write_spans(&changed.wall), write_spans(&changed.desk)];
            into.entry(*day).or_default().read(&counts, &wall, &desk).unwrap();
        }
    }

    proptest! {
        #[test]
        fn the_changes_of_a_message_come_to_what_it_became(
            course in proptest::collection::vec((proptest::collection::vec(fact(), 0..12), any::<bool>()), 1..6),
        ) {
            let (mut sum, mut before) = (BTreeMap::new(), (false, vec![]));
            for (all, spam) in &course {
                let now = message(all, *spam);
                let mut changes = Changes::default();
                changes.take(&before, &now);
                read(&mut sum, &changes);
                before = known(&now);
            }
            sum.retain(|_, day| !day.is_empty());
            let (last, mut at_once) = (course.last().unwrap(), Changes::default());
            at_once.take(&(false, vec![]), &message(&last.0, last.1));
            prop_assert!(sum.values().all(Day::is_whole));
            prop_assert_eq!(sum, at_once.0);
        }

        #[test]
        fn what_is_cut_off_is_told(all in proptest::collection::vec(fact(), 1..9)) {
            let mut changes = Changes::default();
            changes.take(&(false, vec![]), &message(&all, false));
            for changed in changes.0.values().filter(|changed| !changed.alike.is_empty()) {
                let counts = write_alike(&changed.alike);
                let (whole, cut) = (counts.as_slice(), &counts[..counts.len() - 1]);
                let [whole, cut] = [whole, cut].map(|counts| each_count(0, counts, |_, _| ()));
                prop_assert_eq!((whole, cut), (Some(()), None));
            }
        }
    }
}

//! What the figures are made of: small facts about messages, each placed at an instant, without a word of anybody's.
//!
//! A year's facts are read by the million to answer one question, so they are kept as bytes of a shape of their own: a tag
//! that says what follows, then whole numbers of as many bytes as they need (LEB128, as in the DWARF standard).

use uuid::Uuid;

/// What kind of fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FactKind {
    /// A message was left.
    Submitted,
    /// It was open or parked from then on, by the log's clock.
    Entered,
    /// It was not any more.
    Left,
    /// A member replied.
    Replied,
    /// It was resolved.
    Resolved,
    /// It was closed.
    Closed,
    /// It was opened again.
    Reopened,
    /// It was marked as spam, and is.
    Spam,
    /// The first reply since it was left.
    FirstResponse,
    /// The first reply since it was left, or since it was opened again.
    FirstResponseRestarted,
    /// A wait ended with a reply.
    ReplyTime,
    /// It was resolved or closed, and has not been opened again.
    Handled,
    /// The same, placed at its submission.
    HandledOfSubmitted,
    /// A wait ended before an answer was due.
    Met,
    /// A wait went on when an answer was due.
    Missed,
    /// It could be rated, placed at its submission.
    Rateable,
    /// It was rated, placed at its submission; the value: stars.
    Rated,
    /// A reply was reviewed; the value: the criterion's place among the message's and the score.
    Reviewed,
}

impl FactKind {
    const ALL: [Self; 18] = [
        Self::Submitted,
        Self::Entered,
        Self::Left,
        Self::Replied,
        Self::Resolved,
        Self::Closed,
        Self::Reopened,
        Self::Spam,
        Self::FirstResponse,
        Self::FirstResponseRestarted,
        Self::ReplyTime,
        Self::Handled,
        Self::HandledOfSubmitted,
        Self::Met,
        Self::Missed,
        Self::Rateable,
        Self::Rated,
        Self::Reviewed,
    ];

    /// The one that is written as this byte.
    pub(crate) fn of(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// Its place among those that say how long something took; `None`: it does not.
    pub(crate) fn timed(self) -> Option<usize> {
        let place = (self as usize).checked_sub(Self::FirstResponse as usize)?;
        (place < TIMED).then_some(place)
    }

    /// By how much it changes the backlog.
    pub(crate) fn backlog(self) -> i64 {
        match self {
            Self::Entered => 1,
            Self::Left => -1,
            Self::Submitted
            | Self::Replied
            | Self::Resolved
            | Self::Closed
            | Self::Reopened
            | Self::Spam
            | Self::FirstResponse
            | Self::FirstResponseRestarted
            | Self::ReplyTime
            | Self::Handled
            | Self::HandledOfSubmitted
            | Self::Met
            | Self::Missed
            | Self::Rateable
            | Self::Rated
            | Self::Reviewed => 0,
        }
    }
}

/// How long something took, in whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// By the clock on the wall.
    pub wall: u64,
    /// In the hours of the desk, or of the category that the message had at the end, as they were then.
    pub desk: u64,
}

/// A fact about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) kind: FactKind,
    /// Microseconds since 1970: where the series has it.
    pub(crate) at: i64,
    /// Who is credited: a place among the message's members.
    pub(crate) by: Option<u64>,
    pub(crate) took: Option<Took>,
    pub(crate) value: Option<u64>,
    /// The sequences of the events that it comes of; known while events are folded, and not kept.
    pub(crate) of: Vec<u32>,
}

/// What is known of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) message: Uuid,
    /// Is it spam now? Then it counts as that, and as nothing else.
    pub(crate) spam: bool,
    pub(crate) category: Option<String>,
    pub(crate) tags: Vec<String>,
    /// The team that was last to answer it, also when a member took it since.
    pub(crate) team: Option<Uuid>,
    pub(crate) members: Vec<Uuid>,
    pub(crate) criteria: Vec<String>,
    pub(crate) all: Vec<Fact>,
}

/// So many kinds say how long something took: they follow each other.
pub(crate) const TIMED: usize = 4;

pub(super) const BY: u8 = 0x20;
pub(super) const TOOK: u8 = 0x40;
pub(super) const VALUE: u8 = 0x80;
pub(super) const KIND: u8 = 0x1F;

impl Facts {
    /// The last fact of a kind.
    pub(crate) fn last(&self, kind: FactKind) -> Option<&Fact> {
        self.all.iter().rev().find(|fact| fact.kind == kind)
    }

    /// A fact is not one any more.
    pub(crate) fn withdraw(&mut self, kind: FactKind) {
        self.all.retain(|fact| fact.kind != kind);
    }

    /// A member's place among the message's.
    pub(crate) fn place(&mut self, member: Uuid) -> u64 {
        place(&mut self.members, member)
    }

    /// A criterion's place.
    pub(crate) fn criterion(&mut self, id: &str) -> u64 {
        place(&mut self.criteria, id.to_owned())
    }

    /// When anything last was about it, by either clock.
    pub(crate) fn last_at(&self) -> i64 {
        self.all.iter().map(|fact| fact.at).max().unwrap_or_default()
    }

    /// Is it in the backlog?
    pub(crate) fn waits(&self) -> bool {
        !self.spam && self.all.iter().map(|fact| fact.kind.backlog()).sum::<i64>() > 0
    }

    /// As bytes, behind others.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.message.as_bytes());
        bytes.push(u8::from(self.spam));
        write_texts(bytes, self.category.as_slice());
        write_texts(bytes, &self.tags);
        write_ids(bytes, self.team.as_slice());
        write_ids(bytes, &self.members);
        write_texts(bytes, &self.criteria);
        write(bytes, self.all.len() as u64);
        let mut before = 0;
        for fact in &self.all {
            let flag = |flag: u8, is: bool| if is { flag } else { 0 };
            let flags = flag(BY, fact.by.is_some())
                | flag(TOOK, fact.took.is_some())
                | flag(VALUE, fact.value.is_some());
            bytes.push(fact.kind as u8 | flags);
            // A fact may be placed before the one that became known before it.
            write_signed(bytes, fact.at.wrapping_sub(before));
            before = fact.at;
            let took = fact.took.map(|took| [took.wall, took.desk]);
            fact.by
                .into_iter()
                .chain(took.into_iter().flatten())
                .chain(fact.value)
                .for_each(|n| write(bytes, n));
        }
    }
}

fn place<T: PartialEq>(of: &mut Vec<T>, wanted: T) -> u64 {
    let place = of.iter().position(|known| *known == wanted).unwrap_or_else(|| {
        of.push(wanted);
        of.len() - 1
    });
    place as u64
}

pub(crate) fn write(bytes: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        bytes.push((n & 0x7F) as u8 | 0x80);
        n >>= 7;
    }
    bytes.push((n & 0x7F) as u8);
}

/// Zigzag: small numbers are short on either side of nothing.
pub(crate) fn write_signed(bytes: &mut Vec<u8>, n: i64) {
    write(bytes, ((n << 1) ^ (n >> 63)).cast_unsigned());
}

pub(crate) fn write_text(bytes: &mut Vec<u8>, text: &str) {
    write(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

fn write_texts(bytes: &mut Vec<u8>, texts: &[String]) {
    write(bytes, texts.len() as u64);
    for text in texts {
        write_text(bytes, text);
    }
}

fn write_ids(bytes: &mut Vec<u8>, ids: &[Uuid]) {
    write(bytes, ids.len() as u64);
    for id in ids {
        bytes.extend_from_slice(id.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::known::{Bytes, Known},
        *,
    };
    use proptest::prelude::*;

    fn fact() -> impl Strategy<Value = Fact> {
        let took = proptest::option::of((any::<u64>(), any::<u64>()));
        let took = took.prop_map(|took| took.map(|(wall, desk)| Took { wall, desk }));
        let kind = proptest::sample::select(FactKind::ALL.to_vec());
        let (by, value) = (proptest::option::of(any::<u64>()), proptest::option::of(any::<u64>()));
        (kind, any::<i64>(), by, took, value).prop_map(|(kind, at, by, took, value)| Fact {
            kind,
            at,
            by,
            took,
            value,
            of: vec![],
        })
    }

    fn facts() -> impl Strategy<Value = Facts> {
        let id = || any::<u128>().prop_map(Uuid::from_u128);
        let texts = || proptest::collection::vec("\\PC{0,9}", 0..4);
        let ids = proptest::collection::vec(id(), 0..4);
        let (category, team) = (proptest::option::of("[a-z]{1,9}"), proptest::option::of(id()));
        let own = (id(), any::<bool>(), category, texts(), team, ids, texts());
        (own, proptest::collection::vec(fact(), 0..20)).prop_map(
            |((message, spam, category, tags, team, members, criteria), all)| Facts {
                message,
                spam,
                category,
                tags,
                team,
                members,
                criteria,
                all,
            },
        )
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_and_what_is_cut_off_is_told(
            all in proptest::collection::vec(facts(), 1..5),
            lost in 1..16usize,
        ) {
            let mut bytes = vec![];
            for facts in &all {
                facts.write(&mut bytes);
            }
            let (mut read, mut rest, mut known) = (vec![], Bytes(&bytes), Known::default());
            while rest.next(&mut known).unwrap() {
                read.push(known.to_owned());
            }
            prop_assert_eq!(read, all);
            let (mut cut, mut result) = (Bytes(&bytes[..bytes.len() - lost]), Some(true));
            while result == Some(true) {
                result = cut.next(&mut known);
            }
            prop_assert_eq!(result, None);
        }
    }

    #[test]
    fn every_kind_has_its_place() {
        for (place, kind) in FactKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
            assert_eq!(FactKind::of(kind as u8), Some(kind));
        }
        assert_eq!(FactKind::ALL.iter().filter_map(|kind| kind.timed()).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!((FactKind::FirstResponse.timed(), FactKind::Handled.timed()), (Some(0), Some(3)));
    }
}

//! Facts as they are read again: borrowed from their bytes, for a year has millions of them.

use super::fact::{BY, Fact, FactKind, Facts, KIND, TOOK, Took, VALUE};
use uuid::Uuid;

/// A fact as it is read to be counted: without the events that it comes of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BareFact {
    pub(crate) kind: FactKind,
    pub(crate) at: i64,
    pub(crate) by: Option<u64>,
    pub(crate) took: Option<Took>,
    pub(crate) value: Option<u64>,
}

impl From<&Fact> for BareFact {
    fn from(fact: &Fact) -> Self {
        let Fact { kind, at, by, took, value, .. } = *fact;
        Self { kind, at, by, took, value }
    }
}

/// What is known of one message, as it lies in the bytes: no text is copied.
#[derive(Debug, Default)]
pub(crate) struct Known<'a> {
    pub(crate) message: Uuid,
    pub(crate) spam: bool,
    pub(crate) category: Option<&'a str>,
    pub(crate) tags: Vec<&'a str>,
    pub(crate) team: Option<Uuid>,
    pub(crate) members: Vec<Uuid>,
    pub(crate) criteria: Vec<&'a str>,
    pub(crate) all: Vec<BareFact>,
}

impl Known<'_> {
    /// The facts that count: of spam, only that it is.
    pub(crate) fn counted(&self) -> impl Iterator<Item = &BareFact> {
        self.all.iter().filter(|fact| counts(fact.kind, self.spam))
    }

    /// To go on with.
    pub(crate) fn to_owned(&self) -> Facts {
        let texts = |texts: &[&str]| texts.iter().copied().map(str::to_owned).collect();
        let fact = |&BareFact { kind, at, by, took, value }: &BareFact| Fact {
            kind,
            at,
            by,
            took,
            value,
            of: Vec::new(),
        };
        Facts {
            message: self.message,
            spam: self.spam,
            category: self.category.map(str::to_owned),
            tags: texts(&self.tags),
            team: self.team,
            members: self.members.clone(),
            criteria: texts(&self.criteria),
            all: self.all.iter().map(fact).collect(),
        }
    }
}

/// Does a fact of this kind count, when its message is spam, or is not?
pub(crate) fn counts(kind: FactKind, spam: bool) -> bool {
    (kind == FactKind::Spam) == spam
}

/// Reads what [`Facts::write`] wrote, one message after the other.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next message, into `known`, whose room is used again; `false`: there is none. Bytes that are cut off end
    /// everything, and are told by `None`.
    pub(crate) fn next(&mut self, known: &mut Known<'a>) -> Option<bool> {
        if self.0.is_empty() {
            return Some(false);
        }
        known.message = self.id()?;
        known.spam = self.byte()? != 0;
        known.category = if self.number()? == 0 { None } else { Some(self.text()?) };
        self.all(&mut known.tags, Self::text)?;
        known.team = if self.number()? == 0 { None } else { Some(self.id()?) };
        self.all(&mut known.members, Self::id)?;
        self.all(&mut known.criteria, Self::text)?;
        let mut before = 0i64;
        self.all(&mut known.all, |bytes| {
            let tag = bytes.byte()?;
            let kind = FactKind::of(tag & KIND)?;
            let at = before.wrapping_add(bytes.signed()?);
            before = at;
            let by = if tag & BY == 0 { None } else { Some(bytes.number()?) };
            let took = match tag & TOOK {
                0 => None,
                _ => Some(Took { wall: bytes.number()?, desk: bytes.number()? }),
            };
            let value = if tag & VALUE == 0 { None } else { Some(bytes.number()?) };
            Some(BareFact { kind, at, by, took, value })
        })?;
        Some(true)
    }

    /// So many as are said, into what is there.
    fn all<T>(&mut self, into: &mut Vec<T>, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<()> {
        into.clear();
        for _ in 0..self.number()? {
            into.push(read(self)?);
        }
        Some(())
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    #[inline]
    pub(crate) fn number(&mut self) -> Option<u64> {
        // Most are short.
        match *self.0 {
            [only @ 0..0x80, ref rest @ ..] => {
                self.0 = rest;
                Some(u64::from(only))
            }
            [first @ 0x80..=0xFF, second @ 0..0x80, ref rest @ ..] => {
                self.0 = rest;
                Some(u64::from(first & 0x7F) | u64::from(second) << 7)
            }
            [first @ 0x80..=0xFF, second @ 0x80..=0xFF, third @ 0..0x80, ref rest @ ..] => {
                self.0 = rest;
                Some(u64::from(first & 0x7F) | u64::from(second & 0x7F) << 7 | u64::from(third) << 14)
            }
            _ => self.long_number(),
        }
    }

    fn long_number(&mut self) -> Option<u64> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
            shift += 7;
        }
    }

    pub(crate) fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub(crate) fn id(&mut self) -> Option<Uuid> {
        Uuid::from_slice(self.take(16)?).ok()
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number()?).ok()?;
        std::str::from_utf8(self.take(length)?).ok()
    }
}

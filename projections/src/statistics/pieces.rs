//! The facts of a question as they were read, and what of them is not told to whoever asked.

use super::{
    days::broken,
    fact::FactKind,
    known::{Bytes, Known},
};
use crate::error::QueryError;
use store::StoreError;
use uuid::Uuid;

/// Facts that are shorter than a quarter of this lie together, so that millions of them are not kept one by one.
const TOGETHER: usize = 64 << 10;

/// What is thought of replies is told of this member's alone; `None`: of nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Veil(pub(super) Option<Uuid>);

impl Veil {
    /// Is this hidden, which that member is credited with?
    pub(super) fn hides(self, kind: FactKind, member: Option<Uuid>) -> bool {
        kind == FactKind::Reviewed && (member.is_none() || member != self.0)
    }
}

/// Facts as they were read.
pub(super) enum Pieces {
    /// Message by message.
    Messages(Messages),
    /// What days come to: their counts, and their durations by the calendar that was asked for.
    Days(Vec<(i64, Vec<u8>, Vec<u8>)>, Option<Veil>),
}

impl Pieces {
    /// Those of messages.
    pub(super) fn of_messages(&self) -> Result<&Messages, QueryError> {
        match self {
            Self::Messages(messages) => Ok(messages),
            Self::Days(..) => Err(StoreError::Setup("no message was asked for".to_owned()).into()),
        }
    }
}

/// The facts of messages.
pub(super) struct Messages {
    /// Told whole.
    whole: Vec<Vec<u8>>,
    /// … and told behind the veil.
    veiled: Vec<Vec<u8>>,
    veil: Veil,
}

impl Messages {
    pub(super) fn new(veil: Veil) -> Self {
        Self { whole: vec![], veiled: vec![], veil }
    }

    /// Adds the facts of a message, or of several.
    pub(super) fn add(&mut self, facts: Vec<u8>, veiled: bool) {
        let pieces = if veiled { &mut self.veiled } else { &mut self.whole };
        if facts.len() >= TOGETHER / 4 {
            pieces.push(facts);
            return;
        }
        match pieces.last_mut() {
            Some(last) if last.capacity() - last.len() >= facts.len() => last.extend(facts),
            _ => {
                let mut first = Vec::with_capacity(TOGETHER);
                first.extend(facts);
                pieces.push(first);
            }
        }
    }

    /// Reads message after message.
    pub(super) fn each<'a>(&'a self, mut read: impl FnMut(&Known<'a>)) -> Result<(), QueryError> {
        let mut known = Known::default();
        for (pieces, veiled) in [(&self.whole, false), (&self.veiled, true)] {
            for piece in pieces {
                let mut bytes = Bytes(piece);
                while bytes.next(&mut known).ok_or_else(broken)? {
                    if veiled {
                        known.hide(self.veil);
                    }
                    read(&known);
                }
            }
        }
        Ok(())
    }
}

impl Known<'_> {
    /// The member whom a fact is credited to.
    pub(super) fn member(&self, by: Option<u64>) -> Option<Uuid> {
        by.and_then(|by| self.members.get(usize::try_from(by).ok()?).copied())
    }

    /// Takes out what a veil hides.
    fn hide(&mut self, veil: Veil) {
        let mut all = std::mem::take(&mut self.all);
        all.retain(|fact| !veil.hides(fact.kind, self.member(fact.by)));
        self.all = all;
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fact::{Fact, Facts},
        *,
    };

    fn reviewed(n: u128, replies: usize) -> Vec<u8> {
        let fact = |kind, by| Fact { kind, at: 0, by: Some(by), took: None, value: None, of: vec![] };
        let mut all = vec![fact(FactKind::Reviewed, 0), fact(FactKind::Reviewed, 1)];
        all.extend((0..replies).map(|_| fact(FactKind::Replied, 1)));
        let members = vec![Uuid::from_u128(1), Uuid::from_u128(2)];
        let (mut bytes, facts) =
            (vec![], Facts { message: Uuid::from_u128(n), members, all, ..Facts::default() });
        facts.write(&mut bytes);
        bytes
    }

    #[test]
    fn what_is_added_is_read_whole_or_behind_the_veil() {
        let mut messages = Messages::new(Veil(Some(Uuid::from_u128(2))));
        for n in 0..5_000 {
            messages.add(reviewed(n, 1), n % 2 == 1);
        }
        messages.add(reviewed(5_000, TOGETHER), false);
        assert!(messages.whole.len() + messages.veiled.len() < 20, "short ones lie together");
        let mut read = vec![];
        let each = messages.each(|known| {
            let by: Vec<_> = known.all.iter().take(3).map(|fact| (fact.kind, fact.by)).collect();
            let own = [(FactKind::Reviewed, Some(1)), (FactKind::Replied, Some(1))];
            let n = known.message.as_u128();
            assert_eq!(by[by.len() - 2..], own);
            assert_eq!(by.len() == 3, n % 2 == 0, "of {n}");
            read.push(n);
        });
        each.expect("whole");
        read.sort_unstable();
        assert_eq!(read, (0..=5_000).collect::<Vec<_>>());
    }

    #[test]
    fn whoever_is_nobody_sees_no_review() {
        let (one, veil) = (Some(Uuid::from_u128(1)), Veil(Some(Uuid::from_u128(1))));
        assert!(!veil.hides(FactKind::Reviewed, one) && veil.hides(FactKind::Reviewed, None));
        assert!(Veil(None).hides(FactKind::Reviewed, one) && Veil(None).hides(FactKind::Reviewed, None));
        assert!(!Veil(None).hides(FactKind::Rated, one));
    }
}

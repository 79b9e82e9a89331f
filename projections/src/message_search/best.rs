//! What says it best comes first, of as many candidates as one request looks at.
//!
//! Those are a stretch of the log, from its newest message to its oldest. The pages of one stretch follow each other by how
//! well it is said; then comes the next stretch, of older messages. A cursor names its stretch, so that a page is taken from
//! the same messages as the one before, whatever was left meanwhile; nothing is kept between the two.

use super::{
    budget::Budget,
    candidates::{Candidates, order},
    look::{End, Found, Looked},
};
use crate::{
    BadPage, Page, PageRequest, Projections, Reader,
    cursor::{Key, encode},
    error::QueryError,
    message_list::{MessageFilter, MessageOrder, MessageRow},
};
use domain::search::Query;
use std::cmp::Reverse;

const ORDER: MessageOrder = MessageOrder::BestFirst;

/// Messages that are looked at together: the positions of the newest one's submission and of the oldest one's, 0 when there
/// are none before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    newest: i64,
    oldest: i64,
}

/// A place among those of a stretch: the rank of a message, and the position of its submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    stretch: Stretch,
    rank: u32,
    number: i64,
}

impl Place {
    /// Behind all of them.
    fn end(stretch: Stretch) -> Self {
        Self { stretch, rank: u32::MAX, number: 0 }
    }

    fn key(self) -> Key {
        let Self { stretch: Stretch { newest, oldest }, rank, number } = self;
        (number, format!("{rank}.{newest}.{oldest}"))
    }

    fn read((number, rest): &Key) -> Option<Self> {
        let mut parts = rest.split('.');
        let rank = parts.next()?.parse().ok()?;
        let stretch = Stretch { newest: parts.next()?.parse().ok()?, oldest: parts.next()?.parse().ok()? };
        let is_one = parts.next().is_none() && stretch.oldest >= 0 && stretch.newest < i64::MAX;
        is_one.then_some(Self { stretch, rank, number: *number })
    }

    /// The best comes first, and of two that are as good the newer one.
    fn order(self) -> (u32, Reverse<i64>) {
        (self.rank, Reverse(self.number))
    }
}

impl Projections {
    /// A page of the messages of a filter that say this, what says it best first. It is only read forwards.
    pub(super) async fn best(
        &self,
        reader: &Reader,
        (filter, search): (&MessageFilter, &Query),
        page: &PageRequest,
    ) -> Result<Page<MessageRow>, QueryError> {
        if page.is_backwards() {
            return Err(BadPage::Forwards.into());
        }
        let (list, ..) = order(ORDER);
        let window = page.window(list)?;
        let after = window.beyond.as_ref().map(|key| Place::read(key).ok_or(BadPage::Cursor)).transpose()?;
        let _turn = self.turns.take(&reader.own().unwrap_or_default()).await?;
        let store = &self.store;
        let candidates = Candidates { store, reader, filter, search, order: ORDER, backwards: false };
        let (stretch, found) = match after {
            Some(place) if place != Place::end(place.stretch) => {
                (place.stretch, self.once_more(&candidates, place.stretch).await?)
            }
            after => self.next(&candidates, after.map(|place| place.stretch.oldest)).await?,
        };
        let place = |found: &Found| Place { stretch, rank: found.rank.number(), number: found.key.0 };
        let mut rest: Vec<(Place, Found)> = found.into_iter().map(|found| (place(&found), found)).collect();
        rest.retain(|(place, _)| {
            after.is_none_or(|after| after.stretch != stretch || place.order() > after.order())
        });
        rest.sort_by_key(|(place, _)| place.order());
        let size = usize::try_from(window.size).unwrap_or(usize::MAX);
        // Behind the last of a stretch comes the next one, when there are older messages.
        let ends = rest.len() <= size;
        let looked_at = (ends && stretch.oldest > 0).then(|| encode(list, &Place::end(stretch).key()));
        let (has_previous, has_next) = (after.is_some(), !ends || looked_at.is_some());
        rest.truncate(size);
        let rows = rest.into_iter().map(|(place, found)| (encode(list, &place.key()), found.row)).collect();
        Ok(Page { rows, has_previous, has_next, looked_at })
    }

    /// The next stretch, of messages before that one; at first the newest. With those of it that say it.
    async fn next(
        &self,
        candidates: &Candidates<'_>,
        before: Option<i64>,
    ) -> Result<(Stretch, Vec<Found>), QueryError> {
        let budget = Budget::new(self.search_patience);
        let mut looked = Looked::from(before.map(|before| (before, String::new())), budget);
        let end = self.walk(candidates, &mut looked, None, usize::MAX).await?;
        let number = |key: Option<Key>| key.map_or(0, |(number, _)| number);
        let (newest, last) = (number(looked.first), number(looked.place));
        let oldest = if end == End::Exhausted { last } else { 0 };
        Ok((Stretch { newest, oldest }, looked.found))
    }

    /// Those of the same stretch as before.
    async fn once_more(
        &self,
        candidates: &Candidates<'_>,
        Stretch { newest, oldest }: Stretch,
    ) -> Result<Vec<Found>, QueryError> {
        let budget = Budget::again(self.search_patience);
        let mut looked = Looked::from(Some((newest + 1, String::new())), budget);
        match self.walk(candidates, &mut looked, Some(oldest), usize::MAX).await? {
            End::NoMore | End::Enough => Ok(looked.found),
            // A part of them is not in the order of all.
            End::Exhausted => Err(QueryError::TooBroad),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRETCH: Stretch = Stretch { newest: 900, oldest: 12 };

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for place in [Place { stretch: STRETCH, rank: 65_537, number: 40 }, Place::end(STRETCH)] {
            assert_eq!(Place::read(&place.key()), Some(place));
        }
        for bad in ["", "1", "1.2", "1.2.3.4", "1.2.-3", "x.2.3", "-1.2.3", "1.9223372036854775807.3"] {
            assert_eq!(Place::read(&(7, bad.to_owned())), None, "{bad}");
        }
    }

    #[test]
    fn the_best_come_first_and_of_those_the_newest() {
        let place = |rank, number| Place { stretch: STRETCH, rank, number };
        let mut places = [place(1, 30), Place::end(STRETCH), place(0, 20), place(1, 40), place(0, 10)];
        places.sort_by_key(|place| place.order());
        assert_eq!(places.map(|place| place.number), [20, 10, 40, 30, 0]);
    }
}

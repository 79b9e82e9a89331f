//! The intervals in which the desk is open, one after the other.

use super::{
    Hours,
    span::{self, Piece},
};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

/// The years in which there are hours at all; it ends what would else be looked for until the end of all time.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=9998;

/// Intervals in order and apart, though they may touch. Each day is worked out when it is reached.
pub(super) struct Pieces<'a> {
    hours: &'a Hours,
    next_day: Option<NaiveDate>,
    of_day: std::vec::IntoIter<Piece>,
    reached: DateTime<Utc>,
}

impl Hours {
    /// What is open from then on; the first interval is cut to begin then.
    pub(super) fn pieces(&self, from: DateTime<Utc>) -> Pieces<'_> {
        // A range may run on from the day before, and clocks that go back over midnight bring a day back.
        let day =
            span::local(self.zone(), from).and_then(|local| local.date().checked_sub_days(Days::new(2)));
        Pieces { hours: self, next_day: day, of_day: vec![].into_iter(), reached: from }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            for piece in self.of_day.by_ref() {
                let opens = piece.opens.max(self.reached);
                if opens < piece.closes {
                    self.reached = piece.closes;
                    return Some(Piece { opens, closes: piece.closes });
                }
            }
            let day = self.hours.next_day_with_ranges(self.next_day?);
            let day = day.filter(|day| YEARS.contains(&day.year()));
            self.next_day = day.and_then(|day| day.succ_opt());
            let spans = self.hours.ranges_on(day?).iter();
            let mut pieces: Vec<_> = spans.filter_map(|span| span.on(day?, self.hours.zone())).collect();
            pieces.sort_unstable();
            self.of_day = pieces.into_iter();
        }
    }
}

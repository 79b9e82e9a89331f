//! What hours are asked.

use super::{Hours, span};
use chrono::{DateTime, Days, TimeDelta, Utc};

/// Desk time that is not over within so many days is never over: ten years.
const LONGEST: Days = Days::new(3_653);
/// Hours without a gap for three weeks after the last special day have none.
const SETTLED: TimeDelta = TimeDelta::days(21);

impl Hours {
    /// Is the desk open?
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.opens_next(at) == Some(at)
    }

    /// The first instant from then on at which the desk is open: that very one if it is; `None`: closed for ever.
    pub fn opens_next(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.is_always_open() { Some(at) } else { self.pieces(at).next().map(|piece| piece.opens) }
    }

    /// The first instant from then on at which the desk is closed: that very one if it is; `None`: open for ever.
    /// Ranges that touch are one.
    pub fn closes_next(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.is_always_open() {
            return None;
        }
        let settled = self.last_special_day().map_or(at, |day| day.max(at)).checked_add_signed(SETTLED);
        let mut end = at;
        for piece in self.pieces(at) {
            if piece.opens > end {
                return Some(end);
            }
            end = piece.closes;
            if settled.is_none_or(|settled| end > settled) {
                return None;
            }
        }
        Some(end)
    }

    /// The last instant after `after`, and at `until` at the latest, at which the desk was open or had just closed; `None`: it
    /// was closed all the time, or for ten years.
    pub fn last_open(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.is_always_open() {
            return (after < until).then_some(until);
        }
        let earliest = until.checked_sub_days(LONGEST).map_or(after, |earliest| earliest.max(after));
        // Nearly always it was open the day before; else it is looked for further and further back.
        let mut days = 2;
        loop {
            let from = until.checked_sub_days(Days::new(days)).map_or(earliest, |from| from.max(earliest));
            let pieces = self.pieces(from).take_while(|piece| piece.opens <= until);
            match pieces.last() {
                Some(piece) => return Some(piece.closes.min(until)).filter(|last| *last > after),
                None if from <= earliest => return None,
                None => days *= 4,
            }
        }
    }

    /// The desk time in `from..to`, exactly; zero when `to` is not after `from`. The work grows with the days between.
    pub fn open_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        if self.is_always_open() {
            return (to - from).max(TimeDelta::zero());
        }
        let pieces = self.pieces(from).take_while(|piece| piece.opens < to);
        pieces.map(|piece| piece.closes.min(to) - piece.opens).sum()
    }

    /// The first instant at which so much desk time has passed since `from`: `from` itself for none, a closing rather
    /// than the opening after it. `None`: not within ten years.
    pub fn add_desk_time(&self, from: DateTime<Utc>, desk_time: TimeDelta) -> Option<DateTime<Utc>> {
        if desk_time <= TimeDelta::zero() {
            return Some(from);
        }
        let latest = from.checked_add_days(LONGEST)?;
        let due = if self.is_always_open() {
            from.checked_add_signed(desk_time)
        } else {
            let mut left = desk_time;
            let mut pieces = self.pieces(from).take_while(|piece| piece.opens <= latest);
            pieces.find_map(|piece| {
                let due = piece.opens.checked_add_signed(left).filter(|due| *due <= piece.closes);
                left -= piece.closes - piece.opens;
                due
            })
        };
        due.filter(|due| *due <= latest)
    }

    /// The name of the holiday that the day is in the desk's zone, unless it is a make-up working day.
    pub fn holiday_at(&self, at: DateTime<Utc>) -> Option<&str> {
        self.holiday_on(span::local(self.zone(), at)?.date())
    }
}

//! When people write: more by day than by night, less on Sundays, more each year, and much more when something breaks.

use super::{dice::Dice, words::Language};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

/// An hour, in microseconds.
pub(super) const HOUR: i64 = 3_600_000_000;
/// A day.
pub(super) const DAY: i64 = 24 * HOUR;
/// How a day goes, hour by hour from midnight, where somebody lives.
const HOURS: [u64; 24] =
    [8, 5, 3, 2, 2, 4, 8, 18, 40, 70, 85, 80, 60, 65, 80, 78, 70, 62, 55, 58, 66, 60, 40, 20];
/// How a week goes, from Monday.
const WEEK: [u64; 7] = [120, 110, 105, 100, 100, 80, 70];
/// Something breaks about so often, and for so many hours.
const BETWEEN_FAULTS: i64 = 40 * DAY;
const FAULT_HOURS: u64 = 9;

/// When the messages of a desk are left, one after the other.
pub(super) struct Arrivals {
    from: i64,
    until: i64,
    messages: u64,
    /// Hours in which something broke.
    faults: Vec<i64>,
    /// What each language adds to an hour, by the shares of those who speak it.
    languages: Vec<(u64, i64)>,
    /// The weight of all hours, of those that are over, and how many messages these had.
    total: u64,
    passed: u64,
    given: u64,
    hour: i64,
    /// Those of this hour, the last one first.
    next: Vec<i64>,
}

/// A message is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    /// When, in microseconds.
    pub(super) at: i64,
    /// In which language, by its place in the list.
    pub(super) language: usize,
    /// Is something broken?
    pub(super) fault: bool,
}

impl Arrivals {
    pub(super) fn new(from: i64, until: i64, messages: u64, languages: &[Language], dice: &mut Dice) -> Self {
        let mut faults = vec![];
        // The first one comes soon: a small desk has one, too.
        let mut fault = from + (until - from) / 10;
        while fault < until {
            fault += dice.within(DAY);
            faults.push(fault - fault.rem_euclid(HOUR));
            fault += (until - from) / 20 + dice.about(BETWEEN_FAULTS);
        }
        let languages = languages.iter().map(|language| (language.share, language.ahead)).collect();
        let hour = from - from.rem_euclid(HOUR);
        let mut arrivals = Self {
            from,
            until,
            messages,
            faults,
            languages,
            total: 0,
            passed: 0,
            given: 0,
            hour,
            next: vec![],
        };
        arrivals.total = arrivals.hours().map(|hour| arrivals.weight(hour)).sum();
        arrivals
    }

    /// The next one, if there is one.
    pub(super) fn peek(&mut self, dice: &mut Dice) -> Option<i64> {
        while self.next.is_empty() && self.given < self.messages && self.hour < self.until {
            self.passed += self.weight(self.hour);
            let due = u64::try_from(
                u128::from(self.messages) * u128::from(self.passed) / u128::from(self.total.max(1)),
            );
            let due = due.unwrap_or(self.messages).min(self.messages);
            let (begin, end) = (self.hour.max(self.from), (self.hour + HOUR).min(self.until));
            self.next = (self.given..due).map(|_| begin + dice.within(end - begin)).collect();
            self.next.sort_unstable_by(|one, other| other.cmp(one));
            self.given = due;
            self.hour += HOUR;
        }
        self.next.last().copied()
    }

    /// Takes it.
    pub(super) fn take(&mut self, dice: &mut Dice) -> Option<Arrival> {
        let at = self.next.pop()?;
        let language = dice.weighed(self.languages.iter().map(|language| of_language(*language, at)));
        Some(Arrival { at, language, fault: self.fault(at) > 0 && dice.percent(75) })
    }

    fn hours(&self) -> impl Iterator<Item = i64> + use<> {
        let (first, until) = (self.hour, self.until);
        (0..).map(move |hour| first + hour * HOUR).take_while(move |hour| *hour < until)
    }

    fn weight(&self, hour: i64) -> u64 {
        let spoken: u64 = self.languages.iter().map(|language| of_language(*language, hour)).sum();
        let passed = u64::try_from((hour - self.from).max(0) * 100 / (self.until - self.from).max(1));
        // From three fifths of the mean to seven fifths.
        let growth = 60 + passed.unwrap_or_default() * 80 / 100;
        spoken * growth * season(hour) * (100 + 60 * self.fault(hour))
    }

    /// How many hours of a fault are left.
    fn fault(&self, at: i64) -> u64 {
        let begun = self.faults.iter().rfind(|fault| **fault <= at);
        let hours =
            begun.map_or(FAULT_HOURS, |begun| u64::try_from((at - begun) / HOUR).unwrap_or(FAULT_HOURS));
        FAULT_HOURS.saturating_sub(hours)
    }
}

/// How many write in a language at that time.
fn of_language((share, ahead): (u64, i64), at: i64) -> u64 {
    let there = instant(at + ahead * HOUR);
    let hour = usize::try_from((at + ahead * HOUR).rem_euclid(DAY) / HOUR).unwrap_or_default();
    let weekday = usize::try_from(there.weekday().num_days_from_monday()).unwrap_or_default();
    share * HOURS[hour] * WEEK[weekday] / 100
}

/// A shop's year, in percent: sales in June, November and December, and holidays.
fn season(at: i64) -> u64 {
    let day = instant(at).date_naive();
    match (day.month(), day.day()) {
        (11, 9..=13) => 300,
        (6, 16..=19) | (12, 10..=13) => 200,
        (1, 1) | (5, 1..=3) | (10, 1..=5) | (12, 25..=26) => 45,
        _ => 100,
    }
}

/// The days on which the desk is closed in these years: New Year, Labour Day and the first days of October.
pub(super) fn holidays(
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> impl Iterator<Item = (NaiveDate, &'static str)> {
    const DAYS: [(u32, u32, &str); 7] = [
        (1, 1, "元旦"),
        (5, 1, "劳动节"),
        (5, 2, "劳动节"),
        (10, 1, "国庆节"),
        (10, 2, "国庆节"),
        (10, 3, "国庆节"),
        (12, 25, "Christmas"),
    ];
    (from.year()..=until.year()).flat_map(|year| {
        DAYS.into_iter()
            .filter_map(move |(month, day, name)| Some((NaiveDate::from_ymd_opt(year, month, day)?, name)))
    })
}

/// An instant from its microseconds.
pub(super) fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::microseconds(micros)
}

#[cfg(test)]
mod tests {
    use super::{super::words::languages, *};

    /// All that are left within a year, and how many hours of faults it has.
    fn arrivals(messages: u64) -> (Vec<Arrival>, u64) {
        let mut dice = Dice::new(5);
        let (from, until) = (1_700_000_000_000_000, 1_700_000_000_000_000 + 365 * DAY);
        let mut arrivals = Arrivals::new(from, until, messages, &languages(), &mut dice);
        let mut all = vec![];
        while arrivals.peek(&mut dice).is_some() {
            all.extend(arrivals.take(&mut dice));
        }
        assert!(all.iter().all(|arrival| (from..until).contains(&arrival.at)));
        (all, arrivals.faults.len() as u64 * FAULT_HOURS)
    }

    #[test]
    fn as_many_are_left_as_were_asked_for_one_after_the_other() {
        for messages in [1, 7, 200, 20_000] {
            let (all, _) = arrivals(messages);
            assert_eq!(all.len() as u64, messages);
            assert!(all.is_sorted_by_key(|arrival| arrival.at));
        }
    }

    #[test]
    fn nights_are_quiet_and_faults_are_not() {
        let (all, hours_of_faults) = arrivals(50_000);
        let in_chinese = all.iter().filter(|arrival| arrival.language == 0);
        let hours = in_chinese.map(|arrival| (arrival.at / HOUR + 8) % 24);
        let (night, day) = hours.fold((0, 0), |(night, day), hour| match hour {
            0..6 => (night + 1, day),
            9..15 => (night, day + 1),
            _ => (night, day),
        });
        assert!(day > 5 * night, "{day} by day, {night} by night");
        let in_faults = all.iter().filter(|arrival| arrival.fault).count() as u64;
        let (an_hour, an_hour_of_faults) = (50_000 / (365 * 24), in_faults / hours_of_faults);
        assert!(an_hour_of_faults > 2 * an_hour, "{an_hour_of_faults} instead of {an_hour}");
    }
}

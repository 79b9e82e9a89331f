//! Is somebody there? By hours, by presence, by load, or a mix, as the desk has it.

use super::Hours;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// What makes the desk open: all that is asked for here has to hold; nothing asked for is always open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailabilityRule {
    /// It is within opening hours.
    #[serde(default)]
    pub by_hours: bool,
    /// At least one member is present.
    #[serde(default)]
    pub by_presence: bool,
    /// At most so many messages wait per present member, who then has to be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_waiting_per_member: Option<u32>,
}

/// What the answer depends on beside hours. Members are present for every category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: DateTime<Utc>,
    /// How many members are present.
    pub present: u32,
    /// How many messages wait for a word of the desk's: of a category, when it is asked about one.
    pub waiting: u32,
}

/// Is the desk open, and why?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// Is it?
    pub open: bool,
    /// Why.
    pub reason: Reason,
    /// When it is next within hours, if it is closed by hours; `None`: nobody can tell, or never again.
    pub opens_at: Option<DateTime<Utc>>,
    /// When hours end, if it is open by hours; `None`: they do not.
    pub closes_at: Option<DateTime<Utc>>,
    /// The zone of the hours.
    pub zone: Tz,
}

/// Why the desk is open or closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// All that is asked for holds.
    Open,
    /// Not within hours; it will be.
    OutsideHours,
    /// Not within hours, on a day that is a holiday, named here.
    Holiday(String),
    /// Not within hours, and never again.
    ClosedForEver,
    /// Nobody is present.
    NobodyPresent,
    /// More wait than those present can answer.
    TooManyWaiting,
}

impl Reason {
    /// The word for machines, as `Availability.reason` of the API has it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::OutsideHours => "OUTSIDE_HOURS",
            Self::Holiday(_) => "HOLIDAY",
            Self::ClosedForEver => "CLOSED_FOR_EVER",
            Self::NobodyPresent => "NOBODY_PRESENT",
            Self::TooManyWaiting => "TOO_MANY_WAITING",
        }
    }
}

impl AvailabilityRule {
    /// Does it ask who is present, or how many wait?
    pub fn asks_for_people(self) -> bool {
        self.by_presence || self.most_waiting_per_member.is_some()
    }

    /// As far as hours tell: for another moment than now, of which nobody knows who is present.
    #[must_use]
    pub fn by_hours_alone(self) -> Self {
        Self { by_hours: self.by_hours, ..Self::default() }
    }

    /// The answer; hours are asked first, because only they say when it opens.
    pub fn decide(self, hours: &Hours, moment: Moment) -> Availability {
        let at = moment.at;
        let opens_at = if self.by_hours { hours.opens_next(at) } else { Some(at) };
        let load = self.most_waiting_per_member.map(|most| u64::from(most) * u64::from(moment.present));
        let reason = match opens_at {
            None => Reason::ClosedForEver,
            Some(opens_at) if opens_at > at => {
                let holiday = hours.holiday_at(at).map(str::to_owned);
                holiday.map_or(Reason::OutsideHours, Reason::Holiday)
            }
            Some(_) if moment.present == 0 && (self.by_presence || load.is_some()) => Reason::NobodyPresent,
            Some(_) if load.is_some_and(|load| u64::from(moment.waiting) > load) => Reason::TooManyWaiting,
            Some(_) => Reason::Open,
        };
        let open = reason == Reason::Open;
        Availability {
            open,
            reason,
            opens_at: opens_at.filter(|opens_at| *opens_at > at),
            closes_at: if open && self.by_hours { hours.closes_next(at) } else { None },
            zone: hours.zone(),
        }
    }
}

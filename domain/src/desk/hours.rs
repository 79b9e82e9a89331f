//! When somebody is there, and how that is told.

use super::{OpeningHoursRevised, Settings};
use crate::{
    hours::{AvailabilityRule, DeskHours, Hours},
    ids::CategoryId,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// `OpeningHoursRevised` as it is stored, in either version.
#[derive(Deserialize)]
pub(super) struct Stored {
    at: DateTime<Utc>,
    hours: Option<DeskHours>,
    availability: StoredRule,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StoredRule {
    /// Version 1 has no hours.
    One(AlwaysOpen),
    Two(AvailabilityRule),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum AlwaysOpen {
    AlwaysOpen,
}

impl From<Stored> for OpeningHoursRevised {
    fn from(Stored { at, hours, availability }: Stored) -> Self {
        let availability = match availability {
            StoredRule::One(AlwaysOpen::AlwaysOpen) => BY_HOURS,
            StoredRule::Two(rule) => rule,
        };
        Self { at, hours: hours.unwrap_or_default(), availability }
    }
}

/// What a desk begins with.
pub(super) const BY_HOURS: AvailabilityRule =
    AvailabilityRule { by_hours: true, by_presence: false, most_waiting_per_member: None };

impl Settings {
    /// What makes the desk open.
    pub fn availability_rule(&self) -> AvailabilityRule {
        self.opening_hours.as_ref().map_or(BY_HOURS, |revised| revised.availability)
    }

    /// The hours that hold for a category, or for what has none.
    pub fn hours(&self, category_id: Option<&CategoryId>) -> Hours {
        let id = category_id.map(|id| id.0.as_str());
        let of = |revised: &OpeningHoursRevised| revised.hours.of(id).clone();
        self.opening_hours.as_ref().map_or_else(|| DeskHours::default().desk, of)
    }
}

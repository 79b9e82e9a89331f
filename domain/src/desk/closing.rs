//! When the desk was last open: that is when a closing began, and what names it.

use super::{OpeningHoursRevised, Settings};
use crate::{
    hours::{AvailabilityRule, Moment},
    ids::CategoryId,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When the desk was last open by hours that are in force no more, at the moment at which they were revised: a closing that
/// goes on beyond a revision began before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenBefore {
    desk: Option<DateTime<Utc>>,
    /// Of each category that had hours of its own by then or has them since.
    categories: BTreeMap<String, Option<DateTime<Utc>>>,
}

impl OpenBefore {
    fn of(&self, category_id: Option<&str>) -> Option<DateTime<Utc>> {
        category_id.and_then(|id| self.categories.get(id).copied()).unwrap_or(self.desk)
    }
}

impl Settings {
    pub(super) fn take_hours(&mut self, event: OpeningHoursRevised) {
        if let Some(before) = &self.opening_hours {
            let ids = [&before.hours, &event.hours].into_iter().flat_map(|hours| hours.categories.keys());
            let ids = ids.chain(self.open_before.categories.keys());
            let last = |id: Option<&str>| self.last_within_hours(id, event.at);
            let categories = ids.map(|id| (id.clone(), last(Some(id)))).collect();
            self.open_before = OpenBefore { desk: last(None), categories };
        }
        self.opening_hours = Some(event);
    }

    /// The last instant until then that was within hours, each by those in force at the time; `None`: none that is known.
    fn last_within_hours(&self, category_id: Option<&str>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let revised = self.opening_hours.as_ref()?;
        let since = revised.hours.of(category_id).last_open(revised.at, until);
        since.or_else(|| self.open_before.of(category_id).map(|last| last.min(until)))
    }

    /// The name of the closing that the desk is in, for a visitor is answered once in each: when it began, which is when
    /// hours last held and somebody was there. `last_present` is when the last one left, while nobody is there.
    ///
    /// How many waited in the past nobody knows: where that counts it is named by the day on which it began.
    pub(super) fn closing(
        &self,
        category_id: Option<&CategoryId>,
        now: Moment,
        last_present: Option<DateTime<Utc>>,
        zone: Tz,
    ) -> String {
        let rule: AvailabilityRule = self.availability_rule();
        let nobody = rule.asks_for_people() && now.present == 0;
        let seen = if nobody { last_present.map(|left| left.min(now.at)) } else { Some(now.at) };
        let within = |seen| self.last_within_hours(category_id.map(|id| id.0.as_str()), seen);
        let began = if rule.by_hours { seen.and_then(within) } else { seen };
        match began {
            None => "never open".to_owned(),
            Some(began) if rule.most_waiting_per_member.is_some() => {
                began.with_timezone(&zone).date_naive().to_string()
            }
            Some(began) => began.timestamp_micros().to_string(),
        }
    }
}

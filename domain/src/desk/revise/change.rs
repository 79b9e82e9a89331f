//! What of opening hours is to be otherwise.

use crate::hours::{
    AvailabilityRule, HolidayInput, HoursInput, HoursRange, LeftOut, SpecialDays, WorkingDayInput,
    always_open, china, monday_to_friday_9_to_18,
};

/// What of hours is to be otherwise; what is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct HoursChange {
    /// To begin with these hours, not with those that stand.
    pub preset: Option<HoursPreset>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// The hours of each week: all of them.
    pub weekly: Option<Vec<HoursRange>>,
    /// Holidays: all of them, beside those of a preset.
    pub holidays: Option<Vec<HolidayInput>>,
    /// Make-up working days: all of them, beside those of a preset.
    pub working_days: Option<Vec<WorkingDayInput>>,
    /// Days that come on top, file by file; one that is in the list already stays as it is there, and one that stands as
    /// the opposite is left out.
    pub added: Vec<SpecialDays>,
}

/// A ready set of hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoursPreset {
    /// Every hour of every day.
    AlwaysOpen,
    /// Monday to Friday, 9 to 18 o'clock.
    MondayToFriday,
    /// The same in China, with the holidays and make-up working days that are known.
    China,
}

/// What of what makes the desk open is to be otherwise; what is left out stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleChange {
    /// It is within opening hours.
    pub by_hours: Option<bool>,
    /// At least one member is present.
    pub by_presence: Option<bool>,
    /// At most so many messages wait per present member; `Some(None)`: however many wait.
    pub most_waiting_per_member: Option<Option<u32>>,
}

impl RuleChange {
    /// The rule that becomes of the one that stands.
    pub(super) fn made_in(self, stands: AvailabilityRule) -> AvailabilityRule {
        AvailabilityRule {
            by_hours: self.by_hours.unwrap_or(stands.by_hours),
            by_presence: self.by_presence.unwrap_or(stands.by_presence),
            most_waiting_per_member: self.most_waiting_per_member.unwrap_or(stands.most_waiting_per_member),
        }
    }
}

impl HoursChange {
    /// Do days come on top from a file?
    pub fn has_files(&self) -> bool {
        !self.added.is_empty()
    }

    /// The hours that become of those that stand, and the days of files that are left out.
    pub(super) fn made_in(self, stands: &HoursInput) -> (HoursInput, Vec<LeftOut>) {
        let mut hours = match self.preset {
            None => stands.clone(),
            Some(HoursPreset::AlwaysOpen) => always_open(&stands.time_zone),
            Some(HoursPreset::MondayToFriday) => monday_to_friday_9_to_18(&stands.time_zone),
            Some(HoursPreset::China) => china(),
        };
        let mut of_preset = SpecialDays::default();
        if self.preset.is_some() {
            // Added again below: a day that is given by hand comes before.
            of_preset.holidays = std::mem::take(&mut hours.holidays);
            of_preset.working_days = std::mem::take(&mut hours.working_days);
        }
        hours.time_zone = self.time_zone.unwrap_or(hours.time_zone);
        hours.weekly = self.weekly.unwrap_or(hours.weekly);
        hours.holidays = self.holidays.unwrap_or(hours.holidays);
        hours.working_days = self.working_days.unwrap_or(hours.working_days);
        // What is given by hand is more than a ready set: nobody has to be told.
        hours.add_days(&of_preset);
        let left_out = self.added.into_iter().flat_map(|days| hours.add_days(&days)).collect();
        (hours, left_out)
    }
}

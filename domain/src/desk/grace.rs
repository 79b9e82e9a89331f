//! How long what is deleted can be restored.

use super::DeskRevised;
use chrono::{DateTime, Days, Utc};

/// The days between deleting a message and the end of its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace {
    days: u32,
}

impl Grace {
    /// What is deleted is kept: beyond all time.
    pub const FOR_EVER: Self = Self { days: u32::MAX };

    /// So many days; 0: the words go at once.
    pub fn of_days(days: u32) -> Self {
        Self { days }
    }

    /// When it has passed for what was deleted then; one beyond all time never does.
    pub fn after(self, deleted_at: DateTime<Utc>) -> DateTime<Utc> {
        deleted_at.checked_add_days(Days::new(self.days.into())).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Until when something had to be deleted for it to have passed by then.
    pub fn before(self, passed_at: DateTime<Utc>) -> DateTime<Utc> {
        passed_at.checked_sub_days(Days::new(self.days.into())).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

impl DeskRevised {
    /// How long what is deleted can be restored from then on.
    pub fn grace(&self) -> Grace {
        Grace::of_days(self.days_until_shredding)
    }
}

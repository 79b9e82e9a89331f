//! The service target: how soon an answer is due.

use super::ServiceTargetRevised;
use chrono::{DateTime, TimeDelta, Utc};

/// How much desk time an answer may take. Every hour is desk time as yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceTarget {
    seconds: u64,
}

impl ServiceTarget {
    /// None at all: no wait ever passes it.
    pub const NEVER: Self = Self { seconds: u64::MAX };

    /// So many seconds of desk time.
    pub fn of_seconds(seconds: u64) -> Self {
        Self { seconds }
    }

    /// When it has passed for whoever began to wait then; a target beyond all time never does.
    pub fn after(self, began_at: DateTime<Utc>) -> DateTime<Utc> {
        let seconds = i64::try_from(self.seconds).ok().and_then(TimeDelta::try_seconds);
        seconds.and_then(|seconds| began_at.checked_add_signed(seconds)).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl ServiceTargetRevised {
    /// The target that is in force from then on.
    pub fn target(&self) -> ServiceTarget {
        ServiceTarget::of_seconds(self.answer_within_seconds)
    }
}

//! The service target: how soon an answer is due.

use super::{DeskEvent, ServiceTargetRevised, Settings};
use crate::{hours::DeskHours, ids::CategoryId, message::Priority};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How soon an answer to some messages is due: to those of a category, of a priority, or of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetException {
    /// Of this category; `None`: of any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_id: Option<CategoryId>,
    /// As urgent as this; `None`: however urgent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Seconds of desk time.
    pub answer_within_seconds: u64,
}

impl ServiceTargetRevised {
    /// The seconds of desk time in which a message is to be answered. The most specific exception counts: one that names
    /// category and priority before one that names a priority, and that before one that names a category, because the
    /// priority is what a member has said of this very message.
    pub fn answer_within_seconds(&self, category_id: Option<&CategoryId>, priority: Priority) -> u64 {
        let fits = |exception: &&TargetException| {
            exception.category_id.as_ref().is_none_or(|of| Some(of) == category_id)
                && exception.priority.is_none_or(|of| of == priority)
        };
        let exceptions = self.exceptions.iter().filter(fits);
        let most_specific = exceptions
            .max_by_key(|exception| (exception.priority.is_some(), exception.category_id.is_some()));
        most_specific.map_or(self.answer_within_seconds, |exception| exception.answer_within_seconds)
    }
}

/// When answers are due: the desk's target, in the hours of the desk and of its categories. A desk without a target asks
/// for none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceTarget {
    target: Option<ServiceTargetRevised>,
    hours: DeskHours,
}

impl ServiceTarget {
    /// The events that it is made of.
    pub const EVENTS: [&'static str; 2] = ["OpeningHoursRevised", "ServiceTargetRevised"];

    /// So many seconds for all messages, around the clock.
    pub fn of_seconds(answer_within_seconds: u64) -> Self {
        let target =
            ServiceTargetRevised { at: DateTime::UNIX_EPOCH, answer_within_seconds, exceptions: vec![] };
        Self { target: Some(target), hours: DeskHours::default() }
    }

    /// Takes in what an event of the desk says of it.
    pub fn apply(&mut self, event: DeskEvent) {
        match event {
            DeskEvent::OpeningHoursRevised(event) => self.hours = event.hours,
            DeskEvent::ServiceTargetRevised(event) => self.target = Some(event),
            DeskEvent::DeskRevised(_)
            | DeskEvent::FormRevised(_)
            | DeskEvent::CategoriesRevised(_)
            | DeskEvent::AutoReplyRevised(_)
            | DeskEvent::PrivacyNoticeRevised(_)
            | DeskEvent::RolesRevised(_)
            | DeskEvent::BlockedWordsRevised(_) => {}
        }
    }

    /// When an answer is due to whoever began to wait then; `None`: never, because the desk has no target, or does not
    /// have that many hours within ten years.
    pub fn due_at(
        &self,
        began_at: DateTime<Utc>,
        category_id: Option<&CategoryId>,
        priority: Priority,
    ) -> Option<DateTime<Utc>> {
        let seconds = self.target.as_ref()?.answer_within_seconds(category_id, priority);
        let desk_time = TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?;
        self.hours.of(category_id.map(|id| id.0.as_str())).add_desk_time(began_at, desk_time)
    }
}

impl Settings {
    /// When answers are due by these settings.
    pub fn target(&self) -> ServiceTarget {
        let hours = self.opening_hours.as_ref().map(|revised| revised.hours.clone()).unwrap_or_default();
        ServiceTarget { target: self.service_target.clone(), hours }
    }

    /// When an answer to a message of that category and priority is due to whoever began to wait then; `None`: never.
    pub fn due_at(
        &self,
        began_at: DateTime<Utc>,
        category_id: Option<&CategoryId>,
        priority: Priority,
    ) -> Option<DateTime<Utc>> {
        self.target().due_at(began_at, category_id, priority)
    }
}

//! The opening hours that were ever in force, the service target and the zone that are: as far as the view has followed.

use super::fact::Took;
use crate::event::event_of;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use cqrs_es::Aggregate;
use domain::{
    desk::{Desk, DeskEvent, ServiceTarget},
    hours::DeskHours,
    ids::CategoryId,
    message::Submitted,
};
use serde::{Deserialize, Serialize};
use store::{HandleError, RecordedEvent, Tx};

/// One row, once the desk has hours or a target.
pub(super) const TABLE: &str = "statistics_rules_3";

/// By what waits are measured and judged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Rules {
    /// Since when each was in force, in order.
    hours: Vec<(DateTime<Utc>, DeskHours)>,
    target: ServiceTarget,
    /// The desk's, by its name; UTC before it has one.
    zone: String,
}

/// A desk of which nothing was said.
impl Default for Rules {
    fn default() -> Self {
        Self { hours: vec![], target: ServiceTarget::default(), zone: Tz::UTC.name().to_owned() }
    }
}

/// Does this event change them?
pub(super) fn is_revised(recorded: &RecordedEvent) -> bool {
    let revises = |of: &str| of == "DeskRevised" || ServiceTarget::EVENTS.contains(&of);
    recorded.aggregate_type == Desk::TYPE && revises(&recorded.event_type)
}

impl Rules {
    /// What is in force.
    pub(super) async fn stored(tx: &mut Tx) -> Result<Self, HandleError> {
        let row = tx.row(&format!("SELECT rules FROM {TABLE} WHERE id = 1"), &[]).await?;
        row.map_or_else(|| Ok(Self::default()), |row| Ok(serde_json::from_str(&row.text("rules")?)?))
    }

    /// Keeps them.
    pub(super) async fn write(&self, tx: &mut Tx) -> Result<(), HandleError> {
        let sql = format!(
            "INSERT INTO {TABLE} (id, rules) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET rules = excluded.rules"
        );
        tx.execute(&sql, &[serde_json::to_string(self)?.into()]).await?;
        Ok(())
    }

    /// Takes in what an event of the desk says.
    pub(super) fn revise(&mut self, recorded: &RecordedEvent) -> Result<(), HandleError> {
        let event = event_of::<Desk>(recorded)?;
        #[expect(clippy::wildcard_enum_match_arm, reason = "the target takes what is left for it")]
        match &event {
            // What makes the desk open may be revised alone.
            DeskEvent::OpeningHoursRevised(revised)
                if self.hours.last().is_none_or(|(_, hours)| *hours != revised.hours) =>
            {
                self.hours.push((revised.at, revised.hours.clone()));
            }
            DeskEvent::DeskRevised(revised) => self.zone.clone_from(&revised.time_zone),
            _ => {}
        }
        self.target.apply(event);
        Ok(())
    }

    /// How long it was from one instant to another: the desk's time by the hours in force in each stretch. Before the
    /// first hours the desk was always open.
    pub(super) fn took(&self, category: Option<&CategoryId>, from: DateTime<Utc>, to: DateTime<Utc>) -> Took {
        let always = DeskHours::default();
        let began = [(DateTime::<Utc>::MIN_UTC, &always)];
        let revisions = began.into_iter().chain(self.hours.iter().map(|(at, hours)| (*at, hours)));
        let ends = self.hours.iter().map(|(at, _)| *at).chain([DateTime::<Utc>::MAX_UTC]);
        let mut desk = TimeDelta::zero();
        for ((since, hours), until) in revisions.zip(ends) {
            let (from, to) = (from.max(since), to.min(until));
            if from < to {
                desk += hours.of(category.map(|id| id.0.as_str())).open_between(from, to);
            }
        }
        let seconds = |span: TimeDelta| u64::try_from(span.num_seconds()).unwrap_or_default();
        Took { wall: seconds(to - from), desk: seconds(desk) }
    }

    /// The day in the desk's zone, such as `2026-11-22`.
    pub(super) fn day(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone.parse().unwrap_or(Tz::UTC)).date_naive().to_string()
    }

    /// When an answer to a message is due.
    pub(super) fn due_at(&self, message: &Submitted) -> Option<DateTime<Utc>> {
        message.due_at(&self.target)
    }
}

//! The desk as it stands, and as it stood: a handful of events, folded when asked.

use crate::{Projections, error::QueryError, event::event_of};
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{
    desk::{Desk, DeskEvent, OpeningHoursRevised, ServiceTarget, Settings},
    ids::DESK_ID,
};
use std::{ops::Deref, sync::Arc};
use store::{LogFilter, RecordedEvent, StoreError};

/// The desk's settings in force, shared by all who look at them: they hold every text in every language.
#[derive(Clone)]
pub struct InForce(Arc<Desk>);

impl Deref for InForce {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        self.0.settings()
    }
}

impl Projections {
    /// The settings in force.
    pub async fn desk(&self) -> Result<InForce, QueryError> {
        Ok(InForce(self.store.latest::<Desk>(&DESK_ID.to_string()).await?.aggregate))
    }

    /// The opening hours that were in force at a moment, by the desk's own time; before the first, those. Of a thousand
    /// revisions ten are read: each is later than the one before, but for the clocks of processes that differ, and when it
    /// was recorded may be told by another clock.
    pub async fn opening_hours_at(
        &self,
        at: DateTime<Utc>,
    ) -> Result<Option<OpeningHoursRevised>, QueryError> {
        let revisions = revisions_of("OpeningHoursRevised");
        let (mut in_force, mut earliest) = (None, None);
        let (mut from, mut until) = (0, self.store.count(&revisions, 0).await?);
        while from < until {
            let middle = from + (until - from) / 2;
            let Some(DeskEvent::OpeningHoursRevised(revised)) =
                self.store.nth(&revisions, middle).await?.as_ref().map(event).transpose()?
            else {
                break;
            };
            if revised.at <= at {
                (in_force, from) = (Some(revised), middle + 1);
            } else {
                (earliest, until) = (Some(revised), middle);
            }
        }
        Ok(in_force.or(earliest))
    }

    /// When answers were due by the settings in force then.
    pub(crate) async fn target_as_of(&self, position: i64) -> Result<ServiceTarget, QueryError> {
        let mut target = ServiceTarget::default();
        for event_type in ServiceTarget::EVENTS {
            let revisions = LogFilter { until: Some(position), ..revisions_of(event_type) };
            if let Some(last) = self.store.last(&revisions).await? {
                target.apply(event(&last)?);
            }
        }
        Ok(target)
    }
}

/// The desk's events of a type.
fn revisions_of(event_type: &str) -> LogFilter {
    LogFilter { types: vec![event_type.to_owned()], ..LogFilter::stream(Desk::TYPE, &DESK_ID.to_string()) }
}

fn event(recorded: &RecordedEvent) -> Result<DeskEvent, StoreError> {
    let event = event_of::<Desk>(recorded);
    event.map_err(|error| StoreError::Setup(format!("the desk cannot be told: {error}")))
}

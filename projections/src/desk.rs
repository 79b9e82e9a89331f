//! The desk as it stands, and as it stood: a handful of events, folded when asked.

use crate::{Projections, error::QueryError, event::event_of};
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{
    desk::{Desk, DeskEvent, OpeningHoursRevised, ServiceTarget, Settings},
    ids::DESK_ID,
};
use std::{ops::Deref, sync::Arc};
use store::{LogFilter, StoreError};

/// As many revisions are looked back over: anybody may ask.
const MOST_REVISIONS: usize = 100;

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

    /// The opening hours that were in force at a moment, by the desk's own time; before the first, those. It looks back over
    /// a hundred revisions, and a moment before them is told by the earliest of these.
    pub async fn opening_hours_at(
        &self,
        at: DateTime<Utc>,
    ) -> Result<Option<OpeningHoursRevised>, QueryError> {
        let (mut earliest, mut until) = (None, i64::MAX);
        for _ in 0..MOST_REVISIONS {
            let last = self.last_of_the_desk("OpeningHoursRevised", until).await?;
            let Some((DeskEvent::OpeningHoursRevised(revised), position)) = last else { break };
            until = position - 1;
            let in_force = revised.at <= at;
            earliest = Some(revised);
            if in_force {
                break;
            }
        }
        Ok(earliest)
    }

    /// When answers were due by the settings in force then.
    pub(crate) async fn target_as_of(&self, position: i64) -> Result<ServiceTarget, QueryError> {
        let mut target = ServiceTarget::default();
        for event_type in ServiceTarget::EVENTS {
            if let Some((event, _)) = self.last_of_the_desk(event_type, position).await? {
                target.apply(event);
            }
        }
        Ok(target)
    }

    /// The last event of a type up to a position, and its own.
    async fn last_of_the_desk(
        &self,
        event_type: &str,
        position: i64,
    ) -> Result<Option<(DeskEvent, i64)>, QueryError> {
        let revisions = LogFilter {
            types: vec![event_type.to_owned()],
            until: Some(position),
            ..LogFilter::stream(Desk::TYPE, &DESK_ID.to_string())
        };
        let Some(last) = self.store.last(&revisions).await? else { return Ok(None) };
        let event = event_of::<Desk>(&last);
        let event = event.map_err(|error| StoreError::Setup(format!("the desk cannot be told: {error}")))?;
        Ok(Some((event, last.position)))
    }
}

//! The desk as it stands: a handful of events, folded when asked.

use crate::{Projections, error::QueryError};
use domain::{
    desk::{Desk, Settings},
    ids::DESK_ID,
};

impl Projections {
    /// The settings in force.
    pub async fn desk(&self) -> Result<Settings, QueryError> {
        Ok(self.store.load::<Desk>(&DESK_ID.to_string()).await?.aggregate.settings().clone())
    }
}

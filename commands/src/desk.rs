//! The desk's settings in force, as decisions need them.

use crate::{Commands, error::CommandError};
use domain::{
    desk::{Desk, Settings},
    ids::DESK_ID,
};

impl Commands {
    /// The settings in force.
    pub(crate) async fn desk_settings(&self) -> Result<Settings, CommandError> {
        Ok(self.store.load::<Desk>(&DESK_ID.to_string()).await?.aggregate.settings())
    }
}

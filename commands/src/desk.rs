//! The desk's settings in force, as decisions need them.

use crate::{Commands, error::CommandError, streams::stream};
use domain::{desk::Desk, ids::DESK_ID};
use std::sync::Arc;
use store::StreamAppend;

impl Commands {
    /// The desk as this process last knew it, or as the log has it, and the desk's stream: an append that relies on
    /// them carries it along, and fails as a conflict when the desk has been revised meanwhile.
    pub(crate) async fn desk_as(&self, fresh: bool) -> Result<(Arc<Desk>, StreamAppend), CommandError> {
        let id = DESK_ID.to_string();
        let desk = self.known::<Desk>(&id, fresh).await?;
        let relied_on = stream::<Desk>(id, &desk, None, &[])?;
        Ok((desk.aggregate, relied_on))
    }
}

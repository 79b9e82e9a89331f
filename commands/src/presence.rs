//! Who is at the desk: said by themselves, again and again, for it ends by itself. It is no event: nobody asks later who
//! was there.

use crate::{Caller, Commands, access::person, error::CommandError};
use chrono::{DateTime, Utc};
use domain::ids::MemberId;
use std::collections::BTreeSet;
use store::micros;

/// Whoever does not say it again within five minutes is away; in microseconds.
const PRESENT_FOR: i64 = 5 * 60 * 1_000_000;

impl Commands {
    /// `setPresence`: the caller is at the desk for five minutes from now, or is not.
    pub async fn set_presence(&self, caller: &Caller, present: bool) -> Result<MemberId, CommandError> {
        let id = person(caller)?;
        let until = present.then(|| self.store.clock().micros() + PRESENT_FOR);
        self.store.set_present(&id.to_string(), until).await?;
        Ok(id)
    }

    /// Those of these who are at the desk stay there for five minutes from now. Whoever has said that they are away, or
    /// has not said that they are there, is left alone.
    pub async fn keep_present(&self, members: &[MemberId]) -> Result<(), CommandError> {
        let ids: Vec<String> = members.iter().map(ToString::to_string).collect();
        Ok(self.store.keep_present(&ids, self.store.clock().micros() + PRESENT_FOR).await?)
    }

    /// When the last of those who are not at the desk any more left it; `None`: nobody ever did.
    pub(crate) async fn last_left(&self) -> Result<Option<DateTime<Utc>>, CommandError> {
        Ok(self.store.last_left().await?.map(micros))
    }

    /// Who is at the desk now.
    pub async fn present(&self) -> Result<BTreeSet<MemberId>, CommandError> {
        let present = self.store.present().await?;
        Ok(present.iter().filter_map(|id| id.parse().ok()).collect())
    }
}

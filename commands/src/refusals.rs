//! Sign-ins that were refused: counted per member and hour, and told in one event once the hour is over.

use crate::{
    Caller, Commands,
    error::CommandError,
    streams::{member_key, stream},
};
use chrono::{DateTime, Utc};
use domain::{
    decide::Decide,
    ids::MemberId,
    member::{Member, MemberCommand},
};
use std::time::Duration;
use store::{AppendError, CredentialRow, RefusalCount, micros};
use tokio_util::sync::CancellationToken;

const HOUR: i64 = 60 * 60 * 1_000_000;
/// The rule's name, as it stands in the metadata of its events.
pub const RULE: &str = "sign-in-refused";
/// Counts that are told of at once.
const PAGE: i64 = 100;
/// How often is looked whether another process has left something to tell.
const POLL: Duration = Duration::from_secs(60);

impl Commands {
    /// Counts one for a member who is there; of nobody nothing is kept.
    pub(crate) async fn count_refusal(&self, member_id: &str) -> Result<(), CommandError> {
        let now = self.store.clock().micros();
        Ok(self.store.count_refusal(member_id, now - now.rem_euclid(HOUR)).await?)
    }

    /// Tells of each hour that is over, until `stop` is cancelled. A watch that panics is started again.
    pub async fn watch_refusals(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(panic) = tokio::spawn(watch(self.clone(), stop.clone())).await {
                tracing::error!(%panic, "the watch on refused sign-ins panicked and is started again");
                let _ = tokio::time::timeout(POLL, stop.cancelled()).await;
            }
        }
    }

    /// Tells of every hour that is over; says of how many. Of several processes one tells of each.
    pub async fn tell_refusals(&self) -> Result<usize, CommandError> {
        let now = self.store.clock().micros();
        let mut told = 0;
        loop {
            let counts = self.store.refusals_before(now - now.rem_euclid(HOUR), PAGE).await?;
            if counts.is_empty() {
                return Ok(told);
            }
            for count in counts {
                told += usize::from(self.tell_refusal(count).await?);
            }
        }
    }

    async fn tell_refusal(&self, count: RefusalCount) -> Result<bool, CommandError> {
        for _ in 0..crate::execute::ATTEMPTS {
            let loaded = self.store.load::<Member>(&count.member_id).await?;
            let command = MemberCommand::CountRefusals {
                at: self.store.clock().now(),
                hour: micros(count.hour),
                count: u32::try_from(count.count).unwrap_or(u32::MAX),
            };
            let decided = loaded.aggregate.decide(command)?;
            let key = count.member_id.parse::<MemberId>().ok().map(member_key);
            let stream = stream::<Member>(count.member_id.clone(), &loaded, key, &decided)?;
            let mut append = self.append(&Caller::system(RULE), vec![stream], None);
            append.credentials = vec![CredentialRow::RefusalsTold(count.clone())];
            match self.store.append(append).await {
                Ok(_) => return Ok(true),
                // Another process told of it.
                Err(AppendError::Spent) => return Ok(false),
                Err(AppendError::Conflict) => {}
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
    }
}

async fn watch(commands: Commands, stop: CancellationToken) {
    let clock = commands.store.clock().clone();
    while !stop.is_cancelled() {
        // Before it is told: an hour that ends meanwhile is told of right after.
        let now = clock.micros();
        if let Err(error) = commands.tell_refusals().await {
            tracing::error!(%error, "refused sign-ins could not be told of, and will be again");
        }
        let next: DateTime<Utc> = micros(now - now.rem_euclid(HOUR) + HOUR);
        tokio::select! {
            () = stop.cancelled() => {}
            () = clock.until(next) => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

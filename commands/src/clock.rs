//! What the clock commands: a reply becomes overdue.
//!
//! Knows which rules wait for an instant, and that each speaks once, however many processes watch the same clock. Must
//! not know where due instants come from: whoever starts the watch passes that in, for it is a view's answer.

use crate::{Caller, Commands, access::Needs, error::CommandError, execute::Request};
use chrono::{DateTime, Utc};
use domain::{
    access::Permission,
    desk::ServiceTarget,
    message::{BecomeOverdue, DueReply, MessageCommand},
};
use std::{fmt::Display, time::Duration};
use tokio_util::sync::CancellationToken;

/// The rule's name, as it stands in the metadata of its events.
const OVERDUE: &str = "reply-became-overdue";
/// Due instants that are asked for at once.
const PAGE: usize = 100;
/// How often is asked when nothing that is known falls due: new waits begin, here and in other processes.
const POLL: Duration = Duration::from_secs(1);

impl Commands {
    /// Watches the clock until `stop` is cancelled. `due` answers with at most so many waits that have not become
    /// overdue, the earliest first, beginning after the one given. A watch that panics is started again.
    pub async fn watch_clock<D, F, E>(self, due: D, stop: CancellationToken)
    where
        D: Fn(Option<DueReply>, usize) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Vec<DueReply>, E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        while !stop.is_cancelled() {
            let watch = tokio::spawn(watch(self.clone(), due.clone(), stop.clone()));
            if let Err(panic) = watch.await {
                tracing::error!(%panic, "the watch on the clock panicked and is started again");
                let _ = tokio::time::timeout(POLL, stop.cancelled()).await;
            }
        }
    }

    /// Tells of each wait that has passed its instant. A wait that is over, or was told of, is left alone: the answer
    /// that named it was older than the log.
    async fn tell_overdue(&self, due: &[DueReply], now: DateTime<Utc>) -> Result<(), CommandError> {
        let passed: Vec<_> = due.iter().take_while(|reply| reply.due_at <= now).collect();
        if passed.is_empty() {
            return Ok(());
        }
        let Some(target) = self.desk().await?.0.settings().target() else { return Ok(()) };
        for reply in passed {
            match self.become_overdue(reply, target, now).await {
                Ok(()) => {}
                Err(refusal @ (CommandError::Message(_) | CommandError::NotFound)) => {
                    tracing::debug!(message = %reply.message_id, wait = reply.wait, %refusal, "not overdue");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn become_overdue(
        &self,
        reply: &DueReply,
        target: ServiceTarget,
        at: DateTime<Utc>,
    ) -> Result<(), CommandError> {
        let (message_id, wait) = (reply.message_id, reply.wait);
        let request = Request {
            caller: &Caller::system(OVERDUE),
            needs: Needs::Member(Permission::MessagesWork),
            message_id,
            expected_version: None,
            idempotency: Some(self.idempotency_of_rule(OVERDUE, message_id, wait)),
        };
        let command = MessageCommand::BecomeOverdue(BecomeOverdue { at, wait, target });
        self.execute(request, command).await.map(drop)
    }
}

async fn watch<D, F, E>(commands: Commands, due: D, stop: CancellationToken)
where
    D: Fn(Option<DueReply>, usize) -> F,
    F: Future<Output = Result<Vec<DueReply>, E>>,
    E: Display,
{
    let clock = commands.store.clock().clone();
    let mut after = None;
    while !stop.is_cancelled() {
        let page = due(after, PAGE).await.unwrap_or_else(|error| {
            tracing::error!(%error, "cannot learn what falls due, and will ask again");
            vec![]
        });
        let now = clock.now();
        if let Err(error) = commands.tell_overdue(&page, now).await {
            tracing::error!(%error, "what fell due could not be written, and will be tried again");
        } else if page.len() == PAGE && page.iter().all(|reply| reply.due_at <= now) {
            // There is more; and what was refused must not stand in its way.
            after = page.last().copied();
            continue;
        }
        after = None;
        let next = page.iter().map(|reply| reply.due_at).find(|due_at| *due_at > now);
        tokio::select! {
            () = stop.cancelled() => {}
            () = clock.until(next.unwrap_or(DateTime::<Utc>::MAX_UTC)), if next.is_some() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

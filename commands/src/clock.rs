//! What the clock commands: a reply becomes overdue, a follow-up comes due, the words of a deleted message go.
//!
//! Knows which rules wait for an instant, and that each speaks once, however many processes watch the same clock. Must
//! not know where due instants come from: whoever starts the watch passes that in, for it is a view's answer.

use crate::{
    Caller, Commands,
    access::Needs,
    error::CommandError,
    execute::{Facts, Request},
};
use chrono::{DateTime, Utc};
use domain::{
    access::Permission,
    desk::{Grace, Settings},
    message::{BecomeOverdue, BringUpFollowUp, Due, DueKind, MessageCommand, ShredMessage},
};
use std::{fmt::Display, time::Duration};
use tokio_util::sync::CancellationToken;

/// An answer is overdue: the rule's name, as it stands in the metadata of its events.
pub const OVERDUE: &str = "reply-became-overdue";
/// A follow-up is due.
pub const FOLLOW_UP: &str = "follow-up-came-due";
/// What was deleted long enough ago goes for ever.
pub const SHREDDED: &str = "message-shredded";
/// Due instants that are asked for at once.
const PAGE: usize = 100;
/// How often is asked when nothing that is known falls due: new waits begin, here and in other processes.
const POLL: Duration = Duration::from_secs(1);

impl Commands {
    /// Watches the clock until `stop` is cancelled. `due` answers with at most so many instants that have not been told
    /// of, the earliest first, beginning after the one given. A watch that panics is started again.
    pub async fn watch_clock<D, F, E>(self, due: D, stop: CancellationToken)
    where
        D: Fn(Option<Due>, usize) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Vec<Due>, E>> + Send + 'static,
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

    /// Does what each instant that has passed asks for. What is over, or was told of, is left alone: the answer that
    /// named it was older than the log.
    async fn tell(&self, due: &[Due], now: DateTime<Utc>) -> Result<(), CommandError> {
        for due in due.iter().take_while(|due| due.due_at <= now) {
            let rule = rule(due);
            match self.by_rule(rule, due, now).await {
                Ok(()) => {}
                Err(refusal @ (CommandError::Message(_) | CommandError::NotFound)) => {
                    let (message, sequence) = (due.message_id, due.sequence);
                    tracing::debug!(rule, %message, sequence, %refusal, "nothing to tell");
                }
                Err(error @ (CommandError::Unavailable | CommandError::OutcomeUnknown)) => return Err(error),
                // A fault of one must not stand in the way of the others.
                Err(error) => {
                    let message = due.message_id;
                    tracing::error!(rule, %message, %error, "this could not be told, and will be tried again");
                }
            }
        }
        Ok(())
    }

    /// By the hours and the service target in force: an append that relied on another one loses, and is decided again.
    async fn by_rule(&self, rule: &'static str, due: &Due, at: DateTime<Utc>) -> Result<(), CommandError> {
        let request = Request {
            caller: &Caller::system(rule),
            needs: Needs::Member(Permission::MessagesWork),
            message_id: due.message_id,
            expected_version: None,
            idempotency: Some(self.idempotency_of_rule(rule, due.message_id, due.sequence)),
            rows: vec![],
        };
        let sequence = due.sequence;
        let told = match due.kind {
            DueKind::Reply => {
                let overdue = |settings: &Settings| {
                    let overdue = BecomeOverdue { at, wait: sequence, target: settings.target() };
                    MessageCommand::BecomeOverdue(overdue.into())
                };
                self.execute_with(request, Facts::Desk(&overdue)).await
            }
            DueKind::FollowUp => {
                let bring_up = BringUpFollowUp { at, follow_up: sequence };
                self.execute(request, MessageCommand::BringUpFollowUp(bring_up)).await
            }
            DueKind::Shredding => {
                let shred = |settings: &Settings| {
                    // A desk that does not say how long it keeps what is deleted keeps it.
                    let grace = settings.grace().unwrap_or(Grace::FOR_EVER);
                    MessageCommand::Shred(ShredMessage { at, deletion: sequence, grace })
                };
                self.execute_with(request, Facts::Desk(&shred)).await
            }
        };
        told.map(drop)
    }
}

/// The rule that looks at it.
fn rule(due: &Due) -> &'static str {
    match due.kind {
        DueKind::Reply => OVERDUE,
        DueKind::FollowUp => FOLLOW_UP,
        DueKind::Shredding => SHREDDED,
    }
}

async fn watch<D, F, E>(commands: Commands, due: D, stop: CancellationToken)
where
    D: Fn(Option<Due>, usize) -> F,
    F: Future<Output = Result<Vec<Due>, E>>,
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
        if let Err(error) = commands.tell(&page, now).await {
            tracing::error!(%error, "what fell due could not be written, and will be tried again");
        } else if page.len() == PAGE && page.iter().all(|due| due.due_at <= now) {
            // There is more; and what was refused must not stand in its way.
            after = page.last().copied();
            continue;
        }
        after = None;
        let next = page.iter().map(|due| due.due_at).find(|due_at| *due_at > now);
        tokio::select! {
            () = stop.cancelled() => {}
            () = clock.until(next.unwrap_or(DateTime::<Utc>::MAX_UTC)), if next.is_some() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

//! Work on one message that needs no words: claiming and reopening.

use crate::{
    Caller, Commands,
    access::{Needs, admit},
    error::CommandError,
    execute::Request,
};
use domain::{
    access::Permission,
    actor::Actor,
    ids::MessageId,
    message::{ClaimMessage, MessageCommand, ReopenMessage},
    text::Reason,
};
use serde::Serialize;
use store::Receipt;

/// Who may: whoever holds `messages.work`.
const WORK: Needs = Needs::Member(Permission::MessagesWork);

/// Which message, and why.
#[derive(Clone, Debug, Serialize)]
pub struct WorkInput {
    /// Which message.
    pub message_id: MessageId,
    /// Why.
    pub reason: Option<Reason>,
    /// The version the caller last saw.
    #[serde(skip)]
    pub expected_version: Option<i64>,
    /// Repeats with the same key happen once.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

impl Commands {
    /// `claimMessage`: a member takes a message that nobody has.
    pub async fn claim_message(&self, caller: &Caller, input: WorkInput) -> Result<Receipt, CommandError> {
        admit(caller, WORK)?;
        let Actor::Member { id: member, .. } = caller.actor else {
            return Err(CommandError::Forbidden(Permission::MessagesWork));
        };
        self.work(caller, "claimMessage", input, |at, reason| {
            MessageCommand::Claim(ClaimMessage { at, member, reason })
        })
        .await
    }

    /// `reopenMessage`: a member opens a closed message again.
    pub async fn reopen_message(&self, caller: &Caller, input: WorkInput) -> Result<Receipt, CommandError> {
        admit(caller, WORK)?;
        self.work(caller, "reopenMessage", input, |at, reason| {
            MessageCommand::Reopen(ReopenMessage { at, reason })
        })
        .await
    }

    async fn work(
        &self,
        caller: &Caller,
        mutation: &str,
        input: WorkInput,
        command: impl FnOnce(chrono::DateTime<chrono::Utc>, Option<Reason>) -> MessageCommand,
    ) -> Result<Receipt, CommandError> {
        let idempotency = self.idempotency(caller, mutation, input.idempotency_key.as_deref(), &input)?;
        let command = command(self.store.clock().now(), input.reason);
        let (message_id, expected_version) = (input.message_id, input.expected_version);
        let request = Request { caller, needs: WORK, message_id, expected_version, idempotency };
        self.execute(request, command).await
    }
}

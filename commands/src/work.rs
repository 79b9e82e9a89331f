//! Work on one message that needs no words: claiming, closing and reopening.

use crate::{
    Caller, Commands,
    access::{Needs, admit},
    error::CommandError,
    execute::Request,
};
use chrono::{DateTime, Utc};
use domain::{
    access::Permission,
    actor::Actor,
    ids::MessageId,
    message::{ClaimMessage, CloseMessage, MessageCommand, ReopenMessage},
    text::Reason,
};
use serde::Serialize;
use store::Receipt;

/// Who may: whoever holds `messages.work`.
const WORK: Needs = Needs::Member(Permission::MessagesWork);
/// The same, or the message's visitor.
const WORK_OR_OWN: Needs = Needs::MemberOrOwner(Permission::MessagesWork);

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
        self.work(caller, WORK, "claimMessage", input, |at, reason| {
            MessageCommand::Claim(ClaimMessage { at, member, reason })
        })
        .await
    }

    /// `closeMessage`: a member closes it, or its visitor does.
    pub async fn close_message(&self, caller: &Caller, input: WorkInput) -> Result<Receipt, CommandError> {
        self.work(caller, WORK_OR_OWN, "closeMessage", input, |at, reason| {
            MessageCommand::Close(CloseMessage { at, reason })
        })
        .await
    }

    /// `reopenMessage`: a member opens a closed message again.
    pub async fn reopen_message(&self, caller: &Caller, input: WorkInput) -> Result<Receipt, CommandError> {
        self.work(caller, WORK, "reopenMessage", input, |at, reason| {
            MessageCommand::Reopen(ReopenMessage { at, reason })
        })
        .await
    }

    async fn work(
        &self,
        caller: &Caller,
        needs: Needs,
        mutation: &str,
        input: WorkInput,
        command: impl FnOnce(DateTime<Utc>, Option<Reason>) -> MessageCommand,
    ) -> Result<Receipt, CommandError> {
        admit(caller, needs)?;
        let idempotency = self.idempotency(caller, mutation, input.idempotency_key.as_deref(), &input)?;
        let command = command(self.store.clock().now(), input.reason);
        let (message_id, expected_version) = (input.message_id, input.expected_version);
        self.execute(Request { caller, needs, message_id, expected_version, idempotency }, command).await
    }
}

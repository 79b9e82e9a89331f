//! What the desk and a visitor decide about the visitor: blocking, and erasing.
//!
//! Knows who may and what becomes of the visitor's own stream. Must not know what an erasure destroys: `erasure.rs` does.

use crate::{
    Caller, Commands,
    access::{Needs, admit},
    error::CommandError,
    execute::ATTEMPTS,
    streams::{after_erasure, stream, visitor_key},
};
use domain::{
    access::Permission,
    actor::Actor,
    decide::Decide,
    ids::VisitorId,
    text::Reason,
    visitor::{Visitor, VisitorCommand, VisitorError},
};
use serde::Serialize;
use std::time::Duration;
use store::{AppendError, Idempotency, Receipt, StreamKey};
use tokio::time::Instant;

/// How often an answer looks whether the keys are gone.
const PAUSE: Duration = Duration::from_millis(10);

/// A visitor, and why.
#[derive(Clone, Debug, Serialize)]
pub struct VisitorInput {
    /// Which visitor.
    pub visitor_id: VisitorId,
    /// Why.
    pub reason: Option<Reason>,
    /// Repeats with the same key happen once.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A visitor who is to be erased, and why.
#[derive(Clone, Debug, Serialize)]
pub struct EraseInput {
    /// Which visitor.
    pub visitor_id: VisitorId,
    /// Why. It stays.
    pub reason: Reason,
    /// Repeats with the same key happen once.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// An erasure that is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The receipt.
    pub receipt: Receipt,
    /// Are the keys gone, and has every message of theirs been told? If not, that follows.
    pub done: bool,
}

impl Commands {
    /// `blockVisitor`: they may leave no more messages.
    pub async fn block_visitor(&self, caller: &Caller, input: VisitorInput) -> Result<Receipt, CommandError> {
        admit(caller, Needs::Member(Permission::VisitorsBlock))?;
        let key = self.idempotency(caller, "blockVisitor", input.idempotency_key.as_deref(), &input)?;
        let command = VisitorCommand::Block { at: self.store.clock().now(), reason: input.reason };
        self.to_visitor(caller, input.visitor_id, command, visitor_key(input.visitor_id), key).await
    }

    /// `unblockVisitor`: they may again.
    pub async fn unblock_visitor(
        &self,
        caller: &Caller,
        input: VisitorInput,
    ) -> Result<Receipt, CommandError> {
        admit(caller, Needs::Member(Permission::VisitorsBlock))?;
        let key = self.idempotency(caller, "unblockVisitor", input.idempotency_key.as_deref(), &input)?;
        let command = VisitorCommand::Unblock { at: self.store.clock().now() };
        self.to_visitor(caller, input.visitor_id, command, visitor_key(input.visitor_id), key).await
    }

    /// `requestErasure`: a visitor asks for everything of theirs to be erased; an administrator answers.
    pub async fn request_erasure(
        &self,
        caller: &Caller,
        reason: Option<Reason>,
        idempotency_key: Option<&str>,
    ) -> Result<Receipt, CommandError> {
        admit(caller, Needs::Owner)?;
        let Actor::Visitor(id) = caller.actor else { return Err(CommandError::Unauthenticated) };
        let key = self.idempotency(caller, "requestErasure", idempotency_key, &reason)?;
        let command = VisitorCommand::RequestErasure { at: self.store.clock().now(), reason };
        self.to_visitor(caller, id, command, visitor_key(id), key).await
    }

    /// `eraseVisitor`: what they said, and who they are, is gone for ever; that it was there stays.
    pub async fn erase_visitor(&self, caller: &Caller, input: EraseInput) -> Result<Erasure, CommandError> {
        admit(caller, Needs::Member(Permission::VisitorsErase))?;
        let key = self.idempotency(caller, "eraseVisitor", input.idempotency_key.as_deref(), &input)?;
        let command = VisitorCommand::Erase { at: self.store.clock().now(), reason: input.reason };
        let seal = after_erasure(&visitor_key(input.visitor_id));
        let receipt = self.to_visitor(caller, input.visitor_id, command, seal, key).await?;
        let done = self.destroyed(receipt.position).await?;
        Ok(Erasure { receipt, done })
    }

    /// Carries out a command to a visitor, what it says sealed with that key.
    async fn to_visitor(
        &self,
        caller: &Caller,
        id: VisitorId,
        command: VisitorCommand,
        seal: StreamKey,
        idempotency: Option<Idempotency>,
    ) -> Result<Receipt, CommandError> {
        let id = id.to_string();
        for _ in 0..ATTEMPTS {
            let mut loaded = self.store.recall::<Visitor>(&id).await?;
            let mut decided = loaded.aggregate.decide(command.clone());
            if decided.is_err() && !loaded.fresh {
                // What this process last knew is never the last word on a refusal.
                loaded = self.store.load::<Visitor>(&id).await?;
                decided = loaded.aggregate.decide(command.clone());
            }
            let decided = match decided {
                Ok(decided) => decided,
                // The same command may just have been carried out: then it is answered, not refused.
                Err(refusal) => match (self.answered(idempotency.as_ref()).await?, refusal) {
                    (Some(receipt), _) => return Ok(receipt),
                    (None, VisitorError::NotArrived) => return Err(CommandError::NotFound),
                    (None, refusal) => return Err(refusal.into()),
                },
            };
            let stream = stream::<Visitor>(id.clone(), &loaded, Some(seal.clone()), &decided)?;
            match self.store.append(self.append(caller, vec![stream], idempotency.clone())).await {
                Ok(appended) => return Ok(appended.receipt()),
                Err(AppendError::Conflict) => {}
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
    }

    /// Waits, at most two seconds unless more was said, until what an event at this position names is destroyed, by whichever process.
    async fn destroyed(&self, position: i64) -> Result<bool, CommandError> {
        let deadline = Instant::now() + self.patience;
        while self.store.destroyed_through().await? < position {
            if Instant::now() >= deadline {
                return Ok(false);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(true)
    }
}

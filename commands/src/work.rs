//! Work on one message: what members do with it beside replying.

mod answer;
mod assign;
mod follow_up;
mod review;
mod sort;
mod step;

pub use answer::{ContinueInput, NoteInput, RateInput, ReplyInput};
pub use assign::AssignInput;
pub use follow_up::FollowUpInput;
pub use review::ReviewInput;
pub use sort::{CategorizeInput, PrioritizeInput, TagInput};
pub use step::WorkInput;

use crate::{
    Caller, Commands,
    access::{Needs, admit},
    error::CommandError,
    execute::Request,
};
use domain::{
    access::Permission,
    ids::{MemberId, MessageId},
};
use serde::Serialize;

/// What every command to an existing message says, whatever else it says.
#[derive(Clone, Debug, Serialize)]
pub struct Target {
    /// Which message.
    pub message_id: MessageId,
    /// The version the caller last saw.
    #[serde(skip)]
    pub expected_version: Option<i64>,
    /// Repeats with the same key happen once.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

impl From<MessageId> for Target {
    fn from(message_id: MessageId) -> Self {
        Self { message_id, expected_version: None, idempotency_key: None }
    }
}

impl Commands {
    /// Who asks for what, and whether they may at all.
    fn request<'a>(
        &self,
        caller: &'a Caller,
        needs: Needs,
        mutation: &str,
        target: &Target,
        input: &impl Serialize,
    ) -> Result<Request<'a>, CommandError> {
        admit(caller, needs)?;
        let idempotency = self.idempotency(caller, mutation, target.idempotency_key.as_deref(), input)?;
        let Target { message_id, expected_version, .. } = *target;
        Ok(Request { caller, needs, message_id, expected_version, idempotency, rows: vec![] })
    }
}

/// The member who asks, or for whom a program does; whoever is none lacks the permission.
fn member(caller: &Caller, permission: Permission) -> Result<MemberId, CommandError> {
    caller.actor.member().ok_or(CommandError::Forbidden(permission))
}

//! Steps that need nothing but a reason.

use super::Target;
use crate::{Caller, Commands, access::Needs, error::CommandError};
use domain::{
    access::Permission,
    message::{MessageCommand, Step, StepKind},
    text::Reason,
};
use serde::Serialize;
use store::Receipt;

/// Which message, and why.
#[derive(Clone, Debug, Serialize)]
pub struct WorkInput {
    /// Which message.
    #[serde(flatten)]
    pub target: Target,
    /// Why.
    pub reason: Option<Reason>,
}

impl Commands {
    /// `resolveMessage`, `closeMessage`, `markAsSpam` and the others that need nothing but a reason.
    pub async fn step(
        &self,
        caller: &Caller,
        kind: StepKind,
        input: WorkInput,
    ) -> Result<Receipt, CommandError> {
        let request = self.request(caller, needs(kind), kind.verb(), &input.target, &input)?;
        let step = Step { at: self.store.clock().now(), kind, reason: input.reason };
        self.execute(request, MessageCommand::Step(step)).await
    }
}

/// Who may take this step.
fn needs(kind: StepKind) -> Needs {
    match kind {
        StepKind::Unassign => Needs::Member(Permission::MessagesAssign),
        StepKind::Close => Needs::MemberOrOwner(Permission::MessagesWork),
        StepKind::Delete | StepKind::Restore => Needs::Member(Permission::MessagesDelete),
        StepKind::CompleteFollowUp
        | StepKind::Resolve
        | StepKind::Reopen
        | StepKind::MarkAsSpam
        | StepKind::UnmarkAsSpam
        | StepKind::Archive
        | StepKind::Unarchive => Needs::Member(Permission::MessagesWork),
    }
}

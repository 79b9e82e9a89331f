//! Who is to answer a message.

use super::{Target, WorkInput, member};
use crate::{Caller, Commands, access::Needs, error::CommandError, execute::Facts};
use domain::{
    access::Permission,
    ids::MemberId,
    member::Member,
    message::{AssignMessage, Assignee, ClaimMessage, MessageCommand, Standing},
    text::Reason,
};
use serde::Serialize;
use store::Receipt;

/// To whom, and why.
#[derive(Clone, Debug, Serialize)]
pub struct AssignInput {
    /// Which message.
    #[serde(flatten)]
    pub target: Target,
    /// To which member.
    pub member_id: MemberId,
    /// Why.
    pub reason: Option<Reason>,
}

impl Commands {
    /// `claimMessage`: a member takes a message that nobody has.
    pub async fn claim_message(&self, caller: &Caller, input: WorkInput) -> Result<Receipt, CommandError> {
        let needs = Needs::Member(Permission::MessagesWork);
        let request = self.request(caller, needs, "claimMessage", &input.target, &input)?;
        let (at, reason) = (self.store.clock().now(), input.reason);
        let member = member(caller, Permission::MessagesWork)?;
        self.execute(request, MessageCommand::Claim(ClaimMessage { at, member, reason })).await
    }

    /// `assignMessage`: a member gives a message to somebody, whoever has it.
    pub async fn assign_message(&self, caller: &Caller, input: AssignInput) -> Result<Receipt, CommandError> {
        let needs = Needs::Member(Permission::MessagesAssign);
        let request = self.request(caller, needs, "assignMessage", &input.target, &input)?;
        let at = self.store.clock().now();
        let assign = |member: &Member| {
            let (to, reason) = (Assignee::Member(input.member_id), input.reason.clone());
            let standing = match member {
                Member::NotInvited => Standing::Absent,
                Member::Invited { joined: false, .. } => Standing::Inactive,
                Member::Invited { joined: true, .. } => Standing::Active,
            };
            MessageCommand::Assign(AssignMessage { at, to, standing, reason })
        };
        self.execute_with(request, Facts::Member(input.member_id, &assign)).await
    }
}

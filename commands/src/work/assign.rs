//! Who is to answer a message.

use super::{Target, WorkInput, member};
use crate::{Caller, Commands, access::Needs, error::CommandError, execute::Facts};
use domain::{
    access::Permission,
    member::Member,
    message::{AssignMessage, Assignee, ClaimMessage, MessageCommand, Standing},
    team::Team,
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
    /// To which member, or to which team.
    pub to: Assignee,
    /// Why.
    pub reason: Option<Reason>,
}

impl Commands {
    /// `claimMessage`: a member takes a message that no other member has.
    pub async fn claim_message(&self, caller: &Caller, input: WorkInput) -> Result<Receipt, CommandError> {
        let needs = Needs::Member(Permission::MessagesWork);
        let request = self.request(caller, needs, "claimMessage", &input.target, &input)?;
        let (at, reason) = (self.store.clock().now(), input.reason);
        let member = member(caller, Permission::MessagesWork)?;
        self.execute(request, MessageCommand::Claim(ClaimMessage { at, member, reason })).await
    }

    /// `assignMessage`: a member gives a message to somebody, or to a team, whoever has it.
    pub async fn assign_message(&self, caller: &Caller, input: AssignInput) -> Result<Receipt, CommandError> {
        let needs = Needs::Member(Permission::MessagesAssign);
        let request = self.request(caller, needs, "assignMessage", &input.target, &input)?;
        let at = self.store.clock().now();
        let reason = input.reason.clone();
        let assign = |to: Assignee, standing: Standing| {
            MessageCommand::Assign(AssignMessage { at, to, standing, reason: reason.clone() })
        };
        let (to_member, to_team);
        let facts = match input.to {
            Assignee::Member(id) => {
                to_member = move |member: &Member| assign(Assignee::Member(id), member.standing());
                Facts::Member(id, &to_member)
            }
            Assignee::Team(id) => {
                to_team = move |team: &Team| assign(Assignee::Team(id), team.standing());
                Facts::Team(id, &to_team)
            }
        };
        self.execute_with(request, facts).await
    }
}

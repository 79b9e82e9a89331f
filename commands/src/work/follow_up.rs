//! Parking a message until a time.

use super::{Target, member};
use crate::{Caller, Commands, access::Needs, error::CommandError};
use chrono::{DateTime, Utc};
use domain::{
    access::Permission,
    message::{MessageCommand, ScheduleFollowUp},
    text::Reason,
};
use serde::Serialize;
use store::Receipt;

/// Until when, and what is to be done then.
#[derive(Clone, Debug, Serialize)]
pub struct FollowUpInput {
    /// Which message.
    #[serde(flatten)]
    pub target: Target,
    /// Until when.
    pub due_at: DateTime<Utc>,
    /// What is to be done then.
    pub note: Option<Reason>,
}

impl Commands {
    /// `scheduleFollowUp`: a member parks a message; what was scheduled before is replaced.
    pub async fn schedule_follow_up(
        &self,
        caller: &Caller,
        input: FollowUpInput,
    ) -> Result<Receipt, CommandError> {
        let needs = Needs::Member(Permission::MessagesWork);
        let request = self.request(caller, needs, "scheduleFollowUp", &input.target, &input)?;
        let by = member(caller, Permission::MessagesWork)?;
        let (at, due_at, note) = (self.store.clock().now(), input.due_at, input.note);
        self.execute(request, MessageCommand::ScheduleFollowUp(ScheduleFollowUp { at, by, due_at, note }))
            .await
    }
}

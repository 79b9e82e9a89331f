//! The desk's settings: in force, as decisions need them, and revised by whoever manages them.

use crate::{
    Caller, Commands,
    access::{Needs, admit},
    change::{Change, Relies},
    error::CommandError,
    streams::stream,
};
use domain::{
    access::Permission,
    desk::{Desk, DeskCommand, HoursChange, ReviseOpeningHours, ReviseServiceTarget, TargetException},
    hours::AvailabilityRule,
    ids::{CategoryId, DESK_ID},
};
use std::sync::Arc;
use store::{Receipt, StreamAppend};

const MANAGE: Needs = Needs::Member(Permission::SettingsManage);

/// What of opening hours is to be otherwise; what is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct OpeningHoursInput {
    /// The desk's hours.
    pub desk: HoursChange,
    /// The hours of categories that have their own: all of them.
    pub categories: Option<Vec<(CategoryId, HoursChange)>>,
    /// What makes the desk open.
    pub availability: Option<AvailabilityRule>,
}

/// What of the service target is to be otherwise; what is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ServiceTargetInput {
    /// Seconds of desk time.
    pub answer_within_seconds: Option<u64>,
    /// For some messages: all of the exceptions.
    pub exceptions: Option<Vec<TargetException>>,
}

impl Commands {
    /// The desk as this process last knew it, or as the log has it, and the desk's stream: an append that relies on
    /// them carries it along, and fails as a conflict when the desk has been revised meanwhile.
    pub(crate) async fn desk_as(&self, fresh: bool) -> Result<(Arc<Desk>, StreamAppend), CommandError> {
        let id = DESK_ID.to_string();
        let desk = self.known::<Desk>(&id, fresh).await?;
        let relied_on = stream::<Desk>(id, &desk, None, &[])?;
        Ok((desk.aggregate, relied_on))
    }

    /// `reviseOpeningHours`.
    pub async fn revise_opening_hours(
        &self,
        caller: &Caller,
        input: OpeningHoursInput,
    ) -> Result<Receipt, CommandError> {
        let at = self.store.clock().now();
        let OpeningHoursInput { desk, categories, availability } = input;
        let revise = ReviseOpeningHours { at, desk, categories, availability };
        self.revise_desk(caller, || DeskCommand::ReviseOpeningHours(Box::new(revise.clone()))).await
    }

    /// `reviseServiceTarget`.
    pub async fn revise_service_target(
        &self,
        caller: &Caller,
        input: ServiceTargetInput,
    ) -> Result<Receipt, CommandError> {
        let at = self.store.clock().now();
        let ServiceTargetInput { answer_within_seconds, exceptions } = input;
        let revise = ReviseServiceTarget { at, answer_within_seconds, exceptions };
        self.revise_desk(caller, || DeskCommand::ReviseServiceTarget(revise.clone())).await
    }

    async fn revise_desk(
        &self,
        caller: &Caller,
        command: impl Fn() -> DeskCommand,
    ) -> Result<Receipt, CommandError> {
        admit(caller, MANAGE)?;
        let change = Change { caller, id: DESK_ID.to_string(), key: None, relies_on: Relies::Nothing };
        self.change::<Desk>(change, |_| command(), |_| vec![]).await
    }
}

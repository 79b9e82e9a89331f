//! The desk: one per installation. Its settings are events, so that no default is invisible and every number can
//! be asked about the desk as it was then.

mod event;
mod grace;
mod hours;
mod opening;
mod revise;
mod target;
#[cfg(test)]
mod tests;

pub use event::{
    CategoriesRevised, Category, Criterion, DeskEvent, DeskRevised, FieldKind, FormField, FormRevised,
    Localised, OpeningHoursRevised, ServiceTargetRevised,
};
pub use grace::Grace;
pub use revise::{
    ANSWER_WITHIN, HoursChange, HoursPreset, MOST_EXCEPTIONS, ReviseOpeningHours, ReviseServiceTarget,
    TargetError, TargetProblem,
};
pub use target::{ServiceTarget, TargetException};

use crate::{
    decide::{self, Decide},
    hours::HoursError,
    ids::Tag,
    message::FormRules,
};
use chrono::{DateTime, Utc};
use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The desk and its settings in force. It holds no personal data, so it may hold all of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Desk {
    /// First start: nothing has been written yet.
    #[default]
    NotOpened,
    /// As it stands.
    Opened(Box<Settings>),
}

/// The settings in force, each as its last event said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Name, languages, zone, phone region, limits.
    pub desk: Option<DeskRevised>,
    /// The form a visitor fills in.
    pub form: Option<FormRevised>,
    /// Categories, tags, review criteria.
    pub categories: Option<CategoriesRevised>,
    /// When somebody is there.
    pub opening_hours: Option<OpeningHoursRevised>,
    /// How soon an answer is due.
    pub service_target: Option<ServiceTargetRevised>,
}

/// A command to the desk.
#[derive(Clone, Debug)]
pub enum DeskCommand {
    /// First start: write revision 0.
    Open {
        /// The clock.
        at: DateTime<Utc>,
    },
    /// `reviseOpeningHours`.
    ReviseOpeningHours(Box<ReviseOpeningHours>),
    /// `reviseServiceTarget`.
    ReviseServiceTarget(ReviseServiceTarget),
}

/// Why a command to the desk is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// Revision 0 is written once.
    #[error("the desk is open already")]
    AlreadyOpened,
    /// Nothing is revised before first start.
    #[error("the desk is not open yet")]
    NotOpened,
    /// Nothing would change.
    #[error("this is so already")]
    AlreadySo,
    /// These are no hours; everything that is wrong with them.
    #[error("these opening hours cannot be: {}", all(.0))]
    Hours(Vec<HoursError>),
    /// This is no target; everything that is wrong with it.
    #[error("this service target cannot be: {}", all(.0))]
    Target(Vec<TargetError>),
}

fn all(errors: &[impl ToString]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Desk {
    /// The settings in force; none before first start.
    pub fn settings(&self) -> &Settings {
        static NONE: LazyLock<Settings> = LazyLock::new(Settings::default);
        match self {
            Self::NotOpened => &NONE,
            Self::Opened(settings) => settings,
        }
    }
}

impl Settings {
    /// The region of phone numbers without `+` (ISO 3166-1 alpha-2).
    pub fn phone_region(&self) -> &str {
        self.desk.as_ref().map_or("", |desk| desk.phone_region.as_str())
    }

    /// How long what is deleted can be restored; `None` before first start.
    pub fn grace(&self) -> Option<Grace> {
        self.desk.as_ref().map(DeskRevised::grace)
    }

    /// The tags there are.
    pub fn tags(&self) -> Vec<Tag> {
        self.categories.iter().flat_map(|revised| revised.tags.iter().cloned().map(Tag)).collect()
    }

    /// What reviews look at.
    pub fn criteria(&self) -> BTreeSet<String> {
        let criteria = self.categories.iter().flat_map(|revised| &revised.criteria);
        criteria.map(|criterion| criterion.id.clone()).collect()
    }

    /// What `submitMessage` has to obey.
    pub fn form_rules(&self) -> FormRules {
        FormRules {
            require_name: self.form.as_ref().is_some_and(|form| form.require_name),
            require_category: self.form.as_ref().is_some_and(|form| form.require_category),
            categories: self
                .categories
                .iter()
                .flat_map(|revised| revised.categories.iter().map(|category| category.id.clone()))
                .collect(),
            privacy_notice: 0,
        }
    }
}

impl Decide for Desk {
    fn decide(&self, command: DeskCommand) -> Result<Vec<DeskEvent>, DeskError> {
        match (command, self) {
            (DeskCommand::Open { at }, Self::NotOpened) => Ok(opening::revision_zero(at)),
            (DeskCommand::Open { .. }, Self::Opened(_)) => Err(DeskError::AlreadyOpened),
            (DeskCommand::ReviseOpeningHours(revise), Self::Opened(settings)) => {
                settings.revise_opening_hours(*revise)
            }
            (DeskCommand::ReviseServiceTarget(revise), Self::Opened(settings)) => {
                settings.revise_service_target(revise)
            }
            (DeskCommand::ReviseOpeningHours(_) | DeskCommand::ReviseServiceTarget(_), Self::NotOpened) => {
                Err(DeskError::NotOpened)
            }
        }
    }
}

impl Aggregate for Desk {
    const TYPE: &'static str = "Desk";
    type Command = DeskCommand;
    type Event = DeskEvent;
    type Error = DeskError;
    type Services = ();

    async fn handle(
        &mut self,
        command: DeskCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), DeskError> {
        decide::handle(self, command, sink).await
    }

    fn apply(&mut self, event: DeskEvent) {
        let mut settings = self.settings().clone();
        match event {
            DeskEvent::DeskRevised(event) => settings.desk = Some(event),
            DeskEvent::FormRevised(event) => settings.form = Some(event),
            DeskEvent::CategoriesRevised(event) => settings.categories = Some(event),
            DeskEvent::OpeningHoursRevised(event) => settings.opening_hours = Some(event),
            DeskEvent::ServiceTargetRevised(event) => settings.service_target = Some(event),
        }
        *self = Self::Opened(Box::new(settings));
    }
}

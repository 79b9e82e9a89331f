//! The desk: one per installation. Its settings are events, so that no default is invisible and every number can
//! be asked about the desk as it was then.

mod auto_reply;
mod closing;
mod event;
mod grace;
mod hours;
mod once;
mod opening;
mod revise;
mod roles;
mod target;
#[cfg(test)]
mod tests;

pub use auto_reply::{AUTO_REPLY_WITHIN, AutoReply, LeftWord};
pub use closing::OpenBefore;
pub use event::{
    AutoReplyRevised, BlockedWordsRevised, CategoriesRevised, Category, Criterion, CustomRole, DeskEvent,
    DeskRevised, FieldKind, FormField, FormRevised, Localised, OpeningHoursRevised, PrivacyNoticeRevised,
    RolesRevised, ServiceTargetRevised,
};
pub use grace::Grace;
pub use once::Once;
pub use revise::{
    ANSWER_WITHIN, CategoryInput, CriterionInput, FormFieldInput, HoursChange, HoursPreset,
    MOST_BLOCKED_WORDS, MOST_EXCEPTIONS, MOST_FIELDS, ReviseAutoReply, ReviseBlockedWords, ReviseCategories,
    ReviseDesk, ReviseForm, ReviseOpeningHours, RevisePrivacyNotice, ReviseServiceTarget, RuleChange,
    SettingError, SettingProblem, TargetError, TargetProblem, TextIn,
};
pub use roles::{MOST_ROLE_NAMES, MOST_ROLES, ReviseRoles, RoleError, RoleGiven, RoleProblem};
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
    /// When the desk was last open by the hours before those.
    #[serde(default)]
    pub open_before: OpenBefore,
    /// How soon an answer is due.
    pub service_target: Option<ServiceTargetRevised>,
    /// What is answered at once when it is closed.
    #[serde(default)]
    pub auto_reply: Option<AutoReplyRevised>,
    /// What visitors are told of what becomes of their words.
    #[serde(default)]
    pub privacy_notice: Option<PrivacyNoticeRevised>,
    /// How many events it has: the sequence of the last one.
    #[serde(default)]
    pub events: u32,
    /// What there was once: old messages still speak of it.
    #[serde(default)]
    pub once: Once,
    /// The roles of its own.
    pub roles: Option<RolesRevised>,
    /// Words whose messages are taken for spam.
    #[serde(default)]
    pub blocked_words: Option<BlockedWordsRevised>,
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
    /// `reviseDesk`.
    ReviseDesk(Box<ReviseDesk>),
    /// `reviseForm`.
    ReviseForm(ReviseForm),
    /// `reviseCategories`.
    ReviseCategories(ReviseCategories),
    /// `reviseAutoReply`.
    ReviseAutoReply(ReviseAutoReply),
    /// `revisePrivacyNotice`.
    RevisePrivacyNotice(RevisePrivacyNotice),
    /// `reviseRoles`.
    ReviseRoles(ReviseRoles),
    /// `reviseBlockedWords`.
    ReviseBlockedWords(ReviseBlockedWords),
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
    /// These settings cannot be; everything that is wrong with them.
    #[error("these settings cannot be: {}", all(.0))]
    Setting(Vec<SettingError>),
    /// These are no roles; everything that is wrong with them.
    #[error("these roles cannot be: {}", all(.0))]
    Roles(Vec<RoleError>),
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

    /// Words whose messages are taken for spam.
    pub fn blocked_words(&self) -> &[String] {
        self.blocked_words.as_ref().map_or(&[], |revised| &revised.words)
    }

    /// The version of the privacy notice in force; 0: there is none.
    pub fn privacy_notice_version(&self) -> u32 {
        let notice = self.privacy_notice.as_ref().filter(|notice| !notice.text.0.is_empty());
        notice.map_or(0, |notice| notice.version)
    }

    /// What `submitMessage` has to obey, when this version of the form was shown.
    pub fn form_rules(&self, shown: Option<u32>) -> FormRules {
        let form = self.form.as_ref();
        FormRules {
            require_name: form.is_some_and(|form| form.require_name),
            require_category: form.is_some_and(|form| form.require_category),
            categories: self
                .categories
                .iter()
                .flat_map(|revised| revised.categories.iter().map(|category| category.id.clone()))
                .collect(),
            fields: form.map(|form| form.fields.clone()).unwrap_or_default(),
            once: self.asked_then(shown),
            privacy_notice: self.privacy_notice.as_ref().map_or(0, |notice| notice.version),
        }
    }
}

impl Decide for Desk {
    fn decide(&self, command: DeskCommand) -> Result<Vec<DeskEvent>, DeskError> {
        match (command, self) {
            (DeskCommand::Open { at }, Self::NotOpened) => Ok(opening::revision_zero(at)),
            (DeskCommand::Open { .. }, Self::Opened(_)) => Err(DeskError::AlreadyOpened),
            (_, Self::NotOpened) => Err(DeskError::NotOpened),
            (command, Self::Opened(settings)) => settings.decide(command),
        }
    }
}

impl Settings {
    fn decide(&self, command: DeskCommand) -> Result<Vec<DeskEvent>, DeskError> {
        match command {
            DeskCommand::Open { .. } => Err(DeskError::AlreadyOpened),
            DeskCommand::ReviseOpeningHours(revise) => self.revise_opening_hours(*revise),
            DeskCommand::ReviseServiceTarget(revise) => self.revise_service_target(revise),
            DeskCommand::ReviseDesk(revise) => self.revise_itself(*revise),
            DeskCommand::ReviseForm(revise) => self.revise_form(revise),
            DeskCommand::ReviseCategories(revise) => self.revise_categories(revise),
            DeskCommand::ReviseAutoReply(revise) => self.revise_auto_reply(revise),
            DeskCommand::RevisePrivacyNotice(revise) => self.revise_privacy_notice(revise),
            DeskCommand::ReviseRoles(revise) => self.revise_roles(revise),
            DeskCommand::ReviseBlockedWords(revise) => self.revise_blocked_words(revise),
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
        settings.events += 1;
        match event {
            DeskEvent::DeskRevised(event) => settings.desk = Some(event),
            DeskEvent::FormRevised(event) => settings.take_form(event),
            DeskEvent::CategoriesRevised(event) => settings.take_categories(event),
            DeskEvent::OpeningHoursRevised(event) => settings.take_hours(event),
            DeskEvent::ServiceTargetRevised(event) => settings.service_target = Some(event),
            DeskEvent::AutoReplyRevised(event) => settings.auto_reply = Some(event),
            DeskEvent::PrivacyNoticeRevised(event) => settings.privacy_notice = Some(event),
            DeskEvent::RolesRevised(event) => settings.roles = Some(event),
            DeskEvent::BlockedWordsRevised(event) => settings.blocked_words = Some(event),
        }
        *self = Self::Opened(Box::new(settings));
    }
}

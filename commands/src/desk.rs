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
    desk::{
        CategoryInput, CriterionInput, Desk, DeskCommand, FormFieldInput, HoursChange, ReviseAutoReply,
        ReviseBlockedWords, ReviseCategories, ReviseDesk, ReviseForm, ReviseOpeningHours,
        RevisePrivacyNotice, ReviseServiceTarget, RuleChange, TargetException, TextIn,
    },
    ids::{CategoryId, DESK_ID},
    locale::Locale,
    message::FileFormat,
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
    /// What of what makes the desk open.
    pub availability: RuleChange,
}

/// What of the service target is to be otherwise; what is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ServiceTargetInput {
    /// Seconds of desk time.
    pub answer_within_seconds: Option<u64>,
    /// For some messages: all of the exceptions.
    pub exceptions: Option<Vec<TargetException>>,
}

/// What of the desk itself is to be otherwise; what is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct DeskInput {
    /// Its name.
    pub name: Option<String>,
    /// Its languages, the first is its own.
    pub locales: Option<Vec<Locale>>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// The region of phone numbers without `+`.
    pub phone_region: Option<String>,
    /// Days between deletion and shredding.
    pub days_until_shredding: Option<u64>,
    /// The largest picture, in bytes.
    pub upload_bytes: Option<u64>,
    /// The most pictures per message.
    pub uploads_per_message: Option<u64>,
    /// Which other files are taken.
    pub files: Option<Vec<FileFormat>>,
    /// The largest of them, in bytes.
    pub file_bytes: Option<u64>,
    /// Are figures shown per member?
    pub figures_per_member: Option<bool>,
}

/// What of the form is to be otherwise; what is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct FormInput {
    /// Must they say who they are?
    pub require_name: Option<bool>,
    /// Must they say what it is about?
    pub require_category: Option<bool>,
    /// What stands above the form.
    pub guidance: Option<Vec<TextIn>>,
    /// The desk's own questions, in order: all of them.
    pub fields: Option<Vec<FormFieldInput>>,
}

/// What of categories, tags and criteria is to be otherwise; what is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct CategoriesInput {
    /// The categories, in order: all of them.
    pub categories: Option<Vec<CategoryInput>>,
    /// The tags: all of them.
    pub tags: Option<Vec<String>>,
    /// The review criteria: all of them.
    pub criteria: Option<Vec<CriterionInput>>,
}

/// What of the automatic reply is to be otherwise; what is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct AutoReplyInput {
    /// Is it sent?
    pub enabled: Option<bool>,
    /// What it says when it is known when the desk opens.
    pub text: Option<Vec<TextIn>>,
    /// What it says when nobody can tell.
    pub text_without_time: Option<Vec<TextIn>>,
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
        expected_version: Option<i64>,
        input: OpeningHoursInput,
    ) -> Result<Receipt, CommandError> {
        let OpeningHoursInput { desk, categories, availability } = input;
        let revise = ReviseOpeningHours { at: self.now(), desk, categories, availability };
        self.revise(caller, expected_version, DeskCommand::ReviseOpeningHours(Box::new(revise))).await
    }

    /// `reviseServiceTarget`.
    pub async fn revise_service_target(
        &self,
        caller: &Caller,
        expected_version: Option<i64>,
        input: ServiceTargetInput,
    ) -> Result<Receipt, CommandError> {
        let ServiceTargetInput { answer_within_seconds, exceptions } = input;
        let revise = ReviseServiceTarget { at: self.now(), answer_within_seconds, exceptions };
        self.revise(caller, expected_version, DeskCommand::ReviseServiceTarget(revise)).await
    }

    /// `reviseDesk`.
    pub async fn revise_desk(
        &self,
        caller: &Caller,
        expected_version: Option<i64>,
        input: DeskInput,
    ) -> Result<Receipt, CommandError> {
        let revise = ReviseDesk {
            at: self.now(),
            name: input.name,
            locales: input.locales,
            time_zone: input.time_zone,
            phone_region: input.phone_region,
            days_until_shredding: input.days_until_shredding,
            upload_bytes: input.upload_bytes,
            uploads_per_message: input.uploads_per_message,
            files: input.files,
            file_bytes: input.file_bytes,
            figures_per_member: input.figures_per_member,
        };
        self.revise(caller, expected_version, DeskCommand::ReviseDesk(Box::new(revise))).await
    }

    /// `reviseForm`.
    pub async fn revise_form(
        &self,
        caller: &Caller,
        expected_version: Option<i64>,
        input: FormInput,
    ) -> Result<Receipt, CommandError> {
        let FormInput { require_name, require_category, guidance, fields } = input;
        let revise = ReviseForm { at: self.now(), require_name, require_category, guidance, fields };
        self.revise(caller, expected_version, DeskCommand::ReviseForm(revise)).await
    }

    /// `reviseCategories`.
    pub async fn revise_categories(
        &self,
        caller: &Caller,
        expected_version: Option<i64>,
        input: CategoriesInput,
    ) -> Result<Receipt, CommandError> {
        let CategoriesInput { categories, tags, criteria } = input;
        let revise = ReviseCategories { at: self.now(), categories, tags, criteria };
        self.revise(caller, expected_version, DeskCommand::ReviseCategories(revise)).await
    }

    /// `reviseAutoReply`.
    pub async fn revise_auto_reply(
        &self,
        caller: &Caller,
        expected_version: Option<i64>,
        input: AutoReplyInput,
    ) -> Result<Receipt, CommandError> {
        let AutoReplyInput { enabled, text, text_without_time } = input;
        let revise = ReviseAutoReply { at: self.now(), enabled, text, text_without_time };
        self.revise(caller, expected_version, DeskCommand::ReviseAutoReply(revise)).await
    }

    /// `revisePrivacyNotice`: in each language; empty: there is none any more.
    pub async fn revise_privacy_notice(
        &self,
        caller: &Caller,
        expected_version: Option<i64>,
        text: Vec<TextIn>,
    ) -> Result<Receipt, CommandError> {
        let revise = RevisePrivacyNotice { at: self.now(), text };
        self.revise(caller, expected_version, DeskCommand::RevisePrivacyNotice(revise)).await
    }

    /// `reviseBlockedWords`: all of them; empty: there are none any more.
    pub async fn revise_blocked_words(
        &self,
        caller: &Caller,
        expected_version: Option<i64>,
        words: Vec<String>,
    ) -> Result<Receipt, CommandError> {
        let revise = ReviseBlockedWords { at: self.now(), words };
        self.revise(caller, expected_version, DeskCommand::ReviseBlockedWords(revise)).await
    }

    /// With an `expected_version` of the desk it is not done when the desk has been revised since.
    async fn revise(
        &self,
        caller: &Caller,
        expected_version: Option<i64>,
        command: DeskCommand,
    ) -> Result<Receipt, CommandError> {
        admit(caller, MANAGE)?;
        let relies_on = expected_version.map_or(Relies::Nothing, Relies::Version);
        let change = Change { caller, id: DESK_ID.to_string(), key: None, relies_on };
        self.change::<Desk>(change, |_| command.clone(), |_| vec![]).await
    }
}

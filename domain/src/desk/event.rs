//! How the desk was set up. Wire names are pinned by the files in `golden/`. Settings name nobody, so these events
//! are kept in the clear.

use super::{TargetException, hours::Stored};
use crate::{
    access::{Grants, RoleId},
    event::events,
    hours::{AvailabilityRule, DeskHours},
    ids::CategoryId,
    locale::Locale,
    message::FileFormat,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

events! {
    /// An event of the desk; each replaces the setting of its kind.
    DeskEvent {
        /// Name, languages, zone, phone region, limits.
        DeskRevised "2",
        /// The form a visitor fills in.
        FormRevised "1",
        /// Categories, tags, review criteria.
        CategoriesRevised "2",
        /// When somebody is there.
        OpeningHoursRevised "2",
        /// How soon an answer is due.
        ServiceTargetRevised "2",
        /// What is answered at once when the desk is closed.
        AutoReplyRevised "1",
        /// What visitors are told of what becomes of their words.
        PrivacyNoticeRevised "1",
        /// The desk's own roles.
        RolesRevised "1",
        /// Words whose messages are taken for spam.
        BlockedWordsRevised "1",
    }
}

/// One text in several languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localised(pub BTreeMap<Locale, String>);

impl Localised {
    /// The text in the language asked for: that very tag, else the same language, else the desk's own, else any.
    pub fn text(&self, asked: Option<&Locale>, own: &Locale) -> &str {
        let same_language = |wanted: &Locale| {
            let spoken = || self.0.iter().filter(|(tag, _)| tag.language() == wanted.language());
            let same_script = |(tag, _): &(&Locale, &String)| {
                tag.is_traditional_chinese() == wanted.is_traditional_chinese()
            };
            spoken().find(same_script).or_else(|| spoken().next()).map(|(_, text)| text)
        };
        asked
            .and_then(|asked| self.0.get(asked).or_else(|| same_language(asked)))
            .or_else(|| self.0.get(own).or_else(|| same_language(own)))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }
}

/// The desk itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeskRevised {
    /// When.
    pub at: DateTime<Utc>,
    /// Its name, as visitors see it.
    pub name: String,
    /// Its languages, the first is its own.
    pub locales: Vec<Locale>,
    /// IANA time zone, such as `Asia/Shanghai`.
    pub time_zone: String,
    /// The region of phone numbers without `+` (ISO 3166-1 alpha-2).
    pub phone_region: String,
    /// Days between deletion and shredding; 0: at once.
    pub days_until_shredding: u32,
    /// The largest image, in bytes.
    pub upload_bytes: u64,
    /// The most images and other files with each words of a message, together.
    pub uploads_per_message: u32,
    /// Which other files are taken; by version 1 none.
    #[serde(default)]
    pub files: Vec<FileFormat>,
    /// The largest of them, in bytes; version 1 does not say, and none is taken by it.
    #[serde(default = "most_file_bytes")]
    pub file_bytes: u64,
    /// Are figures shown per member?
    pub figures_per_member: bool,
}

/// The largest that the largest file can be, in bytes: 20 MiB.
pub(super) const LARGEST_FILE: u64 = 20 * 1024 * 1024;

fn most_file_bytes() -> u64 {
    LARGEST_FILE
}

/// The form a visitor fills in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FormRevised {
    /// When.
    pub at: DateTime<Utc>,
    /// Must they say who they are?
    pub require_name: bool,
    /// Must they say what it is about?
    pub require_category: bool,
    /// The desk's own fields, in order.
    pub fields: Vec<FormField>,
    /// What stands above the form.
    pub guidance: Localised,
}

/// A field of the desk's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormField {
    /// A short word.
    pub id: String,
    /// What is asked.
    pub kind: FieldKind,
    /// Its label.
    pub label: Localised,
    /// What stands below it.
    pub help: Localised,
    /// An answer as an example.
    pub example: Localised,
    /// What can be chosen.
    pub options: Vec<Localised>,
    /// Must it be filled in?
    pub required: bool,
}

/// What a field of the form asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Free text.
    Text,
    /// One of several.
    Choice,
    /// A number.
    Number,
    /// A day.
    Date,
    /// Yes or no.
    Checkbox,
}

/// What messages can be about, how they can be tagged, and what reviews look at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CategoriesRevised {
    /// When.
    pub at: DateTime<Utc>,
    /// The categories, in order.
    pub categories: Vec<Category>,
    /// The tags.
    pub tags: Vec<String>,
    /// The review criteria.
    pub criteria: Vec<Criterion>,
}

/// Something messages can be about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Category {
    /// A short word.
    pub id: CategoryId,
    /// Its name.
    pub name: Localised,
    /// A sign that stands for it, such as an emoji; version 1 has none.
    #[serde(default)]
    pub icon: Option<String>,
}

/// Something a review looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// A short word.
    pub id: String,
    /// Its name.
    pub name: Localised,
}

/// When somebody is there, and how that is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct OpeningHoursRevised {
    /// When.
    pub at: DateTime<Utc>,
    /// The hours of the desk and of its categories.
    pub hours: DeskHours,
    /// What makes the desk open.
    pub availability: AvailabilityRule,
}

/// How soon an answer is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceTargetRevised {
    /// When.
    pub at: DateTime<Utc>,
    /// Seconds of desk time, unless an exception says otherwise.
    pub answer_within_seconds: u64,
    /// For some messages; version 1 has none.
    #[serde(default)]
    pub exceptions: Vec<TargetException>,
}

/// What is answered at once when the desk is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoReplyRevised {
    /// When.
    pub at: DateTime<Utc>,
    /// Is it sent?
    pub enabled: bool,
    /// What it says when it is known when the desk opens; `{{opensAt}}` and `{{desk.name}}` are filled in.
    pub text: Localised,
    /// What it says when nobody can tell; `{{desk.name}}` is filled in.
    pub text_without_time: Localised,
}

/// What visitors are told of what becomes of their words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyNoticeRevised {
    /// When.
    pub at: DateTime<Utc>,
    /// Counted from 1; messages name the one that was shown.
    pub version: u32,
    /// In each language; empty: there is none any more.
    pub text: Localised,
}

/// The desk's own roles from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolesRevised {
    /// When.
    pub at: DateTime<Utc>,
    /// All of them.
    pub roles: Vec<CustomRole>,
}

/// A role of the desk's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomRole {
    /// A short word.
    pub id: RoleId,
    /// Its name.
    pub name: Localised,
    /// What it gives.
    pub grants: Grants,
}

/// Words whose messages are taken for spam from then on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedWordsRevised {
    /// When.
    pub at: DateTime<Utc>,
    /// All of them: words, or several that follow each other.
    pub words: Vec<String>,
}

//! How the desk was set up. Wire names are pinned by the files in `golden/`. Settings name nobody, so these events
//! are kept in the clear.

use super::{TargetException, hours::Stored};
use crate::{
    event::events,
    hours::{AvailabilityRule, DeskHours},
    ids::CategoryId,
    locale::Locale,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

events! {
    /// An event of the desk; each replaces the setting of its kind.
    DeskEvent {
        /// Name, languages, zone, phone region, limits.
        DeskRevised "1",
        /// The form a visitor fills in.
        FormRevised "1",
        /// Categories, tags, review criteria.
        CategoriesRevised "1",
        /// When somebody is there.
        OpeningHoursRevised "2",
        /// How soon an answer is due.
        ServiceTargetRevised "2",
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
            self.0.iter().find(|(tag, _)| tag.language() == wanted.language()).map(|(_, text)| text)
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
    /// The most images per message.
    pub uploads_per_message: u32,
    /// Are figures shown per member?
    pub figures_per_member: bool,
}

/// The form a visitor fills in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

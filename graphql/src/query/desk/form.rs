//! The form, categories and criteria: each text in the language asked for, and in all that it is kept in.

use super::Desk;
use crate::scalar::Locale;
use async_graphql::{Enum, ID, SimpleObject};
use domain::desk::{
    Category as DomainCategory, Criterion as DomainCriterion, FieldKind as DomainFieldKind,
    FormField as DomainField, Localised,
};

/// A text in one language.
#[derive(SimpleObject)]
pub(super) struct LocalisedText {
    /// Which.
    locale: Locale,
    /// The text.
    text: String,
}

/// Something messages can be about.
#[derive(SimpleObject)]
pub(crate) struct Category {
    /// A short word.
    pub(super) id: ID,
    /// Its name.
    pub(in crate::query) name: String,
    /// Its name in each language that it is kept in.
    names: Vec<LocalisedText>,
    /// A sign that stands for it, such as an emoji.
    icon: Option<String>,
}

/// Something a review looks at.
#[derive(SimpleObject)]
pub(super) struct Criterion {
    /// A short word.
    id: ID,
    /// Its name.
    name: String,
    /// Its name in each language that it is kept in.
    names: Vec<LocalisedText>,
}

/// The form a visitor fills in.
#[derive(SimpleObject)]
pub(super) struct Form {
    /// Counted from 1, by what is asked and what messages can be about: say it with what was filled in, and a refusal tells when
    /// the form has changed since.
    version: u32,
    /// The desk's own questions, in order.
    fields: Vec<FormField>,
    /// Must they say what it is about?
    require_category: bool,
    /// Must they say who they are?
    require_name: bool,
    /// What stands above the form.
    guidance: Option<String>,
    /// The same in each language that it is kept in.
    guidances: Vec<LocalisedText>,
}

/// A question of the desk's own.
#[derive(SimpleObject)]
struct FormField {
    /// A short word.
    id: ID,
    /// What is asked.
    kind: FieldKind,
    /// Its label.
    label: String,
    /// Its label in each language that it is kept in.
    labels: Vec<LocalisedText>,
    /// What stands below it.
    help: Option<String>,
    /// The same in each language that it is kept in.
    helps: Vec<LocalisedText>,
    /// An answer as an example.
    example: Option<String>,
    /// The same in each language that it is kept in.
    examples: Vec<LocalisedText>,
    /// Must it be answered? Of a checkbox: ticked.
    required: bool,
    /// What can be chosen: the answer is one of these, as it stands here.
    options: Vec<String>,
    /// The same, each in every language that it is kept in: an answer in any of them is taken.
    option_texts: Vec<FormOption>,
}

/// Something that can be chosen.
#[derive(SimpleObject)]
struct FormOption {
    /// In each language that it is kept in.
    texts: Vec<LocalisedText>,
}

/// What a question of the form asks for.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainFieldKind")]
pub(crate) enum FieldKind {
    /// Free text: 1 to 1,000 characters.
    Text,
    /// One of several.
    Choice,
    /// A decimal number, such as 12 or -3.5.
    Number,
    /// A day, such as 2026-11-22.
    Date,
    /// `true` or `false`.
    Checkbox,
}

pub(super) fn texts(text: &Localised) -> Vec<LocalisedText> {
    let of = |(locale, text): (&domain::locale::Locale, &String)| LocalisedText {
        locale: Locale(locale.clone()),
        text: text.clone(),
    };
    text.0.iter().map(of).collect()
}

impl Desk {
    pub(super) fn form_now(&self) -> Form {
        let form = self.settings.form.as_ref();
        Form {
            version: self.settings.form_version(),
            fields: form.iter().flat_map(|form| form.fields.iter().map(|field| self.field(field))).collect(),
            require_category: form.is_some_and(|form| form.require_category),
            require_name: form.is_some_and(|form| form.require_name),
            guidance: form.and_then(|form| self.text(&form.guidance)),
            guidances: form.map(|form| texts(&form.guidance)).unwrap_or_default(),
        }
    }

    fn field(&self, field: &DomainField) -> FormField {
        FormField {
            id: ID(field.id.clone()),
            kind: field.kind.into(),
            label: self.text(&field.label).unwrap_or_default(),
            labels: texts(&field.label),
            help: self.text(&field.help),
            helps: texts(&field.help),
            example: self.text(&field.example),
            examples: texts(&field.example),
            required: field.required,
            options: field.options.iter().filter_map(|option| self.text(option)).collect(),
            option_texts: field.options.iter().map(|option| FormOption { texts: texts(option) }).collect(),
        }
    }

    pub(super) fn category_shown(&self, category: &DomainCategory) -> Category {
        Category {
            id: ID(category.id.0.clone()),
            name: self.text(&category.name).unwrap_or_default(),
            names: texts(&category.name),
            icon: category.icon.clone(),
        }
    }

    pub(super) fn criterion_shown(&self, criterion: &DomainCriterion) -> Criterion {
        Criterion {
            id: ID(criterion.id.clone()),
            name: self.text(&criterion.name).unwrap_or_default(),
            names: texts(&criterion.name),
        }
    }
}

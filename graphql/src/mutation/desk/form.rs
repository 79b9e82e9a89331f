//! The form and the categories as they came in.

use super::texts::{LocalisedTextInput, read, read_some};
use crate::query::desk::FieldKind;
use async_graphql::{ID, InputObject};
use commands::{CategoriesInput, FormInput};
use domain::desk;

/// Another form; what is left out stays as it is.
#[derive(InputObject)]
pub(super) struct ReviseFormInput {
    /// Must they say who they are?
    require_name: Option<bool>,
    /// Must they say what it is about?
    require_category: Option<bool>,
    /// What stands above the form: at most 1,000 characters in each language; empty: nothing.
    guidance: Option<Vec<LocalisedTextInput>>,
    /// The desk's own questions, in order, at most 20: all of them. Whoever is answering one that is left out loses
    /// nothing: it is taken all the same.
    fields: Option<Vec<FormFieldInput>>,
    /// The version of the desk last seen; when it no longer holds, nothing happens.
    pub(super) expected_version: Option<i64>,
}

/// A question of the desk's own.
#[derive(InputObject)]
struct FormFieldInput {
    /// A short word: at most 50 letters, digits, `_` and `-`, the first a letter. It keeps its kind for ever.
    id: ID,
    /// What is asked.
    kind: FieldKind,
    /// Its label, in at least one language: at most 100 characters.
    label: Vec<LocalisedTextInput>,
    /// What stands below it: at most 300 characters.
    help: Option<Vec<LocalisedTextInput>>,
    /// An answer as an example: at most 100 characters.
    example: Option<Vec<LocalisedTextInput>>,
    /// Of a `CHOICE`: 2 to 50, each in at least one language and of at most 100 characters.
    options: Option<Vec<Vec<LocalisedTextInput>>>,
    /// Must it be answered? Of a checkbox: ticked.
    #[graphql(default = false)]
    required: bool,
}

/// Other categories, tags or criteria; what is left out stays as it is.
#[derive(InputObject)]
pub(super) struct ReviseCategoriesInput {
    /// The categories, in order, at most 100: all of them. The hours and targets of one that is left out go with it; old
    /// messages keep it.
    categories: Option<Vec<CategoryInput>>,
    /// The tags, at most 200 of at most 50 characters: all of them.
    tags: Option<Vec<String>>,
    /// The review criteria, at most 20: all of them.
    criteria: Option<Vec<CriterionInput>>,
    /// The version of the desk last seen; when it no longer holds, nothing happens.
    pub(super) expected_version: Option<i64>,
}

/// Something messages can be about.
#[derive(InputObject)]
struct CategoryInput {
    /// A short word: at most 50 letters, digits, `_` and `-`, the first a letter.
    id: ID,
    /// Its name, in at least one language: at most 100 characters.
    name: Vec<LocalisedTextInput>,
    /// A sign that stands for it, such as an emoji: at most 16 characters.
    icon: Option<String>,
}

/// Something a review looks at.
#[derive(InputObject)]
struct CriterionInput {
    /// A short word: at most 50 letters, digits, `_` and `-`, the first a letter.
    id: ID,
    /// Its name, in at least one language: at most 100 characters.
    name: Vec<LocalisedTextInput>,
}

impl From<ReviseFormInput> for FormInput {
    fn from(input: ReviseFormInput) -> Self {
        Self {
            require_name: input.require_name,
            require_category: input.require_category,
            guidance: read_some(input.guidance),
            fields: input.fields.map(|all| all.into_iter().map(desk::FormFieldInput::from).collect()),
        }
    }
}

impl From<FormFieldInput> for desk::FormFieldInput {
    fn from(field: FormFieldInput) -> Self {
        Self {
            id: field.id.0,
            kind: field.kind.into(),
            label: read(field.label),
            help: read_some(field.help).unwrap_or_default(),
            example: read_some(field.example).unwrap_or_default(),
            options: field.options.unwrap_or_default().into_iter().map(read).collect(),
            required: field.required,
        }
    }
}

impl From<ReviseCategoriesInput> for CategoriesInput {
    fn from(input: ReviseCategoriesInput) -> Self {
        let category = |it: CategoryInput| desk::CategoryInput {
            id: it.id.0,
            name: read(it.name),
            icon: it.icon.filter(|icon| !icon.is_empty()),
        };
        let criterion = |it: CriterionInput| desk::CriterionInput { id: it.id.0, name: read(it.name) };
        Self {
            categories: input.categories.map(|all| all.into_iter().map(category).collect()),
            tags: input.tags,
            criteria: input.criteria.map(|all| all.into_iter().map(criterion).collect()),
        }
    }
}

//! What there was once: questions of the form and categories that are no more, and that old messages still speak of.

use super::{CategoriesRevised, Category, FormField, FormRevised, Settings};
use crate::ids::CategoryId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Each as it was last; and how many forms there have been.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Once {
    forms: u32,
    fields: BTreeMap<String, Gone>,
    categories: BTreeMap<CategoryId, Category>,
}

/// A question, and the first form that did not ask it any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Gone {
    field: FormField,
    since: u32,
}

impl Settings {
    /// Questions of a form that was shown which are not asked any more.
    pub(super) fn asked_then(&self, shown: Option<u32>) -> Vec<FormField> {
        let shown = |gone: &&Gone| shown.is_some_and(|shown| shown < gone.since);
        self.once.fields.values().filter(shown).map(|gone| gone.field.clone()).collect()
    }

    /// The version of the form that is in force: how many there have been. What messages can be about is part of it.
    pub fn form_version(&self) -> u32 {
        self.once.forms
    }

    /// A question that is or was asked.
    pub fn field_ever(&self, id: &str) -> Option<&FormField> {
        let asked = self.form.iter().flat_map(|form| &form.fields).find(|field| field.id == id);
        asked.or_else(|| self.once.fields.get(id).map(|gone| &gone.field))
    }

    /// A category that there is or was.
    pub fn category_ever(&self, id: &CategoryId) -> Option<&Category> {
        let known = self.categories.iter().flat_map(|revised| &revised.categories);
        known.into_iter().find(|category| category.id == *id).or_else(|| self.once.categories.get(id))
    }

    pub(super) fn take_form(&mut self, event: FormRevised) {
        self.once.forms += 1;
        let since = self.once.forms;
        let before = self.form.take().map(|form| form.fields).unwrap_or_default();
        let gone = before.into_iter().map(|field| (field.id.clone(), Gone { field, since }));
        self.once.fields.extend(gone);
        self.once.fields.retain(|id, _| event.fields.iter().all(|field| field.id != *id));
        self.form = Some(event);
    }

    pub(super) fn take_categories(&mut self, event: CategoriesRevised) {
        if let Some(before) = self.categories.take() {
            self.once.forms += u32::from(before.categories != event.categories);
            let gone = before.categories.into_iter().map(|category| (category.id.clone(), category));
            self.once.categories.extend(gone);
        }
        self.once.categories.retain(|id, _| event.categories.iter().all(|category| category.id != *id));
        self.categories = Some(event);
    }
}

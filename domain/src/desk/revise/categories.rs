//! What messages can be about, how they can be tagged, and what reviews look at.

use super::{
    super::{
        CategoriesRevised, Category, Criterion, DeskError, DeskEvent, OpeningHoursRevised,
        ServiceTargetRevised, Settings,
    },
    Decided, SettingProblem, TextIn,
    wrong::Wrong,
};
use crate::ids::CategoryId;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

const MOST_CATEGORIES: usize = 100;
const MOST_TAGS: usize = 200;
const MOST_CRITERIA: usize = 20;
const NAME: usize = 100;
const TAG: usize = 50;
const ICON: usize = 16;

/// Other categories, tags or criteria; what is left out stays as it is.
#[derive(Clone, Debug)]
pub struct ReviseCategories {
    /// The clock.
    pub at: DateTime<Utc>,
    /// The categories, in order: all of them.
    pub categories: Option<Vec<CategoryInput>>,
    /// The tags: all of them.
    pub tags: Option<Vec<String>>,
    /// The review criteria: all of them.
    pub criteria: Option<Vec<CriterionInput>>,
}

/// Something messages can be about, as it was given.
#[derive(Clone, Debug)]
pub struct CategoryInput {
    /// A short word.
    pub id: String,
    /// Its name, in at least one language.
    pub name: Vec<TextIn>,
    /// A sign that stands for it.
    pub icon: Option<String>,
}

/// Something a review looks at, as it was given.
#[derive(Clone, Debug)]
pub struct CriterionInput {
    /// A short word.
    pub id: String,
    /// Its name, in at least one language.
    pub name: Vec<TextIn>,
}

impl Settings {
    /// Hours and targets of a category go with it: nobody could revise them any more.
    pub(in crate::desk) fn revise_categories(&self, command: ReviseCategories) -> Decided {
        let mut wrong = Wrong::default();
        let at = command.at;
        let stands = self.categories.clone().unwrap_or_default();
        let mut revised = stands.clone();
        if let Some(given) = command.categories {
            revised.categories = read_categories(&mut wrong, given);
        }
        if let Some(given) = command.tags {
            revised.tags = read_tags(&mut wrong, given);
        }
        if let Some(given) = command.criteria {
            revised.criteria = read_criteria(&mut wrong, given);
        }
        let required = self.form.as_ref().is_some_and(|form| form.require_category);
        if required && revised.categories.is_empty() {
            wrong.refuse(&["categories"], SettingProblem::NothingToChoose);
        }
        wrong.found()?;
        if revised == stands {
            return Err(DeskError::AlreadySo);
        }
        let stays = |id: &CategoryId| revised.categories.iter().any(|category| category.id == *id);
        let mut events = vec![];
        events.extend(self.hours_of(stays, at).map(DeskEvent::OpeningHoursRevised));
        events.extend(self.target_of(stays, at).map(DeskEvent::ServiceTargetRevised));
        events.insert(0, DeskEvent::CategoriesRevised(CategoriesRevised { at, ..revised }));
        Ok(events)
    }

    fn hours_of(
        &self,
        stays: impl Fn(&CategoryId) -> bool,
        at: DateTime<Utc>,
    ) -> Option<OpeningHoursRevised> {
        let mut revised = self.opening_hours.clone()?;
        let count = revised.hours.categories.len();
        revised.hours.categories.retain(|id, _| stays(&CategoryId(id.clone())));
        (revised.hours.categories.len() < count).then_some(OpeningHoursRevised { at, ..revised })
    }

    fn target_of(
        &self,
        stays: impl Fn(&CategoryId) -> bool,
        at: DateTime<Utc>,
    ) -> Option<ServiceTargetRevised> {
        let mut revised = self.service_target.clone()?;
        let count = revised.exceptions.len();
        revised.exceptions.retain(|exception| exception.category_id.as_ref().is_none_or(&stays));
        (revised.exceptions.len() < count).then_some(ServiceTargetRevised { at, ..revised })
    }
}

fn read_categories(wrong: &mut Wrong, given: Vec<CategoryInput>) -> Vec<Category> {
    let mut seen = BTreeSet::new();
    let given = wrong.within(&["categories"], MOST_CATEGORIES, given).into_iter().enumerate();
    let read = |(index, category): (usize, CategoryInput)| {
        let index = index.to_string();
        let of = |part| ["categories", index.as_str(), part];
        wrong.id(&of("id"), &category.id, &mut seen);
        let name = wrong.lines_in(&of("name"), NAME, category.name);
        if name.0.is_empty() {
            wrong.refuse(&of("name"), SettingProblem::Missing);
        }
        let icon = category.icon.map(|icon| wrong.line(&of("icon"), ICON, &icon));
        Category { id: CategoryId(category.id), name, icon }
    };
    given.map(read).collect()
}

fn read_tags(wrong: &mut Wrong, given: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let given = wrong.within(&["tags"], MOST_TAGS, given).into_iter().enumerate();
    let read = |(index, tag): (usize, String)| {
        let index = index.to_string();
        let tag = wrong.line(&["tags", &index], TAG, &tag);
        if !seen.insert(tag.clone()) {
            wrong.refuse(&["tags", &index], SettingProblem::Twice);
        }
        tag
    };
    given.map(read).collect()
}

fn read_criteria(wrong: &mut Wrong, given: Vec<CriterionInput>) -> Vec<Criterion> {
    let mut seen = BTreeSet::new();
    let given = wrong.within(&["criteria"], MOST_CRITERIA, given).into_iter().enumerate();
    let read = |(index, criterion): (usize, CriterionInput)| {
        let index = index.to_string();
        let of = |part| ["criteria", index.as_str(), part];
        wrong.id(&of("id"), &criterion.id, &mut seen);
        let name = wrong.lines_in(&of("name"), NAME, criterion.name);
        if name.0.is_empty() {
            wrong.refuse(&of("name"), SettingProblem::Missing);
        }
        Criterion { id: criterion.id, name }
    };
    given.map(read).collect()
}

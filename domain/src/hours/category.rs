//! Hours of the desk, and of the categories that have their own: teams in other zones.

use super::{Hours, HoursError, HoursInput, Problem, always_open};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most categories with hours of their own.
const MOST_CATEGORIES: usize = 100;

/// The hours of the desk and of its categories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskHours {
    /// The desk's.
    pub desk: Hours,
    /// By category id: they replace the desk's whole, zone and holidays too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub categories: BTreeMap<String, Hours>,
}

/// The hours of the desk and of its categories as they are given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskHoursInput {
    /// The desk's.
    pub desk: HoursInput,
    /// At most 100. Whether there is such a category is for the caller to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<CategoryHoursInput>,
}

/// The hours of a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryHoursInput {
    /// Which.
    pub category_id: String,
    /// Its hours.
    pub hours: HoursInput,
}

/// Always open: what holds as long as nothing else was said.
impl Default for DeskHours {
    fn default() -> Self {
        let desk = Hours::read(always_open("UTC")).expect("what is always open is read by a test");
        Self { desk, categories: BTreeMap::new() }
    }
}

impl DeskHours {
    /// Reads them; everything that is wrong is told at once.
    pub fn read(input: DeskHoursInput) -> Result<Self, Vec<HoursError>> {
        let actual = input.categories.len();
        if actual > MOST_CATEGORIES {
            let problem = Problem::TooMany { most: MOST_CATEGORIES, actual };
            return Err(vec![HoursError { field: vec!["categories".to_owned()], problem }]);
        }
        let mut errors = vec![];
        let mut read = |hours: HoursInput, below: &[String]| match Hours::read(hours) {
            Ok(hours) => Some(hours),
            Err(wrong) => {
                let within = |e: HoursError| HoursError { field: [below, &e.field].concat(), ..e };
                errors.extend(wrong.into_iter().map(within));
                None
            }
        };
        let desk = read(input.desk, &["desk".to_owned()]);
        let (mut categories, mut twice) = (BTreeMap::new(), vec![]);
        for (index, of) in input.categories.into_iter().enumerate() {
            let below = ["categories".to_owned(), index.to_string()];
            let hours = read(of.hours, &[&below[..], &["hours".to_owned()]].concat());
            if categories.insert(of.category_id, hours).is_some() {
                let field = [&below[..], &["categoryId".to_owned()]].concat();
                twice.push(HoursError { field, problem: Problem::CategoryTwice });
            }
        }
        errors.extend(twice);
        let categories = categories.into_iter().filter_map(|(id, hours)| Some((id, hours?))).collect();
        desk.filter(|_| errors.is_empty()).map(|desk| Self { desk, categories }).ok_or(errors)
    }

    /// The hours as they were given.
    pub fn input(&self) -> DeskHoursInput {
        DeskHoursInput { desk: self.desk.input().clone(), categories: self.categories_input() }
    }

    /// Those of the categories as they were given.
    pub fn categories_input(&self) -> Vec<CategoryHoursInput> {
        let of = |(id, hours): (&String, &Hours)| CategoryHoursInput {
            category_id: id.clone(),
            hours: hours.input().clone(),
        };
        self.categories.iter().map(of).collect()
    }

    /// The hours whose special days end before a day: the desk's (no category) and the categories', each with its last one.
    /// Hours without any do not need them.
    pub fn special_days_ending_before(&self, day: NaiveDate) -> Vec<(Option<&str>, NaiveDate)> {
        let categories = self.categories.iter().map(|(id, hours)| (Some(id.as_str()), hours));
        let all = [(None, &self.desk)].into_iter().chain(categories);
        let ends = all.filter_map(|(id, hours)| Some((id, hours.special_days_until()?)));
        ends.filter(|(_, last)| *last < day).collect()
    }

    /// The hours that hold for a category, or for none.
    pub fn of(&self, category_id: Option<&str>) -> &Hours {
        category_id.and_then(|id| self.categories.get(id)).unwrap_or(&self.desk)
    }
}

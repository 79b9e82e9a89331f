//! The form: what a visitor is asked.

use super::{
    super::{DeskError, DeskEvent, FieldKind, FormField, FormRevised, Settings},
    Decided, SettingProblem, TextIn,
    wrong::Wrong,
};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// The most questions of the desk's own: a form is short, or nobody fills it in.
pub const MOST_FIELDS: usize = 20;
const MOST_OPTIONS: usize = 50;
const LABEL: usize = 100;
const HELP: usize = 300;
const GUIDANCE: usize = 1_000;

/// Another form; what is left out stays as it is.
#[derive(Clone, Debug)]
pub struct ReviseForm {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Must they say who they are?
    pub require_name: Option<bool>,
    /// Must they say what it is about?
    pub require_category: Option<bool>,
    /// What stands above the form, in each language.
    pub guidance: Option<Vec<TextIn>>,
    /// The desk's own questions, in order: all of them.
    pub fields: Option<Vec<FormFieldInput>>,
}

/// A question of the desk's own, as it was given.
#[derive(Clone, Debug)]
pub struct FormFieldInput {
    /// A short word.
    pub id: String,
    /// What is asked.
    pub kind: FieldKind,
    /// Its label, in at least one language.
    pub label: Vec<TextIn>,
    /// What stands below it.
    pub help: Vec<TextIn>,
    /// An answer as an example.
    pub example: Vec<TextIn>,
    /// What can be chosen.
    pub options: Vec<Vec<TextIn>>,
    /// Must it be answered?
    pub required: bool,
}

impl Settings {
    pub(in crate::desk) fn revise_form(&self, command: ReviseForm) -> Decided {
        let mut wrong = Wrong::default();
        let stands = self.form.clone().unwrap_or_default();
        let mut revised = stands.clone();
        revised.require_name = command.require_name.unwrap_or(stands.require_name);
        revised.require_category = command.require_category.unwrap_or(stands.require_category);
        if let Some(given) = command.guidance {
            revised.guidance = wrong.paragraphs_in(&["guidance"], GUIDANCE, given);
        }
        if let Some(given) = command.fields {
            let (mut seen, given) = (BTreeSet::new(), wrong.within(&["fields"], MOST_FIELDS, given));
            let fields = given.into_iter().enumerate();
            revised.fields =
                fields.map(|(index, field)| self.read_field(&mut wrong, &mut seen, index, field)).collect();
        }
        let categories = self.categories.as_ref().map_or(0, |revised| revised.categories.len());
        if revised.require_category && categories == 0 {
            wrong.refuse(&["requireCategory"], SettingProblem::NothingToChoose);
        }
        wrong.found()?;
        if revised == stands {
            return Err(DeskError::AlreadySo);
        }
        Ok(vec![DeskEvent::FormRevised(FormRevised { at: command.at, ..revised })])
    }

    fn read_field(
        &self,
        wrong: &mut Wrong,
        seen: &mut BTreeSet<String>,
        index: usize,
        given: FormFieldInput,
    ) -> FormField {
        let index = index.to_string();
        let of = |part| ["fields", index.as_str(), part];
        wrong.id(&of("id"), &given.id, seen);
        // An answer that was given to it would be read as something else.
        if self.field_ever(&given.id).is_some_and(|known| known.kind != given.kind) {
            wrong.refuse(&of("kind"), SettingProblem::OtherKind);
        }
        let label = wrong.lines_in(&of("label"), LABEL, given.label);
        if label.0.is_empty() {
            wrong.refuse(&of("label"), SettingProblem::Missing);
        }
        let options = wrong.within(&of("options"), MOST_OPTIONS, given.options);
        match (given.kind, options.len()) {
            (FieldKind::Choice, 0 | 1) => wrong.refuse(&of("options"), SettingProblem::OptionsMissing),
            (FieldKind::Choice, _) | (_, 0) => {}
            _ => wrong.refuse(&of("options"), SettingProblem::OptionsUnasked),
        }
        let mut said = BTreeSet::new();
        let options = options.into_iter().enumerate().map(|(place, texts)| {
            let place = place.to_string();
            let field = [&of("options")[..], &[place.as_str()]].concat();
            let option = wrong.lines_in(&field, LABEL, texts);
            // What a visitor chose is told by its words, in whichever language.
            let again = option.0.values().any(|text| said.contains(text));
            said.extend(option.0.values().cloned());
            match (option.0.is_empty(), again) {
                (true, _) => wrong.refuse(&field, SettingProblem::Missing),
                (false, true) => wrong.refuse(&field, SettingProblem::Twice),
                (false, false) => {}
            }
            option
        });
        let options = options.collect();
        FormField {
            label,
            options,
            help: wrong.lines_in(&of("help"), HELP, given.help),
            example: wrong.lines_in(&of("example"), LABEL, given.example),
            id: given.id,
            kind: given.kind,
            required: given.required,
        }
    }
}

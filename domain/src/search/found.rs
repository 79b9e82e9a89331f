//! Whether what is looked for is said: asked of the opened words of a candidate.

use super::{
    cut::{Form, Unit, cut},
    term::{Part, Phrase, Term, Way},
};

/// What a message says, cut once for however many terms.
pub struct Said {
    texts: Vec<Vec<Unit>>,
    phone: Option<String>,
}

impl Said {
    /// All texts that are searched (words, replies, notes, name, contact as given, reference), and the canonical number.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>, phone: Option<&str>) -> Self {
        let mut texts: Vec<Vec<Unit>> = texts.into_iter().map(cut).collect();
        for units in &mut texts {
            units.sort_by_key(|unit| unit.at);
        }
        let phone = phone.map(|phone| phone.chars().filter(char::is_ascii_digit).collect());
        Self { texts, phone }
    }
}

/// As many digits has a country's code at most.
const LONGEST_COUNTRY: usize = 3;

/// Is the term said, in one of its ways?
pub(super) fn says(said: &Said, term: &Term) -> bool {
    term.ways.iter().any(|way| match way {
        Way::Said(phrase) => has(said, phrase),
        Way::Each(phrases) => phrases.iter().all(|phrase| has(said, phrase)),
        Way::Near(one, other, within) => said.texts.iter().any(|units| {
            let others: Vec<u32> = places(units, other).collect();
            places(units, one).any(|at| others.iter().any(|place| place.abs_diff(at) <= *within))
        }),
        Way::Ending { digits, national } => said.phone.as_ref().is_some_and(|phone| {
            let before = phone.len().saturating_sub(digits.len());
            phone.ends_with(digits.as_str()) && (!national || before <= LONGEST_COUNTRY)
        }),
    })
}

/// A phrase is said in one breath: a name and a reference do not make one.
fn has(said: &Said, phrase: &Phrase) -> bool {
    said.texts.iter().any(|units| places(units, phrase).next().is_some())
}

/// Where the phrase begins.
fn places<'a>(units: &'a [Unit], phrase: &'a Phrase) -> impl Iterator<Item = u32> + 'a {
    let begins = move |first: &usize| from(units, units[*first].at, *first, &phrase.0);
    (0..units.len()).filter(begins).map(|first| units[first].at)
}

/// Do the parts stand there, from this place on? `first`: no unit of that place is before it.
fn from(units: &[Unit], at: u32, first: usize, parts: &[Part]) -> bool {
    let Some((part, rest)) = parts.split_first() else { return true };
    let here = || {
        units.iter().enumerate().skip(first).take_while(|(_, unit)| unit.at <= at).filter(|(_, u)| u.at == at)
    };
    match part {
        Part::Characters(run) => {
            let end = units.iter().skip(first).skip_while(|unit| unit.at < at).zip(run).zip(at..);
            let stands =
                |((unit, c), at): &((&Unit, &char), u32)| unit.at == *at && unit.form == Form::Character(**c);
            let said = end.take_while(stands).count();
            let next = at + u32::try_from(run.len()).unwrap_or(u32::MAX);
            said == run.len() && from(units, next, first, rest)
        }
        Part::Word(word) => {
            here().any(|(_, unit)| is(unit, |said| said == word) && from(units, at + unit.width, first, rest))
        }
        Part::Beginning(word) => here().any(|(_, unit)| {
            let goes_on = word.chars().nth(1).is_some();
            is(unit, |said| said == word || goes_on && said.starts_with(word.as_str()))
                && from(units, at + unit.width, first, rest)
        }),
    }
}

fn is(unit: &Unit, asked: impl Fn(&String) -> bool) -> bool {
    match &unit.form {
        Form::Character(_) => false,
        Form::Word(word) | Form::Spelling(word) | Form::Joined(word) => asked(word),
    }
}

//! Whether what is looked for is said: asked of the opened words of a candidate.

use super::{
    cut::{Form, Unit, cut},
    term::{Part, Phrase, Term, Way},
};

/// Whose words a text is; the visitor's come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// The visitor's.
    Visitor,
    /// The desk's, to the visitor.
    Desk,
    /// The desk's, to itself.
    Note,
}

/// What a message says, cut once for however many terms.
pub struct Said {
    pub(super) texts: Vec<Text>,
    phone: Option<String>,
}

/// One of its texts.
pub(super) struct Text {
    pub(super) whose: Whose,
    /// In the order of their places.
    units: Vec<Unit>,
}

impl Said {
    /// All texts that are searched (words, replies, notes, name, contact as given, reference), and the canonical number. Who
    /// said them makes no difference.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>, phone: Option<&str>) -> Self {
        Self::by(texts.into_iter().map(|text| (Whose::Visitor, text)), phone)
    }

    /// The same with whose they are.
    pub fn by<'a>(texts: impl IntoIterator<Item = (Whose, &'a str)>, phone: Option<&str>) -> Self {
        let text = |(whose, text)| {
            let mut units = cut(text);
            units.sort_by_key(|unit| unit.at);
            Text { whose, units }
        };
        let phone = phone.map(|phone| phone.chars().filter(char::is_ascii_digit).collect());
        Self { texts: texts.into_iter().map(text).collect(), phone }
    }

    /// How many digits the number has before these, when it ends with them.
    pub(super) fn before_ending(&self, digits: &str, national: bool) -> Option<usize> {
        let phone = self.phone.as_ref().filter(|phone| phone.ends_with(digits))?;
        let before = phone.len().saturating_sub(digits.len());
        (!national || before <= LONGEST_COUNTRY).then_some(before)
    }
}

/// As many digits has a country's code at most.
pub(super) const LONGEST_COUNTRY: usize = 3;

/// Is the term said, in one of its ways?
pub(super) fn says(said: &Said, term: &Term) -> bool {
    let has = |phrase: &Phrase| said.texts.iter().any(|text| text.has(phrase));
    term.ways.iter().any(|way| match way {
        Way::Said(phrase) => has(phrase),
        Way::Each(phrases) => phrases.iter().all(has),
        Way::Near(one, other, within) => said.texts.iter().any(|text| text.has_near(one, other, *within)),
        Way::Ending { digits, national } => said.before_ending(digits, *national).is_some(),
    })
}

impl Text {
    /// A phrase is said in one breath: a name and a reference do not make one.
    pub(super) fn has(&self, phrase: &Phrase) -> bool {
        places(&self.units, phrase).next().is_some()
    }

    /// Both, so many places apart at most.
    pub(super) fn has_near(&self, one: &Phrase, other: &Phrase, within: u32) -> bool {
        // In order, so that a text that says both a thousand times is gone through once.
        let others: Vec<u32> = places(&self.units, other).collect();
        let near = |at: u32| {
            let first = others.partition_point(|place| place.saturating_add(within) < at);
            others.get(first).is_some_and(|place| place.abs_diff(at) <= within)
        };
        places(&self.units, one).any(near)
    }
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

//! What somebody looks for, read from what they typed.

use super::{
    found::{Said, says},
    term::Term,
};

/// More characters than anybody looks for.
const LONGEST: usize = 200;
/// More than anybody looks for at once.
const MOST_TERMS: usize = 12;

/// What is looked for: every term, in whatever order and wherever in a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
}

/// What somebody looks for is never printed by accident: it may be a name.
impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// Why nothing can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// No letter, no digit.
    #[error("has nothing that can be looked for")]
    Nothing,
    /// Too long.
    #[error("has more than 200 characters")]
    TooLong,
    /// Too many.
    #[error("has more than 12 words and phrases")]
    TooMany,
}

impl Query {
    /// Reads what was typed: terms between spaces, phrases in quotes.
    pub fn read(typed: &str) -> Result<Self, QueryError> {
        if typed.chars().count() > LONGEST {
            return Err(QueryError::TooLong);
        }
        let mut terms: Vec<Term> = vec![];
        for (piece, quoted) in pieces(typed) {
            if quoted {
                terms.extend(Term::quoted(piece));
            } else {
                terms.extend(between_spaces(piece));
            }
        }
        match terms.len() {
            0 => Err(QueryError::Nothing),
            many if many > MOST_TERMS => Err(QueryError::TooMany),
            _ => Ok(Self { terms }),
        }
    }

    /// All of it as one phrase of whole words, as if it stood in quotes; `None`: there is nothing to look for in it.
    pub fn phrase(text: &str) -> Option<Self> {
        Term::quoted(text).map(|term| Self { terms: vec![term] })
    }

    /// What an index is asked for: a message has, of every term, in one of its ways, all tokens. It may have them and not say
    /// what is looked for; it never says it without having them.
    pub fn tokens(&self) -> Vec<Vec<Vec<String>>> {
        self.terms.iter().map(Term::tokens).collect()
    }

    pub(super) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Is it said there? The last word about a candidate.
    pub fn is_in(&self, said: &Said) -> bool {
        self.terms.iter().all(|term| says(said, term))
    }
}

/// What is quoted, and what is not. A quote that nobody closed goes on to the end.
fn pieces(typed: &str) -> Vec<(&str, bool)> {
    let mut pieces = vec![];
    let mut rest = typed;
    while let Some(open) = rest.find(is_quote) {
        pieces.push((&rest[..open], false));
        let mut after = rest[open..].chars();
        after.next();
        let inner = after.as_str();
        let close = inner.find(is_quote).unwrap_or(inner.len());
        pieces.push((&inner[..close], true));
        let mut after = inner[close..].chars();
        after.next();
        rest = after.as_str();
    }
    pieces.push((rest, false));
    pieces
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' | '＂')
}

/// The terms of what is not quoted. Groups of digits that follow each other may be one phone number.
fn between_spaces(text: &str) -> Vec<Term> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let runs = words.chunk_by(|a, b| is_group(a) && is_group(b));
    runs.flat_map(|run| match run {
        [word] => Term::typed(word).into_iter().collect::<Vec<_>>(),
        groups => Term::numbers(groups).into_iter().collect(),
    })
    .collect()
}

fn is_group(word: &str) -> bool {
    let digits = word.chars().filter(|c| c.is_numeric()).count();
    digits >= 2 && word.chars().all(|c| c.is_numeric() || matches!(c, '+' | '-' | '(' | ')' | '/' | '.'))
}

//! Licence expressions, as manifests write them: `(MIT OR Apache-2.0) AND Unicode-3.0`.

/// Whether a choice among the allowed licences fulfils the expression; one that cannot be read is not fulfilled.
pub(super) fn is_satisfied(expression: &str, allowed: &[&str]) -> bool {
    // Before there were expressions, a slash stood between the licences to choose from.
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut reader = Reader { words: spaced.split_whitespace().collect(), allowed };
    // Read from the end of the list, which is the cheap end of a vector.
    reader.words.reverse();
    let answer = reader.any();
    reader.words.is_empty() && answer == Some(true)
}

struct Reader<'a> {
    words: Vec<&'a str>,
    allowed: &'a [&'a str],
}

impl<'a> Reader<'a> {
    /// `all OR all …`; none is an expression that cannot be read.
    fn any(&mut self) -> Option<bool> {
        let mut answer = self.all()?;
        while self.takes("OR") {
            answer |= self.all()?;
        }
        Some(answer)
    }

    /// `one AND one …`: binds closer than OR.
    fn all(&mut self) -> Option<bool> {
        let mut answer = self.one()?;
        while self.takes("AND") {
            answer &= self.one()?;
        }
        Some(answer)
    }

    /// `(any)`, `licence` or `licence WITH exception`.
    fn one(&mut self) -> Option<bool> {
        if self.takes("(") {
            let answer = self.any()?;
            return self.takes(")").then_some(answer);
        }
        let licence = self.name()?;
        let full =
            if self.takes("WITH") { format!("{licence} WITH {}", self.name()?) } else { licence.to_owned() };
        Some(self.allowed.contains(&full.as_str()))
    }

    fn name(&mut self) -> Option<&'a str> {
        self.words.pop().filter(|word| !["AND", "OR", "WITH", "(", ")"].contains(word))
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.words.last() == Some(&word);
        if is_next {
            self.words.pop();
        }
        is_next
    }
}

fn may(expression: &str) -> bool {
    is_satisfied(expression, &["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "ISC"])
}

#[test]
fn one_licence_of_a_choice_is_enough() {
    assert!(may("MIT"));
    assert!(may("GPL-3.0-only OR MIT"));
    assert!(may("MIT OR Apache-2.0 OR LGPL-2.1-or-later"));
    assert!(!may("GPL-3.0-only OR AGPL-3.0-only"));
}

#[test]
fn joined_licences_are_all_needed() {
    assert!(may("MIT AND ISC"));
    assert!(!may("MIT AND GPL-3.0-only"));
}

#[test]
fn and_binds_closer_than_or() {
    assert!(may("MIT OR ISC AND GPL-3.0-only"));
    assert!(!may("(MIT OR ISC) AND GPL-3.0-only"));
    assert!(may("GPL-3.0-only AND ISC OR MIT"));
    assert!(!may("GPL-3.0-only AND (ISC OR MIT)"));
}

#[test]
fn an_exception_makes_another_licence_of_it() {
    assert!(may("Apache-2.0 WITH LLVM-exception"));
    assert!(!may("MIT WITH LLVM-exception"));
    assert!(!may("GPL-2.0-only WITH Classpath-exception-2.0"));
}

#[test]
fn a_slash_is_an_old_or() {
    assert!(may("MIT/GPL-3.0-only"));
    assert!(may("GPL-3.0-only / MIT"));
    assert!(!may("GPL-3.0-only/AGPL-3.0-only"));
}

#[test]
fn what_cannot_be_read_is_not_satisfied() {
    for expression in
        ["", "MIT OR", "AND MIT", "(MIT", "MIT)", "MIT ISC", "Apache-2.0 WITH", "mit", "MIT OR ()"]
    {
        assert!(!may(expression), "{expression}");
    }
}

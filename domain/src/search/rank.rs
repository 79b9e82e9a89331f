//! How well a message says what is looked for, for whoever wants what says it best first.

use super::{
    found::{LONGEST_COUNTRY, Said, Whose},
    query::Query,
    term::{Part, Phrase, Term, Way},
};

/// How well all of it is said: the less, the better. As it was typed before in parts, whole words before their beginnings,
/// the visitor's own words before the desk's; each counted by terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    apart: u8,
    beginnings: u8,
    others: u8,
}

/// How well one term is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Manner {
    /// As it was typed.
    Whole,
    /// As the beginning of a word, or the end of a number.
    Beginning,
    /// In parts.
    Apart,
}

impl Rank {
    /// The same order as a number, for cursors.
    pub fn number(self) -> u32 {
        u32::from_be_bytes([0, self.apart, self.beginnings, self.others])
    }

    fn and(self, (manner, whose): (Manner, Whose)) -> Self {
        let other = match whose {
            Whose::Visitor => 0,
            Whose::Desk => 1,
            Whose::Note => 2,
        };
        Self {
            apart: self.apart + u8::from(manner == Manner::Apart),
            beginnings: self.beginnings + u8::from(manner == Manner::Beginning),
            others: self.others + other,
        }
    }
}

impl Query {
    /// How well it is said there. Of a term that is not said at all nothing is told: ask [`Query::is_in`] first.
    pub fn rank(&self, said: &Said) -> Rank {
        let best = |term: &Term| term.ways.iter().filter_map(|way| manner(said, way)).min();
        self.terms().iter().filter_map(best).fold(Rank::default(), Rank::and)
    }
}

/// How well it is said in this way, and by whom.
fn manner(said: &Said, way: &Way) -> Option<(Manner, Whose)> {
    let whose =
        |phrase: &Phrase| said.texts.iter().filter(|text| text.has(phrase)).map(|text| text.whose).min();
    match way {
        Way::Said(phrase) => {
            let typed = whose(&whole(phrase)).map(|whose| (Manner::Whole, whose));
            typed.or_else(|| whose(phrase).map(|whose| (Manner::Beginning, whose)))
        }
        Way::Each(phrases) => {
            let all: Option<Vec<Whose>> = phrases.iter().map(whose).collect();
            all?.into_iter().max().map(|whose| (Manner::Apart, whose))
        }
        Way::Near(one, other, within) => {
            let near = said.texts.iter().filter(|text| text.has_near(one, other, *within));
            near.map(|text| (Manner::Apart, text.whose)).min()
        }
        Way::Ending { digits, national } => {
            let before = said.before_ending(digits, *national)?;
            let manner = if before <= LONGEST_COUNTRY { Manner::Whole } else { Manner::Beginning };
            Some((manner, Whose::Visitor))
        }
    }
}

/// The same phrase with a last word that does not go on.
fn whole(phrase: &Phrase) -> Phrase {
    let part = |part: &Part| match part {
        Part::Beginning(word) => Part::Word(word.clone()),
        Part::Characters(_) | Part::Word(_) => part.clone(),
    };
    Phrase(phrase.0.iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rank of a message with these texts that is found.
    fn rank(typed: &str, texts: &[(Whose, &str)], phone: Option<&str>) -> Rank {
        let query = Query::read(typed).unwrap();
        let said = Said::by(texts.iter().copied(), phone);
        assert!(query.is_in(&said), "{typed} in {texts:?}");
        query.rank(&said)
    }

    /// Each before the next.
    fn in_order(typed: &str, messages: &[&[(Whose, &str)]]) {
        let ranks: Vec<Rank> = messages.iter().map(|texts| rank(typed, texts, None)).collect();
        assert!(ranks.is_sorted_by(|a, b| a < b), "{typed}: {ranks:?}");
        let numbers: Vec<u32> = ranks.iter().map(|rank| rank.number()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{typed}: {numbers:?}");
    }

    use Whose::{Desk, Note, Visitor};

    #[test]
    fn what_stands_as_it_was_typed_comes_before_what_stands_in_parts() {
        in_order(
            "退款失败",
            &[
                &[(Visitor, "提示退款失败了")],
                &[(Desk, "退款失敗")],
                &[(Note, "退款失败")],
                &[(Visitor, "退款一直失败")],
                &[(Note, "退款一直失败")],
            ],
        );
        in_order("app闪退", &[&[(Visitor, "app 闪退")], &[(Visitor, "app 一直闪退")]]);
        in_order("12 34", &[&[(Visitor, "12 34")], &[(Visitor, "34 and 12")]]);
    }

    #[test]
    fn whole_words_come_before_beginnings_and_the_visitors_before_notes() {
        in_order(
            "refund",
            &[
                &[(Visitor, "a refund"), (Note, "refunds")],
                &[(Note, "a refund"), (Visitor, "no refunds")],
                &[(Visitor, "refunds")],
                &[(Note, "refunds")],
            ],
        );
        in_order("mueller", &[&[(Visitor, "Herr Müller")], &[(Visitor, "Frau Müllerin")]]);
    }

    #[test]
    fn every_term_counts() {
        in_order(
            "refund heater",
            &[
                &[(Visitor, "refund the heater")],
                &[(Visitor, "refund the thing"), (Note, "a heater")],
                &[(Visitor, "refund the heaters")],
                &[(Visitor, "refunds for heaters")],
                &[(Note, "refunds for heaters")],
            ],
        );
        in_order("退款失败 refund", &[&[(Note, "refunds: 退款失败")], &[(Visitor, "refund: 退款又失败")]]);
    }

    #[test]
    fn a_number_comes_before_its_end() {
        let phone = Some("+8613800138000");
        assert!(rank("13800138000", &[], phone) < rank("8000", &[], phone));
        assert_eq!(rank("8000", &[(Visitor, "order 8000")], None), Rank::default());
    }
}

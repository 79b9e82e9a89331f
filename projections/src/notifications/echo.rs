//! What a receiver repeats of what people said is not kept: it would outlive an erasure. Pure.

use super::vendor::{Notice, Piece, Verdict};
use std::collections::HashSet;

/// So many characters without a blank that are the same are a repetition.
const RUN: usize = 6;
/// What stands before a receiver's own words.
const QUOTES: &str = ": “";
/// A name that is shorter is not looked for: it may be part of any word.
const LEAST_NAME: usize = 2;

/// What people said in a notice, and what they are called.
pub(crate) fn said_in(notice: &Notice) -> Vec<String> {
    let said = |piece: &Piece| match piece {
        Piece::Theirs(text) | Piece::Words(text) => Some(text.trim().to_owned()),
        Piece::Ours(_) | Piece::Strong(_) => None,
    };
    notice.lines.iter().flatten().filter_map(said).filter(|text| !text.is_empty()).collect()
}

/// A verdict without what it repeats of them. What it says of the notice is decided by then.
pub(crate) fn unsaid(mut verdict: Verdict, said: &[String]) -> Verdict {
    if let Some((ours, theirs)) = verdict.detail.split_once(QUOTES) {
        verdict.detail = format!("{ours}{QUOTES}{}", without(theirs, said));
    }
    verdict
}

fn without(text: &str, said: &[String]) -> String {
    // As a whole first: of a name no run may be long enough.
    let is_name = |text: &&String| text.chars().count() >= LEAST_NAME;
    let text =
        said.iter().filter(is_name).fold(text.to_owned(), |text, name| text.replace(name.as_str(), "…"));
    let mut runs: HashSet<[char; RUN]> = HashSet::new();
    for said in said {
        runs.extend(windows(&said.chars().collect::<Vec<_>>()).map(|(_, run)| run));
    }
    let letters: Vec<char> = text.chars().collect();
    let mut repeated = vec![false; letters.len()];
    for (at, _) in windows(&letters).filter(|(_, run)| runs.contains(run)) {
        repeated[at..at + RUN].fill(true);
    }
    let mut told = String::with_capacity(text.len());
    for (at, letter) in letters.iter().enumerate() {
        match repeated[at] {
            false => told.push(*letter),
            true if at == 0 || !repeated[at - 1] => told.push('…'),
            true => {}
        }
    }
    told
}

/// Each run of characters without a blank, and where it begins.
fn windows(letters: &[char]) -> impl Iterator<Item = (usize, [char; RUN])> {
    letters
        .windows(RUN)
        .enumerate()
        .filter(|(_, run)| !run.iter().any(|letter| letter.is_whitespace()))
        .filter_map(|(at, run)| Some((at, run.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::super::vendor::Outcome;
    use super::*;

    fn told(detail: &str, said: &[&str]) -> String {
        let said: Vec<String> = said.iter().map(|text| (*text).to_owned()).collect();
        unsaid(Verdict::new(Outcome::Retry, detail), &said).detail
    }

    #[test]
    fn what_a_receiver_repeats_of_a_visitors_words_is_not_kept() {
        let words = "请问我的订单什么时候发货？ order 4711-ABCDEF";
        assert_eq!(
            told("Refused. It said: “bad text 请问我的订单什么时候发货？ (order 4711-ABCDEF)”", &[words]),
            "Refused. It said: “bad text … (order …)”"
        );
        assert_eq!(
            told("Refused. It said: “{\"name\":\"李雷\"}”", &["李雷", "Anna Li", words]),
            "Refused. It said: “{\"name\":\"…\"}”"
        );
    }

    #[test]
    fn our_own_sentence_and_the_receivers_own_words_stay() {
        let detail = "The signature is not right. It said: “sign not match”";
        assert_eq!(told(detail, &["The signature is not right", "does not match"]), detail);
        assert_eq!(
            told("No quotation of anything.", &["quotation of anything"]),
            "No quotation of anything."
        );
        assert_eq!(told("It said: “a”", &["a"]), "It said: “a”");
    }
}

//! What all receivers' answers have in common.

use super::{Answer, LONGEST_WAIT, Outcome, Verdict, text};
use chrono::{DateTime, TimeDelta};
use serde_json::Value;
use std::time::Duration;

/// What a vendor's code means, and what to do.
pub(crate) type Meaning = (Outcome, &'static str);

/// A robot, whose answers are JSON with a code in it.
pub(crate) struct Robot {
    /// Its vendor, as people call it.
    pub(crate) name: &'static str,
    /// How long it wants to be left alone when it is told too much.
    pub(crate) rest: Duration,
    /// Where the code is.
    pub(crate) code: fn(&Value) -> Option<i64>,
    /// Where its words are.
    pub(crate) words: &'static str,
    /// What code and words, in lower case, mean; `None`: unknown.
    pub(crate) meaning: fn(i64, &str) -> Option<Meaning>,
}

/// What a code for too many requests means.
pub(crate) const TOO_FAST: Meaning =
    (Outcome::Retry, "The robot was sent more than its vendor allows; it is left alone for a while.");

const MOST_DETAIL: usize = 1_800;
const MOST_QUOTED: usize = 500;

impl Robot {
    /// What an answer means.
    pub(crate) fn judge(&self, answer: &Answer) -> Verdict {
        let json: Option<Value> = serde_json::from_slice(&answer.body).ok();
        let Some(code) = json.as_ref().and_then(self.code) else { return self.without_code(answer) };
        let said = json.as_ref().and_then(|json| json.get(self.words)?.as_str()).unwrap_or_default();
        let lower = said.to_lowercase();
        let (outcome, sentence) = match code {
            0 if answer.is_success() => (Outcome::Delivered, ""),
            0 => (Outcome::Retry, "The robot said yes with an HTTP status that says no."),
            code => (self.meaning)(code, &lower).or_else(|| by_words(&lower)).unwrap_or((
                Outcome::Retry,
                "The robot refused with a code that Leaveword does not know; it is tried again.",
            )),
        };
        let detail = match outcome {
            Outcome::Delivered => format!("{} took it.", self.name),
            Outcome::Retry | Outcome::Configuration | Outcome::Payload => {
                answer.tell(sentence, self.name, said)
            }
        };
        let mut verdict = Verdict::new(outcome, detail);
        verdict.code = Some(code.to_string());
        if outcome == Outcome::Retry {
            verdict.wait = answer.wait();
            if sentence == TOO_FAST.1 {
                verdict = verdict.after(self.rest);
            }
        }
        verdict
    }

    fn without_code(&self, answer: &Answer) -> Verdict {
        let body = answer.text();
        let is_gateway = answer.status == 429 || body.contains("\"punish\"");
        let verdict = Verdict::new(Outcome::Retry, answer.tell(answer.kind_of_body(), self.name, &body));
        let verdict = Verdict { wait: answer.wait(), ..verdict };
        if is_gateway { verdict.after(self.rest) } else { verdict }
    }
}

/// For codes that nobody has written down: their words are much the same everywhere.
fn by_words(lower: &str) -> Option<Meaning> {
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let is_count = lower.find("exceed").is_some_and(|at| lower[at..].contains("times"));
    if is_count || has(&["too fast", "too many", "frequency", "freq out of limit", "限流", "频率"]) {
        return Some(TOO_FAST);
    }
    has(&["too long", "too large", "exceed max length"])
        .then_some((Outcome::Payload, "The robot finds this notice too long."))
}

impl Answer {
    /// Does HTTP say yes?
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// As text, as far as it is text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).trim().to_owned()
    }

    /// How long the receiver asks to be left alone: in seconds, or until a date (RFC 9110, 10.2.3). A day at most.
    pub(crate) fn wait(&self) -> Option<Duration> {
        let given = self.retry_after.as_deref()?.trim();
        let wait = match given.parse::<u32>() {
            Ok(seconds) => TimeDelta::seconds(i64::from(seconds)),
            Err(_) if !given.is_empty() && given.bytes().all(|byte| byte.is_ascii_digit()) => LONGEST_WAIT,
            Err(_) => DateTime::parse_from_rfc2822(given).ok()?.to_utc() - self.at,
        };
        wait.clamp(TimeDelta::zero(), LONGEST_WAIT).to_std().ok()
    }

    /// A sentence and the receiver's own words.
    pub(crate) fn tell(&self, sentence: &str, who: &str, said: &str) -> String {
        let said = text::redact(said, MOST_QUOTED);
        let status = self.status;
        let detail = match said.as_str() {
            "" => format!("{sentence} (HTTP {status})"),
            said => format!("{sentence} {who} said, with HTTP {status}: “{said}”"),
        };
        text::shorten(&detail, MOST_DETAIL)
    }

    /// What an answer is that no code can be found in.
    fn kind_of_body(&self) -> &'static str {
        let body = self.text();
        let is_html = body.get(..1) == Some("<");
        match () {
            () if body.is_empty() => "The answer is empty: it does not say that the notice was taken.",
            () if is_html => {
                "The answer is a page instead of a robot's: something in between may have given it."
            }
            () => "The answer has no code: it does not say that the notice was taken.",
        }
    }
}

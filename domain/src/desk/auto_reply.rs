//! What a visitor is answered at once when the desk is closed, and when.

use super::Settings;
use crate::{
    hours::{Moment, Reason},
    ids::CategoryId,
    locale::Locale,
    text::ReplyText,
};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// What nobody answered automatically for so long is not any more: the visitor has gone home.
pub const AUTO_REPLY_WITHIN: TimeDelta = TimeDelta::hours(24);
/// Who is present and how many wait is known of now only: of a message that was left earlier nobody can tell.
const NOW: TimeDelta = TimeDelta::minutes(1);

/// A gap in the desk's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// When the desk opens next.
    OpensAt,
    /// The desk's name.
    Desk,
}

/// A part of the desk's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Words(&'a str),
    Gap(Gap),
    /// Braces around what nothing fills, or that are not closed.
    Unknown,
}

/// The parts of a text, in order.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = vec![];
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        parts.push(Part::Words(before));
        let Some((name, beyond)) = after.split_once("}}") else {
            parts.push(Part::Unknown);
            return parts;
        };
        parts.push(match name.trim() {
            "opensAt" => Part::Gap(Gap::OpensAt),
            "desk.name" => Part::Gap(Gap::Desk),
            _ => Part::Unknown,
        });
        rest = beyond;
    }
    parts.push(Part::Words(rest));
    parts
}

/// A message that might be answered automatically.
#[derive(Clone, Debug)]
pub struct LeftWord {
    /// When it was left.
    pub at: DateTime<Utc>,
    /// What it is about.
    pub category_id: Option<CategoryId>,
    /// The visitor's language.
    pub locale: Option<Locale>,
}

/// An automatic reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutoReply {
    /// What it says.
    pub content: ReplyText,
    /// When the desk opens next, if that is known.
    pub opens_at: Option<DateTime<Utc>>,
    /// In which closing, in words for machines: a visitor is answered once in each.
    pub closing: String,
}

impl Settings {
    /// Is a message answered automatically at all?
    pub fn replies_by_itself(&self) -> bool {
        self.auto_reply.as_ref().is_some_and(|revised| revised.enabled)
    }

    /// The automatic reply to a message: when the desk is closed now, and was by its hours when it was left. While nobody is
    /// there, `last_present` is when the last one left; `None`: nobody ever was, as far as is known.
    pub fn auto_reply_to(
        &self,
        left: &LeftWord,
        now: Moment,
        last_present: Option<DateTime<Utc>>,
    ) -> Option<AutoReply> {
        let revised = self.auto_reply.as_ref().filter(|revised| revised.enabled && revised.at <= left.at)?;
        let (rule, hours) = (self.availability_rule(), self.hours(left.category_id.as_ref()));
        let closed = rule.decide(&hours, now);
        let by_people = matches!(closed.reason, Reason::NobodyPresent | Reason::TooManyWaiting);
        let age = now.at - left.at;
        let is_past = if by_people { age > NOW } else { rule.by_hours && hours.is_open(left.at) };
        if closed.open || is_past || age > AUTO_REPLY_WITHIN {
            return None;
        }
        let desk = self.desk.as_ref()?;
        let own = desk.locales.first()?;
        let opens_at = closed.opens_at;
        let text = if opens_at.is_some() { &revised.text } else { &revised.text_without_time };
        let content = filled(text.text(left.locale.as_ref(), own), &desk.name, opens_at, closed.zone);
        let closing = self.closing(left.category_id.as_ref(), now, last_present, closed.zone);
        Some(AutoReply { content: ReplyText::parse(&content).ok()?, opens_at, closing })
    }
}

/// The words with their gaps filled: a time of the wall clock with its zone, which every language can read.
fn filled(text: &str, desk: &str, opens_at: Option<DateTime<Utc>>, zone: Tz) -> String {
    let time =
        |at: DateTime<Utc>| format!("{} ({})", at.with_timezone(&zone).format("%Y-%m-%d %H:%M"), zone.name());
    let said = |part: Part<'_>| match part {
        Part::Words(words) => words.to_owned(),
        Part::Gap(Gap::OpensAt) => opens_at.map(time).unwrap_or_default(),
        Part::Gap(Gap::Desk) => desk.to_owned(),
        Part::Unknown => String::new(),
    };
    parts(text).into_iter().map(said).collect()
}

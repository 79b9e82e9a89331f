//! What a channel is told, and how: event types, filters, mentions, form, rate, how much leaves the desk.

mod notification_type;
mod template;

pub use notification_type::{NotificationType, ToldEvent, notification_types, told_events, type_of};
pub use template::{Template, TemplatePart, Variable};

use super::{ChannelKind, Quiet};
use crate::{
    hours::HoursRange,
    ids::CategoryId,
    locale::Locale,
    message::{Priority, Stars},
    personal::Personal,
    text::Text,
};
use notification_type::{default_events, replies};
use serde::{Deserialize, Serialize};

/// What a channel is called: 1 to 100 characters.
pub type ChannelName = Text<100>;
/// A word that words have to have, or must not have: 1 to 50 characters.
pub type Keyword = Text<50>;
/// Who is mentioned: a vendor's id, a mobile phone's number, `@all` or `@assignee`. 1 to 100 characters.
pub type MentionText = Text<100>;

/// As many entries as each list of the rules has.
const MOST: usize = 50;
/// As many messages as a channel may be limited to in a minute: a higher limit is none.
const FASTEST: u32 = 6_000;

/// The rules of a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// What it is told of.
    pub events: Vec<NotificationType>,
    /// Only messages of these categories; none: of all.
    pub category_ids: Vec<CategoryId>,
    /// Only messages as urgent as one of these; none: all.
    pub priorities: Vec<Priority>,
    /// Only what has one of these words, in any case; none: everything.
    pub require_keywords: Vec<Keyword>,
    /// Nothing that has one of these.
    pub skip_keywords: Vec<Keyword>,
    /// Who is mentioned.
    pub mentions: Vec<Personal<MentionText>>,
    /// Who is mentioned beside them, by category.
    pub category_mentions: Vec<CategoryMention>,
    /// Only ratings that are no better.
    pub highest_rating: Option<Stars>,
    /// The vendor's type of message; `None`: what suits it best.
    pub format: Option<String>,
    /// What is said, instead of the usual.
    pub template: Option<Template>,
    /// In which language; `None`: the desk's.
    pub locale: Option<Locale>,
    /// So many messages a minute at most, within what the vendor allows.
    pub rate_per_minute: Option<u32>,
    /// Is a visitor's contact told whole?
    pub show_contacts: bool,
    /// How much of a visitor's words is told.
    pub show_content: ShowContent,
    /// What becomes of many at once.
    pub digest: Digest,
    /// When nothing is sent.
    pub quiet_hours: Vec<HoursRange>,
}

/// Who is mentioned when a message is of a category.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CategoryMention {
    /// Of this one.
    pub category_id: CategoryId,
    /// They are.
    pub mentions: Vec<Personal<MentionText>>,
}

/// How much of a visitor's words leaves the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ShowContent {
    /// Nothing.
    None,
    /// The beginning.
    #[default]
    Excerpt,
    /// As much as the vendor takes.
    Full,
}

/// What becomes of many at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Digest {
    /// Each is sent by itself.
    Never,
    /// When they come faster than they may be sent, they are sent together.
    #[default]
    Bursts,
    /// What came in an hour is sent together.
    Hourly,
    /// What came in a day is sent together, at nine in the morning.
    Daily,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            events: default_events(),
            category_ids: vec![],
            priorities: vec![],
            require_keywords: vec![],
            skip_keywords: vec![],
            mentions: vec![],
            category_mentions: vec![],
            highest_rating: None,
            format: None,
            template: None,
            locale: None,
            rate_per_minute: None,
            show_contacts: false,
            show_content: ShowContent::default(),
            digest: Digest::default(),
            quiet_hours: vec![],
        }
    }
}

/// Why rules cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// It would be told nothing.
    #[error("the rules name no event type; leave `events` out for message.submitted")]
    NoEvents,
    /// There is no such event type.
    #[error("{0:?} is no event type; docs/webhooks/README.md lists them")]
    EventUnknown(String),
    /// A list is too long.
    #[error("`{0}` has more than {MOST} entries")]
    TooMany(&'static str),
    /// The vendor has no such type of message.
    #[error("{} has no format {given:?}; it has {}", kind.name(), kind.formats().join(", "))]
    FormatUnknown {
        /// What it speaks.
        kind: ChannelKind,
        /// What was asked for.
        given: String,
    },
    /// Receivers of webhooks get JSON of a fixed shape.
    #[error("a generic webhook sends JSON of a fixed shape: it has no template, mentions or digests")]
    WebhookIsPlain,
    /// The template names something that there is not.
    #[error("the template has {{{{{0}}}}}, which is no variable; there are {names}", names = Variable::names())]
    VariableUnknown(String),
    /// The template cannot be used.
    #[error("the template {0}")]
    Template(crate::text::TextError),
    /// Visitors hear of replies, in their own language and in words of ours.
    #[error(
        "a channel to visitors tells them of message.replied in their own language: it has no other events, template, format, \
         locale, mentions, contacts or digests"
    )]
    VisitorsArePlain,
    /// What is said stays here.
    #[error("an SMS has no words of a message: its `showContent` is NONE")]
    SmsIsBare,
    /// Not so many a minute.
    #[error("`ratePerMinute` is between 1 and {FASTEST}")]
    Rate,
    /// Quiet hours that are none.
    #[error("`quietHours` {}", super::NotHours)]
    QuietHours,
}

impl ChannelKind {
    /// The vendor's types of message, what suits it best first.
    pub fn formats(self) -> &'static [&'static str] {
        match self {
            Self::Wecom => &["markdown", "text", "markdown_v2", "template_card"],
            Self::Feishu | Self::Lark => &["interactive", "text", "post"],
            Self::Dingtalk => &["markdown", "text", "link", "action_card"],
            Self::Slack => &["blocks", "text"],
            Self::Webhook => &["json"],
            Self::Email | Self::VisitorEmail => &["mail"],
            Self::VisitorSms => &["sms"],
        }
    }
}

impl Rules {
    /// Can a channel of this kind have them?
    pub(super) fn check(&self, kind: ChannelKind) -> Result<(), RulesError> {
        if self.events.is_empty() {
            return Err(RulesError::NoEvents);
        }
        let lists = [
            ("events", self.events.len()),
            ("categoryIds", self.category_ids.len()),
            ("requireKeywords", self.require_keywords.len()),
            ("skipKeywords", self.skip_keywords.len()),
            ("mentions", self.mentions.len()),
            ("categoryMentions", self.category_mentions.len()),
            ("quietHours", self.quiet_hours.len()),
        ];
        if let Some((list, _)) = lists.into_iter().find(|(_, entries)| *entries > MOST) {
            return Err(RulesError::TooMany(list));
        }
        if self.category_mentions.iter().any(|each| each.mentions.len() > MOST) {
            return Err(RulesError::TooMany("categoryMentions.mentions"));
        }
        if let Some(given) = self.format.as_ref().filter(|given| !kind.formats().contains(&given.as_str())) {
            return Err(RulesError::FormatUnknown { kind, given: given.clone() });
        }
        let has_mentions = !self.mentions.is_empty() || !self.category_mentions.is_empty();
        let has_digests = matches!(self.digest, Digest::Hourly | Digest::Daily);
        if kind == ChannelKind::Webhook && (self.template.is_some() || has_mentions || has_digests) {
            return Err(RulesError::WebhookIsPlain);
        }
        if kind.reaches().is_some() {
            self.check_for_visitors(kind)?;
        }
        if self.rate_per_minute.is_some_and(|rate| !(1..=FASTEST).contains(&rate)) {
            return Err(RulesError::Rate);
        }
        Quiet::read(&self.quiet_hours).map_err(|_| RulesError::QuietHours)?;
        Ok(())
    }

    /// What a channel of this kind is told unless somebody says otherwise.
    pub fn usual(kind: ChannelKind) -> Self {
        match kind.reaches() {
            Some(_) => Self { events: replies(), show_content: ShowContent::None, ..Self::default() },
            None => Self::default(),
        }
    }

    fn check_for_visitors(&self, kind: ChannelKind) -> Result<(), RulesError> {
        let plain = Self {
            category_ids: self.category_ids.clone(),
            priorities: self.priorities.clone(),
            require_keywords: self.require_keywords.clone(),
            skip_keywords: self.skip_keywords.clone(),
            rate_per_minute: self.rate_per_minute,
            show_content: self.show_content,
            quiet_hours: self.quiet_hours.clone(),
            ..Self::usual(kind)
        };
        if *self != plain {
            return Err(RulesError::VisitorsArePlain);
        }
        match (kind, self.show_content) {
            (ChannelKind::VisitorSms, ShowContent::Excerpt | ShowContent::Full) => Err(RulesError::SmsIsBare),
            (_, _) => Ok(()),
        }
    }

    /// Does it ask for anything that only the words can answer?
    pub fn asks_for_words(&self) -> bool {
        !self.require_keywords.is_empty() || !self.skip_keywords.is_empty()
    }

    /// Do these words have one that is required, and none that is skipped? Case does not matter.
    pub fn take_words(&self, words: &str) -> bool {
        let words = words.to_lowercase();
        let has = |keyword: &Keyword| words.contains(&keyword.as_str().to_lowercase());
        (self.require_keywords.is_empty() || self.require_keywords.iter().any(has))
            && !self.skip_keywords.iter().any(has)
    }
}

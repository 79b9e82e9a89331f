//! A channel's rules as they came in, read.

use super::{super::desk::HoursRangeInput, read};
use crate::{
    caller::Asks,
    query::{
        channel::{Digest, ShowContent},
        message::Priority,
    },
    refusal::{self, UserError},
    scalar::Locale,
};
use async_graphql::{Context, ID, InputObject};
use domain::{
    channel::{CategoryMention, ChannelKind, MentionText, NotificationType, Rules, RulesError, Template},
    hours::HoursRange,
    ids::CategoryId,
    message::Stars,
    personal::Personal,
    text::Text,
};

/// What a channel is told, and how.
#[derive(Default, InputObject)]
pub(super) struct ChannelRulesInput {
    /// Event types, such as `message.submitted`; new messages and troubles of other channels when it is left out, and for
    /// visitors `message.replied`.
    events: Option<Vec<String>>,
    /// Only messages of these categories.
    category_ids: Option<Vec<ID>>,
    /// Only messages as urgent as one of these.
    priorities: Option<Vec<Priority>>,
    /// Only what has one of these words, in any case.
    require_keywords: Option<Vec<String>>,
    /// Nothing that has one of these words.
    skip_keywords: Option<Vec<String>>,
    /// Who is mentioned: the vendor's ids, mobile phones' numbers, `@all`, or `@assignee`, whose name the vendor has among
    /// the member's handles.
    mentions: Option<Vec<String>>,
    /// Who is mentioned beside them, by category.
    category_mentions: Option<Vec<CategoryMentionInput>>,
    /// For `message.rated`: only ratings that are no better, 1 to 5.
    highest_rating: Option<i32>,
    /// The vendor's type of message, such as `markdown`; what suits it best when it is left out.
    format: Option<String>,
    /// What is said, with gaps such as `{{visitor.name}}`: 1 to 2,000 characters.
    template: Option<String>,
    /// In which language; the desk's when it is left out.
    locale: Option<Locale>,
    /// So many messages a minute at most, within what the vendor allows.
    rate_per_minute: Option<i32>,
    /// Are contacts told whole? Masked otherwise.
    #[graphql(default = false)]
    show_contacts: bool,
    /// How much of what is written leaves the desk: EXCERPT when it is left out, and NONE in a channel to visitors.
    show_content: Option<ShowContent>,
    /// What becomes of many at once.
    #[graphql(default_with = "Digest::Bursts")]
    digest: Digest,
    /// When nothing is sent, in the desk's time zone.
    quiet_hours: Option<Vec<HoursRangeInput>>,
}

/// Who is mentioned when a message is of a category.
#[derive(InputObject)]
struct CategoryMentionInput {
    /// Of this one.
    category_id: ID,
    /// They are.
    mentions: Vec<String>,
}

impl ChannelRulesInput {
    /// The rules, unless something in them cannot be read; what it is, is told.
    pub(super) fn read(
        self,
        ctx: &Context<'_>,
        kind: ChannelKind,
        refused: &mut Vec<UserError>,
    ) -> Option<Rules> {
        let before = refused.len();
        let usual = Rules::usual(kind);
        let events = self.events.map_or(usual.events, |events| {
            let read = |name: &String| {
                let known = NotificationType::parse(name);
                if known.is_none() {
                    let unknown = RulesError::EventUnknown(name.chars().take(100).collect());
                    refused.push(refusal::of_rules(&unknown, ctx.locale()));
                }
                known
            };
            events.iter().take(100).filter_map(read).collect()
        });
        let template = self.template.and_then(|text| {
            let read = Template::parse(&text);
            read.map_err(|error| refused.push(refusal::of_rules(&error, ctx.locale()))).ok()
        });
        let category = |id: ID| CategoryId(id.to_string());
        let category_mentions = self.category_mentions.unwrap_or_default().into_iter().map(|each| {
            let mentions = texts(ctx, Some(each.mentions), "categoryMentions", refused);
            CategoryMention { category_id: category(each.category_id), mentions: personal(mentions) }
        });
        let category_mentions = category_mentions.collect();
        let highest_rating = self.highest_rating.and_then(|stars| {
            let read = Stars::new(stars.into());
            if read.is_none() {
                refused.push(refusal::of_stars(ctx.locale()));
            }
            read
        });
        let rules = Rules {
            events,
            category_ids: self.category_ids.unwrap_or_default().into_iter().map(category).collect(),
            priorities: self.priorities.unwrap_or_default().into_iter().map(Into::into).collect(),
            require_keywords: texts(ctx, self.require_keywords, "requireKeywords", refused),
            skip_keywords: texts(ctx, self.skip_keywords, "skipKeywords", refused),
            mentions: personal(texts(ctx, self.mentions, "mentions", refused)),
            category_mentions,
            highest_rating,
            format: self.format,
            template,
            locale: self.locale.map(|locale| locale.0),
            // What is no number of messages is refused with the other rules.
            rate_per_minute: self.rate_per_minute.map(|rate| u32::try_from(rate).unwrap_or_default()),
            show_contacts: self.show_contacts,
            show_content: self.show_content.map_or(usual.show_content, Into::into),
            digest: self.digest.into(),
            quiet_hours: self.quiet_hours.unwrap_or_default().into_iter().map(HoursRange::from).collect(),
        };
        (refused.len() == before).then_some(rules)
    }
}

fn texts<const MAX: usize>(
    ctx: &Context<'_>,
    given: Option<Vec<String>>,
    field: &'static str,
    refused: &mut Vec<UserError>,
) -> Vec<Text<MAX>> {
    let mut read = vec![];
    for text in given.unwrap_or_default() {
        match Text::parse(&text) {
            Ok(text) => read.push(text),
            Err(error) => refused.push(read::of_text(ctx, &error, field)),
        }
    }
    read
}

fn personal(mentions: Vec<MentionText>) -> Vec<Personal<MentionText>> {
    mentions.into_iter().map(Personal::Clear).collect()
}

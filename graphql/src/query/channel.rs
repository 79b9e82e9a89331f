//! Channels and deliveries: where the desk is told of what happens, and what came of it. For whoever manages channels.

mod delivery;

pub(crate) use delivery::{Delivery, DeliveryAttempt, DeliveryQuery};

use crate::{
    caller::Asks,
    fault::{self, Code},
    language::Language,
    scalar::{DateTime, Json},
};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::{
    access::{Permission, holds},
    channel::{
        Channel as DomainChannel, ChannelKind as DomainKind, ChannelState as DomainState, Connected,
        Digest as DomainDigest, PauseReason, Rules, ShowContent as DomainShowContent,
    },
    ids::ChannelId,
    personal::Personal,
    text::Text,
};
use serde_json::{Value, json};

#[derive(Default)]
pub(crate) struct ChannelQuery;

/// What a channel speaks.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainKind")]
pub(crate) enum ChannelKind {
    /// WeCom's group robot, 企业微信群机器人.
    Wecom,
    /// Feishu's custom bot, 飞书自定义机器人.
    Feishu,
    /// The same of Lark.
    Lark,
    /// DingTalk's custom robot, 钉钉自定义机器人.
    Dingtalk,
    /// Slack's incoming webhook.
    Slack,
    /// Any receiver of Standard Webhooks.
    Webhook,
    /// E-mail.
    Email,
    /// Visitors, by mail: whoever left an address is told of replies.
    VisitorEmail,
    /// The same by SMS, for whoever left a phone number.
    VisitorSms,
}

/// How much of what visitors write leaves the desk.
#[derive(Clone, Copy, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainShowContent")]
pub(crate) enum ShowContent {
    /// Nothing.
    None,
    /// The first hundred characters.
    #[default]
    Excerpt,
    /// As much as the vendor takes.
    Full,
}

/// What becomes of many at once.
#[derive(Clone, Copy, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainDigest")]
pub(crate) enum Digest {
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

/// Does a channel send?
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum ChannelState {
    /// Yes.
    Active,
    /// Not for the time being; what it would send waits.
    Paused,
    /// Never again.
    Disconnected,
}

/// How a channel is doing.
#[derive(SimpleObject)]
struct ChannelHealth {
    /// Failures since the last success.
    failures: i64,
    /// When the first of them was.
    failing_since: Option<DateTime>,
    /// When something was last delivered.
    last_delivered_at: Option<DateTime>,
    /// Nothing is sent before: the receiver wants it so, or has failed too often.
    quiet_until: Option<DateTime>,
    /// Deliveries that wait; ten thousand at most.
    waiting: i64,
    /// Deliveries that nobody tries any more; ten thousand at most.
    dead: i64,
}

/// Where the desk is told of what happens.
#[derive(Clone)]
pub(crate) struct Channel {
    id: ChannelId,
    channel: Connected,
}

/// Refuses whoever does not manage channels.
pub(crate) fn manage(ctx: &Context<'_>) -> Result<()> {
    ctx.staff()?;
    match holds(ctx.caller().actor, Permission::ChannelsManage) {
        true => Ok(()),
        false => Err(fault::fault(Code::Forbidden, "this needs the permission channels.manage")),
    }
}

#[Object]
impl ChannelQuery {
    /// The channels that are connected, in the order in which they were. Needs `channels.manage`.
    async fn channels(&self, ctx: &Context<'_>) -> Result<Vec<Channel>> {
        manage(ctx)?;
        let all = Channel::all(ctx).await?;
        Ok(all.into_iter().filter(|channel| channel.channel.state != DomainState::Disconnected).collect())
    }
}

impl Channel {
    async fn all(ctx: &Context<'_>) -> Result<Vec<Self>> {
        let channels = ctx.projections().channels().await;
        let channels = channels.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        let connected = |(id, channel)| match channel {
            DomainChannel::Connected(channel) => Some(Self { id, channel: *channel }),
            DomainChannel::NotConnected => None,
        };
        Ok(channels.into_iter().filter_map(connected).collect())
    }

    /// One channel, whatever became of it.
    pub(crate) async fn load(ctx: &Context<'_>, id: ChannelId) -> Result<Option<Self>> {
        Ok(Self::all(ctx).await?.into_iter().find(|channel| channel.id == id))
    }

    /// Does it tell visitors, and not the desk?
    pub(crate) fn tells_visitors(&self) -> bool {
        self.channel.kind.reaches().is_some()
    }

    /// What a channel speaks, for whoever may change it.
    pub(crate) async fn kind_of(ctx: &Context<'_>, id: ChannelId) -> Result<Option<DomainKind>> {
        manage(ctx)?;
        Ok(Self::load(ctx, id).await?.map(|channel| channel.channel.kind))
    }
}

/// Where the desk is told of what happens.
#[Object]
impl Channel {
    /// Its id.
    async fn id(&self) -> ID {
        ID(self.id.to_string())
    }

    /// What it is called.
    async fn name(&self) -> &str {
        self.channel.name.as_str()
    }

    /// What it speaks.
    async fn kind(&self) -> ChannelKind {
        self.channel.kind.into()
    }

    /// Does it send?
    async fn state(&self) -> ChannelState {
        match self.channel.state {
            DomainState::Active => ChannelState::Active,
            DomainState::Paused(_) => ChannelState::Paused,
            DomainState::Disconnected => ChannelState::Disconnected,
        }
    }

    /// Why it is paused, in words.
    async fn reason(&self, ctx: &Context<'_>) -> Option<String> {
        let DomainState::Paused(reason) = &self.channel.state else { return None };
        Some(why_paused(reason, Language::of(ctx.locale())))
    }

    /// What it is told, and how: in the shape of the input.
    async fn rules(&self) -> Json {
        Json(rules(&self.channel.rules))
    }

    /// Where it sends to, without what opens it.
    async fn url_masked(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let shown = ctx.projections().shown_address(self.id).await;
        Ok(shown.map_err(|error| fault::of_query(ctx.caller(), &error))?.0)
    }

    /// Who gets mail, of an EMAIL channel.
    async fn emails(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        let shown = ctx.projections().shown_address(self.id).await;
        Ok(shown.map_err(|error| fault::of_query(ctx.caller(), &error))?.1)
    }

    /// How it is doing.
    async fn health(&self, ctx: &Context<'_>) -> Result<ChannelHealth> {
        let fault = |error| fault::of_query(ctx.caller(), &error);
        let health = ctx.projections().channel_health(self.id).await.map_err(fault)?;
        let (waiting, dead) = ctx.projections().channel_backlog(self.id).await.map_err(fault)?;
        Ok(ChannelHealth {
            failures: health.failures,
            failing_since: health.failing_since.map(DateTime),
            last_delivered_at: health.succeeded_at.map(DateTime),
            quiet_until: health.quiet_until.map(DateTime),
            waiting,
            dead,
        })
    }
}

fn rules(rules: &Rules) -> Value {
    let texts = |texts: &[Personal<Text<100>>]| -> Vec<String> {
        texts.iter().filter_map(|text| text.text().map(str::to_owned)).collect()
    };
    let words =
        |words: &[Text<50>]| -> Vec<String> { words.iter().map(|word| word.as_str().to_owned()).collect() };
    let by_category = rules
        .category_mentions
        .iter()
        .map(|each| json!({ "categoryId": each.category_id, "mentions": texts(&each.mentions) }));
    json!({
        "events": rules.events,
        "categoryIds": rules.category_ids,
        "priorities": rules.priorities,
        "requireKeywords": words(&rules.require_keywords),
        "skipKeywords": words(&rules.skip_keywords),
        "mentions": texts(&rules.mentions),
        "categoryMentions": by_category.collect::<Vec<_>>(),
        "highestRating": rules.highest_rating.map(domain::message::Stars::count),
        "format": rules.format,
        "template": rules.template.as_ref().map(domain::channel::Template::as_str),
        "locale": rules.locale,
        "ratePerMinute": rules.rate_per_minute,
        "showContacts": rules.show_contacts,
        "showContent": rules.show_content,
        "digest": rules.digest,
        "quietHours": rules.quiet_hours,
    })
}

/// Why a channel is paused, in words.
pub(crate) fn why_paused(reason: &PauseReason, language: Language) -> String {
    match reason {
        PauseReason::ByHand => language.say("channel-paused-by-hand", &[]),
        PauseReason::Refused(code) => {
            let code = code.as_deref().unwrap_or("–");
            language.say("channel-paused-refused", &[("code", code)])
        }
        PauseReason::Gone => language.say("channel-paused-gone", &[]),
        PauseReason::Failing => language.say("channel-paused-failing", &[]),
    }
}

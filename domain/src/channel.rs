//! The channel: where the desk is told of what happens, such as the robot of a group chat.
//!
//! Its secrets are no events: address, keys and recipients are a sealed row beside the log. Whom it mentions is personal,
//! everything else of its rules are words of the desk's.

mod address;
mod command;
mod event;
mod hours;
mod rules;
#[cfg(test)]
mod tests;

pub use address::{ChannelAddress, ChannelSecret};
pub use command::{ChannelCommand, ChannelError};
pub use event::{
    ChannelConnected, ChannelDisconnected, ChannelEvent, ChannelPaused, ChannelResumed, ChannelRevised,
    ChannelSecretRotated, ChannelWarned,
};
pub use hours::{NotHours, Quiet};
pub use rules::{
    CategoryMention, ChannelName, Digest, Keyword, MentionText, NotificationType, Rules, RulesError,
    ShowContent, Template, TemplatePart, ToldEvent, Variable, notification_types, told_events, type_of,
};

use crate::{
    contact::ContactKind,
    decide::{self, Decide},
};
use chrono::{DateTime, Utc};
use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};

/// As many channels as a desk has at once: each has a task of its own.
pub const MOST_CHANNELS: usize = 50;

/// What it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChannelKind {
    /// WeCom's group robot, 企业微信群机器人.
    Wecom,
    /// Feishu's custom bot, 飞书自定义机器人.
    Feishu,
    /// The same of Lark, outside China.
    Lark,
    /// DingTalk's custom robot, 钉钉自定义机器人.
    Dingtalk,
    /// Slack's incoming webhook.
    Slack,
    /// Any receiver of Standard Webhooks.
    Webhook,
    /// E-mail.
    Email,
    /// Visitors, by mail: whoever left an address is told that they have a reply.
    VisitorEmail,
    /// The same by SMS, for whoever left a phone number.
    VisitorSms,
}

impl ChannelKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Wecom,
        Self::Feishu,
        Self::Lark,
        Self::Dingtalk,
        Self::Slack,
        Self::Webhook,
        Self::Email,
        Self::VisitorEmail,
        Self::VisitorSms,
    ];

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wecom => "WECOM",
            Self::Feishu => "FEISHU",
            Self::Lark => "LARK",
            Self::Dingtalk => "DINGTALK",
            Self::Slack => "SLACK",
            Self::Webhook => "WEBHOOK",
            Self::Email => "EMAIL",
            Self::VisitorEmail => "VISITOR_EMAIL",
            Self::VisitorSms => "VISITOR_SMS",
        }
    }

    /// By which kind of contact it reaches visitors; `None`: it tells the desk.
    pub fn reaches(self) -> Option<ContactKind> {
        match self {
            Self::VisitorEmail => Some(ContactKind::Email),
            Self::VisitorSms => Some(ContactKind::Phone),
            Self::Wecom
            | Self::Feishu
            | Self::Lark
            | Self::Dingtalk
            | Self::Slack
            | Self::Webhook
            | Self::Email => None,
        }
    }
}

/// Why a channel sends nothing for the time being. What it would have sent waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// Somebody wanted it so.
    ByHand,
    /// The receiver says that the channel is not set up right; with its own code, when it gave one.
    Refused(Option<String>),
    /// The receiver says that the address is gone for good (HTTP 410).
    Gone,
    /// Nothing was delivered for days.
    Failing,
}

/// A channel as decisions need it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Its stream is empty.
    #[default]
    NotConnected,
    /// Everything after.
    Connected(Box<Connected>),
}

/// A channel that was connected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connected {
    /// What it is called.
    pub name: ChannelName,
    /// What it speaks.
    pub kind: ChannelKind,
    /// What it is told, and how.
    pub rules: Rules,
    /// Does it send?
    pub state: ChannelState,
    /// The beginning of the failures that were warned of last.
    pub warned_of: Option<DateTime<Utc>>,
    /// How often that was.
    pub warnings: u32,
    /// Business time of its last event.
    pub last_at: DateTime<Utc>,
}

/// Does it send?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
    /// Yes.
    Active,
    /// Not for the time being.
    Paused(PauseReason),
    /// Never again.
    Disconnected,
}

impl Channel {
    /// What it speaks, or spoke; `None` before it was connected.
    pub fn kind(&self) -> Option<ChannelKind> {
        match self {
            Self::Connected(channel) => Some(channel.kind),
            Self::NotConnected => None,
        }
    }

    /// What was connected, while it is.
    pub fn connected(&self) -> Option<&Connected> {
        match self {
            Self::Connected(channel) if channel.state != ChannelState::Disconnected => Some(channel),
            Self::Connected(_) | Self::NotConnected => None,
        }
    }

    /// By which kind of contact it reaches visitors as it stands; `None`: it tells the desk, or sends nothing at the moment.
    pub fn reaches(&self) -> Option<ContactKind> {
        let sends = self.connected().filter(|channel| channel.state == ChannelState::Active);
        sends.and_then(|channel| channel.kind.reaches())
    }
}

impl Decide for Channel {
    fn decide(&self, command: ChannelCommand) -> Result<Vec<ChannelEvent>, ChannelError> {
        match (command, self) {
            (ChannelCommand::Connect { standing, .. }, Self::NotConnected) if standing >= MOST_CHANNELS => {
                Err(ChannelError::TooMany)
            }
            (ChannelCommand::Connect { at, name, kind, rules, .. }, Self::NotConnected) => {
                rules.check(kind)?;
                let event = ChannelConnected { at, name, kind, rules: *rules };
                Ok(vec![ChannelEvent::ChannelConnected(event)])
            }
            (ChannelCommand::Connect { .. }, Self::Connected(_)) => Err(ChannelError::AlreadySo),
            (_, Self::NotConnected) => Err(ChannelError::NotConnected),
            (_, Self::Connected(channel)) if channel.state == ChannelState::Disconnected => {
                Err(ChannelError::Disconnected)
            }
            (command, Self::Connected(channel)) => channel.decide(command).map(|event| vec![event]),
        }
    }
}

impl Connected {
    fn decide(&self, command: ChannelCommand) -> Result<ChannelEvent, ChannelError> {
        let paused = matches!(self.state, ChannelState::Paused(_));
        Ok(match command {
            ChannelCommand::Connect { .. } => return Err(ChannelError::AlreadySo),
            ChannelCommand::Revise { name: None, rules: None, address: false, .. } => {
                return Err(ChannelError::AlreadySo);
            }
            ChannelCommand::Revise { at, name, rules, address } => {
                if let Some(rules) = &rules {
                    rules.check(self.kind)?;
                }
                let at = self.at(at);
                ChannelEvent::ChannelRevised(ChannelRevised {
                    at,
                    name,
                    rules: rules.map(|rules| *rules),
                    address,
                })
            }
            ChannelCommand::Pause { .. } if paused => return Err(ChannelError::AlreadySo),
            ChannelCommand::Pause { at, reason } => {
                ChannelEvent::ChannelPaused(ChannelPaused { at: self.at(at), reason })
            }
            ChannelCommand::Resume { .. } if !paused => return Err(ChannelError::AlreadySo),
            ChannelCommand::Resume { at } => ChannelEvent::ChannelResumed(ChannelResumed { at: self.at(at) }),
            ChannelCommand::Warn { since, warning, .. }
                if paused || (self.warned_of == Some(since) && self.warnings >= warning) =>
            {
                return Err(ChannelError::AlreadySo);
            }
            ChannelCommand::Warn { at, since, pauses_at, warning } => {
                ChannelEvent::ChannelWarned(ChannelWarned { at: self.at(at), since, pauses_at, warning })
            }
            ChannelCommand::RotateSecret { .. } if self.kind != ChannelKind::Webhook => {
                return Err(ChannelError::SecretIsTheirs);
            }
            ChannelCommand::RotateSecret { at } => {
                ChannelEvent::ChannelSecretRotated(ChannelSecretRotated { at: self.at(at) })
            }
            ChannelCommand::Disconnect { at } => {
                ChannelEvent::ChannelDisconnected(ChannelDisconnected { at: self.at(at) })
            }
        })
    }

    /// Business time never goes back within a channel.
    fn at(&self, clock: DateTime<Utc>) -> DateTime<Utc> {
        clock.max(self.last_at)
    }
}

impl Aggregate for Channel {
    const TYPE: &'static str = "Channel";
    type Command = ChannelCommand;
    type Event = ChannelEvent;
    type Error = ChannelError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ChannelCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ChannelError> {
        decide::handle(self, command, sink).await
    }

    fn apply(&mut self, event: ChannelEvent) {
        let last_at = event.at();
        match (event, self) {
            (ChannelEvent::ChannelConnected(event), state) => {
                let ChannelConnected { at, name, kind, rules } = event;
                let state_now = ChannelState::Active;
                let (warned_of, warnings) = (None, 0);
                let channel =
                    Connected { name, kind, rules, state: state_now, warned_of, warnings, last_at: at };
                *state = Self::Connected(Box::new(channel));
            }
            (event, Self::Connected(channel)) => {
                channel.last_at = last_at;
                channel.apply(event);
            }
            // Anything before the beginning changes nothing.
            (_, Self::NotConnected) => {}
        }
    }
}

impl Connected {
    fn apply(&mut self, event: ChannelEvent) {
        match event {
            // A stream begins with it, and has one; and what the secret is, is no state.
            ChannelEvent::ChannelConnected(_) | ChannelEvent::ChannelSecretRotated(_) => {}
            ChannelEvent::ChannelRevised(event) => {
                if let Some(name) = event.name {
                    self.name = name;
                }
                if let Some(rules) = event.rules {
                    self.rules = rules;
                }
            }
            ChannelEvent::ChannelPaused(event) => self.state = ChannelState::Paused(event.reason),
            ChannelEvent::ChannelResumed(_) => {
                self.state = ChannelState::Active;
                (self.warned_of, self.warnings) = (None, 0);
            }
            ChannelEvent::ChannelWarned(event) => {
                (self.warned_of, self.warnings) = (Some(event.since), event.warning);
            }
            ChannelEvent::ChannelDisconnected(_) => self.state = ChannelState::Disconnected,
        }
    }
}

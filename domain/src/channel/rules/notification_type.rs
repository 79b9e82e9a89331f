//! The types of notifications: an event's name with its aggregate's before it.

use crate::{channel::ChannelEvent, message::MessageEvent};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::LazyLock};

/// The type of a notification, such as `message.submitted`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NotificationType(String);

/// What somebody at the desk wants to hear of when they say nothing else; troubles of other channels are among it.
const DEFAULT: [&str; 3] = ["message.submitted", "channel.warned", "channel.paused"];
/// What visitors hear of.
const REPLY: &str = "message.replied";
/// Of channels, these are told: by the channels that still send.
const OF_CHANNELS: [&str; 2] = ["ChannelWarned", "ChannelPaused"];

impl NotificationType {
    /// Reads one; `None`: there is no such type.
    pub fn parse(text: &str) -> Option<Self> {
        notification_types().iter().find(|known| known.0 == text).cloned()
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NotificationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An event that can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldEvent {
    /// The type that tells of it.
    pub notification: NotificationType,
    /// The version that is written today: 1, or more.
    pub version: u32,
    /// What it means, in a sentence.
    pub words: &'static str,
}

/// Every event that can be told.
pub fn told_events() -> Vec<ToldEvent> {
    let of_messages = told("Message", MessageEvent::TYPES, MessageEvent::WORDS, |_| true);
    let of_channels =
        told("Channel", ChannelEvent::TYPES, ChannelEvent::WORDS, |it| OF_CHANNELS.contains(&it));
    of_messages.chain(of_channels).collect()
}

type Named = &'static [(&'static str, &'static str)];

fn told(
    aggregate: &'static str,
    types: Named,
    words: Named,
    is_told: impl Fn(&str) -> bool,
) -> impl Iterator<Item = ToldEvent> {
    let events = types.iter().zip(words).filter(move |((name, _), _)| is_told(name));
    events.map(move |((name, version), (_, words))| ToldEvent {
        notification: type_of(aggregate, name),
        version: version.parse().expect("a version is a number"),
        words: words.trim_start(),
    })
}

/// Every type there is.
pub fn notification_types() -> &'static [NotificationType] {
    static ALL: LazyLock<Vec<NotificationType>> =
        LazyLock::new(|| told_events().into_iter().map(|event| event.notification).collect());
    &ALL
}

/// The type that tells of an event: `MessageReplied` is `message.replied`, `NoteAdded` is `message.note_added`.
pub fn type_of(aggregate_type: &str, event_type: &str) -> NotificationType {
    let name = event_type.strip_prefix(aggregate_type).filter(|rest| !rest.is_empty()).unwrap_or(event_type);
    NotificationType(format!("{}.{}", snake(aggregate_type), snake(name)))
}

/// What visitors are told of.
pub(super) fn replies() -> Vec<NotificationType> {
    NotificationType::parse(REPLY).into_iter().collect()
}

/// What a channel hears when it says nothing else.
pub(super) fn default_events() -> Vec<NotificationType> {
    DEFAULT.iter().filter_map(|name| NotificationType::parse(name)).collect()
}

fn snake(camel: &str) -> String {
    let mut snake = String::with_capacity(camel.len() + 4);
    for (index, letter) in camel.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_the_aggregate_a_dot_and_the_event_without_it() {
        for (event, name) in [
            ("MessageReplied", "message.replied"),
            ("NoteAdded", "message.note_added"),
            ("ReplyBecameOverdue", "message.reply_became_overdue"),
            ("FollowUpCameDue", "message.follow_up_came_due"),
            ("MessageMarkedAsSpam", "message.marked_as_spam"),
        ] {
            assert_eq!(type_of("Message", event).as_str(), name);
            assert!(NotificationType::parse(name).is_some(), "{name}");
        }
        assert_eq!(type_of("Channel", "ChannelPaused").as_str(), "channel.paused");
        for unknown in ["message.Replied", "message.", "", "message.*", "channel.connected"] {
            assert_eq!(NotificationType::parse(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn an_event_that_is_told_has_its_version_and_its_sentence() {
        let told = told_events();
        let left = told.iter().find(|event| event.notification.as_str() == "message.submitted");
        assert_eq!(left.map(|event| (event.version, event.words)), Some((3, "A visitor left it.")));
        assert!(told.iter().all(|event| event.version > 0 && event.words.ends_with('.')), "{told:?}");
    }

    #[test]
    fn a_channel_hears_of_new_messages_and_of_troubles_when_it_says_nothing() {
        let events: Vec<String> = default_events().iter().map(ToString::to_string).collect();
        assert_eq!(events, DEFAULT);
    }
}

//! What a message is about, how it is tagged, and how urgent it is.

use super::{
    Decided, MessageCategorized, MessageError, MessageEvent, MessagePrioritized, MessageTagged, Submitted,
};
use crate::ids::{CategoryId, Tag};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How urgent a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Priority {
    /// It can wait.
    Low,
    /// Like most.
    #[default]
    Normal,
    /// Before most.
    High,
    /// Before all.
    Urgent,
}

impl Priority {
    /// All of them, the least urgent first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];

    /// Its name in the API and in views.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Normal => "NORMAL",
            Self::High => "HIGH",
            Self::Urgent => "URGENT",
        }
    }

    /// The priority of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.name() == name)
    }
}

/// A member says what a message is about.
#[derive(Clone, Debug)]
pub struct CategorizeMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// About this.
    pub category_id: CategoryId,
    /// Does the desk have this category?
    pub known: bool,
}

/// A member adds tags and removes others. What is in both lists is removed.
#[derive(Clone, Debug)]
pub struct TagMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// To be added; all from the desk's list.
    pub add: BTreeSet<Tag>,
    /// To be removed; what the desk has no longer can be, too.
    pub remove: BTreeSet<Tag>,
    /// The desk's list.
    pub known: Vec<Tag>,
}

/// A member says how urgent a message is.
#[derive(Clone, Debug)]
pub struct PrioritizeMessage {
    /// The clock.
    pub at: DateTime<Utc>,
    /// As urgent as this.
    pub priority: Priority,
}

impl Submitted {
    pub(super) fn categorize(&self, command: CategorizeMessage) -> Decided {
        if !command.known {
            return Err(MessageError::CategoryUnknown);
        }
        if self.category_id.as_ref() == Some(&command.category_id) {
            return Err(MessageError::AlreadySo);
        }
        let (at, category_id) = (self.at(command.at), command.category_id);
        Ok(vec![MessageEvent::MessageCategorized(MessageCategorized { at, category_id })])
    }

    pub(super) fn tag(&self, command: &TagMessage) -> Decided {
        if command.add.iter().any(|tag| !command.known.contains(tag)) {
            return Err(MessageError::TagUnknown);
        }
        let new = |tag: &&Tag| !self.tags.contains(*tag) && !command.remove.contains(*tag);
        let added: Vec<_> = command.add.iter().filter(new).cloned().collect();
        let removed: Vec<_> = self.tags.intersection(&command.remove).cloned().collect();
        if added.is_empty() && removed.is_empty() {
            return Err(MessageError::AlreadySo);
        }
        Ok(vec![MessageEvent::MessageTagged(MessageTagged { at: self.at(command.at), added, removed })])
    }

    pub(super) fn prioritize(&self, command: &PrioritizeMessage) -> Decided {
        if self.priority == command.priority {
            return Err(MessageError::AlreadySo);
        }
        let (at, priority) = (self.at(command.at), command.priority);
        Ok(vec![MessageEvent::MessagePrioritized(MessagePrioritized { at, priority })])
    }
}

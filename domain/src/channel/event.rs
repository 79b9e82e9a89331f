//! What happened to a channel. Wire names are pinned by the files in `golden/`. Secrets are never in them.

use super::{ChannelKind, ChannelName, PauseReason, Rules};
use crate::event::events;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a channel.
    ChannelEvent {
        /// There is such a channel.
        ChannelConnected "1",
        /// It is told other things, or elsewhere.
        ChannelRevised "1",
        /// It sends nothing for the time being; what it would have sent waits.
        ChannelPaused "1",
        /// It sends again.
        ChannelResumed "1",
        /// Nothing has been delivered for a while, and it will be paused.
        ChannelWarned "1",
        /// What it sends is signed with a new secret, for a day with the old one too.
        ChannelSecretRotated "1",
        /// It is no more, and what waited in it is not sent.
        ChannelDisconnected "1",
    }
}

/// A channel was connected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelConnected {
    /// When.
    pub at: DateTime<Utc>,
    /// What it is called.
    pub name: ChannelName,
    /// What it speaks.
    pub kind: ChannelKind,
    /// What it is told, and how.
    pub rules: Rules,
}

/// A channel was revised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelRevised {
    /// When.
    pub at: DateTime<Utc>,
    /// What it is called from then on; `None`: as before.
    pub name: Option<ChannelName>,
    /// Its rules from then on; `None`: as before.
    pub rules: Option<Rules>,
    /// Are the address, the secret or the recipients other ones?
    pub address: bool,
}

/// A channel was paused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelPaused {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: PauseReason,
}

/// A channel sends again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelResumed {
    /// When.
    pub at: DateTime<Utc>,
}

/// Nothing has been delivered for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelWarned {
    /// When.
    pub at: DateTime<Utc>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it is paused, if it goes on like this.
    pub pauses_at: DateTime<Utc>,
    /// Which warning of these failures: 1, 2.
    pub warning: u32,
}

/// A channel has a new secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelSecretRotated {
    /// When.
    pub at: DateTime<Utc>,
}

/// A channel is no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelDisconnected {
    /// When.
    pub at: DateTime<Utc>,
}

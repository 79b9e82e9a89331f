//! What can be asked of a channel, and why it is refused.

use super::{ChannelKind, ChannelName, MOST_CHANNELS, PauseReason, Rules, RulesError};
use chrono::{DateTime, Utc};

/// A command to a channel.
#[derive(Clone, Debug)]
pub enum ChannelCommand {
    /// `connectChannel`.
    Connect {
        /// The clock.
        at: DateTime<Utc>,
        /// What it is called.
        name: ChannelName,
        /// What it speaks.
        kind: ChannelKind,
        /// What it is told, and how.
        rules: Box<Rules>,
        /// A fact looked up: how many channels stand already.
        standing: usize,
    },
    /// `reviseChannel`: what is given is so from now on.
    Revise {
        /// The clock.
        at: DateTime<Utc>,
        /// What it is called.
        name: Option<ChannelName>,
        /// All of its rules.
        rules: Option<Box<Rules>>,
        /// Are the address, the secret or the recipients other ones?
        address: bool,
    },
    /// `pauseChannel`, or a rule.
    Pause {
        /// The clock.
        at: DateTime<Utc>,
        /// Why.
        reason: PauseReason,
    },
    /// `resumeChannel`.
    Resume {
        /// The clock.
        at: DateTime<Utc>,
    },
    /// A rule: nothing has been delivered for a while.
    Warn {
        /// The clock.
        at: DateTime<Utc>,
        /// Since when.
        since: DateTime<Utc>,
        /// When it is paused, if it goes on like this.
        pauses_at: DateTime<Utc>,
        /// Which warning of these failures: 1, 2.
        warning: u32,
    },
    /// `rotateChannelSecret`.
    RotateSecret {
        /// The clock.
        at: DateTime<Utc>,
    },
    /// `disconnectChannel`.
    Disconnect {
        /// The clock.
        at: DateTime<Utc>,
    },
}

/// Why a command to a channel is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// There is no such channel.
    #[error("there is no such channel")]
    NotConnected,
    /// It is no more.
    #[error("this channel was disconnected")]
    Disconnected,
    /// It is so.
    #[error("this is so already")]
    AlreadySo,
    /// Its rules cannot be.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// Only a generic webhook's secret is ours to make.
    #[error("the secret of this channel is made by its vendor: get a new one there, and revise the channel")]
    SecretIsTheirs,
    /// A desk has its limits.
    #[error("a desk has at most {MOST_CHANNELS} channels; disconnect one first")]
    TooMany,
}

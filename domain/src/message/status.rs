//! The status that people see, derived from the state: first match.

use super::{Awaiting, Message, Stage, Submitted};
use serde::{Deserialize, Serialize};

/// The status as the desk sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MessageStatus {
    /// 待回复: the desk owes a word, it was reopened, or its follow-up fell due.
    Open,
    /// 已回复: the visitor owes.
    Replied,
    /// 待跟进: parked until a time.
    FollowUp,
    /// 已处理: dealt with.
    Resolved,
    /// 已关闭: over.
    Closed,
}

/// The status as the visitor sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VisitorStatus {
    /// 待回复.
    AwaitingReply,
    /// 已回复.
    Replied,
    /// 已关闭.
    Closed,
}

impl MessageStatus {
    /// All of them, as folders are listed.
    pub const ALL: [Self; 5] = [Self::Open, Self::Replied, Self::FollowUp, Self::Resolved, Self::Closed];

    /// Its name in the API and in views.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Replied => "REPLIED",
            Self::FollowUp => "FOLLOW_UP",
            Self::Resolved => "RESOLVED",
            Self::Closed => "CLOSED",
        }
    }

    /// The status of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl VisitorStatus {
    /// Its name in the API and in views.
    pub fn name(self) -> &'static str {
        match self {
            Self::AwaitingReply => "AWAITING_REPLY",
            Self::Replied => "REPLIED",
            Self::Closed => "CLOSED",
        }
    }

    /// The status of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::AwaitingReply, Self::Replied, Self::Closed].into_iter().find(|status| status.name() == name)
    }
}

impl Message {
    /// The status as the desk and as the visitor see it; `None` before it was submitted.
    pub fn status(&self) -> Option<(MessageStatus, VisitorStatus)> {
        let Self::Submitted(message) = self else { return None };
        Some((message.desk_status(), message.visitor_status()))
    }
}

impl Submitted {
    fn desk_status(&self) -> MessageStatus {
        match (self.stage, self.awaiting) {
            (Stage::Closed, _) => MessageStatus::Closed,
            (Stage::Resolved, _) => MessageStatus::Resolved,
            (Stage::Active, _) if self.follow_up.is_some_and(|it| !it.visitor_wrote) => {
                MessageStatus::FollowUp
            }
            (Stage::Active, _) if self.attention => MessageStatus::Open,
            (Stage::Active, Awaiting::Desk) => MessageStatus::Open,
            (Stage::Active, Awaiting::Visitor) => MessageStatus::Replied,
        }
    }

    fn visitor_status(&self) -> VisitorStatus {
        match (self.stage, self.awaiting) {
            (Stage::Closed, _) => VisitorStatus::Closed,
            // To its visitor spam looks like any waiting message.
            _ if self.spam => VisitorStatus::AwaitingReply,
            (Stage::Resolved, _) if self.replies > 0 => VisitorStatus::Replied,
            (Stage::Resolved, _) => VisitorStatus::Closed,
            (Stage::Active, Awaiting::Desk) => VisitorStatus::AwaitingReply,
            (Stage::Active, Awaiting::Visitor) => VisitorStatus::Replied,
        }
    }
}

//! Ids: each kind its own type, so that a visitor's id never stands where a message's belongs.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta] $name:ident),* $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

uuid_id! {
    /// A message left by a visitor.
    MessageId,
    /// One member's reply to a message.
    ReplyId,
    /// Somebody who leaves messages.
    VisitorId,
    /// Somebody who works at the desk.
    MemberId,
    /// Members who share a queue.
    TeamId,
}

impl MessageId {
    /// What somebody typed as an id; what cannot be one becomes the nil UUID, which no message has. So an id that
    /// makes no sense goes the same way as one that is absent, and is answered with the same bytes.
    pub fn typed(id: &str) -> Self {
        id.parse().unwrap_or(Self(Uuid::nil()))
    }
}

/// The desk is one per installation; this is its stream's id, the nil UUID.
pub const DESK_ID: Uuid = Uuid::nil();

/// A category of the desk's own, named by a short word such as `inquiry`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CategoryId(pub String);

impl fmt::Display for CategoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

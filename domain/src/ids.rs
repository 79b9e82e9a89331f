//! Ids: each kind its own type, so that a visitor's id never stands where a message's belongs.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta] $name:ident),* $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub Uuid);

        impl $name {
            /// What somebody typed as an id; what cannot be one becomes the nil UUID, which nothing of the kind has. So
            /// an id that makes no sense goes the same way as one that is absent, and is answered with the same bytes.
            pub fn typed(id: &str) -> Self {
                id.parse().unwrap_or(Self(Uuid::nil()))
            }
        }

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
    /// More words of a visitor's in a message.
    WordsId,
    /// One member's note in a message.
    NoteId,
    /// A review of a reply.
    ReviewId,
    /// Somebody who leaves messages.
    VisitorId,
    /// Somebody who works at the desk.
    MemberId,
    /// Members who share a queue.
    TeamId,
    /// An API key.
    KeyId,
    /// Somewhere a member is signed in.
    SessionId,
    /// Where the desk is told of what happens.
    ChannelId,
    /// A picture that somebody sent.
    ImageId,
    /// A file that somebody sent and that is no picture.
    FileId,
    /// Whatever somebody sent to go with words: a picture or another file.
    UploadId,
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

/// A tag from the desk's list, named by a short word such as `refund`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(pub String);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

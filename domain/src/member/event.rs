//! What happened to a member. Wire names are pinned by the files in `golden/`.

use super::MemberEmail;
use crate::{access::Role, event::events, personal::Personal, text::Name};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a member.
    MemberEvent {
        /// They were made a member.
        MemberInvited "1",
        /// They chose their first password.
        MemberJoined "1",
        /// A password was chosen.
        PasswordChanged "1",
        /// They signed in.
        MemberSignedIn "1",
    }
}

/// Somebody was made a member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberInvited {
    /// When.
    pub at: DateTime<Utc>,
    /// Their name.
    pub name: Personal<Name>,
    /// Their address.
    pub email: Personal<MemberEmail>,
    /// Their role.
    pub role: Role,
}

/// A member chose their first password.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberJoined {
    /// When.
    pub at: DateTime<Utc>,
}

/// A member's password was chosen or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PasswordChanged {
    /// When.
    pub at: DateTime<Utc>,
}

/// A member signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberSignedIn {
    /// When.
    pub at: DateTime<Utc>,
    /// With what.
    pub means: SignInMeans,
}

/// What a member signed in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInMeans {
    /// E-mail and password.
    Password,
    /// A one-time link.
    Link,
}

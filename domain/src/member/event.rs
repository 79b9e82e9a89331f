//! What happened to a member. Wire names are pinned by the files in `golden/`.

use super::{HandleRevised, MemberEmail};
use crate::{
    access::{Permissions, RoleId},
    event::events,
    ids::KeyId,
    personal::Personal,
    text::Name,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a member.
    MemberEvent {
        /// They were made a member.
        MemberInvited "1",
        /// They chose their first password.
        MemberJoined "1",
        /// They are called otherwise.
        MemberRevised "1",
        /// They may do something else.
        MemberRoleChanged "1",
        /// They do not work at the desk any more.
        MemberDeactivated "1",
        /// They work at the desk again.
        MemberReactivated "1",
        /// A password was chosen.
        PasswordChanged "1",
        /// They signed in.
        MemberSignedIn "1",
        /// Somebody could not sign in as them.
        SignInRefused "1",
        /// A program may act for them.
        ApiKeyCreated "1",
        /// It may not any more.
        ApiKeyRevoked "1",
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
    pub role: RoleId,
}

/// Declares events that say nothing but when; by whom stands in their metadata.
macro_rules! moments {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            /// When.
            pub at: DateTime<Utc>,
        }
    )*};
}

moments! {
    /// A member chose their first password.
    MemberJoined,
    /// A member does not work at the desk any more: their sessions have ended.
    MemberDeactivated,
    /// A member works at the desk again.
    MemberReactivated,
    /// A member's password was chosen or changed.
    PasswordChanged,
}

/// A member is called otherwise, by the desk or by a vendor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberRevised {
    /// When.
    pub at: DateTime<Utc>,
    /// Their name from then on; `None`: as it was.
    pub name: Option<Personal<Name>>,
    /// Handles that changed.
    pub handles: Vec<HandleRevised>,
}

/// A member may do something else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberRoleChanged {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub role: RoleId,
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

/// Somebody tried to sign in as a member with a wrong password: one event for all that was refused within an hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignInRefused {
    /// When it was told: once the hour was over.
    pub at: DateTime<Utc>,
    /// The beginning of the hour.
    pub hour: DateTime<Utc>,
    /// How often.
    pub count: u32,
}

/// A program may act for a member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiKeyCreated {
    /// When.
    pub at: DateTime<Utc>,
    /// The key's id; the key itself stands in no event.
    pub key_id: KeyId,
    /// What it is for.
    pub name: Personal<Name>,
    /// What it may do.
    pub permissions: Permissions,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// A key opens nothing any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiKeyRevoked {
    /// When.
    pub at: DateTime<Utc>,
    /// Which.
    pub key_id: KeyId,
}

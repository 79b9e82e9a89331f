//! What can be asked of a member, and why it is refused. Each command carries every fact that its decision needs.

use super::{Giving, HandleRevised, MemberEmail, SignInMeans};
use crate::{
    access::{Grants, Permission, Permissions, RoleId},
    ids::KeyId,
    text::Name,
};
use chrono::{DateTime, Utc};

/// As many keys as a member has at once.
pub const MOST_KEYS: usize = 20;

/// A command to a member.
#[derive(Clone, Debug)]
pub enum MemberCommand {
    /// Make them a member.
    Invite {
        /// The clock.
        at: DateTime<Utc>,
        /// Their name.
        name: Name,
        /// Their address.
        email: MemberEmail,
        /// Their role.
        role: RoleId,
        /// Facts looked up: what whoever invites them holds, and which roles there are.
        giving: Giving,
    },
    /// They choose a password: by a link, or an operator chooses it for them.
    ChoosePassword {
        /// The clock.
        at: DateTime<Utc>,
    },
    /// They sign in.
    SignIn {
        /// The clock.
        at: DateTime<Utc>,
        /// With what.
        means: SignInMeans,
    },
    /// The clock: somebody tried to sign in as them with a wrong password, so often within an hour.
    CountRefusals {
        /// The clock.
        at: DateTime<Utc>,
        /// The hour that it was in.
        hour: DateTime<Utc>,
        /// How often.
        count: u32,
    },
    /// They are called otherwise.
    Revise {
        /// The clock.
        at: DateTime<Utc>,
        /// Their name from now on; `None`: as it is.
        name: Option<Name>,
        /// Handles that change.
        handles: Vec<HandleRevised>,
    },
    /// They may do something else from now on.
    ChangeRole {
        /// The clock.
        at: DateTime<Utc>,
        /// What.
        role: RoleId,
        /// Facts looked up: what whoever gives it holds, and which roles there are.
        giving: Giving,
        /// A fact looked up: does another administrator work at the desk?
        administered: bool,
    },
    /// They do not work at the desk any more.
    Deactivate {
        /// The clock.
        at: DateTime<Utc>,
        /// Facts looked up: what whoever does it holds, and which roles there are.
        giving: Giving,
        /// A fact looked up: does another administrator work at the desk?
        administered: bool,
    },
    /// They work at the desk again.
    Reactivate {
        /// The clock.
        at: DateTime<Utc>,
        /// Facts looked up: what whoever does it holds, and which roles there are.
        giving: Giving,
    },
    /// A program may act for them.
    CreateKey(CreateKey),
    /// It may not any more.
    RevokeKey {
        /// The clock.
        at: DateTime<Utc>,
        /// Which key.
        key_id: KeyId,
    },
}

/// A program may act for a member, as far as they may themselves.
#[derive(Clone, Debug)]
pub struct CreateKey {
    /// The clock.
    pub at: DateTime<Utc>,
    /// The key's id.
    pub key_id: KeyId,
    /// What it is for.
    pub name: Name,
    /// What it may do.
    pub permissions: Permissions,
    /// A fact looked up: what its owner holds.
    pub held: Grants,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Why a command to a member is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// There is no such member.
    #[error("there is no such member")]
    NotInvited,
    /// They are a member already.
    #[error("this person is a member already")]
    AlreadyInvited,
    /// They have not chosen a password yet.
    #[error("this member has not joined yet")]
    NotJoined,
    /// They have chosen a password already.
    #[error("this member has joined already")]
    AlreadyJoined,
    /// They do not work at the desk any more.
    #[error("this member does not work at the desk any more")]
    Deactivated,
    /// They have that role, do work at the desk, or do not; or nothing would change.
    #[error("this is so already")]
    AlreadySo,
    /// Somebody has to be left who can change all this.
    #[error("this is the last administrator; make somebody else one first")]
    LastAdministrator,
    /// There is no such role.
    #[error("there is no such role")]
    RoleUnknown,
    /// Nobody gives what they do not hold.
    #[error("nobody gives a role that may do more than they may: you do not hold {} that far", .0.name())]
    GivesBeyondOwn(Permission),
    /// Nobody manages those who may do more.
    #[error("this member may do more than you: you do not hold {} that far", .0.name())]
    ManagesBeyondOwn(Permission),
    /// Whoever comes back comes back with the role they had.
    #[error("the role of this member is no more; give them another one first")]
    RoleGone,
    /// A key that may do nothing is none.
    #[error("a key needs at least one permission")]
    NoPermission,
    /// Nobody gives what they do not have.
    #[error("a key may do nothing that its owner may not, who does not hold {}", .0.name())]
    BeyondRole(Permission),
    /// A key ends at a time to come.
    #[error("this time has passed already")]
    InThePast,
    /// A key does not last for ever.
    #[error("a key ends within a year")]
    TooFarAhead,
    /// A member has only so many keys.
    #[error("a member has at most {MOST_KEYS} keys; revoke one first")]
    TooManyKeys,
    /// There is no such key, or not any more.
    #[error("there is no such key")]
    KeyUnknown,
}

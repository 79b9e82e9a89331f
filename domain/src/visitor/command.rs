//! What can be asked of a visitor's stream, and why it is refused.

use super::{Identity, ReturnMeans};
use crate::{
    contact::Contact,
    locale::Locale,
    text::{Name, Reason},
};
use chrono::{DateTime, Utc};

/// A command to a visitor.
#[derive(Clone, Debug)]
pub enum VisitorCommand {
    /// A first message, or a first look: give them a stream.
    Arrive {
        /// The clock.
        at: DateTime<Utc>,
        /// Their language.
        locale: Option<Locale>,
    },
    /// They leave a message: remember how they called themselves and how to reach them, for the next form.
    RememberContact {
        /// The clock.
        at: DateTime<Utc>,
        /// Their name, when they gave one.
        name: Option<Name>,
        /// How to reach them.
        contact: Contact,
        /// A fact looked up: is this what is remembered already? (The state holds no words to compare with.)
        unchanged: bool,
    },
    /// `startVisit` with what the host site says of them.
    Identify {
        /// The clock.
        at: DateTime<Utc>,
        /// Who they are.
        identity: Box<Identity>,
        /// A fact looked up: did it say the same before?
        unchanged: bool,
    },
    /// They come back with what was sent to them.
    Return {
        /// The clock.
        at: DateTime<Utc>,
        /// By what.
        means: ReturnMeans,
    },
    /// `blockVisitor`.
    Block {
        /// The clock.
        at: DateTime<Utc>,
        /// Why.
        reason: Option<Reason>,
    },
    /// `unblockVisitor`.
    Unblock {
        /// The clock.
        at: DateTime<Utc>,
    },
    /// `requestErasure`.
    RequestErasure {
        /// The clock.
        at: DateTime<Utc>,
        /// Why, in their words.
        reason: Option<Reason>,
    },
    /// `eraseVisitor`.
    Erase {
        /// The clock.
        at: DateTime<Utc>,
        /// Why.
        reason: Reason,
    },
}

/// Why a command to a visitor is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VisitorError {
    /// There is no such visitor.
    #[error("there is no such visitor")]
    NotArrived,
    /// They have arrived already.
    #[error("this visitor has arrived already")]
    AlreadyArrived,
    /// It is so already.
    #[error("this is so already")]
    AlreadySo,
    /// They may leave no messages.
    #[error("this visitor may leave no messages here")]
    Blocked,
    /// They were erased; nothing is possible any more.
    #[error("this visitor has been erased")]
    Erased,
}

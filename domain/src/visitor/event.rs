//! What happened to a visitor. Wire names are pinned by the files in `golden/`.

use super::identity::Subject;
use crate::{
    contact::Contact,
    event::events,
    locale::Locale,
    personal::Personal,
    text::{Name, Reason},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a visitor.
    VisitorEvent {
        /// They got a token.
        VisitorArrived "1",
        /// Their name and contact fill the next form.
        ContactRemembered "1",
        /// The host site said who they are.
        VisitorIdentified "1",
        /// The host site says something else of them than before.
        VisitorCorrected "1",
        /// They came back to what is theirs, by what was sent to their address or phone.
        VisitorReturned "1",
        /// They may leave no more messages.
        VisitorBlocked "1",
        /// They may again.
        VisitorUnblocked "1",
        /// They asked for everything of theirs to be erased.
        ErasureRequested "1",
        /// They were erased: what they said, and who they are, is gone for ever.
        VisitorErased "1",
    }
}

/// A visitor got a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitorArrived {
    /// When.
    pub at: DateTime<Utc>,
    /// Their language.
    pub locale: Option<Locale>,
}

/// A visitor's name and contact are remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactRemembered {
    /// When.
    pub at: DateTime<Utc>,
    /// Their name.
    pub name: Option<Personal<Name>>,
    /// How to reach them.
    pub contact: Personal<Contact>,
}

/// The host site said who a visitor is. What stands for the subject when they come again is a keyed hash beside the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitorIdentified {
    /// When.
    pub at: DateTime<Utc>,
    /// Whom the host site means.
    pub subject: Personal<Subject>,
    /// Their name.
    pub name: Option<Personal<Name>>,
    /// Their e-mail address.
    pub email: Option<Personal<Contact>>,
    /// Their phone number.
    pub phone_number: Option<Personal<Contact>>,
}

/// The host site says something else of a visitor than before: this is all that it says now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitorCorrected {
    /// When.
    pub at: DateTime<Utc>,
    /// Their name.
    pub name: Option<Personal<Name>>,
    /// Their e-mail address.
    pub email: Option<Personal<Contact>>,
    /// Their phone number.
    pub phone_number: Option<Personal<Contact>>,
}

/// A visitor came back to what is theirs, with what was sent to their address or phone, and got a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitorReturned {
    /// When.
    pub at: DateTime<Utc>,
    /// By what.
    pub means: ReturnMeans,
}

/// What a visitor comes back by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnMeans {
    /// The one-time link of a notice. Their other tokens go on.
    Link,
    /// A code that they asked for. Their other tokens end.
    Code,
}

/// A visitor may leave no more messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitorBlocked {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Option<Personal<Reason>>,
}

/// A visitor may leave messages again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitorUnblocked {
    /// When.
    pub at: DateTime<Utc>,
}

/// A visitor asked for everything of theirs to be erased.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErasureRequested {
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in their words.
    pub reason: Option<Personal<Reason>>,
}

/// A visitor was erased. The reason is the desk's own, and stays: it is sealed with a key that outlives theirs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitorErased {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Personal<Reason>,
}

//! What the host site says of a visitor.

use super::{VisitorCorrected, VisitorEvent, VisitorIdentified};
use crate::{
    contact::Contact,
    personal::Personal,
    text::{Name, Text},
};
use chrono::{DateTime, Utc};

/// Whom the host site means: 1 to 100 characters that are the same whenever it is the same person.
pub type Subject = Text<100>;

/// Who a visitor is, as the host site says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Whom the host site means.
    pub subject: Subject,
    /// Their name, when it says so.
    pub name: Option<Name>,
    /// Their e-mail address.
    pub email: Option<Contact>,
    /// Their phone number.
    pub phone_number: Option<Contact>,
}

impl Identity {
    pub(super) fn identified(self, at: DateTime<Utc>) -> VisitorEvent {
        VisitorEvent::VisitorIdentified(VisitorIdentified {
            at,
            subject: self.subject.into(),
            name: self.name.map(Into::into),
            email: self.email.map(Into::into),
            phone_number: self.phone_number.map(Into::into),
        })
    }

    pub(super) fn corrected(self, at: DateTime<Utc>) -> VisitorEvent {
        VisitorEvent::VisitorCorrected(VisitorCorrected {
            at,
            name: self.name.map(Into::into),
            email: self.email.map(Into::into),
            phone_number: self.phone_number.map(Into::into),
        })
    }
}

impl VisitorEvent {
    /// Does this event, opened, say the same of a visitor? One that says nothing of the kind does not.
    pub fn says(&self, identity: &Identity) -> bool {
        let (name, email, phone_number) = match self {
            Self::VisitorIdentified(event) => (&event.name, &event.email, &event.phone_number),
            Self::VisitorCorrected(event) => (&event.name, &event.email, &event.phone_number),
            Self::VisitorArrived(_)
            | Self::ContactRemembered(_)
            | Self::VisitorReturned(_)
            | Self::VisitorBlocked(_)
            | Self::VisitorUnblocked(_)
            | Self::ErasureRequested(_)
            | Self::VisitorErased(_) => return false,
        };
        is(name.as_ref(), identity.name.as_ref())
            && is(email.as_ref(), identity.email.as_ref())
            && is(phone_number.as_ref(), identity.phone_number.as_ref())
    }
}

fn is<T: PartialEq>(said: Option<&Personal<T>>, now: Option<&T>) -> bool {
    match (said, now) {
        (None, None) => true,
        (Some(said), Some(now)) => said.clear() == Some(now),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

//! What a reader sees of a message beside its words. A permission of theirs may reach less far than `messages.read` does; it
//! never shows more messages.

use super::{Arc, ShownContact, holders};
use domain::{
    access::{Permission, Reach, Scope, scope},
    actor::Actor,
    contact::Contact,
    personal::Personal,
};

/// Of which of the messages that a reader sees something else is theirs to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Also {
    /// Of none.
    Nothing,
    /// Of all that they see.
    Everything,
    /// Of those that one of these has, as the list names holders.
    Of(Arc<[String]>),
}

impl Also {
    /// As far as a permission reaches, of what another one lets them see.
    pub(super) fn of(actor: Actor, permission: Permission, sees: Option<Scope>, reach: &Reach) -> Self {
        match scope(actor, permission) {
            None => Self::Nothing,
            far if far >= sees => Self::Everything,
            far => holders(actor, far, reach).map_or(Self::Everything, Self::Of),
        }
    }

    pub(super) fn all_or_nothing(all: bool) -> Self {
        if all { Self::Everything } else { Self::Nothing }
    }

    pub(super) fn takes_in(&self, holder: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Of(holders) => holders.iter().any(|known| known == holder),
        }
    }

    /// `None`: of some.
    pub(super) fn is_everything(&self) -> Option<bool> {
        match self {
            Self::Nothing => Some(false),
            Self::Everything => Some(true),
            Self::Of(_) => None,
        }
    }
}

/// What a reader sees of one message beside its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Sight {
    /// How its visitor can be reached.
    pub(crate) contacts: bool,
    /// The message itself, when it is deleted.
    pub(crate) deleted: bool,
    /// What is thought of others' replies.
    pub(crate) reviews: bool,
}

impl Sight {
    /// The contact as it is shown; `None` once it was erased.
    pub(crate) fn show(self, contact: &Personal<Contact>) -> Option<ShownContact> {
        let contact = contact.clear()?;
        let masked = !self.contacts;
        let value = if masked { contact.masked() } else { contact.given.clone() };
        Some(ShownContact { kind: contact.kind, value, masked })
    }
}

//! How a visitor can be reached, as far as the reader may know.

use async_graphql::{Enum, SimpleObject};
use domain::contact::ContactKind as DomainContactKind;
use projections::ShownContact;

/// How a visitor can be reached.
#[derive(SimpleObject)]
pub(super) struct Contact {
    /// Phone or e-mail.
    kind: ContactKind,
    /// As it was given, or its mask.
    value: String,
    /// Is it the mask?
    masked: bool,
}

impl From<ShownContact> for Contact {
    fn from(shown: ShownContact) -> Self {
        Self { kind: shown.kind.into(), value: shown.value, masked: shown.masked }
    }
}

/// Phone or e-mail.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainContactKind")]
pub(super) enum ContactKind {
    Phone,
    Email,
}

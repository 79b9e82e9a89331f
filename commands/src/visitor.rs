//! The visitor behind a submission: known by their token, or arriving with it.

use crate::{
    Commands,
    error::CommandError,
    message::{SubmitInput, Submitted},
    streams::{stream, visitor_key},
    token,
};
use cqrs_es::Aggregate;
use domain::{
    contact::Contact,
    decide::Decide,
    ids::VisitorId,
    text::Name,
    visitor::{ContactRemembered, Visitor, VisitorCommand, VisitorEvent},
};
use store::{CredentialRow, Idempotency, Receipt, StreamAppend, TokenHash};

/// A visitor's token lives this long after its last use, in microseconds: 90 days.
pub(crate) const TOKEN_LIFE: i64 = 90 * 24 * 60 * 60 * 1_000_000;

/// Who leaves the message.
pub(crate) struct Arriving {
    pub(crate) id: VisitorId,
    /// The token they get; none when they came with one.
    token: Option<String>,
}

impl Arriving {
    pub(crate) fn submitted(&self, receipt: Receipt) -> Submitted {
        Submitted { receipt, visitor_id: self.id, visitor_token: self.token.clone() }
    }
}

impl Commands {
    /// The visitor of a token, or a new one; with an idempotency key always the same one, with the same token.
    pub(crate) fn arriving(&self, known: Option<VisitorId>, key: Option<&Idempotency>) -> Arriving {
        match known {
            Some(id) => Arriving { id, token: None },
            None => Arriving {
                id: VisitorId(self.fresh_id("visitor id", key)),
                token: Some(token::token(token::VISITOR, self.fresh("visitor token", key))),
            },
        }
    }

    pub(crate) fn visitor_token_row(&self, arriving: &Arriving) -> Option<CredentialRow> {
        let created_at = self.store.clock().micros();
        arriving.token.as_ref().map(|token| CredentialRow::VisitorToken {
            token: TokenHash::of(token),
            visitor_id: arriving.id.to_string(),
            created_at,
            expires_at: created_at + TOKEN_LIFE,
        })
    }

    /// What happens to the visitor when they leave a message: they arrive, and their contact is remembered.
    pub(crate) async fn visitor_stream(
        &self,
        arriving: &Arriving,
        input: &SubmitInput,
        contact: &Contact,
    ) -> Result<StreamAppend, CommandError> {
        let id = arriving.id.to_string();
        let at = self.store.clock().now();
        let loaded = self.store.load::<Visitor>(&id).await?;
        let mut visitor = loaded.aggregate;
        let mut decided = Vec::new();
        if arriving.token.is_some() {
            decided.extend(visitor.decide(VisitorCommand::Arrive { at, locale: input.locale.clone() })?);
            decided.iter().cloned().for_each(|event| visitor.apply(event));
        }
        let unchanged = loaded.version > 0 && self.remembers(&id, input.name.as_ref(), contact).await?;
        decided.extend(visitor.decide(VisitorCommand::RememberContact {
            at,
            name: input.name.clone(),
            contact: contact.clone(),
            unchanged,
        })?);
        stream::<Visitor>(id, loaded.version, Some(visitor_key(arriving.id)), &decided)
    }

    /// Is this the name and contact that the visitor gave last time?
    async fn remembers(
        &self,
        id: &str,
        name: Option<&Name>,
        contact: &Contact,
    ) -> Result<bool, CommandError> {
        let Some(last) = self.store.last_of_type(Visitor::TYPE, id, "ContactRemembered").await? else {
            return Ok(false);
        };
        let mut payload = last.payload()?;
        self.store.open_personal(&mut [&mut payload]).await?;
        let place = format!("position {}", last.position);
        let last: VisitorEvent =
            serde_json::from_value(payload).map_err(|error| store::StoreError::Json { place, error })?;
        let VisitorEvent::ContactRemembered(ContactRemembered {
            name: last_name, contact: last_contact, ..
        }) = last
        else {
            return Ok(false);
        };
        Ok(last_contact.clear() == Some(contact) && last_name.as_ref().and_then(|name| name.clear()) == name)
    }
}

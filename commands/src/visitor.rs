//! The visitor behind a submission: known by their token, or arriving with it.

use crate::{
    Commands,
    error::CommandError,
    message::{Streams, SubmitInput, Submitted},
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
use lru::LruCache;
use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use store::{CredentialRow, Idempotency, Loaded, Receipt, StreamAppend, TokenHash};

/// A visitor's token lives this long after its last use, in microseconds: 90 days.
pub(crate) const TOKEN_LIFE: i64 = 90 * 24 * 60 * 60 * 1_000_000;

/// Who leaves the message.
pub(crate) struct Arriving {
    pub(crate) id: VisitorId,
    /// Nobody knows them yet.
    is_new: bool,
    /// The token they get; none when they came with one, or are not here themselves.
    token: Option<String>,
}

impl Arriving {
    /// A visitor who is there: they get another token, unless they come with one of theirs.
    pub(crate) fn returning(id: VisitorId, known: Option<VisitorId>) -> Self {
        let token = (known != Some(id)).then(|| token::token(token::VISITOR, store::random::bytes()));
        Self { id, is_new: false, token }
    }

    /// The token they get.
    pub(crate) fn token(&self) -> Option<&String> {
        self.token.as_ref()
    }

    pub(crate) fn submitted(&self, receipt: Receipt) -> Submitted {
        Submitted { receipt, visitor_id: self.id, visitor_token: self.token.clone() }
    }
}

impl Commands {
    /// The visitor of a token, or a new one; with an idempotency key always the same one, with the same token.
    pub(crate) fn arriving(&self, known: Option<VisitorId>, key: Option<&Idempotency>) -> Arriving {
        match known {
            Some(id) => Arriving { id, is_new: false, token: None },
            None => Arriving {
                token: Some(token::token(token::VISITOR, self.fresh("visitor token", key))),
                ..self.absent(None, key)
            },
        }
    }

    /// A visitor for whom a member writes, who is not here to be given a token.
    pub(crate) fn absent(&self, known: Option<VisitorId>, key: Option<&Idempotency>) -> Arriving {
        let id = known.unwrap_or_else(|| VisitorId(self.fresh_id("visitor id", key)));
        Arriving { id, is_new: known.is_none(), token: None }
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
        streams: Streams,
    ) -> Result<(StreamAppend, Remembered), CommandError> {
        let id = arriving.id.to_string();
        let at = self.store.clock().now();
        let loaded = match (arriving.is_new, streams) {
            (true, Streams::Guessed) => Loaded::new_stream(),
            (false, Streams::Guessed) => self.store.recall::<Visitor>(&id).await?,
            (_, Streams::Read) => self.store.load::<Visitor>(&id).await?,
        };
        let mut visitor = (*loaded.aggregate).clone();
        let mut decided = Vec::new();
        if arriving.is_new {
            decided.extend(visitor.decide(VisitorCommand::Arrive { at, locale: input.locale.clone() })?);
            decided.iter().cloned().for_each(|event| visitor.apply(event));
        }
        let given = self.print(arriving.id, input.name.as_ref(), contact);
        let identified = matches!(&visitor, Visitor::Arrived(arrived) if arrived.identified);
        let unchanged = loaded.version() > 0
            && self.remembered(arriving.id, loaded.version(), identified).await? == Some(given);
        decided.extend(visitor.decide(VisitorCommand::RememberContact {
            at,
            name: input.name.clone(),
            contact: contact.clone(),
            unchanged,
        })?);
        let stream = stream::<Visitor>(id, &loaded, Some(visitor_key(arriving.id)), &decided)?;
        let version = loaded.version() + i64::try_from(decided.len()).unwrap_or(i64::MAX);
        Ok((stream, Remembered { version, print: given }))
    }

    /// The fingerprint of what is remembered of a visitor at this version of their stream.
    async fn remembered(
        &self,
        id: VisitorId,
        version: i64,
        identified: bool,
    ) -> Result<Option<[u8; 32]>, CommandError> {
        if let Some(print) = self.contacts.at(id, version) {
            return Ok(Some(print));
        }
        let last = self.store.last_of_type(Visitor::TYPE, &id.to_string(), "ContactRemembered").await?;
        let Some(last) = last else { return Ok(None) };
        // What the host site said since fills the next form instead, and may be something else.
        let said = if identified { &["VisitorIdentified", "VisitorCorrected"][..] } else { &[] };
        for event_type in said {
            let said = self.store.last_of_type(Visitor::TYPE, &id.to_string(), event_type).await?;
            if said.is_some_and(|said| said.position > last.position) {
                return Ok(None);
            }
        }
        let mut payload = last.payload()?;
        self.store.open_personal(&mut [&mut payload]).await?;
        let place = format!("position {}", last.position);
        let last: VisitorEvent =
            serde_json::from_value(payload).map_err(|error| store::StoreError::Json { place, error })?;
        let VisitorEvent::ContactRemembered(ContactRemembered { name, contact, .. }) = last else {
            return Ok(None);
        };
        let Some(contact) = contact.clear() else { return Ok(None) };
        let print = self.print(id, name.as_ref().and_then(|name| name.clear()), contact);
        self.contacts.remember(id, Remembered { version, print });
        Ok(Some(print))
    }

    /// A keyed fingerprint: equal for the same name and contact of the same visitor, and nothing to anybody else.
    fn print(&self, id: VisitorId, name: Option<&Name>, contact: &Contact) -> [u8; 32] {
        let name = name.map_or("", Name::as_str);
        self.store.derive(
            "remembered contact",
            &[id.0.as_bytes(), name.as_bytes(), contact.given.as_bytes(), contact.canonical.as_bytes()],
        )
    }
}

/// What is remembered of a visitor, as a fingerprint, at a version of their stream.
#[derive(Clone, Copy)]
pub(crate) struct Remembered {
    version: i64,
    print: [u8; 32],
}

/// Fingerprints of the contacts of recent visitors: whoever leaves another message with the same contact is not looked
/// up again. It holds no words.
#[derive(Clone)]
pub(crate) struct Contacts(Arc<Mutex<LruCache<VisitorId, Remembered>>>);

/// Visitors whose fingerprints are kept; each weighs about a hundred bytes.
const KEPT: NonZeroUsize = NonZeroUsize::new(65_536).expect("not zero");

impl Contacts {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(LruCache::new(KEPT))))
    }

    fn kept(&self) -> MutexGuard<'_, LruCache<VisitorId, Remembered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn remember(&self, id: VisitorId, remembered: Remembered) {
        self.kept().put(id, remembered);
    }

    fn at(&self, id: VisitorId, version: i64) -> Option<[u8; 32]> {
        let mut kept = self.kept();
        kept.get(&id).filter(|remembered| remembered.version == version).map(|remembered| remembered.print)
    }
}

impl std::fmt::Debug for Contacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

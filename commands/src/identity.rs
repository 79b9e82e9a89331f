//! `startVisit`: a visitor comes, anonymous or with what the host site says of them.
//!
//! Knows that the same person meets the same visitor wherever they come from. Must not know a person: what stands for them
//! beside the log is a keyed hash.

mod claims;

pub use claims::IdentityError;

use crate::{
    Caller, Commands,
    error::CommandError,
    execute::ATTEMPTS,
    streams::{stream, visitor_key},
    visitor::Arriving,
};
use claims::Claims;
use cqrs_es::Aggregate;
use domain::{
    actor::Actor,
    contact::Contact,
    decide::Decide,
    ids::VisitorId,
    locale::Locale,
    text::Text,
    visitor::{Identity, Subject, Visitor, VisitorCommand, VisitorEvent},
};
use store::{AppendError, Loaded, Reservation, StoreError};

/// The installation's secret that host sites sign with, and the kind of reservation that stands for a person.
const IDENTITY: &str = "identity";

/// How a visitor comes.
#[derive(Clone, Debug, Default)]
pub struct VisitInput {
    /// Their language.
    pub locale: Option<Locale>,
    /// The host site's signed token, when it says who they are.
    pub identity: Option<String>,
    /// The one-time token of a link that was sent to them.
    pub restore: Option<String>,
}

/// A visit that has begun.
#[derive(Clone)]
pub struct Visit {
    /// Who visits.
    pub visitor_id: VisitorId,
    /// Their token, from now on; `None`: the one they came with goes on.
    pub token: Option<String>,
    /// The position of what was written.
    pub position: i64,
}

/// The secret that host sites sign identities with.
pub struct IdentitySecret(String);

impl IdentitySecret {
    /// As host sites need it: these very characters, as bytes, are the key.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Never printed by accident.
impl std::fmt::Debug for IdentitySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Commands {
    /// The secret that host sites sign identities with; made when it is not there.
    pub async fn identity_secret(&self) -> Result<IdentitySecret, CommandError> {
        Ok(IdentitySecret(crate::token::text(self.store.secret(IDENTITY).await?.bytes())))
    }

    /// Another one, from now on and in every process: what is signed with the one before is refused.
    pub async fn rotate_identity_secret(&self) -> Result<IdentitySecret, CommandError> {
        Ok(IdentitySecret(crate::token::text(self.store.rotate_secret(IDENTITY).await?.bytes())))
    }

    /// `startVisit`: gives a visitor a token; with an identity always the same visitor.
    pub async fn start_visit(&self, caller: &Caller, input: VisitInput) -> Result<Visit, CommandError> {
        let known = match caller.actor {
            Actor::Anonymous if caller.token_unknown => return Err(CommandError::TokenUnknown),
            Actor::Anonymous => None,
            Actor::Visitor(id) => Some(id),
            Actor::Member { .. } | Actor::Key { .. } | Actor::System(_) => {
                return Err(CommandError::NotForYou("a visitor visits: send a visitor's token, or none"));
            }
        };
        if let Some(link) = &input.restore {
            if input.identity.is_some() {
                return Err(CommandError::NotForYou(
                    "a visit begins with an identity or with a link, not with both",
                ));
            }
            return self.visit_by_link(caller, link, known).await;
        }
        match (input.identity, known) {
            (Some(token), known) => self.visit_as(caller, &token, known, input.locale).await,
            (None, Some(visitor_id)) => Ok(Visit { visitor_id, token: None, position: 0 }),
            (None, None) => self.arrive(caller, input.locale).await,
        }
    }

    /// Somebody of whom nothing is known.
    async fn arrive(&self, caller: &Caller, locale: Option<Locale>) -> Result<Visit, CommandError> {
        let arriving = self.arriving(None, None);
        let arrive = VisitorCommand::Arrive { at: self.store.clock().now(), locale };
        let decided = Visitor::default().decide(arrive)?;
        self.begin_visit(caller, &arriving, &Loaded::new_stream(), &decided, None)
            .await?
            .ok_or(CommandError::Unavailable)
    }

    /// Somebody of whom the host site says who they are. Whoever is here already under a token of theirs, and whom no
    /// host site has named yet, is that person from now on.
    async fn visit_as(
        &self,
        caller: &Caller,
        token: &str,
        known: Option<VisitorId>,
        locale: Option<Locale>,
    ) -> Result<Visit, CommandError> {
        let now = self.store.clock().now();
        let claims = claims::read(token, self.identity_secret().await?.text().as_bytes(), now)?;
        let identity = self.read_identity(&claims).await?;
        let used = self.store.derive("used identity", &[claims.jti.as_bytes()]);
        if !self.store.use_once(&used, claims.exp.saturating_mul(1_000_000)).await? {
            return Err(IdentityError::Used.into());
        }
        let stands_for = self.stands_for(&identity.subject);
        for _ in 0..ATTEMPTS {
            let holder = self.store.holder_of(IDENTITY, &stands_for).await?;
            let held_by = holder.as_deref().and_then(|holder| holder.parse().ok());
            let (arriving, loaded) = match (held_by, known) {
                (Some(id), _) => {
                    let loaded = self.store.load::<Visitor>(&VisitorId::to_string(&id)).await?;
                    (Arriving::returning(id, known), loaded)
                }
                (None, Some(id)) => {
                    let loaded = self.store.load::<Visitor>(&id.to_string()).await?;
                    match &*loaded.aggregate {
                        Visitor::Arrived(visitor) if !visitor.identified => {
                            (Arriving::returning(id, known), loaded)
                        }
                        // Somebody else, or nobody any more: they do not become this one.
                        Visitor::Arrived(_) | Visitor::NotArrived => {
                            (self.arriving(None, None), Loaded::new_stream())
                        }
                    }
                }
                (None, None) => (self.arriving(None, None), Loaded::new_stream()),
            };
            let decided = self.identify(&arriving, &loaded, &identity, locale.clone()).await?;
            let reservation = held_by.is_none().then(|| Reservation {
                kind: IDENTITY,
                value: stands_for.clone(),
                holder: arriving.id.to_string(),
            });
            if let Some(visit) = self.begin_visit(caller, &arriving, &loaded, &decided, reservation).await? {
                return Ok(visit);
            }
        }
        Err(CommandError::Unavailable)
    }

    /// What happens to the visitor: they arrive, are identified, or what is known of them is corrected.
    async fn identify(
        &self,
        arriving: &Arriving,
        loaded: &Loaded<Visitor>,
        identity: &Identity,
        locale: Option<Locale>,
    ) -> Result<Vec<VisitorEvent>, CommandError> {
        let at = self.store.clock().now();
        let mut visitor = (*loaded.aggregate).clone();
        let mut decided = Vec::new();
        if visitor == Visitor::NotArrived {
            decided.extend(visitor.decide(VisitorCommand::Arrive { at, locale })?);
            decided.iter().cloned().for_each(|event| visitor.apply(event));
        }
        let unchanged = loaded.version() > 0 && self.is_known_as(arriving.id, identity).await?;
        let identity = Box::new(identity.clone());
        decided.extend(visitor.decide(VisitorCommand::Identify { at, identity, unchanged })?);
        Ok(decided)
    }

    /// Is this what the host site said last?
    async fn is_known_as(&self, id: VisitorId, identity: &Identity) -> Result<bool, CommandError> {
        let id = id.to_string();
        let mut last = None;
        for event_type in ["VisitorIdentified", "VisitorCorrected"] {
            last = self.store.last_of_type(Visitor::TYPE, &id, event_type).await?.or(last);
        }
        let Some(last) = last else { return Ok(false) };
        let mut payload = last.payload()?;
        self.store.open_personal(&mut [&mut payload]).await?;
        let place = format!("position {}", last.position);
        let event: VisitorEvent =
            serde_json::from_value(payload).map_err(|error| StoreError::Json { place, error })?;
        Ok(event.says(identity))
    }

    /// Writes what was decided, with a token unless they came with one; `None`: somebody was faster.
    async fn begin_visit(
        &self,
        caller: &Caller,
        arriving: &Arriving,
        loaded: &Loaded<Visitor>,
        decided: &[VisitorEvent],
        reservation: Option<Reservation>,
    ) -> Result<Option<Visit>, CommandError> {
        let visitor_id = arriving.id;
        let stream =
            stream::<Visitor>(visitor_id.to_string(), loaded, Some(visitor_key(visitor_id)), decided)?;
        let as_visitor = Caller { actor: Actor::Visitor(visitor_id), ..caller.clone() };
        let mut append = self.append(&as_visitor, vec![stream], None);
        append.reservations.extend(reservation);
        append.credentials.extend(self.visitor_token_row(arriving));
        match self.store.append(append).await {
            Ok(appended) => {
                let (token, position) = (arriving.token().cloned(), appended.receipt().position);
                Ok(Some(Visit { visitor_id, token, position }))
            }
            Err(AppendError::Conflict | AppendError::Taken { .. }) => Ok(None),
            Err(error) => Err(CommandError::of_append(error)),
        }
    }

    /// The claims as our own values; a claim that cannot be one is named.
    async fn read_identity(&self, claims: &Claims) -> Result<Identity, CommandError> {
        let (desk, _) = self.desk_as(false).await?;
        let region = desk.settings().phone_region().to_owned();
        let text = |claim, text: &str| Text::parse(text).map_err(|_| IdentityError::Claim(claim));
        let contact = |claim, given: &Option<String>| {
            let given = given.as_deref().filter(|given| !given.trim().is_empty());
            given
                .map(|given| Contact::parse(given, &region).map_err(|_| IdentityError::Claim(claim)))
                .transpose()
        };
        let name = claims.name.as_deref().filter(|name| !name.trim().is_empty());
        Ok(Identity {
            subject: subject(&claims.sub)?,
            name: name.map(|name| text("name", name)).transpose()?,
            email: contact("email", &claims.email)?,
            phone_number: contact("phone_number", &claims.phone_number)?,
        })
    }

    /// Whoever the host site means by this is that visitor.
    pub(crate) fn one_visitor(&self, subject: &Subject, id: VisitorId) -> Reservation {
        Reservation { kind: IDENTITY, value: self.stands_for(subject), holder: id.to_string() }
    }

    /// What stands for a person in the reservations: a keyed hash, so that nobody lies there by name.
    fn stands_for(&self, subject: &Subject) -> String {
        let hash = self.store.derive("visitor identity", &[subject.as_str().as_bytes()]);
        hash.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}

/// To the letter: what is only nearly the same is somebody else.
fn subject(given: &str) -> Result<Subject, IdentityError> {
    let subject = Subject::parse(given).ok().filter(|subject| subject.as_str() == given);
    subject.ok_or(IdentityError::Claim("sub"))
}

//! What is made up of a desk's past, as what the store appends: sealed with the same keys, beside the same rows, and under
//! the same names as if somebody had asked for it then.
//!
//! Knows what goes along with an event that was decided. Must not know how a desk is made up: `server/src/generate.rs`
//! does, and decides by the domain's rules.

use crate::{
    Caller, Commands,
    accounts::EMAIL,
    error::CommandError,
    members, roles,
    streams::{after_erasure, member_key, message_key, new_events, visitor_key},
    teams, token,
};
use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    desk::{DeskEvent, Settings},
    ids::{DESK_ID, MemberId, MessageId, TeamId, VisitorId},
    locale::Locale,
    member::{ApiKeyCreated, MemberEmail, MemberEvent},
    message::MessageEvent,
    reference::Reference,
    team::TeamEvent,
    visitor::{Subject, VisitorEvent},
};
use store::{CredentialRow, KeyChange, PastAppend, Reservation, Stood, StreamAppend, StreamKey, TokenHash};
use uuid::Uuid;

/// Everything that came of one command, at a time gone by.
#[derive(Clone, Debug)]
pub struct Past {
    /// When.
    pub at: DateTime<Utc>,
    /// Who gave it.
    pub actor: Actor,
    /// In which language.
    pub locale: Option<Locale>,
    /// The command's id.
    pub command_id: Uuid,
    /// The request's id.
    pub correlation_id: Uuid,
    /// The event that caused it, when one did.
    pub cause: Option<Uuid>,
    /// What happened, stream by stream.
    pub streams: Vec<PastEvents>,
    /// What is nobody else's from then on.
    pub unique: Vec<Unique>,
}

/// Events of one stream.
#[derive(Clone, Debug)]
pub struct PastEvents {
    /// How many events it had before.
    pub after: i64,
    /// The ids of these, one for each.
    pub event_ids: Vec<Uuid>,
    /// What they say.
    pub happened: Happened,
}

/// What happened to one aggregate.
#[derive(Clone, Debug)]
pub enum Happened {
    /// To the desk.
    Desk(Vec<DeskEvent>),
    /// To a member.
    Member(MemberId, Vec<MemberEvent>),
    /// To a team.
    Team(TeamId, Vec<TeamEvent>),
    /// To a visitor.
    Visitor(VisitorId, Vec<VisitorEvent>),
    /// To a message.
    Message {
        /// Which.
        id: MessageId,
        /// Whose.
        visitor_id: VisitorId,
        /// Had its visitor been erased before?
        erased: bool,
        /// What.
        events: Vec<MessageEvent>,
    },
}

/// A value that stands once in the whole installation.
#[derive(Clone, Debug)]
pub enum Unique {
    /// A member's address.
    Email(MemberEmail, MemberId),
    /// Whom the host site means.
    Identity(Subject, VisitorId),
    /// A message's short name.
    Reference(Reference, MessageId),
    /// One automatic reply to a visitor in one closing.
    AutoReply {
        /// To whom.
        visitor_id: VisitorId,
        /// In which closing.
        closing: String,
        /// To which message.
        message_id: MessageId,
    },
}

impl Commands {
    /// What the store appends for it. Nobody gets a token, a password or a key that opens anything.
    pub fn past(&self, past: Past) -> Result<PastAppend, CommandError> {
        let caller = Caller {
            actor: past.actor,
            token_unknown: false,
            locale: past.locale,
            correlation_id: past.correlation_id,
            address: None,
        };
        let event_ids = past.streams.iter().flat_map(|stream| stream.event_ids.iter().copied()).collect();
        let credentials = past.streams.iter().flat_map(|stream| stream.happened.rows()).collect();
        let streams = past.streams.into_iter().map(PastEvents::stream);
        let streams = streams.collect::<Result<_, store::StoreError>>()?;
        let mut append = self.append(&caller, streams, None);
        append.metadata.insert("commandId".to_owned(), past.command_id.to_string());
        append.metadata.extend(past.cause.map(|cause| ("causationId".to_owned(), cause.to_string())));
        append.credentials = credentials;
        append.reservations = past.unique.iter().map(|unique| self.reservation(unique)).collect();
        Ok(PastAppend { at: past.at.timestamp_micros(), event_ids, append })
    }

    fn reservation(&self, unique: &Unique) -> Reservation {
        match unique {
            Unique::Email(email, id) => {
                Reservation { kind: EMAIL, value: self.reserved(email), holder: id.to_string() }
            }
            Unique::Identity(subject, id) => self.one_visitor(subject, *id),
            Unique::Reference(reference, id) => {
                Reservation { kind: "reference", value: reference.to_string(), holder: id.to_string() }
            }
            Unique::AutoReply { visitor_id, closing, message_id } => {
                self.one_auto_reply(*visitor_id, closing, *message_id)
            }
        }
    }
}

impl PastEvents {
    fn stream(self) -> Result<StreamAppend, store::StoreError> {
        let (aggregate_id, key) = (self.happened.id(), self.happened.key());
        let (aggregate_type, events) = match self.happened {
            Happened::Desk(events) => ("Desk", new_events(&events)?),
            Happened::Member(_, events) => ("Member", new_events(&events)?),
            Happened::Team(_, events) => ("Team", new_events(&events)?),
            Happened::Visitor(_, events) => ("Visitor", new_events(&events)?),
            Happened::Message { events, .. } => ("Message", new_events(&events)?),
        };
        let after = Stood::at(self.after);
        Ok(StreamAppend { aggregate_type, aggregate_id, after, key, events, then: None })
    }
}

impl Happened {
    fn id(&self) -> String {
        match self {
            Self::Desk(_) => DESK_ID.to_string(),
            Self::Member(id, _) => id.to_string(),
            Self::Team(id, _) => id.to_string(),
            Self::Visitor(id, _) => id.to_string(),
            Self::Message { id, .. } => id.to_string(),
        }
    }

    /// What its words are sealed with, as `streams.rs` has it.
    fn key(&self) -> Option<StreamKey> {
        match self {
            Self::Desk(_) | Self::Team(..) => None,
            Self::Member(id, _) => Some(member_key(*id)),
            Self::Visitor(id, events) => {
                let is_erasure = |event: &VisitorEvent| matches!(event, VisitorEvent::VisitorErased(_));
                let own = visitor_key(*id);
                Some(if events.iter().any(is_erasure) { after_erasure(&own) } else { own })
            }
            Self::Message { id, visitor_id, erased, .. } => {
                let own = message_key(*id, *visitor_id);
                Some(if *erased { after_erasure(&own) } else { own })
            }
        }
    }

    /// The rows that authority is read from, as these events leave them.
    fn rows(&self) -> Vec<CredentialRow> {
        match self {
            Self::Desk(events) => {
                events.iter().filter_map(|event| roles::rows(&Settings::default(), event)).collect()
            }
            Self::Member(id, events) => {
                let mut rows: Vec<_> = events.iter().filter_map(|event| new_row(*id, event)).collect();
                rows.extend(members::rows(*id, events));
                rows
            }
            Self::Team(id, events) => teams::rows(&id.to_string(), events),
            Self::Visitor(..) | Self::Message { .. } => vec![],
        }
    }
}

/// The row of somebody who was invited, and of a key that nobody has been shown.
fn new_row(id: MemberId, event: &MemberEvent) -> Option<CredentialRow> {
    let member_id = id.to_string();
    match event {
        MemberEvent::MemberInvited(event) => {
            Some(CredentialRow::Account { member_id, role: event.role.to_string() })
        }
        MemberEvent::ApiKeyCreated(ApiKeyCreated { key_id, permissions, expires_at, .. }) => {
            Some(CredentialRow::Key(KeyChange::Created {
                token: TokenHash::of(&token::token(token::KEY, store::random::bytes())),
                key_id: key_id.to_string(),
                member_id,
                permissions: permissions.names().join(" "),
                expires_at: expires_at.timestamp_micros(),
            }))
        }
        MemberEvent::MemberJoined(_)
        | MemberEvent::MemberRevised(_)
        | MemberEvent::MemberRoleChanged(_)
        | MemberEvent::MemberDeactivated(_)
        | MemberEvent::MemberReactivated(_)
        | MemberEvent::PasswordChanged(_)
        | MemberEvent::MemberSignedIn(_)
        | MemberEvent::SignInRefused(_)
        | MemberEvent::ApiKeyRevoked(_) => None,
    }
}

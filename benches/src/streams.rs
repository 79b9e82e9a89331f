//! Visitors and messages made in bulk: the events that the commands would have appended, many streams at a time.

use cqrs_es::{Aggregate, DomainEvent};
use domain::{
    contact::Contact,
    ids::{MemberId, MessageId, ReplyId, VisitorId},
    message::{Message, MessageClosed, MessageEvent, MessageReplied, MessageSubmitted},
    reference::Reference,
    text::{Name, Reason, ReplyText, Words},
    visitor::{ContactRemembered, Visitor, VisitorArrived, VisitorEvent},
};
use std::{collections::BTreeMap, ops::Range};
use store::{
    Append, AppendError, CredentialRow, NewEvent, Reservation, Store, StreamAppend, StreamKey, TokenHash,
};
use uuid::Uuid;

/// What visitors write and members answer: about 200 bytes.
pub const WORDS: &str = "您好，我上周三在贵店买的电水壶到现在还没有收到，物流信息停在杭州转运中心已经四天了，请问是不是丢件了？麻烦尽快帮我查一下，谢谢。";
/// What visitors call themselves.
pub const NAME: &str = "李雷";
/// How visitors are reached.
pub const CONTACT: &str = "13800138000";

/// So many events are appended at once.
const AT_ONCE: usize = 500;

/// An id that is always the same for the same number, and lies anywhere among the others: as a client's
/// idempotency key makes it.
pub fn id(kind: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(scattered(kind << 48 | number), scattered(!(kind << 48 | number)))
}

/// The visitor of this number.
pub fn visitor_id(number: usize) -> VisitorId {
    VisitorId(id(1, number as u64))
}

/// The message of this number.
pub fn message_id(number: usize) -> MessageId {
    MessageId(id(2, number as u64))
}

/// One of the two members who reply.
pub fn member_id(number: usize) -> MemberId {
    MemberId(id(3, (number % 2) as u64))
}

/// A message to be made: its number, its visitor's, how many replies it has, and whether it was closed.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Its number.
    pub message: usize,
    /// Its visitor's number.
    pub visitor: usize,
    /// How often it was replied to.
    pub replies: usize,
    /// Was it closed?
    pub closed: bool,
}

impl Plan {
    /// What happened to it.
    pub fn events(&self, store: &Store) -> Vec<MessageEvent> {
        let at = store.clock().now();
        let submitted = MessageEvent::MessageSubmitted(MessageSubmitted {
            at,
            visitor_id: visitor_id(self.visitor),
            reference: self.reference(),
            name: Name::parse(NAME).ok().map(Into::into),
            contact: contact().into(),
            content: Words::parse(WORDS).expect("words").into(),
            images: vec![],
            files: vec![],
            category_id: None,
            related_to: None,
            locale: None,
            page_url: None,
            privacy_notice: 0,
            fields: vec![],
        });
        let reply = |number| {
            MessageEvent::MessageReplied(MessageReplied {
                at,
                reply_id: ReplyId(id(4, (self.message * 16 + number) as u64)),
                author: member_id(number),
                content: ReplyText::parse(WORDS).expect("words").into(),
                images: vec![],
                files: vec![],
            })
        };
        let closed = self.closed.then(|| {
            let reason = Reason::parse("已发货").ok().map(Into::into);
            MessageEvent::MessageClosed(MessageClosed { at, reason })
        });
        [submitted].into_iter().chain((0..self.replies).map(reply)).chain(closed).collect()
    }

    /// Unique by its number, so that no two collide however many there are.
    fn reference(&self) -> Reference {
        let digit = |place: usize| u8::try_from(self.message >> (5 * place) & 31).unwrap_or_default();
        Reference::from_random([digit(5), digit(4), digit(3), digit(2), digit(1), digit(0)])
    }

    /// The part of its stream from one event up to another.
    fn stream(&self, store: &Store, part: Range<usize>) -> StreamAppend {
        let (message, visitor) = (message_id(self.message), visitor_id(self.visitor));
        let parent = Some(format!("visitor/{visitor}"));
        let key = StreamKey { id: format!("message/{message}"), parent };
        let events = self.events(store);
        let (from, to) = (part.start.min(events.len()), part.end.min(events.len()));
        let mut append = stream(Message::TYPE, message.to_string(), key, &events[from..to]);
        append.after = store::Stood::at(stands_at(i64::try_from(from).unwrap_or_default()));
        append
    }
}

/// As an append names the place at which a stream stands.
fn stands_at(sequence: i64) -> i64 {
    sequence
}

/// The contact that every visitor gives.
pub fn contact() -> Contact {
    Contact::parse(CONTACT, "CN").expect("a phone number")
}

/// Makes visitors who hold a token and are remembered.
pub async fn make_visitors(store: &Store, numbers: impl Iterator<Item = usize>) -> Result<(), AppendError> {
    let mut batch = Batch::new(store);
    for number in numbers {
        let (at, visitor) = (store.clock().now(), visitor_id(number));
        let events = [
            VisitorEvent::VisitorArrived(VisitorArrived { at, locale: None }),
            VisitorEvent::ContactRemembered(ContactRemembered {
                at,
                name: Name::parse(NAME).ok().map(Into::into),
                contact: contact().into(),
            }),
        ];
        let key = StreamKey { id: format!("visitor/{visitor}"), parent: None };
        let token = CredentialRow::VisitorToken {
            token: TokenHash::of(&format!("lwv_{visitor}")),
            visitor_id: visitor.to_string(),
            created_at: store.clock().micros(),
            expires_at: i64::MAX,
        };
        batch.append.credentials.push(token);
        batch.add(stream(Visitor::TYPE, visitor.to_string(), key, &events)).await?;
    }
    batch.flush().await
}

/// Makes messages, sealed like any other, with their references reserved.
pub async fn make_messages(store: &Store, plans: impl Iterator<Item = Plan>) -> Result<(), AppendError> {
    make_parts(store, plans.map(|plan| (plan, 0..usize::MAX))).await
}

/// Makes parts of messages: the events from one number up to another, the first being number 0. Between one part and
/// the next there may be others, as there are in a real log.
pub async fn make_parts(
    store: &Store,
    parts: impl Iterator<Item = (Plan, Range<usize>)>,
) -> Result<(), AppendError> {
    let mut batch = Batch::new(store);
    for (plan, part) in parts {
        if part.start == 0 {
            batch.append.reservations.push(Reservation {
                kind: "reference",
                value: plan.reference().to_string(),
                holder: message_id(plan.message).to_string(),
            });
        }
        batch.add(plan.stream(store, part)).await?;
    }
    batch.flush().await
}

struct Batch<'a> {
    store: &'a Store,
    append: Append,
    events: usize,
}

impl<'a> Batch<'a> {
    fn new(store: &'a Store) -> Self {
        Self { store, append: nothing(), events: 0 }
    }

    async fn add(&mut self, stream: StreamAppend) -> Result<(), AppendError> {
        self.events += stream.events.len();
        self.append.streams.push(stream);
        if self.events < AT_ONCE { Ok(()) } else { self.flush().await }
    }

    async fn flush(&mut self) -> Result<(), AppendError> {
        if self.events > 0 {
            self.store.append(std::mem::replace(&mut self.append, nothing())).await?;
        }
        self.events = 0;
        Ok(())
    }
}

fn nothing() -> Append {
    let metadata = BTreeMap::from([
        ("actor".to_owned(), format!("member:{}", member_id(0))),
        ("commandId".to_owned(), id(5, 0).to_string()),
        ("correlationId".to_owned(), id(6, 0).to_string()),
    ]);
    Append { streams: vec![], metadata, reservations: vec![], credentials: vec![], idempotency: None }
}

fn stream<E: DomainEvent>(
    aggregate_type: &'static str,
    aggregate_id: String,
    key: StreamKey,
    events: &[E],
) -> StreamAppend {
    let event = |event: &E| NewEvent {
        event_type: event.event_type(),
        event_version: event.event_version(),
        payload: serde_json::to_value(event).expect("an event is JSON"),
        by: None,
    };
    let events = events.iter().map(event).collect();
    StreamAppend {
        aggregate_type,
        aggregate_id,
        after: store::Stood::default(),
        key: Some(key),
        events,
        then: None,
    }
}

/// Every number to another one, and no two to the same (the finaliser of `SplitMix64`).
fn scattered(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

//! What there is to tell of a delivery, looked up when it is sent: as the message is now, with words that are still there.

use crate::{Projections, error::QueryError};
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{
    channel::{Channel, ChannelEvent, PauseReason},
    contact::Contact,
    ids::{CategoryId, ChannelId, MemberId, MessageId, VisitorId},
    locale::Locale,
    message::{Assignee, Awaiting, File, Image, Message, MessageEvent, MessageStatus, Priority, Submitted},
    personal::Personal,
    text::Name,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::{RecordedEvent, Store, StoreError};

use super::{channels::Channels, rows::Due};
use crate::event::event_of;

/// A delivery and what there is to tell.
pub(crate) struct Tale {
    pub(crate) due: Due,
    pub(crate) event_id: uuid::Uuid,
    pub(crate) sequence: i64,
    pub(crate) event_version: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) about: About,
}

/// What it is about.
pub(crate) enum About {
    /// A message.
    Message(Box<OfMessage>),
    /// Another channel.
    Channel(OfChannel),
    /// What nobody is to hear of any more: it is spam, or deleted.
    Nothing,
}

/// What there is to tell of another channel.
pub(crate) struct OfChannel {
    pub(crate) name: String,
    /// When it will be paused, of a warning.
    pub(crate) pauses_at: Option<DateTime<Utc>>,
    /// Why it was paused, if it was.
    pub(crate) reason: Option<PauseReason>,
}

/// What there is to tell of a message.
#[derive(Default)]
pub(crate) struct OfMessage {
    pub(crate) id: String,
    pub(crate) reference: String,
    pub(crate) status: Option<MessageStatus>,
    pub(crate) category_id: Option<CategoryId>,
    pub(crate) priority: Priority,
    pub(crate) assignee: Option<Assignee>,
    /// The member who is to answer it.
    pub(crate) member: Option<Person>,
    pub(crate) name: Option<String>,
    pub(crate) contact: Option<Contact>,
    pub(crate) words: Option<String>,
    pub(crate) due_at: Option<DateTime<Utc>>,
    pub(crate) stars: Option<u8>,
    /// The pictures that came with what was said; `None`: nothing that could have any was.
    pub(crate) images: Option<Vec<Image>>,
    /// The other files that came with it; likewise.
    pub(crate) files: Option<Vec<File>>,
    /// Whose it is.
    pub(crate) visitor_id: Option<VisitorId>,
    /// Their language, when they said.
    pub(crate) locale: Option<Locale>,
    /// Did they write it themselves?
    pub(crate) own: bool,
    /// Have they written more since the last reply?
    pub(crate) answered: bool,
}

/// A member, as vendors know them.
#[derive(Clone, Default)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) wecom: Option<String>,
    pub(crate) feishu: Option<String>,
    pub(crate) dingtalk: Option<String>,
    pub(crate) mobile: Option<String>,
}

/// Of a message that nobody means, or that is deleted, only this is told.
const OF_SPAM: [&str; 2] = ["message.marked_as_spam", "message.unmarked_as_spam"];
const OF_DELETED: [&str; 4] = ["message.deleted", "message.restored", "message.shredded", "message.erased"];

impl Projections {
    /// Looks up what there is to tell of these deliveries, in their order; with `words` what was said as well.
    pub(crate) async fn tales(&self, due: Vec<Due>, words: bool) -> Result<Vec<Tale>, QueryError> {
        let positions: Vec<i64> = due.iter().map(|due| due.position).collect();
        let events = self.store.read_at(&positions).await?;
        let events: BTreeMap<i64, RecordedEvent> =
            events.into_iter().map(|event| (event.position, event)).collect();
        let mut tales = Vec::with_capacity(due.len());
        for due in due {
            let Some(event) = events.get(&due.position) else {
                return Err(StoreError::Gap { position: due.position }.into());
            };
            let about = match event.aggregate_type.as_str() {
                Message::TYPE => self.of_message(event, &due.event_type, words).await?,
                _ => self.of_channel(event).await?,
            };
            let (event_id, sequence) = (event.event_id, event.sequence);
            let event_version = event.event_version.clone();
            tales.push(Tale { due, event_id, sequence, event_version, at: event.recorded_at, about });
        }
        if words {
            self.name_assignees(&mut tales).await?;
        }
        Ok(tales)
    }

    async fn of_message(
        &self,
        event: &RecordedEvent,
        event_type: &str,
        words: bool,
    ) -> Result<About, QueryError> {
        let loaded = self.store.load::<Message>(&event.aggregate_id).await?;
        let Message::Submitted(message) = &*loaded.aggregate else { return Ok(About::Nothing) };
        if is_hidden(message, event_type) {
            return Ok(About::Nothing);
        }
        let first = if event.sequence == 1 {
            event.clone()
        } else {
            let first = self.store.read_stream_after(Message::TYPE, &event.aggregate_id, 0, 1).await?;
            first.into_iter().next().ok_or(StoreError::Gap { position: event.position })?
        };
        let own = is_own(&first)?;
        let mut payloads = [first.payload()?, event.payload()?];
        if words {
            let [first, said] = &mut payloads;
            self.store.open_personal(&mut [first, said]).await?;
        }
        let [first, said] = payloads.map(read);
        let MessageEvent::MessageSubmitted(submitted) = first? else {
            return Err(StoreError::Setup(format!("{event:?}: its stream begins with something else")).into());
        };
        let said = said?;
        let (words, due_at, stars) = (words_of(&said), due_of(&said), stars_of(&said));
        let (images, files) = came_with(said).unzip();
        Ok(About::Message(Box::new(OfMessage {
            id: event.aggregate_id.clone(),
            reference: submitted.reference.to_string(),
            status: loaded.aggregate.status().map(|(status, _)| status),
            category_id: message.category_id.clone(),
            priority: message.priority,
            assignee: message.assignee,
            member: None,
            name: submitted
                .name
                .as_ref()
                .and_then(Personal::clear)
                .map(|name: &Name| name.as_str().to_owned()),
            contact: submitted.contact.clear().cloned(),
            words,
            due_at,
            stars,
            images,
            files,
            visitor_id: Some(message.visitor_id),
            locale: submitted.locale,
            own,
            answered: message.awaiting == Awaiting::Desk,
        })))
    }

    async fn of_channel(&self, event: &RecordedEvent) -> Result<About, QueryError> {
        let unreadable = |error: store::HandleError| StoreError::Setup(error.to_string());
        let channels = Channels::as_of(&self.store, i64::MAX).await.map_err(unreadable)?;
        let id: Option<ChannelId> = event.aggregate_id.parse().ok();
        let name = match id.and_then(|id| channels.any(id)) {
            Some(Channel::Connected(channel)) => channel.name.as_str().to_owned(),
            Some(Channel::NotConnected) | None => return Ok(About::Nothing),
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other event has any of it")]
        let (pauses_at, reason) = match event_of::<Channel>(event).map_err(unreadable)? {
            ChannelEvent::ChannelWarned(event) => (Some(event.pauses_at), None),
            ChannelEvent::ChannelPaused(event) => (None, Some(event.reason)),
            _ => (None, None),
        };
        Ok(About::Channel(OfChannel { name, pauses_at, reason }))
    }

    /// Who is to answer the messages, in one look-up.
    async fn name_assignees(&self, tales: &mut [Tale]) -> Result<(), QueryError> {
        let member = |tale: &Tale| match &tale.about {
            About::Message(message) => match message.assignee {
                Some(Assignee::Member(id)) => Some(id),
                Some(Assignee::Team(_)) | None => None,
            },
            About::Channel(_) | About::Nothing => None,
        };
        let ids: BTreeSet<MemberId> = tales.iter().filter_map(member).collect();
        let found: BTreeMap<MemberId, Person> =
            self.members(&ids).await?.into_iter().map(|row| (row.id, person(&row))).collect();
        for tale in tales {
            let member = member(tale).and_then(|id| found.get(&id).cloned());
            if let About::Message(message) = &mut tale.about {
                message.member = member;
            }
        }
        Ok(())
    }
}

fn person(row: &crate::MemberRow) -> Person {
    let handle = |handle: &Option<Personal<domain::member::Handle>>| {
        handle.as_ref().and_then(|handle| handle.text().map(str::to_owned))
    };
    Person {
        name: row.name.text().unwrap_or_default().to_owned(),
        email: row.email.clear().map(|email| email.as_str().to_owned()).filter(|_| row.active),
        wecom: handle(&row.handles.wecom),
        feishu: handle(&row.handles.feishu),
        dingtalk: handle(&row.handles.dingtalk),
        mobile: handle(&row.handles.mobile),
    }
}

fn is_hidden(message: &Submitted, event_type: &str) -> bool {
    (message.spam && !OF_SPAM.contains(&event_type))
        || (message.deleted_at.is_some() && !OF_DELETED.contains(&event_type))
}

/// Did the visitor write it themselves? A member may write for somebody who calls.
pub(crate) fn is_own(first: &RecordedEvent) -> Result<bool, StoreError> {
    Ok(first.metadata()?.get("actor").is_some_and(|actor| actor.starts_with("visitor:")))
}

/// Did the visitor write this message themselves?
pub(crate) async fn tell_own(store: &Store, id: MessageId) -> Result<bool, StoreError> {
    let first = store.read_stream_after(Message::TYPE, &id.to_string(), 0, 1).await?;
    first.first().map_or(Ok(false), is_own)
}

fn read(payload: Value) -> Result<MessageEvent, StoreError> {
    let place = || "the event of a delivery".to_owned();
    serde_json::from_value(payload).map_err(|error| StoreError::Json { place: place(), error })
}

/// What was said by it, as far as it is open.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other event says anything to the desk")]
fn words_of(event: &MessageEvent) -> Option<String> {
    match event {
        MessageEvent::MessageSubmitted(event) => event.content.text(),
        MessageEvent::MessageContinued(event) => event.content.text(),
        MessageEvent::MessageReplied(event) => event.content.text(),
        MessageEvent::AutoReplySent(event) => event.content.text(),
        MessageEvent::NoteAdded(event) => event.content.text(),
        MessageEvent::MessageRated(event) => event.comment.as_ref().and_then(Personal::text),
        MessageEvent::MessageAssigned(event) => event.reason.as_ref().and_then(Personal::text),
        MessageEvent::FollowUpScheduled(event) => event.note.as_ref().and_then(Personal::text),
        _ => None,
    }
    .map(str::to_owned)
}

/// When something is due by it.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other event has one")]
pub(crate) fn due_of(event: &MessageEvent) -> Option<DateTime<Utc>> {
    match event {
        MessageEvent::ReplyBecameOverdue(event) => Some(event.due_at),
        MessageEvent::FollowUpScheduled(event) => Some(event.due_at),
        MessageEvent::FollowUpCameDue(event) => Some(event.due_at),
        _ => None,
    }
}

/// How many stars were given by it.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other event has one")]
pub(crate) fn stars_of(event: &MessageEvent) -> Option<u8> {
    match event {
        MessageEvent::MessageRated(event) => Some(event.rating.count()),
        _ => None,
    }
}

/// The pictures and other files that came with it.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other event can have any")]
pub(crate) fn came_with(event: MessageEvent) -> Option<(Vec<Image>, Vec<File>)> {
    match event {
        MessageEvent::MessageSubmitted(event) => Some((event.images, event.files)),
        MessageEvent::MessageContinued(event) => Some((event.images, event.files)),
        MessageEvent::MessageReplied(event) => Some((event.images, event.files)),
        _ => None,
    }
}

impl OfMessage {
    /// How many pictures came with what was said.
    pub(crate) fn pictures(&self) -> usize {
        self.images.as_ref().map_or(0, Vec::len)
    }

    /// How many other files did.
    pub(crate) fn files(&self) -> usize {
        self.files.as_ref().map_or(0, Vec::len)
    }

    /// Its id as a message's.
    pub(crate) fn message_id(&self) -> MessageId {
        MessageId::typed(&self.id)
    }
}

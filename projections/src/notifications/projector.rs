//! From events to deliveries: which event is told in which channel, decided by the rules as they were then.
//!
//! Walks the log in order. What it decides depends on the log alone, so that walking a part of it again makes the same
//! deliveries; and those that are made, and how far it has come, are committed together.

use super::{
    channels::Channels,
    plan, rows,
    rows::NewDelivery,
    tell::is_own,
    wants::{Subject, asks_for_subject, wants},
    zone::zone_of,
};
use crate::event::event_of;
use chrono_tz::Tz;
use cqrs_es::Aggregate;
use domain::{
    channel::{Channel, ChannelState, Connected, NotificationType, type_of},
    desk::Desk,
    ids::{ChannelId, DESK_ID},
    message::Message,
};
use store::{HandleError, LogFilter, RecordedEvent, Store};
use uuid::Uuid;

/// Events that are read at once.
const PAGE: i64 = 200;
/// After so many events that nobody is told of, how far it has come is written all the same.
const STRIDE: i64 = 1_000;
/// A longer message is not folded for a rule: it is told by what it was when it was that long.
const LONGEST: i64 = 20_000;

/// How far it has come, and the channels as they were there.
pub(crate) struct Projector {
    store: Store,
    channels: Channels,
    position: i64,
    written: i64,
}

/// What a turn did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// There may be more. Were deliveries made, and is a channel otherwise than before?
    Moved { made: bool, channels: bool },
    /// There is nothing more.
    UpToDate,
}

impl Projector {
    /// Where it was left. A desk that has no channel need not be walked through.
    pub(crate) async fn begin(store: &Store) -> Result<Self, HandleError> {
        let head = store.head().await?;
        let mut position = rows::notified(store).await?;
        let at_head = Channels::as_of(store, head).await?;
        let none = at_head.connected().next().is_none();
        if none && position < head && rows::make(store, (position, head), vec![]).await? {
            position = head;
        }
        let channels = if position == head { at_head } else { Channels::as_of(store, position).await? };
        Ok(Self { store: store.clone(), channels, position, written: position })
    }

    /// The channels as they are where it stands.
    pub(crate) fn channels(&self) -> &Channels {
        &self.channels
    }

    /// How far it has come.
    pub(crate) fn position(&self) -> i64 {
        self.position
    }

    /// Takes the next events.
    pub(crate) async fn turn(&mut self) -> Result<Turn, HandleError> {
        let mut events = self.store.read(&LogFilter::default(), self.position, PAGE).await?;
        // As far as none is missing.
        let whole = (self.position + 1..)
            .zip(&events)
            .take_while(|(wanted, event)| event.position == *wanted)
            .count();
        events.truncate(whole);
        let Some(last) = events.last().map(|event| event.position) else { return Ok(Turn::UpToDate) };
        let mut channels = self.channels.clone();
        // Looked up by the first event of a page that is told, for all of them.
        let mut zone = None;
        let (mut new, mut changed) = (Vec::new(), false);
        for event in &events {
            if event.aggregate_type == Channel::TYPE {
                channels.apply(event)?;
                changed = true;
            }
            self.deliveries(&channels, event, &mut zone, &mut new).await?;
        }
        let made = !new.is_empty();
        if made || changed || last >= self.written + STRIDE {
            if !rows::make(&self.store, (self.written, last), new).await? {
                // Somebody else was here: go on from where they are.
                *self = Self::begin(&self.store).await?;
                return Ok(Turn::Moved { made: true, channels: true });
            }
            self.written = last;
        }
        (self.channels, self.position) = (channels, last);
        Ok(Turn::Moved { made, channels: changed })
    }

    async fn deliveries(
        &self,
        channels: &Channels,
        event: &RecordedEvent,
        zone: &mut Option<Tz>,
        new: &mut Vec<NewDelivery>,
    ) -> Result<(), HandleError> {
        let of_message = event.aggregate_type == Message::TYPE;
        if !of_message && event.aggregate_type != Channel::TYPE {
            return Ok(());
        }
        let event_type = type_of(&event.aggregate_type, &event.event_type);
        let mut hear: Vec<(ChannelId, &Connected)> =
            channels.connected().filter(|(id, channel)| hears(*id, channel, event, &event_type)).collect();
        let asks = |channel: &Connected| asks_for_subject(&channel.rules) || channel.kind.reaches().is_some();
        if of_message && hear.iter().any(|(_, channel)| asks(channel)) {
            let subject = self.subject(event).await?;
            hear.retain(|(_, channel)| {
                wants(&channel.rules, &event_type, &subject) && subject.is_reached_by(channel.kind)
            });
        }
        if hear.is_empty() {
            return Ok(());
        }
        let zone = if let Some(zone) = *zone {
            zone
        } else {
            let desk = self.store.load::<Desk>(&DESK_ID.to_string()).await?;
            *zone.insert(zone_of(desk.aggregate.settings()))
        };
        for (id, channel) in hear {
            new.push(NewDelivery {
                delivery_id: self.delivery_id(event.event_id, id),
                channel_id: id.to_string(),
                position: event.position,
                event_type: event_type.to_string(),
                message_id: of_message.then(|| event.aggregate_id.clone()),
                next_at: plan::due_at(channel.rules.digest, self.store.clock().now(), &zone),
            });
        }
        Ok(())
    }

    /// The same for the same event and channel, whoever makes it, and as often as it is made. Receivers know it as
    /// `webhook-id`.
    fn delivery_id(&self, event_id: Uuid, channel: ChannelId) -> String {
        self.store.derive_id("delivery", &[event_id.as_bytes(), channel.0.as_bytes()]).to_string()
    }

    /// What rules ask of a message: as it was when that happened, and what was said.
    async fn subject(&self, event: &RecordedEvent) -> Result<Subject, HandleError> {
        let events = self
            .store
            .read_stream_after(Message::TYPE, &event.aggregate_id, 0, event.sequence.min(LONGEST))
            .await?;
        let mut message = Message::default();
        for event in &events {
            message.apply(event_of::<Message>(event)?);
        }
        let mut said = event.payload()?;
        let mut first = events.first().map(RecordedEvent::payload).transpose()?.unwrap_or_default();
        self.store.open_personal(&mut [&mut said, &mut first]).await?;
        let own = events.first().map(is_own).transpose()?.unwrap_or_default();
        Ok(Subject::read(&message, &said, &first, own))
    }
}

/// Is it of a type that the channel hears? Of its own troubles it is not told.
fn hears(id: ChannelId, channel: &Connected, event: &RecordedEvent, event_type: &NotificationType) -> bool {
    if !channel.rules.events.contains(event_type) {
        return false;
    }
    event.aggregate_type == Message::TYPE
        || (event.aggregate_id != id.to_string() && channel.state == ChannelState::Active)
}

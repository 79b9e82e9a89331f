//! The channels, folded from their own events in the order of the log: what each one's rules were when something happened.

use super::vendor::mask;
use crate::{Projections, error::QueryError, event::event_of};
use cqrs_es::Aggregate;
use domain::{
    channel::{Channel, ChannelAddress, ChannelState, Connected},
    contact::ContactKind,
    ids::ChannelId,
};
use std::collections::BTreeMap;
use store::{HandleError, RecordedEvent, Store, StoreError};

/// Every channel there is or was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Channels(BTreeMap<ChannelId, Channel>);

impl Channels {
    /// As they were when the log had come to a position.
    pub(crate) async fn as_of(store: &Store, position: i64) -> Result<Self, HandleError> {
        let mut events = store.read_type(Channel::TYPE).await?;
        events.retain(|event| event.position <= position);
        events.sort_unstable_by_key(|event| event.position);
        let mut channels = Self::default();
        for event in &events {
            channels.apply(event)?;
        }
        Ok(channels)
    }

    /// An event of the log; only those of channels matter.
    pub(crate) fn apply(&mut self, recorded: &RecordedEvent) -> Result<(), HandleError> {
        if recorded.aggregate_type == Channel::TYPE {
            let id = recorded.aggregate_id.parse()?;
            self.0.entry(id).or_default().apply(event_of::<Channel>(recorded)?);
        }
        Ok(())
    }

    /// Those that are connected.
    pub(crate) fn connected(&self) -> impl Iterator<Item = (ChannelId, &Connected)> {
        self.0.iter().filter_map(|(id, channel)| Some((*id, channel.connected()?)))
    }

    /// Those that are no more.
    pub(crate) fn disconnected(&self) -> impl Iterator<Item = ChannelId> {
        let is_gone = |channel: &Channel| match channel {
            Channel::Connected(channel) => channel.state == ChannelState::Disconnected,
            Channel::NotConnected => false,
        };
        self.0.iter().filter(move |(_, channel)| is_gone(channel)).map(|(id, _)| *id)
    }

    /// All of them, whatever became of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Channel> {
        self.0.values()
    }

    /// One of them, while it is connected.
    pub(crate) fn get(&self, id: ChannelId) -> Option<&Connected> {
        self.0.get(&id)?.connected()
    }

    /// One of them, whatever became of it.
    pub(crate) fn any(&self, id: ChannelId) -> Option<&Channel> {
        self.0.get(&id)
    }
}

/// Where a channel sends to, while it is connected.
pub(crate) async fn address(store: &Store, id: ChannelId) -> Result<Option<ChannelAddress>, StoreError> {
    let Some(clear) = store.channel_address(&id.to_string()).await? else { return Ok(None) };
    let place = || format!("the address of channel {id}");
    serde_json::from_slice(&clear).map(Some).map_err(|error| StoreError::Json { place: place(), error })
}

/// Does it send, by the last that the log says of it?
pub(super) async fn is_active(store: &Store, id: ChannelId) -> Result<bool, HandleError> {
    let channel = store.load::<Channel>(&id.to_string()).await?;
    Ok(channel.aggregate.connected().is_some_and(|channel| channel.state == ChannelState::Active))
}

impl Projections {
    /// The channels as they are now. Whom they mention is opened.
    pub async fn channels(&self) -> Result<Vec<(ChannelId, Channel)>, QueryError> {
        let unreadable = |error: HandleError| StoreError::Setup(format!("a channel cannot be told: {error}"));
        let channels = Channels::as_of(&self.store, i64::MAX).await.map_err(unreadable)?;
        let mut all = Vec::with_capacity(channels.0.len());
        for (id, channel) in channels.0 {
            all.push((id, opened(&self.store, channel).await?));
        }
        Ok(all)
    }

    /// By which kinds of contact visitors are told of replies at the moment. Anybody may ask, so of each channel that is connected
    /// it reads no more than what is new.
    pub async fn reaches(&self) -> Result<Vec<ContactKind>, QueryError> {
        let mut reached = vec![];
        for id in self.store.connected_channels().await? {
            reached.extend(self.store.latest::<Channel>(&id).await?.aggregate.reaches());
        }
        Ok([ContactKind::Email, ContactKind::Phone]
            .into_iter()
            .filter(|kind| reached.contains(kind))
            .collect())
    }

    /// Where a channel sends to, as it may be shown: its address without what opens it, and who gets mail.
    pub async fn shown_address(&self, id: ChannelId) -> Result<(Option<String>, Vec<String>), QueryError> {
        let Some(address) = address(&self.store, id).await? else { return Ok((None, vec![])) };
        let url = address.url.and_then(|url| url.parse().ok()).map(|url| mask(&url));
        Ok((url, address.emails))
    }
}

/// The channel with whom it mentions opened.
pub(crate) async fn opened(store: &Store, mut channel: Channel) -> Result<Channel, StoreError> {
    let Channel::Connected(connected) = &mut channel else { return Ok(channel) };
    let place = || "the rules of a channel".to_owned();
    let json = |error| StoreError::Json { place: place(), error };
    let mut rules = serde_json::to_value(&connected.rules).map_err(json)?;
    store.open_personal(&mut [&mut rules]).await?;
    connected.rules = serde_json::from_value(rules).map_err(json)?;
    Ok(channel)
}

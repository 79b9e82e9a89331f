//! Deliveries: each event for each channel, and every attempt at telling it.

use super::{Channel, manage};
use crate::{
    caller::Asks,
    fault,
    page::connection,
    scalar::{DateTime, LogPosition},
};
use async_graphql::{
    Context, Enum, ID, InputObject, Object, Result, SimpleObject,
    connection::{Connection, EmptyFields},
};
use domain::ids::{ChannelId, MessageId};
use projections::{
    PageRequest,
    notifications::{AttemptRow, DeliveryFilter as Filter, DeliveryRow, Notifier, Tried},
};
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct DeliveryQuery;

/// How far a delivery has come.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum DeliveryState {
    /// It waits.
    Pending,
    /// It is under way just now.
    Sending,
    /// The receiver said that it has it.
    Delivered,
    /// It failed, and is tried again.
    Retrying,
    /// Nobody tries any more; `redeliver` does.
    Dead,
    /// Nobody is to hear of it any more: the message is spam or deleted, or the channel is no more.
    Skipped,
}

/// What came of an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum DeliveryOutcome {
    /// The receiver said that it has it.
    Delivered,
    /// Not this time.
    Retry,
    /// The channel is not set up right: it is paused.
    Configuration,
    /// The receiver does not take this one.
    Payload,
}

/// Which deliveries.
#[derive(Default, InputObject)]
pub(crate) struct DeliveryFilter {
    /// Of one of these channels.
    channel_id: Option<Vec<ID>>,
    /// In one of these states; SENDING is among PENDING and RETRYING.
    state: Option<Vec<DeliveryState>>,
    /// Of this message.
    message_id: Option<ID>,
}

/// A request that was made, and what came back.
#[derive(SimpleObject)]
pub(crate) struct DeliveryAttempt {
    /// When.
    at: DateTime,
    /// What HTTP said; null when nothing came back, or it was no HTTP.
    http_status: Option<i64>,
    /// What the vendor said in its own codes.
    vendor_code: Option<String>,
    /// What that means.
    outcome: DeliveryOutcome,
    /// In words, and the beginning of what came back.
    detail: Option<String>,
    /// How long it took.
    milliseconds: i64,
}

/// How many there are, counted when asked.
struct DeliveryCount(Filter);

/// What a list of deliveries has beside them.
#[Object]
impl DeliveryCount {
    /// How many there are.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let count = ctx.projections().delivery_count(&self.0).await;
        count.map_err(|error| fault::of_query(ctx.caller(), &error))
    }
}

#[Object]
impl DeliveryQuery {
    /// Deliveries, the newest events first; a page at a time (20 unless told, at most 100). What is over for ninety days is
    /// forgotten. Needs `channels.manage`.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        filter: Option<DeliveryFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, Delivery, DeliveryCount, EmptyFields>> {
        manage(ctx)?;
        let filter = filter.unwrap_or_default().read();
        let page = ctx.projections().deliveries(&filter, &PageRequest::forward(first, after)).await;
        let page = page.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        // What stands beside each is looked up for all of them at once.
        let node = ctx.look_ahead().field("edges").field("node");
        let mut attempts = BTreeMap::new();
        if node.field("attempts").exists() {
            let ids: Vec<String> = page.rows.iter().map(|(_, row)| row.id.clone()).collect();
            let found = ctx.projections().attempts(&ids).await;
            attempts = found.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        }
        let channels = if node.field("channel").exists() || node.field("recipient").exists() {
            Channel::all(ctx).await?
        } else {
            vec![]
        };
        let mut recipients = None;
        if node.field("recipient").exists() {
            let told: Vec<MessageId> = page.rows.iter().filter_map(|(_, row)| row.message).collect();
            let found = ctx.projections().masked_contacts(&told).await;
            recipients = Some(found.map_err(|error| fault::of_query(ctx.caller(), &error))?);
        }
        let delivery = |row: DeliveryRow| Delivery {
            recipient: recipients.as_ref().map_or(Recipient::Unasked, |all| {
                Recipient::Known(row.message.and_then(|id| all.get(&id).cloned()))
            }),
            attempts: node
                .field("attempts")
                .exists()
                .then(|| attempts.get(&row.id).cloned().unwrap_or_default()),
            channel: channels.iter().find(|channel| channel.id == row.channel).cloned(),
            row,
        };
        Ok(connection(page, DeliveryCount(filter), delivery))
    }
}

impl DeliveryFilter {
    fn read(self) -> Filter {
        let channels =
            self.channel_id.map(|ids| ids.iter().take(100).map(|id| ChannelId::typed(id)).collect());
        let stored = |states: Vec<DeliveryState>| {
            states.iter().flat_map(|state| state.stored()).map(|state| (*state).to_owned()).collect()
        };
        Filter {
            channels,
            states: self.state.map(stored),
            message: self.message_id.map(|id| MessageId::typed(&id)),
        }
    }
}

impl DeliveryState {
    /// As rows have it: nothing is under way at rest.
    fn stored(self) -> &'static [&'static str] {
        match self {
            Self::Pending => &["PENDING"],
            Self::Sending => &["PENDING", "RETRYING"],
            Self::Delivered => &["DELIVERED"],
            Self::Retrying => &["RETRYING"],
            Self::Dead => &["DEAD"],
            Self::Skipped => &["SKIPPED"],
        }
    }
}

/// An event for a channel.
pub(crate) struct Delivery {
    row: DeliveryRow,
    /// Looked up already.
    attempts: Option<Vec<AttemptRow>>,
    channel: Option<Channel>,
    recipient: Recipient,
}

/// Whom a delivery is for.
enum Recipient {
    /// Nobody has looked yet.
    Unasked,
    /// Masked; `None`: it was erased.
    Known(Option<String>),
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self { row, attempts: None, channel: None, recipient: Recipient::Unasked }
    }
}

/// An event for a channel.
#[Object]
impl Delivery {
    /// Its id, the same at every attempt; a WEBHOOK's receiver gets it as `webhook-id`.
    async fn id(&self) -> ID {
        ID(self.row.id.clone())
    }

    /// The channel.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Channel> {
        let gone = || fault::fault(fault::Code::NotFound, "there is no such channel");
        if let Some(channel) = &self.channel {
            return Ok(channel.clone());
        }
        Channel::load(ctx, self.row.channel).await?.ok_or_else(gone)
    }

    /// Whom it is for, of a channel to visitors: their address or number, masked; null once it was erased.
    async fn recipient(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if !self.channel(ctx).await?.tells_visitors() {
            return Ok(None);
        }
        if let Recipient::Known(known) = &self.recipient {
            return Ok(known.clone());
        }
        let told: Vec<MessageId> = self.row.message.into_iter().collect();
        let found = ctx.projections().masked_contacts(&told).await;
        Ok(found.map_err(|error| fault::of_query(ctx.caller(), &error))?.into_values().next())
    }

    /// How far it has come.
    async fn state(&self, ctx: &Context<'_>) -> DeliveryState {
        let notifier: &Notifier = ctx.data_unchecked();
        match self.row.state.as_str() {
            "PENDING" | "RETRYING" if notifier.is_under_way(&self.row.id) => DeliveryState::Sending,
            "DELIVERED" => DeliveryState::Delivered,
            "RETRYING" => DeliveryState::Retrying,
            "DEAD" => DeliveryState::Dead,
            "SKIPPED" => DeliveryState::Skipped,
            _ => DeliveryState::Pending,
        }
    }

    /// What happened, such as `message.submitted`.
    async fn event_type(&self) -> &str {
        &self.row.event_type
    }

    /// Which message it is about, if it is about one.
    async fn message_id(&self) -> Option<ID> {
        self.row.message.map(|id| ID(id.to_string()))
    }

    /// The event's place in the log.
    async fn position(&self) -> LogPosition {
        LogPosition(self.row.position)
    }

    /// Every attempt, the oldest first; at most the newest fifty.
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<DeliveryAttempt>> {
        let attempts = if let Some(attempts) = &self.attempts {
            attempts.clone()
        } else {
            let found = ctx.projections().attempts(std::slice::from_ref(&self.row.id)).await;
            let mut found = found.map_err(|error| fault::of_query(ctx.caller(), &error))?;
            found.remove(&self.row.id).unwrap_or_default()
        };
        Ok(attempts.into_iter().map(DeliveryAttempt::of).collect())
    }

    /// When it is tried next; null when it is over.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        self.row.next_at.map(DateTime)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.row.created_at)
    }
}

impl DeliveryAttempt {
    fn of(row: AttemptRow) -> Self {
        Self {
            at: DateTime(row.at),
            http_status: row.http_status,
            vendor_code: row.vendor_code,
            outcome: outcome(&row.outcome),
            detail: row.detail,
            milliseconds: row.milliseconds,
        }
    }

    /// What came of a test.
    pub(crate) fn tried(tried: Tried) -> Self {
        Self {
            at: DateTime(tried.at),
            http_status: tried.http_status.map(i64::from),
            vendor_code: tried.vendor_code,
            outcome: outcome(tried.outcome),
            detail: Some(tried.detail),
            milliseconds: tried.milliseconds,
        }
    }
}

fn outcome(name: &str) -> DeliveryOutcome {
    match name {
        "DELIVERED" => DeliveryOutcome::Delivered,
        "CONFIGURATION" => DeliveryOutcome::Configuration,
        "PAYLOAD" => DeliveryOutcome::Payload,
        _ => DeliveryOutcome::Retry,
    }
}

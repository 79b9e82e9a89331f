//! What is told as it happens: to whom, from where on, and what each change says.
//!
//! Who is told is looked up again before anything is told that happened since (`live.rs`).

use crate::{
    caller::Asks,
    fault::{self, Code},
    live::{Telling, Told, changes, deliveries, entries},
    query::{
        channel::Delivery,
        log::{LogEntry, LogFilter},
        message::{Message, MessageFilter},
        visitor::VisitorMessage,
    },
    scalar::LogPosition,
};
use async_graphql::{Context, ID, Object, Result, Subscription};
use domain::ids::{ChannelId, MessageId, VisitorId};
use futures_util::StreamExt;
use projections::{Change, MESSAGE_VIEWS, QueryError, Wants};
use std::sync::Arc;

/// What is told as it happens.
#[derive(Default)]
pub struct Subscription;

/// An event of a message that whoever is told of it sees, or saw until then.
pub(crate) struct MessageChange {
    change: Arc<Change>,
    wants: Wants,
}

/// An event of one of a visitor's own messages.
pub(crate) struct VisitorMessageChange {
    change: Arc<Change>,
    own: VisitorId,
}

#[Subscription]
impl Subscription {
    /// Changes of messages that the caller sees, one for each event: with `after` first those that happened since that
    /// position, in order, each once, however old; then what is new. Without it what the lists do not have yet counts as new:
    /// whoever reads one after they have subscribed misses nothing. With a filter a message is told of that it finds
    /// before the event or since; without one a message by its id, or what the list shows unasked. A filter with `search` is
    /// refused.
    async fn message_changed(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        filter: Option<MessageFilter>,
        after: Option<LogPosition>,
    ) -> Result<Told<MessageChange>> {
        let filter =
            filter.map(MessageFilter::read).transpose().map_err(|why| fault::fault(Code::BadRequest, why))?;
        if filter.as_ref().is_some_and(|filter| filter.search.is_some()) {
            let message =
                "nobody is told of what a search would find; leave `search` out, and ask `messages` again";
            return Err(fault::fault(Code::BadRequest, message));
        }
        let filter = filter.map(Box::new);
        let id = id.map(|id| MessageId::typed(&id));
        let wants = move |telling: &Telling| {
            Ok(Wants::Desk { reader: telling.reader()?, id, filter: filter.clone() })
        };
        let change = |change, wants: &Wants| MessageChange { change, wants: wants.clone() };
        changes(ctx, after, wants, change).await
    }

    /// Changes of the caller's own messages, as far as a visitor sees them; `after` as for `messageChanged`.
    async fn my_message_changed(
        &self,
        ctx: &Context<'_>,
        after: Option<LogPosition>,
    ) -> Result<Told<VisitorMessageChange>> {
        let Some(own) = ctx.visitor_id() else {
            return Err(match ctx.staff() {
                Ok(()) => fault::fault(Code::Forbidden, "this is for visitors, of their own messages"),
                Err(error) => error,
            });
        };
        let change = move |change, _: &Wants| VisitorMessageChange { change, own };
        changes(ctx, after, move |_: &Telling| Ok(Wants::Own(own)), change).await
    }

    /// Everything that happens, as `log` tells it; `after` as for `messageChanged`. Needs `audit.read` of everything.
    async fn log_appended(
        &self,
        ctx: &Context<'_>,
        filter: Option<LogFilter>,
        after: Option<LogPosition>,
    ) -> Result<Told<LogEntry>> {
        entries(ctx, after, filter.unwrap_or_default().read()?).await
    }

    /// Deliveries as they change, of one channel or of all: as each is now, so one that changes twice at once is told once.
    /// Needs `channels.manage`.
    async fn delivery_changed(&self, ctx: &Context<'_>, channel_id: Option<ID>) -> Result<Told<Delivery>> {
        let changed = deliveries(ctx, channel_id.map(|id| ChannelId::typed(&id))).await?;
        Ok(changed.map(|row| row.map(Delivery::from)).boxed())
    }
}

/// A change of a message.
#[Object]
impl MessageChange {
    /// Its event's place in the log: `after` it the next subscription goes on.
    async fn position(&self) -> LogPosition {
        LogPosition(self.change.position)
    }

    /// What happened, such as `MessageReplied`.
    #[graphql(name = "type")]
    async fn event_type(&self) -> &str {
        &self.change.event_type
    }

    /// Which message, also when it is not among those any more that are asked for.
    async fn message_id(&self) -> ID {
        ID(self.change.message_id.to_string())
    }

    /// The message as it is now; null when it is not among those any more that are asked for, or not seen any more.
    async fn message(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        seen(ctx, self.change.position).await?;
        let message = Message::told(ctx, ctx.reader()?, self.change.message_id, self.change.position).await?;
        Ok(message.filter(|message| self.wants.show(message.row())))
    }
}

/// A change of one of a visitor's own messages.
#[Object]
impl VisitorMessageChange {
    /// Its event's place in the log: `after` it the next subscription goes on.
    async fn position(&self) -> LogPosition {
        LogPosition(self.change.position)
    }

    /// Which message.
    async fn message_id(&self) -> ID {
        ID(self.change.message_id.to_string())
    }

    /// The message as it is now; null when it is not there any more.
    async fn message(&self, ctx: &Context<'_>) -> Result<Option<VisitorMessage>> {
        seen(ctx, self.change.position).await?;
        VisitorMessage::load(ctx, self.own, self.change.message_id).await
    }
}

/// Waits until the views have come to a change: nobody is shown a message as it was before it.
async fn seen(ctx: &Context<'_>, position: i64) -> Result<()> {
    let seen = ctx.projections().wait_long_for(MESSAGE_VIEWS, position).await;
    match seen.map_err(|error: QueryError| fault::of_query(ctx.caller(), &error))? {
        true => Ok(()),
        false => Err(fault::fault(
            Code::Unavailable,
            "the views are behind the log; subscribe again after the last position that you were told",
        )),
    }
}

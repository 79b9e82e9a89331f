//! Trying a channel, seeing what it would say, and delivering once more. All of it needs `channels.manage`.

use crate::{
    caller::Asks,
    fault::{self, Code},
    query::channel::{DeliveryAttempt, manage},
    refusal::UserError,
    scalar::LogPosition,
};
use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use domain::ids::{ChannelId, MessageId};
use projections::notifications::{Notifier, Redeliver};

#[derive(Default)]
pub(crate) struct DeliverMutation;

/// What is to be delivered once more: one of these.
#[derive(OneofObject)]
enum RedeliverInput {
    /// One delivery.
    DeliveryId(ID),
    /// All of a channel that are dead.
    DeadOfChannel(ID),
    /// All of a channel between two positions.
    Range(RedeliverRangeInput),
}

/// Deliveries of events between two positions, both of them included.
#[derive(InputObject)]
struct RedeliverRangeInput {
    /// Of this channel.
    channel_id: ID,
    /// From this position.
    from: LogPosition,
    /// Until this one.
    until: LogPosition,
}

/// What came of a test.
#[derive(SimpleObject)]
struct TestChannelPayload {
    /// Did the receiver take it?
    delivered: bool,
    /// What was sent, and what came back.
    attempt: Option<DeliveryAttempt>,
    /// Why nothing was sent; empty when something was.
    user_errors: Vec<UserError>,
}

/// How many are delivered once more.
#[derive(SimpleObject)]
struct RedeliverPayload {
    /// So many; 0 when there are none of them, or their channel is no more.
    deliveries: i64,
    /// Why nothing happened.
    user_errors: Vec<UserError>,
}

#[Object]
impl DeliverMutation {
    /// Really sends a test, also on a channel that is paused, and says what came back. It counts for nothing but the rate:
    /// when the channel has sent as much as it may, nothing is sent, and the attempt is RETRY and says when.
    /// Needs `channels.manage`.
    async fn test_channel(&self, ctx: &Context<'_>, id: ID) -> Result<TestChannelPayload> {
        manage(ctx)?;
        let notifier: &Notifier = ctx.data_unchecked();
        let tried = notifier.try_channel(ChannelId::typed(&id)).await;
        match tried.map_err(|error| fault::of_query(ctx.caller(), &error))? {
            Some(tried) => Ok(TestChannelPayload {
                delivered: tried.delivered,
                attempt: Some(DeliveryAttempt::tried(tried)),
                user_errors: vec![],
            }),
            None => Err(absent()),
        }
    }

    /// What a channel would send of a message that was just left: the very body. Nothing is sent. Needs `channels.manage`.
    async fn preview_notification(
        &self,
        ctx: &Context<'_>,
        channel_id: ID,
        message_id: ID,
    ) -> Result<String> {
        manage(ctx)?;
        // Whoever may not read the message is shown nothing of it.
        let message = MessageId::typed(&message_id);
        let seen = ctx.projections().message(&ctx.reader()?, message).await;
        if seen.map_err(|error| fault::of_query(ctx.caller(), &error))?.is_none() {
            return Err(absent());
        }
        let notifier: &Notifier = ctx.data_unchecked();
        let preview = notifier.preview(ChannelId::typed(&channel_id), message).await;
        preview.map_err(|error| fault::of_query(ctx.caller(), &error))?.ok_or_else(absent)
    }

    /// Delivers once more what was delivered, or is dead: with the same `webhook-id`. Needs `channels.manage`.
    async fn redeliver(&self, ctx: &Context<'_>, input: RedeliverInput) -> Result<RedeliverPayload> {
        manage(ctx)?;
        let what = match input {
            RedeliverInput::DeliveryId(id) => Redeliver::One(id.to_string()),
            RedeliverInput::DeadOfChannel(id) => Redeliver::Dead(ChannelId::typed(&id)),
            RedeliverInput::Range(range) => {
                Redeliver::Range(ChannelId::typed(&range.channel_id), range.from.0, range.until.0)
            }
        };
        let due = ctx.projections().redeliver(&what).await;
        let due = due.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        if due > 0 {
            // No event: nothing at the desk is otherwise than before, and every attempt is a row of its own.
            tracing::info!(actor = %ctx.caller().actor, ?what, deliveries = due, "deliveries are made once more");
        }
        let notifier: &Notifier = ctx.data_unchecked();
        notifier.wake();
        Ok(RedeliverPayload { deliveries: i64::try_from(due).unwrap_or(i64::MAX), user_errors: vec![] })
    }
}

fn absent() -> async_graphql::Error {
    fault::fault(Code::NotFound, "there is no such thing, or it is not yours")
}

//! What a mutation of a message answers.

use crate::{
    caller::Asks,
    fault,
    query::{log::LogEntry, message::Message, visitor::VisitorMessage},
    refusal::{self, UserError},
    scalar::LogPosition,
};
use async_graphql::{Context, ID, Result, SimpleObject};
use commands::{CommandError, Submitted};
use domain::{
    ids::{MessageId, VisitorId},
    message::{Assignee, MessageError},
};
use projections::MESSAGE_VIEWS;

/// The message as it is now, or why nothing happened.
#[derive(Default, SimpleObject)]
pub(super) struct MessagePayload {
    /// For members who may read it; null when the view is behind: then the receipt stands alone.
    message: Option<Message>,
    /// For its visitor.
    visitor_message: Option<VisitorMessage>,
    /// For a visitor who came without a token: theirs, from now on. It is shown once; keep it.
    visitor_token: Option<String>,
    /// What was recorded, and where.
    receipt: Option<Receipt>,
    /// What happened since `expectedVersion`; for members.
    conflict: Option<Conflict>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

/// What was recorded, and where.
#[derive(SimpleObject)]
pub(super) struct Receipt {
    /// The message, or whatever it is about.
    id: ID,
    /// The sequence of its last event.
    version: i64,
    /// The position of that event in the log.
    position: LogPosition,
}

/// What happened since `expectedVersion`.
#[derive(SimpleObject)]
struct Conflict {
    /// The message's version now.
    version: i64,
    /// What happened since: the first hundred events, when there are more.
    events_since: Vec<LogEntry>,
    /// Did more happen than stands there? The rest is in the message's history.
    events_since_truncated: bool,
}

impl From<commands::Receipt> for Receipt {
    fn from(receipt: commands::Receipt) -> Self {
        Self { id: ID(receipt.id), version: receipt.version, position: LogPosition(receipt.position) }
    }
}

impl MessagePayload {
    pub(super) fn refused(user_errors: Vec<UserError>) -> Self {
        Self { user_errors, ..Self::default() }
    }

    pub(super) async fn submitted(ctx: &Context<'_>, submitted: Submitted) -> Self {
        let id: Option<MessageId> = submitted.receipt.id.parse().ok();
        let mut payload = Self { visitor_token: submitted.visitor_token, ..Self::default() };
        payload.read(ctx, Some(submitted.visitor_id), id, submitted.receipt).await;
        payload
    }

    /// What became of a command to an existing message.
    pub(super) async fn of_work(
        ctx: &Context<'_>,
        id: MessageId,
        outcome: std::result::Result<commands::Receipt, CommandError>,
    ) -> Result<Self> {
        match outcome {
            Ok(receipt) => {
                let mut payload = Self::default();
                payload.read(ctx, ctx.visitor_id(), Some(id), receipt).await;
                Ok(payload)
            }
            Err(error) => Self::of_error(ctx, Some(id), error).await,
        }
    }

    /// A refusal is an answer; a fault is not.
    pub(super) async fn of_error(
        ctx: &Context<'_>,
        id: Option<MessageId>,
        error: CommandError,
    ) -> Result<Self> {
        if let Some(fault) = fault::of_command(ctx.caller(), &error) {
            return Err(fault);
        }
        if let CommandError::Message(MessageError::AlreadyAssigned(assignee)) = error {
            let name = assignee_name(ctx, assignee).await?;
            let refused = refusal::already_assigned(name.as_deref(), ctx.locale());
            return Ok(Self::refused(vec![refused]));
        }
        let mut payload = Self::refused(vec![refusal::of_command(&error, ctx.locale())]);
        if let (CommandError::Conflict { expected, version }, Some(id)) = (&error, id) {
            payload.explain_conflict(ctx, id, *expected, *version).await?;
        }
        Ok(payload)
    }

    /// Reads what was written, when it is asked for, once the views have seen it.
    async fn read(
        &mut self,
        ctx: &Context<'_>,
        visitor: Option<VisitorId>,
        id: Option<MessageId>,
        receipt: commands::Receipt,
    ) {
        let position = receipt.position;
        self.receipt = Some(receipt.into());
        let asked = |field| ctx.look_ahead().field(field).exists();
        let (Some(id), true) = (id, asked("message") || asked("visitorMessage")) else { return };
        match ctx.projections().wait_for(MESSAGE_VIEWS, position).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return tracing::warn!(%error, "what was written cannot be read back yet"),
        }
        // What is written stays written: a fault from here on must not take the receipt away.
        let read = match visitor {
            Some(own) => VisitorMessage::load(ctx, own, id).await.map(|read| self.visitor_message = read),
            // Whoever may write but not read has their receipt all the same.
            None => match ctx.reader() {
                Ok(reader) => Message::load(ctx, &reader, id).await.map(|read| self.message = read),
                Err(_) => Ok(()),
            },
        };
        if let Err(error) = read {
            tracing::warn!(error = error.message, "what was written could not be read back");
        }
    }

    async fn explain_conflict(
        &mut self,
        ctx: &Context<'_>,
        id: MessageId,
        expected: i64,
        version: i64,
    ) -> Result<()> {
        if let Some(own) = ctx.visitor_id() {
            self.visitor_message = VisitorMessage::load(ctx, own, id).await?;
            return Ok(());
        }
        // Whoever may write but not read is told how far it is.
        let events = match ctx.reader() {
            Ok(reader) => ctx.projections().events_since(&reader, id, expected).await,
            Err(_) => Ok(vec![]),
        };
        let events = events.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        let events_since_truncated = events.last().map_or(expected, |last| last.event.sequence) < version;
        let told = ctx.look_ahead().field("conflict").field("eventsSince").field("story").exists();
        let events_since = LogEntry::all(ctx, events, told).await?;
        self.conflict = Some(Conflict { version, events_since, events_since_truncated });
        Ok(())
    }
}

/// The name of whoever has a message; `None`: it was erased, or the view of members is behind.
async fn assignee_name(ctx: &Context<'_>, assignee: Assignee) -> Result<Option<String>> {
    let id = match assignee {
        Assignee::Member(id) => id,
        // What a team has can be claimed.
        Assignee::Team(_) => return Ok(None),
    };
    let member = ctx.projections().member(id).await;
    let member = member.map_err(|error| fault::of_query(ctx.caller(), &error))?;
    Ok(member.and_then(|member| member.name.text().map(str::to_owned)))
}

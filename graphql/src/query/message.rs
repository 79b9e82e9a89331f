//! Messages, as the desk sees them.

mod connection;
mod filter;

use super::{
    answer::FieldValue,
    desk::{Category, Desk},
    entry::Entry,
    file::File,
    image::Image,
    log::{self, LogConnection, LogFilter},
    member::Member,
    staff_visitor::StaffVisitor,
    team::Team,
};
use crate::{
    caller::Asks,
    fault,
    scalar::{DateTime, LogPosition},
};
use async_graphql::{Context, Enum, ID, Object, OneofObject, Result, SimpleObject};
use connection::MessageConnection;
use domain::{
    ids::MessageId,
    message::{
        MessageStatus as DomainStatus, Priority as DomainPriority, VisitorStatus as DomainVisitorStatus,
    },
    personal::Personal,
    reference::Reference,
};
pub(crate) use filter::MessageFilter;
use filter::MessageOrder;
use projections::{EntryRow, MessageRow, PageRequest, QueryError, RatingRow, Reader};

#[derive(Default)]
pub(crate) struct MessageQuery;

/// The status as the desk sees it.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainStatus")]
pub(crate) enum MessageStatus {
    Open,
    Replied,
    FollowUp,
    Resolved,
    Closed,
}

/// The status as the visitor sees it.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainVisitorStatus")]
pub(crate) enum VisitorStatus {
    AwaitingReply,
    Replied,
    Closed,
}

/// How urgent a message is.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainPriority")]
pub(crate) enum Priority {
    Low,
    Normal,
    High,
    Urgent,
}

/// How many messages there are of each kind.
#[derive(SimpleObject)]
struct MessageCounts {
    /// The desk owes a word.
    open: i64,
    /// The visitor owes one.
    replied: i64,
    /// Parked.
    follow_up: i64,
    /// Dealt with.
    resolved: i64,
    /// Over.
    closed: i64,
    /// Their visitors were told to wait too long.
    overdue: i64,
    /// Nobody has them.
    unassigned: i64,
    /// Whoever asks has them.
    mine: i64,
    /// All of them.
    total: i64,
}

impl From<projections::MessageCounts> for MessageCounts {
    fn from(counts: projections::MessageCounts) -> Self {
        let projections::MessageCounts {
            open,
            replied,
            follow_up,
            resolved,
            closed,
            overdue,
            unassigned,
            ..
        } = counts;
        let (mine, total) = (counts.mine, counts.total);
        Self { open, replied, follow_up, resolved, closed, overdue, unassigned, mine, total }
    }
}

#[Object]
impl MessageQuery {
    /// One message, by id or by reference; null when it is absent. With `asOf` as it stood then, what was said and what
    /// had happened with it; how people stand (its visitor, members, teams) is as of today, and so is who may read it.
    async fn message(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        reference: Option<String>,
        as_of: Option<AsOf>,
    ) -> Result<Option<Message>> {
        let reader = ctx.reader()?;
        let fault = |error: QueryError| fault::of_query(ctx.caller(), &error);
        let as_of = match as_of {
            None => None,
            Some(AsOf::Position(position)) => {
                let head = ctx.projections().head().await.map_err(fault)?;
                if position.0 > head {
                    let message = format!("the log has come to {head}, not to {}", position.0);
                    return Err(fault::fault(fault::Code::BadRequest, message));
                }
                Some(position.0)
            }
            Some(AsOf::At(instant)) => Some(ctx.projections().position_at(instant.0).await.map_err(fault)?),
        };
        let id = match (id, reference) {
            (Some(id), None) => MessageId::typed(&id),
            (None, Some(reference)) => {
                let Some(reference) = Reference::parse(&reference) else { return Ok(None) };
                let row = ctx.projections().message_by_reference(&reader, &reference).await.map_err(fault)?;
                match (row, as_of) {
                    (Some(row), Some(_)) => row.id,
                    (row, _) => return Ok(row.map(|row| Message { row, reader, as_of: None })),
                }
            }
            _ => {
                return Err(fault::fault(fault::Code::BadRequest, "ask for a message by id or by reference"));
            }
        };
        Message::load_as_of(ctx, reader, id, as_of).await
    }

    /// How many messages a filter finds, of each kind that an inbox has a folder for: each is what `messages` finds when
    /// the filter asks for that, too. A filter with `search` is refused, for all that it finds would have to be opened.
    async fn message_counts(
        &self,
        ctx: &Context<'_>,
        filter: Option<MessageFilter>,
    ) -> Result<MessageCounts> {
        let filter =
            filter.unwrap_or_default().read().map_err(|why| fault::fault(fault::Code::BadRequest, why))?;
        let counts = ctx.projections().message_counts(&ctx.reader()?, &filter).await;
        counts.map(Into::into).map_err(|error| fault::of_query(ctx.caller(), &error))
    }

    /// Messages, a page at a time (20 unless told, at most 100).
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Relay connection")]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        filter: Option<MessageFilter>,
        #[graphql(default_with = "MessageOrder::NewestFirst")] order: MessageOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<MessageConnection> {
        let reader = ctx.reader()?;
        let filter =
            filter.unwrap_or_default().read().map_err(|why| fault::fault(fault::Code::BadRequest, why))?;
        let page = PageRequest { first, after, last, before };
        let backwards = page.is_backwards();
        let page = ctx.projections().messages(&reader, &filter, order.into(), &page).await;
        let page = page.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        Ok(MessageConnection { page, backwards, reader, filter })
    }
}

/// A message as the desk sees it.
pub(crate) struct Message {
    row: MessageRow,
    reader: Reader,
    /// As it stood when the log had come to this position; `None`: as it stands.
    as_of: Option<i64>,
}

/// When: a position of the log, or the last one recorded by an instant.
#[derive(OneofObject)]
pub(crate) enum AsOf {
    /// When the log had come this far.
    Position(LogPosition),
    /// At this instant.
    At(DateTime),
}

impl Message {
    pub(crate) async fn load(ctx: &Context<'_>, reader: &Reader, id: MessageId) -> Result<Option<Self>> {
        Self::load_as_of(ctx, reader.clone(), id, None).await
    }

    /// After a change of it that somebody is told of.
    pub(crate) async fn told(
        ctx: &Context<'_>,
        reader: Reader,
        id: MessageId,
        position: i64,
    ) -> Result<Option<Self>> {
        let row = ctx.projections().message_told(&reader, id, position).await;
        let row = row.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        Ok(row.map(|row| Self { row, reader, as_of: None }))
    }

    /// As the list has it.
    pub(crate) fn row(&self) -> &MessageRow {
        &self.row
    }

    async fn entry_rows(&self, ctx: &Context<'_>) -> Result<Vec<EntryRow>> {
        let Some(position) = self.as_of else { return ctx.neighbours().entries(ctx, self.row.id).await };
        let rows = ctx.projections().entries_as_of(self.row.id, position).await;
        rows.map_err(|error| fault::of_query(ctx.caller(), &error))
    }

    async fn load_as_of(
        ctx: &Context<'_>,
        reader: Reader,
        id: MessageId,
        as_of: Option<i64>,
    ) -> Result<Option<Self>> {
        let row = match as_of {
            Some(position) => ctx.projections().message_as_of(&reader, id, position).await,
            None => ctx.projections().message(&reader, id).await,
        };
        Ok(row.map_err(|error| fault::of_query(ctx.caller(), &error))?.map(|row| Self { row, reader, as_of }))
    }
}

/// Until when a message is parked.
#[derive(SimpleObject)]
struct FollowUp {
    /// Until when.
    due_at: DateTime,
    /// What is to be done then; null once erased.
    note: Option<String>,
    /// Who parked it.
    by: Member,
}

/// How content a visitor was.
#[derive(SimpleObject)]
pub(crate) struct Rating {
    /// From 1 to 5.
    #[graphql(name = "rating")]
    stars: i64,
    /// In their words; null once erased.
    comment: Option<String>,
    /// When.
    at: DateTime,
}

impl From<&RatingRow> for Rating {
    fn from(row: &RatingRow) -> Self {
        let comment = row.comment.as_ref().and_then(|comment| comment.text()).map(str::to_owned);
        Self { stars: row.rating, comment, at: DateTime(row.at) }
    }
}

/// A message.
#[Object]
impl Message {
    /// Its id.
    async fn id(&self) -> ID {
        ID(self.row.id.to_string())
    }

    /// Its short name, such as LW-7K3F9Q.
    async fn reference(&self) -> &str {
        &self.row.reference
    }

    /// The sequence of its last event.
    async fn version(&self) -> i64 {
        self.row.version
    }

    /// Its status as the desk sees it.
    async fn status(&self) -> MessageStatus {
        self.row.status.into()
    }

    /// Its status as its visitor sees it.
    async fn visitor_status(&self) -> VisitorStatus {
        self.row.visitor_status.into()
    }

    /// Who left it: the name and the contact that they gave with it, and how they stand with the desk; that as of today,
    /// also with `asOf`.
    async fn visitor(&self) -> StaffVisitor {
        StaffVisitor::of_message(&self.row)
    }

    /// The words; null once erased.
    async fn content(&self) -> Option<&str> {
        self.row.content.text()
    }

    /// The pictures that it was left with.
    async fn images(&self, ctx: &Context<'_>) -> Result<Vec<Image>> {
        Image::of_message(ctx, self.row.id).await
    }

    /// The other files that it was left with.
    async fn files(&self, ctx: &Context<'_>) -> Result<Vec<File>> {
        File::of_message(ctx, self.row.id).await
    }

    /// Answers to the desk's own questions, in the order of the form.
    async fn fields(&self, ctx: &Context<'_>) -> Result<Vec<FieldValue>> {
        FieldValue::all(ctx, &self.entry_rows(ctx).await?).await
    }

    /// Were its words erased?
    async fn erased(&self) -> bool {
        matches!(self.row.content, Personal::Erased)
    }

    /// What it is about.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        let Some(id) = &self.row.category_id else { return Ok(None) };
        Ok(Desk::load(ctx, ctx.locale().cloned()).await?.category(id))
    }

    /// The earlier message it belongs to.
    async fn related_to(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        let Some(id) = self.row.related_to else { return Ok(None) };
        if self.as_of.is_some() {
            return Message::load_as_of(ctx, self.reader.clone(), id, self.as_of).await;
        }
        let row = ctx.neighbours().message(ctx, id).await?;
        Ok(row.map(|row| Self { row, reader: self.reader.clone(), as_of: None }))
    }

    /// The later messages that belong to it, at most 100.
    async fn related_from(&self, ctx: &Context<'_>) -> Result<Vec<Message>> {
        let rows = ctx.neighbours().related_from(ctx, self.row.id).await?;
        if self.as_of.is_some() {
            let mut then = Vec::new();
            for row in rows {
                // What was left later was not there.
                then.extend(Message::load_as_of(ctx, self.reader.clone(), row.id, self.as_of).await?);
            }
            return Ok(then);
        }
        Ok(rows.into_iter().map(|row| Self { row, reader: self.reader.clone(), as_of: None }).collect())
    }

    /// What both sides said, and the notes, in order.
    async fn entries(&self, ctx: &Context<'_>) -> Result<Vec<Entry>> {
        let rows = self.entry_rows(ctx).await?;
        Entry::all(ctx, &self.row, rows, self.as_of).await
    }

    /// When it was left.
    async fn submitted_at(&self) -> DateTime {
        DateTime(self.row.submitted_at)
    }

    /// When anything last happened to it.
    async fn last_activity_at(&self) -> DateTime {
        DateTime(self.row.last_activity_at)
    }

    /// When a member first replied.
    async fn first_replied_at(&self) -> Option<DateTime> {
        self.row.first_replied_at.map(DateTime)
    }

    /// The member who is to answer it.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        match self.row.assignee_id {
            Some(id) => Ok(ctx.neighbours().member(ctx, id).await?.map(Member)),
            None => Ok(None),
        }
    }

    /// The team that is to answer it; null once one of its members has taken it.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<Team>> {
        match self.row.team_id {
            Some(id) => Team::load(ctx, id).await,
            None => Ok(None),
        }
    }

    /// When an answer is due by the desk's service target; null when the visitor waits for none.
    async fn due_at(&self) -> Option<DateTime> {
        self.row.due_at.map(DateTime)
    }

    /// Has the visitor waited longer than that?
    async fn overdue(&self) -> bool {
        self.row.overdue
    }

    /// How urgent it is.
    async fn priority(&self) -> Priority {
        self.row.priority.into()
    }

    /// How it is tagged.
    async fn tags(&self) -> Vec<&str> {
        self.row.tags.iter().map(|tag| tag.0.as_str()).collect()
    }

    /// Until when it is parked; null when it is not.
    async fn follow_up(&self, ctx: &Context<'_>) -> Result<Option<FollowUp>> {
        let Some(row) = &self.row.follow_up else { return Ok(None) };
        let by = ctx.neighbours().named(ctx, row.by).await?;
        let note = row.note.as_ref().and_then(|note| note.text()).map(str::to_owned);
        Ok(Some(FollowUp { due_at: DateTime(row.due_at), note, by }))
    }

    /// How content its visitor was, as they said last.
    async fn rating(&self) -> Option<Rating> {
        self.row.rating.as_ref().map(Into::into)
    }

    /// Did nobody mean it?
    async fn spam(&self) -> bool {
        self.row.spam
    }

    /// Is it out of the default list?
    async fn archived(&self) -> bool {
        self.row.archived
    }

    /// Is it hidden everywhere? Only holders of `messages.delete` ever see such a message.
    async fn deleted(&self) -> bool {
        self.row.deleted
    }

    /// Everything that happened to it, in order. Needs `audit.read`.
    async fn history(
        &self,
        ctx: &Context<'_>,
        filter: Option<LogFilter>,
        first: Option<i32>,
        after: Option<LogPosition>,
    ) -> Result<LogConnection> {
        log::page(ctx, self.reader.clone(), Some((self.row.id, self.as_of)), filter, first, after).await
    }
}

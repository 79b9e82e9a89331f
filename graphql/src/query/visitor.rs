//! What a visitor sees: types of their own, so that nothing internal can be asked for.

use super::{
    answer::FieldValue,
    desk::{Category, Desk},
    file::File,
    image::Image,
    message::{Rating, VisitorStatus},
};
use crate::{caller::Asks, fault, page::connection, scalar::DateTime};
use async_graphql::{
    ComplexObject, Context, ID, Object, Result, SimpleObject,
    connection::{Connection, EmptyFields},
};
use domain::ids::{MessageId, VisitorId};
use projections::{EntryKind, PageRequest, VisitorMessageRow, VisitorRow};
use std::collections::BTreeSet;

#[derive(Default)]
pub(crate) struct VisitorQuery;

#[Object]
impl VisitorQuery {
    /// The visitor whose token was sent; null without a valid one.
    async fn visitor(&self, ctx: &Context<'_>) -> Result<Option<Visitor>> {
        let Some(id) = ctx.visitor_id() else { return Ok(None) };
        Visitor::load(ctx, id).await.map(Some)
    }
}

impl Visitor {
    pub(crate) async fn load(ctx: &Context<'_>, id: VisitorId) -> Result<Self> {
        let row = ctx.projections().visitor(id).await;
        let row = row.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        // Their token is older than the view when they have only just arrived.
        let row = row.unwrap_or(VisitorRow::new(id));
        Ok(Self(row))
    }
}

/// A visitor, to themselves.
pub(crate) struct Visitor(VisitorRow);

/// How many messages they have left, counted when asked.
struct OwnCount(VisitorId);

/// What a visitor's list has beside the messages.
#[Object]
impl OwnCount {
    /// How many there are.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let count = ctx.projections().own_message_count(self.0).await;
        count.map_err(|error| fault::of_query(ctx.caller(), &error))
    }
}

/// A visitor, and what they left.
#[Object]
impl Visitor {
    /// Their id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The name they last gave, for the next form.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_ref().and_then(|name| name.text())
    }

    /// The contact they last gave, for the next form.
    async fn contact(&self) -> Option<&str> {
        self.0.contact.as_ref().and_then(|contact| contact.clear()).map(|contact| contact.given.as_str())
    }

    /// Their messages, the newest first, a page at a time (20 unless told, at most 100).
    async fn messages(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, VisitorMessage, OwnCount, EmptyFields>> {
        let page = ctx.projections().visitor_messages(self.0.id, &PageRequest::forward(first, after)).await;
        let page = page.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        Ok(connection(page, OwnCount(self.0.id), |row| VisitorMessage { row, own: self.0.id }))
    }

    /// One of their messages; null when it is absent or not theirs.
    async fn message(&self, ctx: &Context<'_>, id: ID) -> Result<Option<VisitorMessage>> {
        VisitorMessage::load(ctx, self.0.id, MessageId::typed(&id)).await
    }
}

/// A message, as its visitor sees it.
pub(crate) struct VisitorMessage {
    row: VisitorMessageRow,
    own: VisitorId,
}

impl VisitorMessage {
    pub(crate) async fn load(ctx: &Context<'_>, own: VisitorId, id: MessageId) -> Result<Option<Self>> {
        let row = ctx.projections().visitor_message(own, id).await;
        Ok(row.map_err(|error| fault::of_query(ctx.caller(), &error))?.map(|row| Self { row, own }))
    }
}

/// Something that was said, as the visitor sees it.
#[derive(SimpleObject)]
#[graphql(complex)]
struct VisitorEntry {
    #[graphql(skip)]
    of: MessageId,
    /// Its id.
    id: ID,
    /// When.
    at: DateTime,
    /// Did the visitor say it?
    own: bool,
    /// Was it sent by a rule, because the desk was closed?
    automatic: bool,
    /// The name of the member who replied.
    author: Option<String>,
    /// What was said; null once erased.
    content: Option<String>,
}

#[ComplexObject]
impl VisitorEntry {
    /// The pictures that came with it.
    async fn images(&self, ctx: &Context<'_>) -> Result<Vec<Image>> {
        Image::of_entry(ctx, self.of, &self.id).await
    }

    /// The other files that came with it.
    async fn files(&self, ctx: &Context<'_>) -> Result<Vec<File>> {
        File::of_entry(ctx, self.of, &self.id).await
    }
}

/// One of a visitor's messages.
#[Object]
impl VisitorMessage {
    /// Its id.
    async fn id(&self) -> ID {
        ID(self.row.id.to_string())
    }

    /// Its short name, such as LW-7K3F9Q.
    async fn reference(&self) -> &str {
        &self.row.reference
    }

    /// Its status.
    async fn status(&self) -> VisitorStatus {
        self.row.status.into()
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

    /// What it is about.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        let Some(id) = &self.row.category_id else { return Ok(None) };
        Ok(Desk::load(ctx, ctx.locale().cloned()).await?.category(id))
    }

    /// Answers to the desk's own questions, in the order of the form.
    async fn fields(&self, ctx: &Context<'_>) -> Result<Vec<FieldValue>> {
        FieldValue::all(ctx, &ctx.neighbours().own_entries(ctx, self.row.id).await?).await
    }

    /// When it was left.
    async fn submitted_at(&self) -> DateTime {
        DateTime(self.row.submitted_at)
    }

    /// When anything last happened to it.
    async fn last_activity_at(&self) -> DateTime {
        DateTime(self.row.last_activity_at)
    }

    /// The earlier message it belongs to.
    async fn related_to(&self, ctx: &Context<'_>) -> Result<Option<VisitorMessage>> {
        match self.row.related_to {
            Some(id) => VisitorMessage::load(ctx, self.own, id).await,
            None => Ok(None),
        }
    }

    /// How content they were, as they said last.
    async fn rating(&self) -> Option<Rating> {
        self.row.rating.as_ref().map(Into::into)
    }

    /// Can they rate it now? Not before it was replied to, nor long after it ended.
    async fn can_rate(&self) -> bool {
        self.row.can_rate
    }

    /// How many replies came since they last wrote in it or rated it: those they have shown no sign of having read.
    async fn unread_replies(&self, ctx: &Context<'_>) -> Result<i64> {
        ctx.neighbours().unread_replies(ctx, self.row.id).await
    }

    /// The visitor's own words and the replies, in order.
    async fn entries(&self, ctx: &Context<'_>) -> Result<Vec<VisitorEntry>> {
        let rows = ctx.neighbours().own_entries(ctx, self.row.id).await?;
        let authors: BTreeSet<_> = rows.iter().filter_map(|row| row.author_id).collect();
        let members = ctx.neighbours().members(ctx, authors.into_iter()).await?;
        let author = |id| members.iter().find(|member| Some(member.id) == id)?.name.text();
        let entry = |row: &projections::EntryRow| VisitorEntry {
            of: self.row.id,
            id: ID(row.id.clone()),
            at: DateTime(row.at),
            own: row.kind == EntryKind::Words,
            automatic: row.kind == EntryKind::AutoReply,
            author: author(row.author_id).map(str::to_owned),
            content: row.content.text().map(str::to_owned),
        };
        Ok(rows.iter().map(entry).collect())
    }
}

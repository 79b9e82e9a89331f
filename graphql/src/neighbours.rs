//! What stands beside the things of a list, looked up for all of them at once: as many questions to the database as
//! there are kinds of neighbours, however long the list is.

use crate::{caller::Asks, fault, query::member::Member, ticks::Wanted};
use async_graphql::{
    Context, Result,
    dataloader::{DataLoader, Loader},
};
use domain::ids::{MemberId, MessageId, ReplyId, VisitorId};
use projections::{
    EntryRow, FileRow, ImageRow, MemberRow, MessageRow, Projections, QueryError, Reader, ReviewRow,
    VisitorStanding,
};
use std::{collections::HashMap, sync::Arc};

/// The look-ups of one request, by whoever asks.
pub(crate) struct Neighbours {
    loader: DataLoader<LookUp>,
}

/// Looks up what the reader may see; members are everybody's to see.
struct LookUp {
    projections: Projections,
    reader: Option<Reader>,
}

/// The message that another one names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Named(MessageId);

/// The messages that name this one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Naming(MessageId);

/// What was said in this message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct SaidIn(MessageId);

/// What its visitor sees of what was said in this message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ToldIn(MessageId);

/// The pictures of this message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Pictured(MessageId);

/// The other files of this message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Filed(MessageId);

/// The replies in this message after which its visitor has said nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Unread(MessageId);

/// How this visitor stands with the desk.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Standing(VisitorId);

type Answers<K, V> = Result<HashMap<K, V>, Arc<QueryError>>;

impl Neighbours {
    pub(crate) fn new(projections: Projections, reader: Option<Reader>, wanted: &Wanted) -> Self {
        Self { loader: wanted.loader(LookUp { projections, reader }) }
    }

    /// A member.
    pub(crate) async fn member(&self, ctx: &Context<'_>, id: MemberId) -> Result<Option<MemberRow>> {
        self.one(ctx, id).await
    }

    /// A member whom an event names. They were invited before it: whoever is not there is not there yet.
    pub(crate) async fn named(&self, ctx: &Context<'_>, id: MemberId) -> Result<Member> {
        self.member(ctx, id).await?.map(Member).ok_or_else(fault::member_unseen)
    }

    /// These members, whom events name.
    pub(crate) async fn all_named(&self, ctx: &Context<'_>, ids: &[MemberId]) -> Result<Vec<Member>> {
        let rows = self.members(ctx, ids.iter().copied()).await?;
        let found = |id| rows.iter().find(|row| row.id == id).cloned().map(Member);
        ids.iter().map(|id| found(*id).ok_or_else(fault::member_unseen)).collect()
    }

    /// These members; whoever is unknown is left out.
    pub(crate) async fn members(
        &self,
        ctx: &Context<'_>,
        ids: impl Iterator<Item = MemberId>,
    ) -> Result<Vec<MemberRow>> {
        let found = self.loader.load_many(ids).await;
        Ok(found.map_err(|error| fault::of_query(ctx.caller(), &error))?.into_values().collect())
    }

    /// A message.
    pub(crate) async fn message(&self, ctx: &Context<'_>, id: MessageId) -> Result<Option<MessageRow>> {
        self.one(ctx, Named(id)).await
    }

    /// The messages that say they belong to this one.
    pub(crate) async fn related_from(&self, ctx: &Context<'_>, id: MessageId) -> Result<Vec<MessageRow>> {
        Ok(self.one(ctx, Naming(id)).await?.unwrap_or_default())
    }

    /// What was said in a message, the notes too.
    pub(crate) async fn entries(&self, ctx: &Context<'_>, id: MessageId) -> Result<Vec<EntryRow>> {
        Ok(self.one(ctx, SaidIn(id)).await?.unwrap_or_default())
    }

    /// What its visitor sees of what was said in a message of their own.
    pub(crate) async fn own_entries(&self, ctx: &Context<'_>, id: MessageId) -> Result<Vec<EntryRow>> {
        Ok(self.one(ctx, ToldIn(id)).await?.unwrap_or_default())
    }

    /// The pictures of a message that the caller was given.
    pub(crate) async fn images(&self, ctx: &Context<'_>, id: MessageId) -> Result<Vec<ImageRow>> {
        Ok(self.one(ctx, Pictured(id)).await?.unwrap_or_default())
    }

    /// The other files of a message that the caller was given.
    pub(crate) async fn files(&self, ctx: &Context<'_>, id: MessageId) -> Result<Vec<FileRow>> {
        Ok(self.one(ctx, Filed(id)).await?.unwrap_or_default())
    }

    /// How many replies in a message its visitor has said nothing after.
    pub(crate) async fn unread_replies(&self, ctx: &Context<'_>, id: MessageId) -> Result<i64> {
        Ok(self.one(ctx, Unread(id)).await?.unwrap_or_default())
    }

    /// What members think of a reply.
    pub(crate) async fn reviews(&self, ctx: &Context<'_>, id: ReplyId) -> Result<Vec<ReviewRow>> {
        Ok(self.one(ctx, id).await?.unwrap_or_default())
    }

    /// How many messages a visitor has left.
    pub(crate) async fn message_count(&self, ctx: &Context<'_>, id: VisitorId) -> Result<i64> {
        Ok(self.one(ctx, id).await?.unwrap_or_default())
    }

    /// How a visitor stands with the desk.
    pub(crate) async fn standing(&self, ctx: &Context<'_>, id: VisitorId) -> Result<VisitorStanding> {
        Ok(self.one(ctx, Standing(id)).await?.unwrap_or_default())
    }

    async fn one<K, V>(&self, ctx: &Context<'_>, key: K) -> Result<Option<V>>
    where
        K: Send + Sync + Clone + Eq + std::hash::Hash + 'static,
        V: Send + Sync + Clone + 'static,
        LookUp: Loader<K, Value = V, Error = Arc<QueryError>>,
    {
        self.loader.load_one(key).await.map_err(|error| fault::of_query(ctx.caller(), &error))
    }
}

impl LookUp {
    fn reader(&self) -> Result<&Reader, Arc<QueryError>> {
        self.reader.as_ref().ok_or_else(|| Arc::new(QueryError::Unauthenticated))
    }

    async fn said<K: Eq + std::hash::Hash>(
        &self,
        of: &[MessageId],
        notes: bool,
        key: fn(MessageId) -> K,
    ) -> Answers<K, Vec<EntryRow>> {
        let mut found: HashMap<K, Vec<EntryRow>> = HashMap::new();
        for (id, row) in self.projections.entries_of(of, notes).await.map_err(Arc::new)? {
            found.entry(key(id)).or_default().push(row);
        }
        Ok(found)
    }
}

impl Loader<MemberId> for LookUp {
    type Value = MemberRow;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[MemberId]) -> Answers<MemberId, MemberRow> {
        let rows = self.projections.members(&keys.iter().copied().collect()).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

impl Loader<Named> for LookUp {
    type Value = MessageRow;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[Named]) -> Answers<Named, MessageRow> {
        let ids: Vec<MessageId> = keys.iter().map(|key| key.0).collect();
        let rows = self.projections.messages_by_id(self.reader()?, &ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|row| (Named(row.id), row)).collect())
    }
}

impl Loader<Naming> for LookUp {
    type Value = Vec<MessageRow>;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[Naming]) -> Answers<Naming, Vec<MessageRow>> {
        let ids: Vec<MessageId> = keys.iter().map(|key| key.0).collect();
        let rows = self.projections.related_from(self.reader()?, &ids).await.map_err(Arc::new)?;
        let mut found: HashMap<Naming, Vec<MessageRow>> = HashMap::new();
        for row in rows {
            found.entry(Naming(row.related_to.unwrap_or(row.id))).or_default().push(row);
        }
        Ok(found)
    }
}

impl Loader<SaidIn> for LookUp {
    type Value = Vec<EntryRow>;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[SaidIn]) -> Answers<SaidIn, Vec<EntryRow>> {
        self.reader()?;
        let ids: Vec<MessageId> = keys.iter().map(|key| key.0).collect();
        self.said(&ids, true, SaidIn).await
    }
}

impl Loader<ToldIn> for LookUp {
    type Value = Vec<EntryRow>;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[ToldIn]) -> Answers<ToldIn, Vec<EntryRow>> {
        let ids: Vec<MessageId> = keys.iter().map(|key| key.0).collect();
        self.said(&ids, false, ToldIn).await
    }
}

impl Loader<Pictured> for LookUp {
    type Value = Vec<ImageRow>;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[Pictured]) -> Answers<Pictured, Vec<ImageRow>> {
        let ids: Vec<MessageId> = keys.iter().map(|key| key.0).collect();
        let mut found: HashMap<Pictured, Vec<ImageRow>> = HashMap::new();
        for row in self.projections.images_of(&ids).await.map_err(Arc::new)? {
            found.entry(Pictured(row.message_id)).or_default().push(row);
        }
        Ok(found)
    }
}

impl Loader<Filed> for LookUp {
    type Value = Vec<FileRow>;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[Filed]) -> Answers<Filed, Vec<FileRow>> {
        let ids: Vec<MessageId> = keys.iter().map(|key| key.0).collect();
        let mut found: HashMap<Filed, Vec<FileRow>> = HashMap::new();
        for row in self.projections.files_of(&ids).await.map_err(Arc::new)? {
            found.entry(Filed(row.message_id)).or_default().push(row);
        }
        Ok(found)
    }
}

impl Loader<Unread> for LookUp {
    type Value = i64;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[Unread]) -> Answers<Unread, i64> {
        let ids: Vec<MessageId> = keys.iter().map(|key| key.0).collect();
        let counts = self.projections.unread_replies(&ids).await.map_err(Arc::new)?;
        Ok(counts.into_iter().map(|(id, count)| (Unread(id), count)).collect())
    }
}

impl Loader<ReplyId> for LookUp {
    type Value = Vec<ReviewRow>;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[ReplyId]) -> Answers<ReplyId, Vec<ReviewRow>> {
        let mut found: HashMap<ReplyId, Vec<ReviewRow>> = HashMap::new();
        for row in self.projections.reviews(keys).await.map_err(Arc::new)? {
            found.entry(row.reply_id).or_default().push(row);
        }
        Ok(found)
    }
}

impl Loader<VisitorId> for LookUp {
    type Value = i64;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[VisitorId]) -> Answers<VisitorId, i64> {
        let counts = self.projections.visitor_message_counts(self.reader()?, keys).await;
        Ok(counts.map_err(Arc::new)?.into_iter().collect())
    }
}

impl Loader<Standing> for LookUp {
    type Value = VisitorStanding;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[Standing]) -> Answers<Standing, VisitorStanding> {
        let ids: Vec<VisitorId> = keys.iter().map(|key| key.0).collect();
        let standings = self.projections.standings(&ids).await.map_err(Arc::new)?;
        Ok(standings.into_iter().map(|(id, standing)| (Standing(id), standing)).collect())
    }
}

//! What was said in a message, as the desk reads it.

use super::{file::File, image::Image, member::Member};
use crate::{caller::Asks, scalar::DateTime};
use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject, Union};
use domain::ids::{MemberId, MessageId, ReplyId};
use projections::{EntryKind, EntryRow, MemberRow, MessageRow, ReviewRow};

/// Something that was said.
#[derive(Union)]
pub(crate) enum Entry {
    VisitorWords(VisitorWords),
    Reply(Reply),
    Note(Note),
}

/// What the visitor said.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct VisitorWords {
    #[graphql(skip)]
    of: MessageId,
    /// Its id.
    id: ID,
    /// When.
    at: DateTime,
    /// The words; null once erased.
    content: Option<String>,
}

#[ComplexObject]
impl VisitorWords {
    /// The pictures that came with them.
    async fn images(&self, ctx: &Context<'_>) -> Result<Vec<Image>> {
        Image::of_entry(ctx, self.of, &self.id).await
    }

    /// The other files that came with them.
    async fn files(&self, ctx: &Context<'_>) -> Result<Vec<File>> {
        File::of_entry(ctx, self.of, &self.id).await
    }
}

/// What a member, or a rule, said to the visitor.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Reply {
    #[graphql(skip)]
    of: MessageId,
    #[graphql(skip)]
    reviewed: ReplyId,
    #[graphql(skip)]
    author_id: Option<MemberId>,
    /// As it stood when the log had come to this position; `None`: as it stands.
    #[graphql(skip)]
    as_of: Option<i64>,
    /// May whoever asks see what is thought of others' replies here?
    #[graphql(skip)]
    reviews_shown: bool,
    /// Its id.
    id: ID,
    /// When.
    at: DateTime,
    /// Was it sent by a rule, because the desk was closed?
    automatic: bool,
    /// Who replied; nobody, when a rule did.
    author: Option<Member>,
    /// The reply; null once erased.
    content: Option<String>,
}

/// What somebody else thinks of a reply.
#[derive(SimpleObject)]
struct Review {
    /// Its id.
    id: ID,
    /// When.
    at: DateTime,
    /// Who reviewed it.
    reviewer: Member,
    /// What they gave it.
    scores: Vec<CriterionScore>,
    /// In their words; null once erased.
    comment: Option<String>,
}

/// From 1 to 5 for one of the desk's criteria.
#[derive(SimpleObject)]
struct CriterionScore {
    /// Which criterion.
    criterion: ID,
    /// From 1 to 5.
    score: u8,
}

#[ComplexObject]
impl Reply {
    /// The pictures that came with it.
    async fn images(&self, ctx: &Context<'_>) -> Result<Vec<Image>> {
        Image::of_entry(ctx, self.of, &self.id).await
    }

    /// The other files that came with it.
    async fn files(&self, ctx: &Context<'_>) -> Result<Vec<File>> {
        File::of_entry(ctx, self.of, &self.id).await
    }

    /// What other members think of it, in order, the latest hundred: for its author, and with `quality.review`; empty
    /// for others.
    async fn reviews(&self, ctx: &Context<'_>) -> Result<Vec<Review>> {
        let is_theirs = self.author_id.is_some() && ctx.caller().actor.member() == self.author_id;
        if !is_theirs && !self.reviews_shown {
            return Ok(vec![]);
        }
        let mut rows = ctx.neighbours().reviews(ctx, self.reviewed).await?;
        rows.retain(|row| self.as_of.is_none_or(|as_of| row.position <= as_of));
        let reviewers: Vec<MemberId> = rows.iter().map(|row| row.reviewer_id).collect();
        let reviewers = ctx.neighbours().all_named(ctx, &reviewers).await?;
        Ok(rows.into_iter().zip(reviewers).map(|(row, reviewer)| Review::new(row, reviewer)).collect())
    }
}

impl Review {
    fn new(row: ReviewRow, reviewer: Member) -> Self {
        let comment = row.comment.as_ref().and_then(|comment| comment.text()).map(str::to_owned);
        let score = |given: domain::message::CriterionScore| CriterionScore {
            criterion: ID(given.criterion),
            score: given.score.count(),
        };
        let scores = row.scores.into_iter().map(score).collect();
        Self { id: ID(row.id.to_string()), at: DateTime(row.at), reviewer, scores, comment }
    }
}

/// What a member said to the desk alone.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Note {
    #[graphql(skip)]
    mentioned: Vec<MemberId>,
    /// Its id.
    id: ID,
    /// When.
    at: DateTime,
    /// Who wrote it.
    author: Option<Member>,
    /// The note; null once erased.
    content: Option<String>,
}

#[ComplexObject]
impl Note {
    /// The members that it is meant for.
    async fn mentions(&self, ctx: &Context<'_>) -> Result<Vec<Member>> {
        ctx.neighbours().all_named(ctx, &self.mentioned).await
    }
}

impl Entry {
    /// These entries of a message with those who wrote them.
    pub(crate) async fn all(
        ctx: &Context<'_>,
        of: &MessageRow,
        rows: Vec<EntryRow>,
        as_of: Option<i64>,
    ) -> Result<Vec<Self>> {
        let authors = rows.iter().filter_map(|row| row.author_id);
        let members = ctx.neighbours().members(ctx, authors).await?;
        Ok(rows.into_iter().map(|row| Self::new(of, row, &members, as_of)).collect())
    }

    fn new(message: &MessageRow, row: EntryRow, members: &[MemberRow], as_of: Option<i64>) -> Self {
        let (of, reviews_shown) = (message.id, message.reviews_shown);
        let (reviewed, author_id) = (ReplyId::typed(&row.id), row.author_id);
        let (id, at) = (ID(row.id), DateTime(row.at));
        let content = row.content.text().map(str::to_owned);
        let author = members.iter().find(|member| Some(member.id) == row.author_id).cloned().map(Member);
        match row.kind {
            EntryKind::Words => Self::VisitorWords(VisitorWords { of, id, at, content }),
            EntryKind::Reply | EntryKind::AutoReply => {
                let automatic = row.kind == EntryKind::AutoReply;
                Self::Reply(Reply {
                    of,
                    reviewed,
                    author_id,
                    as_of,
                    reviews_shown,
                    id,
                    at,
                    automatic,
                    author,
                    content,
                })
            }
            EntryKind::Note => Self::Note(Note { mentioned: row.mentions, id, at, author, content }),
        }
    }
}

//! What was said in a message, as the desk reads it.

use super::member::Member;
use crate::{caller::Asks, scalar::DateTime};
use async_graphql::{Context, ID, Result, SimpleObject, Union};
use projections::{EntryKind, EntryRow, MemberRow};

/// Something that was said.
#[derive(Union)]
pub(crate) enum Entry {
    VisitorWords(VisitorWords),
    Reply(Reply),
    Note(Note),
}

/// What the visitor said.
#[derive(SimpleObject)]
pub(crate) struct VisitorWords {
    /// Its id.
    id: ID,
    /// When.
    at: DateTime,
    /// The words; null once erased.
    content: Option<String>,
}

/// What a member said to the visitor.
#[derive(SimpleObject)]
pub(crate) struct Reply {
    /// Its id.
    id: ID,
    /// When.
    at: DateTime,
    /// Who replied.
    author: Option<Member>,
    /// The reply; null once erased.
    content: Option<String>,
}

/// What a member said to the desk alone.
#[derive(SimpleObject)]
pub(crate) struct Note {
    /// Its id.
    id: ID,
    /// When.
    at: DateTime,
    /// Who wrote it.
    author: Option<Member>,
    /// The note; null once erased.
    content: Option<String>,
}

impl Entry {
    /// These entries with those who wrote them.
    pub(crate) async fn all(ctx: &Context<'_>, rows: Vec<EntryRow>) -> Result<Vec<Self>> {
        let authors = rows.iter().filter_map(|row| row.author_id);
        let members = ctx.neighbours().members(ctx, authors).await?;
        Ok(rows.into_iter().map(|row| Self::new(row, &members)).collect())
    }

    fn new(row: EntryRow, members: &[MemberRow]) -> Self {
        let (id, at) = (ID(row.id), DateTime(row.at));
        let content = row.content.text().map(str::to_owned);
        let author = members.iter().find(|member| Some(member.id) == row.author_id).cloned().map(Member);
        match row.kind {
            EntryKind::Words => Self::VisitorWords(VisitorWords { id, at, content }),
            EntryKind::Reply => Self::Reply(Reply { id, at, author, content }),
            EntryKind::Note => Self::Note(Note { id, at, author, content }),
        }
    }
}

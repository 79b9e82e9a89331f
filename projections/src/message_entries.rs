//! What both sides said in a message, in order.

use crate::{
    Projections,
    error::QueryError,
    event::event_of,
    opening::{self, column},
};
use chrono::{DateTime, Utc};
use domain::{
    ids::{MemberId, MessageId},
    message::{Message, MessageEvent},
    personal::Personal,
    text::ReplyText,
};
use store::{BoxFuture, HandleError, RecordedEvent, Tx, micros};

/// More entries than any conversation; the list is bounded all the same.
const MOST: i64 = 1_000;

/// Who said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// The visitor.
    Words,
    /// A member, to the visitor.
    Reply,
}

/// One thing that was said.
#[derive(Clone, Debug)]
pub struct EntryRow {
    /// Its id: the reply's, or for a visitor's first words the message's.
    pub id: String,
    /// Who said it.
    pub kind: EntryKind,
    /// The member who replied.
    pub author_id: Option<MemberId>,
    /// When.
    pub at: DateTime<Utc>,
    /// What; at most as long as the longest of them may be.
    pub content: Personal<ReplyText>,
}

/// Takes one event into the entries.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    recorded: &'a RecordedEvent,
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let (entry_id, kind, author, at, content) = match event_of::<Message>(recorded)? {
            None | Some(MessageEvent::MessageClosed(_)) => return Ok(()),
            Some(MessageEvent::MessageSubmitted(event)) => {
                (recorded.aggregate_id.clone(), "words", None, event.at, column(&event.content)?)
            }
            Some(MessageEvent::MessageReplied(event)) => {
                let author = Some(event.author.to_string());
                (event.reply_id.to_string(), "reply", author, event.at, column(&event.content)?)
            }
        };
        tx.execute(
            "INSERT INTO message_entries (message_id, sequence, entry_id, kind, author_id, at, content) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[
                recorded.aggregate_id.as_str().into(),
                recorded.sequence.into(),
                entry_id.into(),
                kind.into(),
                author.into(),
                at.timestamp_micros().into(),
                content.into(),
            ],
        )
        .await?;
        Ok(())
    })
}

impl Projections {
    /// What was said in a message that the caller was given; this does not ask again whether they may read it.
    pub async fn entries(&self, of: MessageId) -> Result<Vec<EntryRow>, QueryError> {
        let rows = self
            .store
            .database()
            .views
            .rows(
                "SELECT entry_id, kind, author_id, at, content FROM message_entries \
                 WHERE message_id = $1 ORDER BY sequence LIMIT $2",
                &[of.to_string().into(), MOST.into()],
            )
            .await?;
        let sealed = rows.iter().map(|row| row.text("content").map(Some)).collect::<Result<_, _>>()?;
        let mut opened = opening::open(&self.store, sealed).await?;
        let entry = |row: &store::Row| {
            Ok(EntryRow {
                id: row.text("entry_id")?,
                kind: if row.text("kind")? == "reply" { EntryKind::Reply } else { EntryKind::Words },
                author_id: row.text_or_null("author_id")?.and_then(|id| id.parse().ok()),
                at: micros(row.int("at")?),
                content: opened.required()?,
            })
        };
        rows.iter().map(entry).collect()
    }
}

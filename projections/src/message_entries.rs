//! What both sides said in a message, in order.

use crate::{
    Projections,
    error::QueryError,
    event::event_of,
    fold::{Folded, Table, fold},
    opening::{self, column},
};
use chrono::{DateTime, Utc};
use domain::{
    ids::{MemberId, MessageId},
    message::{Answer, Message, MessageEvent},
    personal::Personal,
    text::ReplyText,
};
use std::{collections::HashMap, time::Duration};
use store::{
    BoxFuture, Column, Dialect, HandleError, Kind, RecordedEvent, Row, Store, StoreError, Tx, Value, any_of,
    micros,
};

/// What this version of the view writes: what was said, and how far each message is read.
pub(crate) const TABLES: &[&str] = &["message_entries_3", "message_conversations_3"];

/// More entries than any conversation; the list is bounded all the same.
const MOST: usize = 1_000;

/// Who said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// The visitor.
    Words,
    /// A member, to the visitor.
    Reply,
    /// A rule, to the visitor: the desk is closed.
    AutoReply,
    /// A member, to the desk alone: no visitor ever sees it.
    Note,
}

impl EntryKind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "words" => Self::Words,
            "reply" => Self::Reply,
            "auto_reply" => Self::AutoReply,
            "note" => Self::Note,
            _ => return None,
        })
    }
}

/// One thing that was said.
#[derive(Clone, Debug, PartialEq)]
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
    /// The members that a note is meant for.
    pub mentions: Vec<MemberId>,
    /// Answers to the form's own questions, with a visitor's first words.
    pub answers: Vec<Answer>,
}

/// How much was said in a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Octets of it, as they are kept.
    pub(crate) octets: i64,
    /// The sequence of the event that said the last of it.
    pub(crate) last: i64,
}

/// Takes a run of events into the entries.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let mut conversations = fold::<Conversation>(tx, run).await?;
        let said = conversations.rows_mut().flat_map(|(_, conversation)| conversation.said.drain(..));
        let said = said.collect();
        tx.insert_many(TABLES[0], &ENTRY, said, "").await?;
        conversations.write(tx).await
    })
}

/// What these first events of a message say, as rows.
pub(crate) fn replay(stream: &[RecordedEvent]) -> Result<Vec<Row>, HandleError> {
    let mut conversation = Conversation { said: vec![] };
    for recorded in stream {
        conversation.apply(recorded, event_of::<Message>(recorded)?)?;
    }
    let row = |values: Vec<Value>| Row::Held(ENTRY.into_iter().map(|(name, _)| name).zip(values).collect());
    Ok(conversation.said.into_iter().take(MOST).map(row).collect())
}

const ENTRY: [Column; 9] = [
    ("message_id", Kind::Text),
    ("sequence", Kind::Int),
    ("entry_id", Kind::Text),
    ("kind", Kind::Text),
    ("author_id", Kind::Text),
    ("at", Kind::Int),
    ("content", Kind::Text),
    ("mentions", Kind::Text),
    ("answers", Kind::Text),
];

/// A message while a run of its events is read: what was said in it. Its row says how far that is read, for not every
/// event of a message says something.
struct Conversation {
    said: Vec<Vec<Value>>,
}

impl Folded for Conversation {
    type Aggregate = Message;
    const TABLE: Table = Table { name: TABLES[1], key: "message_id", fixed: &[], changing: &[], read: &[] };

    fn begin(recorded: &RecordedEvent, event: MessageEvent) -> Result<Option<Self>, HandleError> {
        let MessageEvent::MessageSubmitted(_) = &event else { return Ok(None) };
        let mut conversation = Self { said: vec![] };
        conversation.apply(recorded, event)?;
        Ok(Some(conversation))
    }

    fn read(_row: &Row) -> Result<Self, HandleError> {
        Ok(Self { said: vec![] })
    }

    fn apply(&mut self, recorded: &RecordedEvent, event: MessageEvent) -> Result<(), HandleError> {
        let at = event.at().timestamp_micros();
        let (mut mentions, mut answers) = (None, None);
        let (entry_id, kind, author, content) = match event {
            MessageEvent::MessageAssigned(_)
            | MessageEvent::MessageUnassigned(_)
            | MessageEvent::FollowUpScheduled(_)
            | MessageEvent::FollowUpCompleted(_)
            | MessageEvent::FollowUpCameDue(_)
            | MessageEvent::MessageResolved(_)
            | MessageEvent::MessageClosed(_)
            | MessageEvent::MessageReopened(_)
            | MessageEvent::MessageCategorized(_)
            | MessageEvent::MessageTagged(_)
            | MessageEvent::MessagePrioritized(_)
            | MessageEvent::MessageMarkedAsSpam(_)
            | MessageEvent::MessageUnmarkedAsSpam(_)
            | MessageEvent::MessageArchived(_)
            | MessageEvent::MessageUnarchived(_)
            | MessageEvent::MessageDeleted(_)
            | MessageEvent::MessageRestored(_)
            | MessageEvent::MessageShredded(_)
            | MessageEvent::MessageErased(_)
            | MessageEvent::MessageRated(_)
            | MessageEvent::ReplyReviewed(_)
            | MessageEvent::ReplyBecameOverdue(_) => return Ok(()),
            MessageEvent::MessageContinued(event) => {
                (event.words_id.to_string(), "words", None, column(&event.content)?)
            }
            MessageEvent::NoteAdded(event) => {
                let author = Some(event.author.to_string());
                if !event.mentions.is_empty() {
                    mentions = Some(serde_json::to_string(&event.mentions)?);
                }
                (event.note_id.to_string(), "note", author, column(&event.content)?)
            }
            MessageEvent::MessageSubmitted(event) => {
                answers = opening::list(&event.fields, |answer| &answer.value)?;
                (recorded.aggregate_id.clone(), "words", None, column(&event.content)?)
            }
            MessageEvent::AutoReplySent(event) => {
                (event.reply_id.to_string(), "auto_reply", None, column(&event.content)?)
            }
            MessageEvent::MessageReplied(event) => {
                let author = Some(event.author.to_string());
                (event.reply_id.to_string(), "reply", author, column(&event.content)?)
            }
        };
        self.said.push(vec![
            recorded.aggregate_id.as_str().into(),
            recorded.sequence.into(),
            entry_id.into(),
            kind.into(),
            author.into(),
            at.into(),
            content.into(),
            mentions.into(),
            answers.into(),
        ]);
        Ok(())
    }

    fn fixed(&mut self) -> Vec<Value> {
        vec![]
    }

    fn changing(&self) -> Result<Vec<Value>, HandleError> {
        Ok(vec![])
    }
}

impl Projections {
    /// What was said in a message that the caller was given; this does not ask again whether they may read it. `notes`:
    /// with what only the desk may read.
    pub async fn entries(&self, of: MessageId, notes: bool) -> Result<Vec<EntryRow>, QueryError> {
        Ok(self.entries_of(&[of], notes).await?.into_iter().map(|(_, entry)| entry).collect())
    }

    /// The same of many messages at once: each with its entries, in order; one in which nothing was said is left out.
    pub async fn entries_of(
        &self,
        of: &[MessageId],
        notes: bool,
    ) -> Result<Vec<(MessageId, EntryRow)>, QueryError> {
        let sql = select(self.dialect(), if notes { "" } else { " AND kind <> 'note'" });
        let rows = self.store.database().views.rows(&sql, &[Value::texts(of)]).await?;
        self.of_messages(&rows).await
    }

    /// How much of each of these messages fits into so many octets, as they are kept: its first entries. One in which
    /// nothing was said is left out. `None`: it took too long.
    pub(crate) async fn extents(
        &self,
        of: &[MessageId],
        octets: i64,
        within: Duration,
    ) -> Result<Option<HashMap<MessageId, Extent>>, QueryError> {
        // What is kept of a value in PostgreSQL, and SQLite, is known without reading it.
        let sql = format!(
            "SELECT message_id, CAST(MAX(octets) AS bigint) AS octets, MAX(sequence) AS last FROM (\
             SELECT message_id, sequence, ROW_NUMBER() OVER said AS place, \
             SUM(octet_length(content) + COALESCE(octet_length(answers), 0)) OVER said AS octets \
             FROM message_entries_3 WHERE message_id {} \
             WINDOW said AS (PARTITION BY message_id ORDER BY sequence)) AS said \
             WHERE place <= {MOST} AND octets <= $2 GROUP BY message_id",
            any_of(self.dialect(), 1)
        );
        let values = [Value::texts(of), octets.into()];
        let Some(rows) = self.store.database().views.rows_within(within, &sql, &values).await? else {
            return Ok(None);
        };
        let extent =
            |row: &Row| Ok((message(row)?, Extent { octets: row.int("octets")?, last: row.int("last")? }));
        rows.iter().map(extent).collect::<Result<_, QueryError>>().map(Some)
    }

    /// What was said in these messages, notes included, up to an event of that sequence. `None`: it took too long.
    pub(crate) async fn entries_until(
        &self,
        of: &[MessageId],
        last: i64,
        within: Duration,
    ) -> Result<Option<Vec<(MessageId, EntryRow)>>, QueryError> {
        let sql = select(self.dialect(), " AND sequence <= $2");
        let values = [Value::texts(of), last.into()];
        match self.store.database().views.rows_within(within, &sql, &values).await? {
            Some(rows) => self.of_messages(&rows).await.map(Some),
            None => Ok(None),
        }
    }

    async fn of_messages(&self, rows: &[Row]) -> Result<Vec<(MessageId, EntryRow)>, QueryError> {
        let messages = rows.iter().map(message).collect::<Result<Vec<_>, _>>()?;
        Ok(messages.into_iter().zip(opened(&self.store, rows).await?).collect())
    }
}

/// The first entries of messages, in order: those that this allows as well.
fn select(dialect: Dialect, and: &str) -> String {
    format!(
        "SELECT message_id, entry_id, kind, author_id, at, content, mentions, answers FROM (\
         SELECT message_id, sequence, entry_id, kind, author_id, at, content, mentions, answers, \
         ROW_NUMBER() OVER (PARTITION BY message_id ORDER BY sequence) AS place \
         FROM message_entries_3 WHERE message_id {}{and}) AS said \
         WHERE place <= {MOST} ORDER BY message_id, sequence",
        any_of(dialect, 1)
    )
}

/// The message that a row is of.
fn message(row: &Row) -> Result<MessageId, QueryError> {
    let bad = |_| StoreError::Setup("message_entries holds a bad message_id".to_owned());
    Ok(row.text("message_id")?.parse().map_err(bad)?)
}

/// These rows, their words opened.
pub(crate) async fn opened(store: &Store, rows: &[Row]) -> Result<Vec<EntryRow>, QueryError> {
    let mut sealed = Vec::with_capacity(rows.len() * 2);
    for row in rows {
        sealed.extend([Some(row.text("content")?), row.text_or_null("answers")?]);
    }
    let mut opened = opening::open(store, sealed).await?;
    let entry = |row: &Row| {
        Ok(EntryRow {
            id: row.text("entry_id")?,
            kind: EntryKind::named(&row.text("kind")?)
                .ok_or_else(|| StoreError::Setup("message_entries holds a bad kind".to_owned()))?,
            author_id: row.text_or_null("author_id")?.and_then(|id| id.parse().ok()),
            at: micros(row.int("at")?),
            content: opened.required()?,
            mentions: mentions(row)?,
            answers: opened.list()?,
        })
    };
    rows.iter().map(entry).collect()
}

fn mentions(row: &Row) -> Result<Vec<MemberId>, StoreError> {
    let Some(mentions) = row.text_or_null("mentions")? else { return Ok(vec![]) };
    serde_json::from_str(&mentions)
        .map_err(|_| StoreError::Setup("message_entries holds bad mentions".to_owned()))
}

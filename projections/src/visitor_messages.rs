//! A visitor's own messages, as they see them: a list of its own, so that nothing internal can be asked for.

use crate::{
    Page, PageRequest, Projections,
    error::QueryError,
    fold::{Folded, Table, fold},
    opening::{self, Opened, column},
    rating::{self, Rated, RatingRow},
};
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{
    ids::{CategoryId, MessageId, VisitorId},
    message::{Message, MessageEvent, VisitorStatus},
    personal::Personal,
    text::Words,
};
use store::{BoxFuture, HandleError, Kind, RecordedEvent, Row, StoreError, Tx, Value, any_of, micros};

/// A message as its visitor sees it.
#[derive(Clone, Debug)]
pub struct VisitorMessageRow {
    /// Its id.
    pub id: MessageId,
    /// Its short name.
    pub reference: String,
    /// Its status.
    pub status: VisitorStatus,
    /// What it is about.
    pub category_id: Option<CategoryId>,
    /// The earlier message it belongs to.
    pub related_to: Option<MessageId>,
    /// The words.
    pub content: Personal<Words>,
    /// How content they were, as they said last.
    pub rating: Option<RatingRow>,
    /// Could they say so now?
    pub can_rate: bool,
    /// When it was left.
    pub submitted_at: DateTime<Utc>,
    /// When anything last happened to it that its visitor can see.
    pub last_activity_at: DateTime<Utc>,
}

/// Takes a run of events into the visitor's list.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move { fold::<Own>(tx, run).await?.write(tx).await })
}

/// A row while events are folded into it.
struct Own {
    fixed: Vec<Value>,
    message: Message,
    last_activity_at: i64,
    rated: Rated,
}

impl Folded for Own {
    type Aggregate = Message;
    const TABLE: Table = Table {
        name: "visitor_messages",
        key: "message_id",
        fixed: &[
            ("visitor_id", Kind::Text),
            ("reference", Kind::Text),
            ("related_to", Kind::Text),
            ("content", Kind::Text),
            ("submitted_at", Kind::Int),
        ],
        changing: &[
            ("state", Kind::Text),
            ("visitor_status", Kind::Text),
            ("last_activity_at", Kind::Int),
            ("category_id", Kind::Text),
            ("deleted", Kind::Int),
            rating::COLUMNS[0],
            rating::COLUMNS[1],
            rating::COLUMNS[2],
        ],
        read: &["state", "last_activity_at", "rating", "rating_comment", "rated_at"],
    };

    fn begin(_recorded: &RecordedEvent, event: MessageEvent) -> Result<Option<Self>, HandleError> {
        let MessageEvent::MessageSubmitted(submitted) = &event else { return Ok(None) };
        let last_activity_at = submitted.at.timestamp_micros();
        let fixed = vec![
            submitted.visitor_id.to_string().into(),
            submitted.reference.as_str().into(),
            submitted.related_to.map(|id| id.to_string()).into(),
            column(&submitted.content)?.into(),
            last_activity_at.into(),
        ];
        let mut message = Message::default();
        message.apply(event);
        Ok(Some(Self { fixed, message, last_activity_at, rated: Rated::default() }))
    }

    fn read(row: &Row) -> Result<Self, HandleError> {
        let message = serde_json::from_str(&row.text("state")?)?;
        let rated = Rated::read(row)?;
        Ok(Self { fixed: vec![], message, last_activity_at: row.int("last_activity_at")?, rated })
    }

    fn apply(&mut self, _recorded: &RecordedEvent, event: MessageEvent) -> Result<(), HandleError> {
        let at = event.at().timestamp_micros();
        if let MessageEvent::MessageRated(rated) = &event {
            self.rated = Rated::new(rated)?;
        }
        match event {
            // The desk's own affairs.
            MessageEvent::MessageAssigned(_)
            | MessageEvent::MessageUnassigned(_)
            | MessageEvent::NoteAdded(_)
            | MessageEvent::FollowUpScheduled(_)
            | MessageEvent::FollowUpCompleted(_)
            | MessageEvent::FollowUpCameDue(_)
            | MessageEvent::MessageCategorized(_)
            | MessageEvent::MessageTagged(_)
            | MessageEvent::MessagePrioritized(_)
            | MessageEvent::MessageShredded(_)
            | MessageEvent::MessageErased(_)
            | MessageEvent::MessageMarkedAsSpam(_)
            | MessageEvent::MessageUnmarkedAsSpam(_)
            | MessageEvent::MessageArchived(_)
            | MessageEvent::MessageUnarchived(_)
            | MessageEvent::MessageDeleted(_)
            | MessageEvent::MessageRestored(_)
            | MessageEvent::ReplyReviewed(_)
            | MessageEvent::ReplyBecameOverdue(_) => {}
            MessageEvent::MessageSubmitted(_)
            | MessageEvent::MessageContinued(_)
            | MessageEvent::MessageReplied(_)
            | MessageEvent::AutoReplySent(_)
            | MessageEvent::MessageResolved(_)
            | MessageEvent::MessageClosed(_)
            | MessageEvent::MessageReopened(_)
            | MessageEvent::MessageRated(_) => self.last_activity_at = at,
        }
        self.message.apply(event);
        Ok(())
    }

    fn fixed(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.fixed)
    }

    fn changing(&self) -> Result<Vec<Value>, HandleError> {
        let Message::Submitted(submitted) = &self.message else { return Err(NOT_SUBMITTED.into()) };
        let (_, status) = self.message.status().ok_or(NOT_SUBMITTED)?;
        let [rating, comment, rated_at] = self.rated.values();
        Ok(vec![
            serde_json::to_string(&self.message)?.into(),
            status.name().into(),
            self.last_activity_at.into(),
            submitted.category_id.as_ref().map(|id| id.0.clone()).into(),
            i64::from(submitted.deleted_at.is_some()).into(),
            rating,
            comment,
            rated_at,
        ])
    }
}

const NOT_SUBMITTED: &str = "a visitor's message was submitted";

const LIST: &str = "visitor";
const COLUMNS: &str = "message_id, reference, visitor_status, category_id, related_to, content, submitted_at, \
     last_activity_at, state, rating, rating_comment, rated_at";

impl Projections {
    /// A page of a visitor's own messages, the newest first.
    pub async fn visitor_messages(
        &self,
        own: VisitorId,
        page: &PageRequest,
    ) -> Result<Page<VisitorMessageRow>, QueryError> {
        let window = page.window(LIST)?;
        let (direction, beyond) = if window.backwards { ("ASC", ">") } else { ("DESC", "<") };
        let mut values: Vec<Value> = vec![own.to_string().into(), (window.size + 1).into()];
        let mut condition = String::new();
        if let Some((at, id)) = &window.beyond {
            condition = format!(" AND (submitted_at, message_id) {beyond} ($3, $4)");
            values.extend([(*at).into(), id.as_str().into()]);
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM visitor_messages WHERE visitor_id = $1 AND deleted = 0{condition} \
             ORDER BY submitted_at {direction}, message_id {direction} LIMIT $2"
        );
        let rows = self.read_visitor_messages(&sql, &values).await?;
        Ok(window.page(LIST, rows, |row| (row.submitted_at.timestamp_micros(), row.id.to_string())))
    }

    /// How many messages a visitor has left.
    pub async fn own_message_count(&self, own: VisitorId) -> Result<i64, QueryError> {
        let sql = "SELECT COUNT(*) AS messages FROM visitor_messages WHERE visitor_id = $1 AND deleted = 0";
        let row = self.store.database().views.row(sql, &[own.to_string().into()]).await?;
        Ok(row.map(|row| row.int("messages")).transpose()?.unwrap_or_default())
    }

    /// One of a visitor's own messages; `None` when it is absent or somebody else's.
    pub async fn visitor_message(
        &self,
        own: VisitorId,
        id: MessageId,
    ) -> Result<Option<VisitorMessageRow>, QueryError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM visitor_messages WHERE visitor_id = $1 AND message_id = $2 AND deleted = 0"
        );
        let values = [own.to_string().into(), id.to_string().into()];
        Ok(self.read_visitor_messages(&sql, &values).await?.pop())
    }

    /// Of these messages those with replies after which their visitor neither wrote nor rated, and how many they are.
    pub async fn unread_replies(&self, of: &[MessageId]) -> Result<Vec<(MessageId, i64)>, QueryError> {
        let sql = format!(
            "SELECT replies.message_id AS message_id, COUNT(*) AS unread FROM message_entries_3 AS replies \
             JOIN visitor_messages AS own ON own.message_id = replies.message_id \
             WHERE replies.message_id {} AND replies.kind = 'reply' \
             AND (own.rated_at IS NULL OR replies.at > own.rated_at) \
             AND replies.sequence > (SELECT MAX(sequence) FROM message_entries_3 AS words \
             WHERE words.message_id = replies.message_id AND words.kind = 'words') \
             GROUP BY replies.message_id",
            any_of(self.dialect(), 1)
        );
        let rows = self.store.database().views.rows(&sql, &[Value::texts(of)]).await?;
        let bad = |_| StoreError::Setup("message_entries holds a bad message_id".to_owned());
        let count = |row: &Row| Ok((row.text("message_id")?.parse().map_err(bad)?, row.int("unread")?));
        rows.iter().map(count).collect()
    }

    async fn read_visitor_messages(
        &self,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<VisitorMessageRow>, QueryError> {
        let rows = self.store.database().views.rows(sql, values).await?;
        let mut sealed = Vec::with_capacity(rows.len() * 2);
        for row in &rows {
            sealed.extend([Some(row.text("content")?), row.text_or_null("rating_comment")?]);
        }
        let mut opened = opening::open(&self.store, sealed).await?;
        let now = self.store.clock().now();
        rows.iter().map(|row| message(row, now, &mut opened)).collect()
    }
}

fn message(row: &Row, now: DateTime<Utc>, opened: &mut Opened) -> Result<VisitorMessageRow, QueryError> {
    let bad = |what: &str| StoreError::Setup(format!("visitor_messages holds a bad {what}"));
    let (content, rating) = (opened.required()?, rating::opened(row, opened)?);
    let state: Message = serde_json::from_str(&row.text("state")?).map_err(|_| bad("state"))?;
    Ok(VisitorMessageRow {
        id: row.text("message_id")?.parse().map_err(|_| bad("message_id"))?,
        reference: row.text("reference")?,
        status: VisitorStatus::named(&row.text("visitor_status")?).ok_or_else(|| bad("visitor_status"))?,
        category_id: row.text_or_null("category_id")?.map(CategoryId),
        related_to: row.text_or_null("related_to")?.and_then(|id| id.parse().ok()),
        content,
        rating,
        can_rate: state.can_be_rated(now),
        submitted_at: micros(row.int("submitted_at")?),
        last_activity_at: micros(row.int("last_activity_at")?),
    })
}

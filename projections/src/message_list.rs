//! The list of messages, as the desk sees it.

mod target;

use crate::{
    Page, PageRequest, Projections, Reader,
    cursor::Key,
    error::QueryError,
    fold::{Folded, Table, fold},
    opening::{self, Opened, column},
    reader::ShownContact,
};
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{
    desk::ServiceTarget,
    ids::{CategoryId, MemberId, MessageId, VisitorId},
    message::{Assignee, Message, MessageEvent, MessageStatus, VisitorStatus},
    personal::Personal,
    reference::Reference,
    text::{Name, Words},
};
use store::{BoxFuture, HandleError, Kind, RecordedEvent, Row, Store, Tx, Value, micros, placeholders};

/// Where the rows stand: version 2 of the list.
pub(crate) const TABLE: &str = "message_list_2";
/// Every table of the list.
pub(crate) const TABLES: &[&str] = &[TABLE, target::TABLE];

/// A message as the list has it, its personal data opened.
#[derive(Clone, Debug)]
pub struct MessageRow {
    /// Its id.
    pub id: MessageId,
    /// The sequence of its last event.
    pub version: i64,
    /// Its short name.
    pub reference: String,
    /// Whose it is.
    pub visitor_id: VisitorId,
    /// Its status as the desk sees it.
    pub status: MessageStatus,
    /// Its status as its visitor sees it.
    pub visitor_status: VisitorStatus,
    /// What it is about.
    pub category_id: Option<CategoryId>,
    /// The earlier message it belongs to.
    pub related_to: Option<MessageId>,
    /// The visitor's name as given with it.
    pub name: Option<Personal<Name>>,
    /// The contact as given with it, as far as the reader may see it; `None` once it was erased.
    pub contact: Option<ShownContact>,
    /// The words.
    pub content: Personal<Words>,
    /// When it was left.
    pub submitted_at: DateTime<Utc>,
    /// When anything last happened to it.
    pub last_activity_at: DateTime<Utc>,
    /// When a member first replied.
    pub first_replied_at: Option<DateTime<Utc>>,
    /// The member who is to answer it.
    pub assignee_id: Option<MemberId>,
    /// When an answer is due, while the visitor waits for one.
    pub due_at: Option<DateTime<Utc>>,
    /// Has it been told that this wait passed the desk's target?
    pub overdue: bool,
}

/// Which messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// In one of these states; empty: in any.
    pub status: Vec<MessageStatus>,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MessageOrder {
    /// The newest first.
    #[default]
    NewestFirst,
    /// The oldest first.
    OldestFirst,
    /// What happened last first.
    LastActivity,
}

impl MessageOrder {
    /// The list's name in cursors, the column it is ordered by, and whether the greatest comes first.
    fn parts(self) -> (&'static str, &'static str, bool) {
        match self {
            Self::NewestFirst => ("newest", "submitted_at", true),
            Self::OldestFirst => ("oldest", "submitted_at", false),
            Self::LastActivity => ("activity", "last_activity_at", true),
        }
    }

    fn key(self, row: &MessageRow) -> Key {
        let at = match self {
            Self::NewestFirst | Self::OldestFirst => row.submitted_at,
            Self::LastActivity => row.last_activity_at,
        };
        (at.timestamp_micros(), row.id.to_string())
    }
}

/// Takes a run of events into the list.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let mut target = target::stored(tx).await?;
        // A run is cut where the service target changes: what is before it is due by the old one.
        for part in run.split_inclusive(target::is_revised) {
            let mut listed = fold::<Listed>(tx, part).await?;
            listed.rows_mut().for_each(|(_, row)| row.target = target);
            listed.write(tx).await?;
            if let Some(revised) = part.last().filter(|last| target::is_revised(last)) {
                target = target::revise(tx, revised).await?;
            }
        }
        Ok(())
    })
}

/// A row while events are folded into it. It keeps the aggregate's own state, so that the domain's own functions say
/// what an event does to it.
struct Listed {
    fixed: Vec<Value>,
    message: Message,
    first_replied_at: Option<i64>,
    target: Option<ServiceTarget>,
}

impl Folded for Listed {
    type Aggregate = Message;
    const TABLE: Table = Table {
        name: TABLE,
        key: "message_id",
        fixed: &[
            ("reference", Kind::Text),
            ("visitor_id", Kind::Text),
            ("category_id", Kind::Text),
            ("related_to", Kind::Text),
            ("name", Kind::Text),
            ("contact", Kind::Text),
            ("content", Kind::Text),
            ("submitted_at", Kind::Int),
        ],
        changing: &[
            ("state", Kind::Text),
            ("status", Kind::Text),
            ("visitor_status", Kind::Text),
            ("last_activity_at", Kind::Int),
            ("first_replied_at", Kind::Int),
            ("assignee_id", Kind::Text),
            ("wait", Kind::Int),
            ("waiting_since", Kind::Int),
            ("due_at", Kind::Int),
            ("overdue", Kind::Int),
        ],
        read: &["state", "first_replied_at"],
    };

    fn begin(_recorded: &RecordedEvent, event: MessageEvent) -> Result<Option<Self>, HandleError> {
        let MessageEvent::MessageSubmitted(submitted) = &event else { return Ok(None) };
        let fixed = vec![
            submitted.reference.as_str().into(),
            submitted.visitor_id.to_string().into(),
            submitted.category_id.as_ref().map(|id| id.0.clone()).into(),
            submitted.related_to.map(|id| id.to_string()).into(),
            submitted.name.as_ref().map(column).transpose()?.into(),
            column(&submitted.contact)?.into(),
            column(&submitted.content)?.into(),
            submitted.at.timestamp_micros().into(),
        ];
        let mut message = Message::default();
        message.apply(event);
        Ok(Some(Self { fixed, message, first_replied_at: None, target: None }))
    }

    fn read(row: &Row) -> Result<Self, HandleError> {
        let message = serde_json::from_str(&row.text("state")?)?;
        let first_replied_at = row.int_or_null("first_replied_at")?;
        Ok(Self { fixed: vec![], message, first_replied_at, target: None })
    }

    fn apply(&mut self, _recorded: &RecordedEvent, event: MessageEvent) -> Result<(), HandleError> {
        if let MessageEvent::MessageReplied(replied) = &event {
            self.first_replied_at.get_or_insert(replied.at.timestamp_micros());
        }
        self.message.apply(event);
        Ok(())
    }

    fn fixed(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.fixed)
    }

    fn changing(&self) -> Result<Vec<Value>, HandleError> {
        let Message::Submitted(submitted) = &self.message else { return Err(NOT_SUBMITTED.into()) };
        let (status, visitor_status) = self.message.status().ok_or(NOT_SUBMITTED)?;
        let assignee_id = match submitted.assignee {
            Some(Assignee::Member(id)) => Some(id.to_string()),
            Some(Assignee::Team(_)) | None => None,
        };
        let wait = submitted.wait;
        let due_at = wait.zip(self.target).map(|(wait, target)| wait.due_at(target));
        Ok(vec![
            serde_json::to_string(&self.message)?.into(),
            status.name().into(),
            visitor_status.name().into(),
            submitted.last_at.timestamp_micros().into(),
            self.first_replied_at.into(),
            assignee_id.into(),
            wait.map(|wait| i64::from(wait.began_with)).into(),
            wait.map(|wait| wait.began_at.timestamp_micros()).into(),
            due_at.map(|due_at| due_at.timestamp_micros()).into(),
            i64::from(wait.is_some_and(|wait| wait.overdue_since.is_some())).into(),
        ])
    }
}

const NOT_SUBMITTED: &str = "a message in the list was submitted";

const COLUMNS: &str = "message_id, version, reference, visitor_id, status, visitor_status, category_id, \
     related_to, name, contact, content, submitted_at, last_activity_at, first_replied_at, assignee_id, due_at, overdue";

impl Projections {
    /// A page of the list.
    pub async fn messages(
        &self,
        reader: Reader,
        filter: &MessageFilter,
        order: MessageOrder,
        page: &PageRequest,
    ) -> Result<Page<MessageRow>, QueryError> {
        let (list, ordered_by, greatest_first) = order.parts();
        let window = page.window(list)?;
        let descending = greatest_first != window.backwards;
        let (direction, beyond) = if descending { ("DESC", "<") } else { ("ASC", ">") };
        let (mut conditions, mut values) = filter.conditions();
        if let Some((value, id)) = &window.beyond {
            let (a, b) = (values.len() + 1, values.len() + 2);
            conditions += &format!(" AND ({ordered_by}, message_id) {beyond} (${a}, ${b})");
            values.extend([(*value).into(), id.as_str().into()]);
        }
        values.push((window.size + 1).into());
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLE} WHERE 1 = 1{conditions} \
             ORDER BY {ordered_by} {direction}, message_id {direction} LIMIT ${}",
            values.len()
        );
        let rows = read(&self.store, reader, &sql, &values).await?;
        Ok(window.page(list, rows, |row| order.key(row)))
    }

    /// How many there are.
    pub async fn message_count(&self, _reader: Reader, filter: &MessageFilter) -> Result<i64, QueryError> {
        let (conditions, values) = filter.conditions();
        let sql = format!("SELECT COUNT(*) AS messages FROM {TABLE} WHERE 1 = 1{conditions}");
        count(&self.store, &sql, &values).await
    }

    /// How many messages a visitor has left.
    pub async fn visitor_message_count(&self, _reader: Reader, of: VisitorId) -> Result<i64, QueryError> {
        let sql = format!("SELECT COUNT(*) AS messages FROM {TABLE} WHERE visitor_id = $1");
        count(&self.store, &sql, &[of.to_string().into()]).await
    }

    /// A message by its id.
    pub async fn message(&self, reader: Reader, id: MessageId) -> Result<Option<MessageRow>, QueryError> {
        let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE message_id = $1");
        Ok(read(&self.store, reader, &sql, &[id.to_string().into()]).await?.pop())
    }

    /// A message by its reference.
    pub async fn message_by_reference(
        &self,
        reader: Reader,
        reference: &Reference,
    ) -> Result<Option<MessageRow>, QueryError> {
        let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE reference = $1");
        Ok(read(&self.store, reader, &sql, &[reference.as_str().into()]).await?.pop())
    }
}

impl MessageFilter {
    fn conditions(&self) -> (String, Vec<Value>) {
        if self.status.is_empty() {
            return (String::new(), Vec::new());
        }
        let names = self.status.iter().map(|status| status.name().into()).collect();
        (format!(" AND status IN ({})", placeholders(1, self.status.len())), names)
    }
}

async fn count(store: &Store, sql: &str, values: &[Value]) -> Result<i64, QueryError> {
    let row = store.database().views.row(sql, values).await?;
    Ok(row.map(|row| row.int("messages")).transpose()?.unwrap_or_default())
}

async fn read(
    store: &Store,
    reader: Reader,
    sql: &str,
    values: &[Value],
) -> Result<Vec<MessageRow>, QueryError> {
    let rows = store.database().views.rows(sql, values).await?;
    let mut sealed = Vec::with_capacity(rows.len() * 3);
    for row in &rows {
        sealed.extend([row.text_or_null("name")?, Some(row.text("contact")?), Some(row.text("content")?)]);
    }
    let mut opened = opening::open(store, sealed).await?;
    rows.iter().map(|row| message(reader, row, &mut opened)).collect()
}

fn message(reader: Reader, row: &Row, opened: &mut Opened) -> Result<MessageRow, QueryError> {
    let bad = |what: &str| store::StoreError::Setup(format!("message_list holds a bad {what}"));
    Ok(MessageRow {
        id: row.text("message_id")?.parse().map_err(|_| bad("message_id"))?,
        version: row.int("version")?,
        reference: row.text("reference")?,
        visitor_id: row.text("visitor_id")?.parse().map_err(|_| bad("visitor_id"))?,
        status: MessageStatus::named(&row.text("status")?).ok_or_else(|| bad("status"))?,
        visitor_status: VisitorStatus::named(&row.text("visitor_status")?)
            .ok_or_else(|| bad("visitor_status"))?,
        category_id: row.text_or_null("category_id")?.map(CategoryId),
        related_to: row.text_or_null("related_to")?.and_then(|id| id.parse().ok()),
        name: opened.next()?,
        contact: reader.show(&opened.required()?),
        content: opened.required()?,
        submitted_at: micros(row.int("submitted_at")?),
        last_activity_at: micros(row.int("last_activity_at")?),
        first_replied_at: row.int_or_null("first_replied_at")?.map(micros),
        assignee_id: row.text_or_null("assignee_id")?.and_then(|id| id.parse().ok()),
        due_at: row.int_or_null("due_at")?.map(micros),
        overdue: row.int("overdue")? == 1,
    })
}

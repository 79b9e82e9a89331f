//! The list of messages, as the desk sees it.

mod filter;
mod target;

pub use filter::{MessageFilter, MessageOrder};

use crate::{
    Page, PageRequest, Projections, Reader,
    error::QueryError,
    fold::{self, Folded, Table, fold},
    opening::{self, Opened, column},
    rating::{self, Rated, RatingRow},
    reader::{NOBODY, ShownContact},
    visitors::{VisitorStanding, standings},
};
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{
    desk::ServiceTarget,
    ids::{CategoryId, MemberId, MessageId, Tag, TeamId, VisitorId},
    message::{Assignee, Message, MessageEvent, MessageStatus, Priority, VisitorStatus},
    personal::Personal,
    reference::Reference,
    text::{Name, Reason, Words},
};
use store::{BoxFuture, Dialect, HandleError, Kind, RecordedEvent, Row, Store, Tx, Value, micros};

/// Where the rows stand: version 4 of the list.
pub(crate) const TABLE: &str = "message_list_4";
/// Every table of the list.
pub(crate) const TABLES: &[&str] = &[TABLE, target::TABLE, target::REVISION];

/// A message as the list has it, its personal data opened.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column, and a fact of its own")]
pub struct MessageRow {
    /// Its id.
    pub id: MessageId,
    /// The sequence of its last event.
    pub version: i64,
    /// Its short name.
    pub reference: String,
    /// Whose it is.
    pub visitor_id: VisitorId,
    /// How its visitor stands with the desk.
    pub visitor: VisitorStanding,
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
    /// Or the team.
    pub team_id: Option<TeamId>,
    /// When an answer is due, while the visitor waits for one.
    pub due_at: Option<DateTime<Utc>>,
    /// Has it been told that this wait passed the desk's target?
    pub overdue: bool,
    /// How urgent it is.
    pub priority: Priority,
    /// How it is tagged, in order.
    pub tags: Vec<Tag>,
    /// Until when it is parked.
    pub follow_up: Option<FollowUpRow>,
    /// How content its visitor was.
    pub rating: Option<RatingRow>,
    /// Did nobody mean it?
    pub spam: bool,
    /// Is it out of the default list?
    pub archived: bool,
    /// Is it hidden everywhere?
    pub deleted: bool,
}

/// Until when a message is parked.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowUpRow {
    /// Until when.
    pub due_at: DateTime<Utc>,
    /// What is to be done then.
    pub note: Option<Personal<Reason>>,
    /// Who parked it.
    pub by: Option<MemberId>,
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
                if target.is_none() {
                    tx.take_through(revised.position - 1);
                    return Ok(());
                }
            }
        }
        Ok(())
    })
}

/// The row of a message whose first events these are. `then`: the service target when the last of them happened, which
/// a wait that was told overdue keeps; `now`: the one in force.
pub(crate) fn replay(
    stream: &[RecordedEvent],
    then: Option<ServiceTarget>,
    now: Option<ServiceTarget>,
) -> Result<Option<Row>, HandleError> {
    fold::replay::<Listed>(stream, |row| {
        let wait = match &row.message {
            Message::Submitted(message) => message.wait,
            Message::NotSubmitted => None,
        };
        let told = wait.is_some_and(|wait| wait.overdue_since.is_some());
        row.target = if told { then } else { now };
    })
}

/// A row while events are folded into it. It keeps the aggregate's own state, so that the domain's own functions say
/// what an event does to it.
struct Listed {
    fixed: Vec<Value>,
    message: Message,
    first_replied_at: Option<i64>,
    target: Option<ServiceTarget>,
    /// Who parked it, and what is to be done then (sealed); of the last follow-up, whether or not there is one.
    parked: (Option<String>, Option<String>),
    rated: Rated,
}

impl Folded for Listed {
    type Aggregate = Message;
    const TABLE: Table = Table {
        name: TABLE,
        key: "message_id",
        fixed: &[
            ("reference", Kind::Text),
            ("visitor_id", Kind::Text),
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
            ("team_id", Kind::Text),
            ("holder", Kind::Text),
            ("wait", Kind::Int),
            ("waiting_since", Kind::Int),
            ("due_at", Kind::Int),
            ("overdue", Kind::Int),
            ("category_id", Kind::Text),
            ("priority", Kind::Text),
            ("tags", Kind::Text),
            ("follow_up", Kind::Int),
            ("follow_up_due_at", Kind::Int),
            ("follow_up_by", Kind::Text),
            ("follow_up_note", Kind::Text),
            ("spam", Kind::Int),
            ("archived", Kind::Int),
            ("deleted", Kind::Int),
            rating::COLUMNS[0],
            rating::COLUMNS[1],
            rating::COLUMNS[2],
        ],
        read: &[
            "state",
            "first_replied_at",
            "follow_up_by",
            "follow_up_note",
            "rating",
            "rating_comment",
            "rated_at",
        ],
    };

    fn begin(_recorded: &RecordedEvent, event: MessageEvent) -> Result<Option<Self>, HandleError> {
        let MessageEvent::MessageSubmitted(submitted) = &event else { return Ok(None) };
        let fixed = vec![
            submitted.reference.as_str().into(),
            submitted.visitor_id.to_string().into(),
            submitted.related_to.map(|id| id.to_string()).into(),
            submitted.name.as_ref().map(column).transpose()?.into(),
            column(&submitted.contact)?.into(),
            column(&submitted.content)?.into(),
            submitted.at.timestamp_micros().into(),
        ];
        let mut message = Message::default();
        message.apply(event);
        let parked = (None, None);
        let rated = Rated::default();
        Ok(Some(Self { fixed, message, first_replied_at: None, target: None, parked, rated }))
    }

    fn read(row: &Row) -> Result<Self, HandleError> {
        let message = serde_json::from_str(&row.text("state")?)?;
        let first_replied_at = row.int_or_null("first_replied_at")?;
        let parked = (row.text_or_null("follow_up_by")?, row.text_or_null("follow_up_note")?);
        let rated = Rated::read(row)?;
        Ok(Self { fixed: vec![], message, first_replied_at, target: None, parked, rated })
    }

    fn apply(&mut self, _recorded: &RecordedEvent, event: MessageEvent) -> Result<(), HandleError> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the aggregate says what the others change")]
        match &event {
            MessageEvent::MessageReplied(replied) => {
                self.first_replied_at.get_or_insert(replied.at.timestamp_micros());
            }
            MessageEvent::FollowUpScheduled(scheduled) => {
                let note = scheduled.note.as_ref().map(column).transpose()?;
                self.parked = (Some(scheduled.by.to_string()), note);
            }
            MessageEvent::MessageRated(rated) => self.rated = Rated::new(rated)?,
            _ => {}
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
        let (assignee_id, team_id) = match submitted.assignee {
            Some(Assignee::Member(id)) => (Some(id.to_string()), None),
            Some(Assignee::Team(id)) => (None, Some(id.to_string())),
            None => (None, None),
        };
        let holder = assignee_id.clone().or(team_id.clone()).unwrap_or(NOBODY.to_owned());
        // To nobody is an answer due that nobody gives.
        let hidden = submitted.spam || submitted.deleted_at.is_some();
        let wait = submitted.wait;
        let due_at = wait.zip(self.target).filter(|_| !hidden).map(|(wait, target)| wait.due_at(target));
        // Who parked it stays in the row of a message that is hidden: it may be restored.
        let (parked_by, parked_note) = match submitted.follow_up {
            Some(_) => self.parked.clone(),
            None => (None, None),
        };
        let parked = submitted.follow_up.filter(|_| !hidden);
        let [rating, rating_comment, rated_at] = self.rated.values();
        Ok(vec![
            serde_json::to_string(&self.message)?.into(),
            status.name().into(),
            visitor_status.name().into(),
            submitted.last_at.timestamp_micros().into(),
            self.first_replied_at.into(),
            assignee_id.into(),
            team_id.into(),
            holder.into(),
            wait.map(|wait| i64::from(wait.began_with)).into(),
            wait.map(|wait| wait.began_at.timestamp_micros()).into(),
            due_at.map_or(NEVER, |due_at| due_at.timestamp_micros()).into(),
            i64::from(!hidden && wait.is_some_and(|wait| wait.overdue_since.is_some())).into(),
            submitted.category_id.as_ref().map(|id| id.0.clone()).into(),
            submitted.priority.name().into(),
            serde_json::to_string(&submitted.tags)?.into(),
            parked.map(|parked| i64::from(parked.scheduled_with)).into(),
            parked.map(|parked| parked.due_at.timestamp_micros()).into(),
            parked_by.into(),
            parked_note.into(),
            i64::from(submitted.spam).into(),
            i64::from(submitted.archived).into(),
            i64::from(submitted.deleted_at.is_some()).into(),
            rating,
            rating_comment,
            rated_at,
        ])
    }
}

/// No answer is due.
pub(crate) const NEVER: i64 = i64::MAX;

const NOT_SUBMITTED: &str = "a message in the list was submitted";

const COLUMNS: &str = "message_id, version, reference, visitor_id, status, visitor_status, category_id, \
     related_to, name, contact, content, submitted_at, last_activity_at, first_replied_at, assignee_id, team_id, due_at, overdue, \
     priority, tags, follow_up_due_at, follow_up_by, follow_up_note, spam, archived, deleted, rating, rating_comment, \
     rated_at";

impl Projections {
    /// A page of the list, as far as the reader sees it.
    pub async fn messages(
        &self,
        reader: &Reader,
        filter: &MessageFilter,
        order: MessageOrder,
        page: &PageRequest,
    ) -> Result<Page<MessageRow>, QueryError> {
        let (list, ordered_by, greatest_first) = order.parts();
        let window = page.window(list)?;
        let descending = greatest_first != window.backwards;
        let (direction, beyond) = if descending { ("DESC", "<") } else { ("ASC", ">") };
        let (mut conditions, mut values) = filter.conditions(reader, self.dialect());
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
    pub async fn message_count(&self, reader: &Reader, filter: &MessageFilter) -> Result<i64, QueryError> {
        let (conditions, values) = filter.conditions(reader, self.dialect());
        let sql = format!("SELECT COUNT(*) AS messages FROM {TABLE} WHERE 1 = 1{conditions}");
        count(&self.store, &sql, &values).await
    }

    /// How many messages a visitor has left.
    pub async fn visitor_message_count(&self, reader: &Reader, of: VisitorId) -> Result<i64, QueryError> {
        let (scope, values) = self.one(reader, of.to_string());
        let sql =
            format!("SELECT COUNT(*) AS messages FROM {TABLE} WHERE visitor_id = $1 AND deleted = 0{scope}");
        count(&self.store, &sql, &values).await
    }

    /// At most so many messages of a visitor, deleted ones included, in the order of their ids after one of them; none
    /// that was left before that position is missing. `None`: the list is not that far yet. For the rule that follows
    /// an erasure, which is nobody's eyes: nothing of a person is in it.
    pub async fn messages_of(
        &self,
        of: VisitorId,
        as_of: i64,
        after: Option<MessageId>,
        limit: usize,
    ) -> Result<Option<Vec<MessageId>>, QueryError> {
        if !self.wait_for(&["message_list"], as_of).await? {
            return Ok(None);
        }
        let sql = format!(
            "SELECT message_id FROM {TABLE} WHERE visitor_id = $1 AND message_id > $2 ORDER BY message_id LIMIT $3"
        );
        let after = after.map_or_else(String::new, |after| after.to_string());
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = [of.to_string().into(), after.into(), limit.into()];
        let rows = self.store.database().views.rows(&sql, &values).await?;
        let bad = |_| store::StoreError::Setup("message_list holds a bad message_id".to_owned());
        let id = |row: &Row| Ok(row.text("message_id")?.parse().map_err(bad)?);
        rows.iter().map(id).collect::<Result<_, QueryError>>().map(Some)
    }

    /// A message by its id; a deleted one only for those who may delete.
    pub async fn message(&self, reader: &Reader, id: MessageId) -> Result<Option<MessageRow>, QueryError> {
        let (scope, values) = self.one(reader, id.to_string());
        let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE message_id = $1{scope}");
        let found = read(&self.store, reader, &sql, &values).await?.pop();
        Ok(found.filter(|row| !row.deleted || reader.sees_deleted()))
    }

    /// A message by its reference.
    pub async fn message_by_reference(
        &self,
        reader: &Reader,
        reference: &Reference,
    ) -> Result<Option<MessageRow>, QueryError> {
        let (scope, values) = self.one(reader, reference.as_str().to_owned());
        let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE reference = $1 AND deleted = 0{scope}");
        Ok(read(&self.store, reader, &sql, &values).await?.pop())
    }

    /// The reader's scope after one value, which is `$1`.
    fn one(&self, reader: &Reader, value: String) -> (String, Vec<Value>) {
        let (scope, holders) = reader.scope(self.dialect(), 2);
        (scope, [value.into()].into_iter().chain(holders).collect())
    }

    fn dialect(&self) -> Dialect {
        self.store.database().dialect()
    }
}

async fn count(store: &Store, sql: &str, values: &[Value]) -> Result<i64, QueryError> {
    let row = store.database().views.row(sql, values).await?;
    Ok(row.map(|row| row.int("messages")).transpose()?.unwrap_or_default())
}

async fn read(
    store: &Store,
    reader: &Reader,
    sql: &str,
    values: &[Value],
) -> Result<Vec<MessageRow>, QueryError> {
    let rows = store.database().views.rows(sql, values).await?;
    opened(store, reader, &rows).await
}

/// These rows, their personal data opened as far as the reader may see it.
pub(crate) async fn opened(
    store: &Store,
    reader: &Reader,
    rows: &[Row],
) -> Result<Vec<MessageRow>, QueryError> {
    let mut sealed = Vec::with_capacity(rows.len() * 5);
    for row in rows {
        sealed.extend([row.text_or_null("name")?, Some(row.text("contact")?), Some(row.text("content")?)]);
        sealed.extend([row.text_or_null("follow_up_note")?, row.text_or_null("rating_comment")?]);
    }
    let mut opened = opening::open(store, sealed).await?;
    let visitors = rows.iter().map(|row| row.text("visitor_id")).collect::<Result<Vec<_>, _>>()?;
    let standings = standings(store, visitors.iter().cloned()).await?;
    let rows = rows.iter().zip(visitors);
    rows.map(|(row, visitor)| {
        let standing = standings.get(&visitor).copied().unwrap_or_default();
        message(reader, row, standing, &mut opened)
    })
    .collect()
}

fn message(
    reader: &Reader,
    row: &Row,
    visitor: VisitorStanding,
    opened: &mut Opened,
) -> Result<MessageRow, QueryError> {
    let bad = |what: &str| store::StoreError::Setup(format!("message_list holds a bad {what}"));
    let (name, contact, content) = (opened.next()?, opened.required()?, opened.required()?);
    let (note, rating) = (opened.next()?, rating::opened(row, opened)?);
    let by = row.text_or_null("follow_up_by")?.and_then(|id| id.parse().ok());
    let follow_up = row.int_or_null("follow_up_due_at")?;
    let tags = serde_json::from_str(&row.text("tags")?).map_err(|_| bad("list of tags"))?;
    Ok(MessageRow {
        id: row.text("message_id")?.parse().map_err(|_| bad("message_id"))?,
        version: row.int("version")?,
        reference: row.text("reference")?,
        visitor_id: row.text("visitor_id")?.parse().map_err(|_| bad("visitor_id"))?,
        visitor,
        status: MessageStatus::named(&row.text("status")?).ok_or_else(|| bad("status"))?,
        visitor_status: VisitorStatus::named(&row.text("visitor_status")?)
            .ok_or_else(|| bad("visitor_status"))?,
        category_id: row.text_or_null("category_id")?.map(CategoryId),
        related_to: row.text_or_null("related_to")?.and_then(|id| id.parse().ok()),
        name,
        contact: reader.show(&contact),
        content,
        submitted_at: micros(row.int("submitted_at")?),
        last_activity_at: micros(row.int("last_activity_at")?),
        first_replied_at: row.int_or_null("first_replied_at")?.map(micros),
        assignee_id: row.text_or_null("assignee_id")?.and_then(|id| id.parse().ok()),
        team_id: row.text_or_null("team_id")?.and_then(|id| id.parse().ok()),
        due_at: Some(row.int("due_at")?).filter(|due_at| *due_at < NEVER).map(micros),
        overdue: row.int("overdue")? == 1,
        priority: Priority::named(&row.text("priority")?).ok_or_else(|| bad("priority"))?,
        tags,
        follow_up: follow_up.map(|due_at| FollowUpRow { due_at: micros(due_at), note, by }),
        rating,
        spam: row.int("spam")? == 1,
        archived: row.int("archived")? == 1,
        deleted: row.int("deleted")? == 1,
    })
}

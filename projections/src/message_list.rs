//! The list of messages, as the desk sees it.

mod counts;
mod facts;
mod filter;
mod read;
mod target;

pub use counts::MessageCounts;
pub use facts::MessageFacts;
pub use filter::{MessageFilter, MessageOrder};
pub(crate) use read::{COLUMNS, opened};

use crate::{
    fold::{self, Folded, Table, fold},
    opening::column,
    rating::{self, Rated, RatingRow},
    reader::ShownContact,
};
use chrono::{DateTime, Utc};
use counts::CountedBy;
use cqrs_es::Aggregate;
use domain::{
    desk::ServiceTarget,
    ids::{CategoryId, MemberId, MessageId, Tag, TeamId, VisitorId},
    message::{Assignee, Message, MessageEvent, MessageStatus, Priority, VisitorStatus},
    personal::Personal,
    text::{Name, Reason, Words},
};
use store::{BoxFuture, HandleError, Kind, RecordedEvent, Row, Tx, Value};

/// Where the rows stand: version 5 of the list.
pub(crate) const TABLE: &str = "message_list_5";
/// Every table of the list.
pub(crate) const TABLES: &[&str] = &[TABLE, target::TABLE, target::REVISION, counts::COUNTS];

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
    /// May the reader see what is thought of others' replies in it?
    pub reviews_shown: bool,
}

impl MessageRow {
    /// Whoever has it.
    pub(crate) fn holder(&self) -> Option<Assignee> {
        let of_team = || self.team_id.map(Assignee::Team);
        self.assignee_id.map(Assignee::Member).or_else(of_team)
    }
}

/// Until when a message is parked.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowUpRow {
    /// Until when.
    pub due_at: DateTime<Utc>,
    /// What is to be done then.
    pub note: Option<Personal<Reason>>,
    /// Who parked it.
    pub by: MemberId,
}

/// Takes a run of events into the list.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let mut target = target::stored(tx).await?;
        // A run is cut where hours or target change: what is before it is due by the old ones.
        for part in run.split_inclusive(target::is_revised) {
            let mut listed = fold::<Listed>(tx, part).await?;
            listed.rows_mut().for_each(|(_, row)| row.plan(&target));
            counts::count(tx, &mut listed).await?;
            listed.write(tx).await?;
            if let Some(revised) = part.last().filter(|last| target::is_revised(last)) {
                let Some(revised) = target::revise(tx, target, revised).await? else {
                    tx.take_through(revised.position - 1);
                    return Ok(());
                };
                target = revised;
            }
        }
        Ok(())
    })
}

/// The row of a message whose first events these are, due by the target in force.
pub(crate) fn replay(stream: &[RecordedEvent], target: &ServiceTarget) -> Result<Option<Row>, HandleError> {
    fold::replay::<Listed>(stream, |row| row.plan(target))
}

/// A row while events are folded into it. It keeps the aggregate's own state, so that the domain's own functions say
/// what an event does to it.
struct Listed {
    fixed: Vec<Value>,
    message: Message,
    first_replied_at: Option<i64>,
    /// When an answer is due by the target in force; planned before the row is written.
    due_at: Option<DateTime<Utc>>,
    /// Who parked it, and what is to be done then (sealed); of the last follow-up, whether or not there is one.
    parked: (Option<String>, Option<String>),
    rated: Rated,
    /// The kind that it was counted as before these events.
    counted: Option<CountedBy>,
}

impl Listed {
    fn plan(&mut self, target: &ServiceTarget) {
        self.due_at = match &self.message {
            Message::Submitted(submitted) => submitted.due_at(target),
            Message::NotSubmitted => None,
        };
    }

    /// The kind of message that it is counted as.
    fn counted_by(&self) -> Result<CountedBy, HandleError> {
        let Message::Submitted(submitted) = &self.message else { return Err(NOT_SUBMITTED.into()) };
        let (status, _) = self.message.status().ok_or(NOT_SUBMITTED)?;
        let (assignee_id, team_id) = match submitted.assignee {
            Some(Assignee::Member(id)) => (Some(id.to_string()), None),
            Some(Assignee::Team(id)) => (None, Some(id.to_string())),
            None => (None, None),
        };
        let (spam, deleted) = (submitted.spam, submitted.deleted_at.is_some());
        // To nobody is an answer due that nobody gives.
        let overdue = !spam && !deleted && submitted.wait.is_some_and(|wait| wait.overdue_since.is_some());
        let (status, archived) = (status.name(), submitted.archived);
        Ok(CountedBy { status, assignee_id, team_id, spam, archived, overdue, deleted })
    }
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
        Ok(Some(Self { fixed, message, first_replied_at: None, due_at: None, parked, rated, counted: None }))
    }

    fn read(row: &Row) -> Result<Self, HandleError> {
        let message = serde_json::from_str(&row.text("state")?)?;
        let first_replied_at = row.int_or_null("first_replied_at")?;
        let parked = (row.text_or_null("follow_up_by")?, row.text_or_null("follow_up_note")?);
        let rated = Rated::read(row)?;
        let mut read =
            Self { fixed: vec![], message, first_replied_at, due_at: None, parked, rated, counted: None };
        read.counted = Some(read.counted_by()?);
        Ok(read)
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
        let (_, visitor_status) = self.message.status().ok_or(NOT_SUBMITTED)?;
        let counted = self.counted_by()?;
        let hidden = counted.spam || counted.deleted;
        let wait = submitted.wait;
        let due_at = self.due_at.filter(|_| !hidden);
        // Who parked it stays in the row of a message that is hidden: it may be restored.
        let (parked_by, parked_note) = match submitted.follow_up {
            Some(_) => self.parked.clone(),
            None => (None, None),
        };
        let parked = submitted.follow_up.filter(|_| !hidden);
        let [rating, rating_comment, rated_at] = self.rated.values();
        Ok(vec![
            serde_json::to_string(&self.message)?.into(),
            counted.status.into(),
            visitor_status.name().into(),
            submitted.last_at.timestamp_micros().into(),
            self.first_replied_at.into(),
            counted.assignee_id.clone().into(),
            counted.team_id.clone().into(),
            counted.holder().into(),
            wait.map(|wait| i64::from(wait.began_with)).into(),
            wait.map(|wait| wait.began_at.timestamp_micros()).into(),
            instant(due_at).into(),
            i64::from(counted.overdue).into(),
            submitted.category_id.as_ref().map(|id| id.0.clone()).into(),
            submitted.priority.name().into(),
            serde_json::to_string(&submitted.tags)?.into(),
            parked.map(|parked| i64::from(parked.scheduled_with)).into(),
            parked.map(|parked| parked.due_at.timestamp_micros()).into(),
            parked_by.into(),
            parked_note.into(),
            i64::from(counted.spam).into(),
            i64::from(counted.archived).into(),
            i64::from(counted.deleted).into(),
            rating,
            rating_comment,
            rated_at,
        ])
    }
}

/// No answer is due.
pub(crate) const NEVER: i64 = i64::MAX;

/// When an answer is due, as its column has it.
fn instant(due_at: Option<DateTime<Utc>>) -> i64 {
    due_at.map_or(NEVER, |due_at| due_at.timestamp_micros())
}

const NOT_SUBMITTED: &str = "a message in the list was submitted";

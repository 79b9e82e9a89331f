//! The course of one message: its events, folded into the facts that figures are made of.

use super::{
    fact::Facts,
    known::{BareFact, Bytes, Known},
    metric::{Step, take},
    rules::Rules,
    waits::Wait,
};
use crate::{
    event::event_of,
    fold::{Folded, Table},
};
use cqrs_es::Aggregate;
use domain::{
    actor::Acted,
    ids::{MemberId, ReplyId},
    message::{Message, MessageEvent, MessageStatus},
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use store::{HandleError, Kind, RecordedEvent, Row, Value};
use uuid::Uuid;

/// Where the rows stand.
pub(super) const TABLE: &str = "statistics_3";

/// What the fold keeps of a message beside its facts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Course {
    message: Message,
    /// Its replies, in the order of their facts: reviews name them.
    replies: Vec<ReplyId>,
}

/// A row while events are folded into it. The rules come last: what happens is gathered first.
pub(super) struct Followed {
    course: Course,
    pub(super) facts: Facts,
    /// Was it spam before these events, and what was known of it?
    pub(super) before: (bool, Vec<BareFact>),
    /// The day in UTC on which it was left, counted from 1970.
    pub(super) day: i64,
    /// The same in the desk's zone as it was then.
    local_day: String,
    happened: Vec<Happened>,
    /// The waits that these events ended, as rows for analysts' own tools.
    pub(super) waits: Vec<Wait>,
}

/// An event, and what its record says of it.
struct Happened {
    event: MessageEvent,
    recorded_at: chrono::DateTime<chrono::Utc>,
    sequence: u32,
    by: Option<MemberId>,
}

#[derive(Deserialize)]
struct By<'a> {
    #[serde(borrow)]
    actor: Cow<'a, str>,
}

impl Happened {
    fn new(recorded: &RecordedEvent, event: MessageEvent) -> Result<Self, HandleError> {
        let By { actor } = recorded.metadata_as()?;
        let by = match (&event, Acted::read(&actor)) {
            // Whoever is named as the author is, also when a program replied for them.
            (MessageEvent::MessageReplied(replied), _) => Some(replied.author),
            (_, Acted::Member(id)) => Some(id),
            (_, Acted::Anonymous | Acted::Visitor(_) | Acted::Integration(_) | Acted::System(_)) => None,
        };
        let sequence = u32::try_from(recorded.sequence)?;
        Ok(Self { event, recorded_at: recorded.recorded_at, sequence, by })
    }
}

/// Is a message in this state one that somebody has to see to?
fn waits(message: &Message) -> bool {
    let Message::Submitted(submitted) = message else { return false };
    let status = message.status().map(|(status, _)| status);
    submitted.deleted_at.is_none() && matches!(status, Some(MessageStatus::Open | MessageStatus::FollowUp))
}

impl Followed {
    /// Takes what was gathered into the facts, by the rules in force.
    pub(super) fn settle(&mut self, rules: &Rules) {
        for Happened { event, recorded_at, sequence, by } in self.happened.drain(..) {
            let before = self.course.message.clone();
            self.course.message.apply(event.clone());
            let after = &self.course.message;
            let Message::Submitted(submitted) = after else { continue };
            let step = Step {
                before: match &before {
                    Message::Submitted(before) => Some(before),
                    Message::NotSubmitted => None,
                },
                after: submitted,
                waited: waits(&before),
                waits: waits(after),
                at: event.at(),
                event: &event,
                recorded_at,
                sequence,
                by,
                replies: &self.course.replies,
                rules,
            };
            if step.before.is_none() {
                self.local_day = rules.day(event.at());
            }
            self.waits.extend(Wait::ended(&step));
            take(&step, &mut self.facts);
            if let MessageEvent::MessageReplied(replied) = &event {
                self.course.replies.push(replied.reply_id);
            }
        }
    }
}

/// The facts of a message whose events these are, each with the events that it comes of. The rules are those in force at
/// each event: `revisions` are the desk's events of [`super::rules`], in the order of the log.
pub(super) fn replay(
    stream: &[RecordedEvent],
    revisions: &[RecordedEvent],
) -> Result<Option<Facts>, HandleError> {
    let (mut rules, mut revisions) = (Rules::default(), revisions.iter().peekable());
    let mut row: Option<Followed> = None;
    for recorded in stream {
        while let Some(revised) = revisions.next_if(|revised| revised.position < recorded.position) {
            rules.revise(revised)?;
        }
        let event = event_of::<Message>(recorded)?;
        match &mut row {
            None => row = Followed::begin(recorded, event)?,
            Some(row) => row.apply(recorded, event)?,
        }
        if let Some(row) = &mut row {
            row.settle(&rules);
        }
    }
    Ok(row.map(|row| row.facts))
}

impl Folded for Followed {
    type Aggregate = Message;
    const TABLE: Table = Table {
        name: TABLE,
        key: "message_id",
        fixed: &[("day", Kind::Int), ("local_day", Kind::Text)],
        changing: &[
            ("course", Kind::Text),
            ("facts", Kind::Bytes),
            ("last_at", Kind::Int),
            ("waits", Kind::Int),
        ],
        read: &["course", "facts", "day"],
    };

    fn begin(recorded: &RecordedEvent, event: MessageEvent) -> Result<Option<Self>, HandleError> {
        let MessageEvent::MessageSubmitted(submitted) = &event else { return Ok(None) };
        let day = submitted.at.timestamp().div_euclid(24 * 60 * 60);
        let facts = Facts { message: Uuid::parse_str(&recorded.aggregate_id)?, ..Facts::default() };
        let happened = vec![Happened::new(recorded, event)?];
        let (course, local_day, waits) = (Course::default(), String::new(), vec![]);
        let before = (false, vec![]);
        Ok(Some(Self { course, facts, before, day, local_day, happened, waits }))
    }

    fn read(row: &Row) -> Result<Self, HandleError> {
        let (bytes, mut known) = (row.bytes("facts")?, Known::default());
        if Bytes(&bytes).next(&mut known) != Some(true) {
            return Err("the facts of a message are cut off".into());
        }
        let (facts, before) = (known.to_owned(), (known.spam, known.all));
        let course = serde_json::from_str(&row.text("course")?)?;
        let (day, local_day) = (row.int("day")?, String::new());
        Ok(Self { course, facts, before, day, local_day, happened: vec![], waits: vec![] })
    }

    fn apply(&mut self, recorded: &RecordedEvent, event: MessageEvent) -> Result<(), HandleError> {
        self.happened.push(Happened::new(recorded, event)?);
        Ok(())
    }

    fn fixed(&mut self) -> Vec<Value> {
        vec![self.day.into(), std::mem::take(&mut self.local_day).into()]
    }

    fn changing(&self) -> Result<Vec<Value>, HandleError> {
        let mut bytes = Vec::with_capacity(256);
        self.facts.write(&mut bytes);
        Ok(vec![
            serde_json::to_string(&self.course)?.into(),
            bytes.into(),
            self.facts.last_at().into(),
            i64::from(self.facts.waits()).into(),
        ])
    }
}

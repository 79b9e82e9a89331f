//! What a filter and a scope ask of a message, in memory: the same answers as their SQL gives, for one message at a time.

use super::{MessageFilter, MessageRow};
use chrono::{DateTime, Utc};
use domain::{
    ids::{CategoryId, MessageId, Tag, VisitorId},
    message::{Assignee, Message, MessageStatus, Priority, VisitorStatus},
};

/// What is asked of a message to know whether somebody is told of it. No word of anybody is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column, and a fact of its own")]
pub struct MessageFacts {
    pub(crate) id: MessageId,
    pub(crate) visitor_id: VisitorId,
    pub(crate) status: MessageStatus,
    pub(crate) visitor_status: VisitorStatus,
    pub(crate) category_id: Option<CategoryId>,
    pub(crate) assignee: Option<Assignee>,
    pub(crate) priority: Priority,
    pub(crate) tags: Vec<Tag>,
    pub(crate) overdue: bool,
    pub(crate) spam: bool,
    pub(crate) archived: bool,
    pub(crate) deleted: bool,
    pub(crate) submitted_at: DateTime<Utc>,
    pub(crate) last_activity_at: DateTime<Utc>,
}

impl MessageFacts {
    /// Of a message as its events leave it; `None`: it was not submitted.
    pub(crate) fn of(id: MessageId, submitted_at: DateTime<Utc>, message: &Message) -> Option<Self> {
        let Message::Submitted(submitted) = message else { return None };
        let (status, visitor_status) = message.status()?;
        let (spam, deleted) = (submitted.spam, submitted.deleted_at.is_some());
        let told = submitted.wait.is_some_and(|wait| wait.overdue_since.is_some());
        Some(Self {
            id,
            visitor_id: submitted.visitor_id,
            status,
            visitor_status,
            category_id: submitted.category_id.clone(),
            assignee: submitted.assignee,
            priority: submitted.priority,
            tags: submitted.tags.iter().cloned().collect(),
            // To nobody is an answer due that nobody gives.
            overdue: told && !spam && !deleted,
            spam,
            archived: submitted.archived,
            deleted,
            submitted_at,
            last_activity_at: submitted.last_at,
        })
    }
}

impl From<&MessageRow> for MessageFacts {
    fn from(row: &MessageRow) -> Self {
        Self {
            id: row.id,
            visitor_id: row.visitor_id,
            status: row.status,
            visitor_status: row.visitor_status,
            category_id: row.category_id.clone(),
            assignee: row.holder(),
            priority: row.priority,
            tags: row.tags.clone(),
            overdue: row.overdue,
            spam: row.spam,
            archived: row.archived,
            deleted: row.deleted,
            submitted_at: row.submitted_at,
            last_activity_at: row.last_activity_at,
        }
    }
}

impl MessageFilter {
    /// Is it one of those that the list finds by this filter?
    pub fn allows(&self, facts: &MessageFacts) -> bool {
        let (member, team) = match facts.assignee {
            Some(Assignee::Member(id)) => (Some(id), None),
            Some(Assignee::Team(id)) => (None, Some(id)),
            None => (None, None),
        };
        // Who asks by a search is refused before: no word of a message is here.
        self.search.is_none()
            && !facts.deleted
            && facts.spam == self.spam
            && facts.archived == self.archived
            && self.overdue.is_none_or(|overdue| overdue == facts.overdue)
            && self.unassigned.is_none_or(|unassigned| unassigned == facts.assignee.is_none())
            && any(&self.status, Some(&facts.status))
            && any(&self.category_id, facts.category_id.as_ref())
            && (self.tag.is_empty() || self.tag.iter().any(|tag| facts.tags.contains(tag)))
            && any(&self.priority, Some(&facts.priority))
            && any(&self.assignee_id, member.as_ref())
            && any(&self.team_id, team.as_ref())
            && within(facts.submitted_at, self.submitted_from, self.submitted_until)
            && within(facts.last_activity_at, self.activity_from, self.activity_until)
            && self.visitor_id.is_none_or(|visitor_id| visitor_id == facts.visitor_id)
    }
}

/// One of these, when there are any.
fn any<T: PartialEq>(wanted: &[T], found: Option<&T>) -> bool {
    wanted.is_empty() || found.is_some_and(|found| wanted.contains(found))
}

fn within(at: DateTime<Utc>, from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>) -> bool {
    // As the columns have them.
    let at = at.timestamp_micros();
    from.is_none_or(|from| at >= from.timestamp_micros())
        && until.is_none_or(|until| at < until.timestamp_micros())
}

//! Which messages of the list, and in which order.

use super::MessageRow;
use crate::{Reader, cursor::Key, message_tags, reader::NOBODY};
use chrono::{DateTime, Utc};
use domain::{
    ids::{CategoryId, MemberId, Tag, TeamId, VisitorId},
    message::{MessageStatus, Priority},
    search::Query,
};
use store::{Dialect, Value, placeholders};

/// Which messages: those that every one of these allows. What is deleted never is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// In one of these states; empty: in any.
    pub status: Vec<MessageStatus>,
    /// About one of these; empty: about anything.
    pub category_id: Vec<CategoryId>,
    /// With one of these tags; empty: with or without.
    pub tag: Vec<Tag>,
    /// As urgent as one of these; empty: whatever.
    pub priority: Vec<Priority>,
    /// One of these members is to answer; empty: whoever.
    pub assignee_id: Vec<MemberId>,
    /// One of these teams is to answer; empty: whoever. What a member has is no team's.
    pub team_id: Vec<TeamId>,
    /// Is nobody to answer, neither a member nor a team, or somebody?
    pub unassigned: Option<bool>,
    /// Was it told that the visitor waits too long?
    pub overdue: Option<bool>,
    /// Marked as spam, or not.
    pub spam: bool,
    /// In the archive, or not.
    pub archived: bool,
    /// Left from then on.
    pub submitted_from: Option<DateTime<Utc>>,
    /// Left before then.
    pub submitted_until: Option<DateTime<Utc>>,
    /// Something happened to it from then on.
    pub activity_from: Option<DateTime<Utc>>,
    /// Nothing happened to it from then on.
    pub activity_until: Option<DateTime<Utc>>,
    /// This visitor's.
    pub visitor_id: Option<VisitorId>,
    /// This is said in it, by somebody or of whoever left it. Neither counted nor told of as it happens.
    pub search: Option<Query>,
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
    /// What an answer is due to first; what none is due to last.
    DueFirst,
    /// What says best what is looked for first. Of a search only.
    BestFirst,
}

impl MessageOrder {
    /// The list's name in cursors, the column it is ordered by, and whether the greatest comes first.
    pub(crate) fn parts(self) -> (&'static str, &'static str, bool) {
        match self {
            Self::NewestFirst => ("newest", "submitted_at", true),
            Self::OldestFirst => ("oldest", "submitted_at", false),
            Self::LastActivity => ("activity", "last_activity_at", true),
            Self::DueFirst => ("due", "due_at", false),
            Self::BestFirst => ("best", "submitted_at", true),
        }
    }

    /// Do the indexes of single columns have their rows in this order?
    fn is_by_submission(self) -> bool {
        match self {
            Self::NewestFirst | Self::OldestFirst | Self::BestFirst => true,
            Self::LastActivity | Self::DueFirst => false,
        }
    }

    pub(super) fn key(self, row: &MessageRow) -> Key {
        let at = match self {
            Self::NewestFirst | Self::OldestFirst | Self::BestFirst => row.submitted_at.timestamp_micros(),
            Self::LastActivity => row.last_activity_at.timestamp_micros(),
            Self::DueFirst => row.due_at.map_or(super::NEVER, |due_at| due_at.timestamp_micros()),
        };
        (at, row.id.to_string())
    }
}

/// The conditions of a filter, one after the other.
#[derive(Default)]
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    /// One of these, when there are any.
    fn one_of(&mut self, column: &str, values: impl IntoIterator<Item = Value>) {
        let values: Vec<_> = values.into_iter().collect();
        if !values.is_empty() {
            let list = placeholders(self.values.len() + 1, values.len());
            self.sql += &format!(" AND {column} IN ({list})");
            self.values.extend(values);
        }
    }

    /// With one of these tags, when there are any.
    fn tagged(&mut self, tags: &[Tag]) {
        if !tags.is_empty() {
            let list = placeholders(self.values.len() + 1, tags.len());
            let table = message_tags::TABLE;
            self.sql += &format!(" AND message_id IN (SELECT message_id FROM {table} WHERE tag IN ({list}))");
            self.values.extend(tags.iter().map(|tag| Value::from(tag.0.as_str())));
        }
    }

    /// This column compared with a value, when there is one.
    fn compare(&mut self, column: &str, operator: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.sql += &format!(" AND {column} {operator} ${}", self.values.len() + 1);
            self.values.push(value.into());
        }
    }
}

impl MessageFilter {
    /// The tag by whose index a page is read, in the order of the list: the one that is asked for, and by submission.
    pub(super) fn along_tag(&self, order: MessageOrder) -> Option<&Tag> {
        match self.tag.as_slice() {
            [tag] if order.is_by_submission() => Some(tag),
            _ => None,
        }
    }

    /// Does it ask for nothing but what messages are counted by (`counts.rs`)?
    pub(super) fn is_of_counted_kinds(&self) -> bool {
        let counted = Self {
            status: self.status.clone(),
            assignee_id: self.assignee_id.clone(),
            team_id: self.team_id.clone(),
            unassigned: self.unassigned,
            overdue: self.overdue,
            spam: self.spam,
            archived: self.archived,
            ..Self::default()
        };
        *self == counted
    }

    /// As SQL that follows other conditions, and the values it binds: of what the reader may see, in an order or in none. What
    /// is looked for is not in it.
    pub(crate) fn conditions(
        &self,
        reader: &Reader,
        dialect: Dialect,
        order: Option<MessageOrder>,
    ) -> (String, Vec<Value>) {
        // As constants: an index that holds only these rows is then of use.
        let hidden = format!(
            " AND deleted = 0 AND spam = {} AND archived = {}",
            i64::from(self.spam),
            i64::from(self.archived)
        );
        self.narrowing(reader, dialect, order, &hidden)
    }

    /// The same of messages that are hidden as well, whether deleted, spam or archived: figures are made of all of them.
    pub(crate) fn conditions_of_all(&self, reader: &Reader, dialect: Dialect) -> (String, Vec<Value>) {
        self.narrowing(reader, dialect, None, "")
    }

    fn narrowing(
        &self,
        reader: &Reader,
        dialect: Dialect,
        order: Option<MessageOrder>,
        hidden: &str,
    ) -> (String, Vec<Value>) {
        let in_order = order.is_none_or(MessageOrder::is_by_submission);
        let (scope, values) = reader.scope(dialect, in_order, 1);
        // As for scopes: SQLite has no statistics, and would gather all that is closed to sort it by something else.
        let along = dialect == Dialect::Sqlite && !in_order;
        let (status, category, priority, holder) = match along {
            true => ("+status", "+category_id", "+priority", "+holder"),
            false => ("status", "category_id", "priority", "holder"),
        };
        let mut all = Conditions { sql: format!("{hidden}{scope}"), values };
        match self.overdue {
            Some(true) => all.sql += " AND overdue = 1",
            Some(false) => all.sql += " AND overdue = 0",
            None => {}
        }
        match self.unassigned {
            Some(true) => all.compare(holder, "=", Some(NOBODY)),
            Some(false) => all.compare(holder, "<>", Some(NOBODY)),
            None => {}
        }
        let micros = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp_micros());
        all.one_of(status, self.status.iter().map(|status| status.name().into()));
        all.one_of(category, self.category_id.iter().map(|id| id.0.as_str().into()));
        all.tagged(&self.tag);
        all.one_of(priority, self.priority.iter().map(|priority| priority.name().into()));
        all.one_of("holder", self.assignee_id.iter().map(|id| id.to_string().into()));
        all.one_of("holder", self.team_id.iter().map(|id| id.to_string().into()));
        // A team's id among the members', and the other way round, is nobody's.
        all.sql += if self.assignee_id.is_empty() { "" } else { " AND assignee_id IS NOT NULL" };
        all.sql += if self.team_id.is_empty() { "" } else { " AND team_id IS NOT NULL" };
        all.compare("submitted_at", ">=", micros(self.submitted_from));
        all.compare("submitted_at", "<", micros(self.submitted_until));
        all.compare("last_activity_at", ">=", micros(self.activity_from));
        all.compare("last_activity_at", "<", micros(self.activity_until));
        all.compare("visitor_id", "=", self.visitor_id.map(|id| id.to_string()));
        (all.sql, all.values)
    }
}

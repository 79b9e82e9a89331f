//! Which messages, and in which order, as callers say it.

use super::{MessageStatus, Priority};
use crate::scalar::DateTimeRange;
use async_graphql::{Enum, ID, InputObject};
use domain::{
    ids::{CategoryId, MemberId, Tag, TeamId, VisitorId},
    search::{Query, QueryError},
};
use projections::{MessageFilter as Filter, MessageOrder as Order};

/// In which order.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Order")]
pub(super) enum MessageOrder {
    NewestFirst,
    OldestFirst,
    LastActivity,
    DueFirst,
    /// With `search` only, and only forwards: what stands as it was typed before what stands in parts, whole words before
    /// their beginnings, the visitor's own words before replies and notes, and the newest of what is as good. That is so of
    /// the newest 512 messages that may say it, then of the next ones: `endCursor` says where those begin.
    BestFirst,
}

/// Which messages: those that every one of these allows. What is deleted never is.
#[derive(Clone, Default, InputObject)]
pub(crate) struct MessageFilter {
    /// In one of these states.
    status: Option<Vec<MessageStatus>>,
    /// About one of these.
    category_id: Option<Vec<ID>>,
    /// With one of these tags.
    tag: Option<Vec<String>>,
    /// As urgent as one of these.
    priority: Option<Vec<Priority>>,
    /// One of these members is to answer.
    assignee_id: Option<Vec<ID>>,
    /// One of these teams is to answer, and none of their members has taken it.
    team_id: Option<Vec<ID>>,
    /// Is nobody to answer, neither a member nor a team?
    unassigned: Option<bool>,
    /// Was it told that the visitor waits too long?
    overdue: Option<bool>,
    /// Marked as spam.
    #[graphql(default)]
    spam: bool,
    /// In the archive.
    #[graphql(default)]
    archived: bool,
    /// Left in this range.
    submitted: Option<DateTimeRange>,
    /// Something last happened to it in this range.
    last_activity: Option<DateTimeRange>,
    /// This visitor's.
    visitor_id: Option<ID>,
    /// That say this: in the visitor's words and answers, in replies or notes, as name, as contact, as reference. Words between
    /// spaces in whatever order, a phrase in quotes; words by their beginnings, Chinese, Japanese and Korean from one character
    /// on, a number by its last four digits. At most 200 characters, and 12 words and phrases. Contacts are searched of
    /// messages only whose contacts the caller may read. Found is what was said some moments ago.
    search: Option<String>,
}

/// As many alternatives as anybody needs.
const MOST: usize = 100;

impl MessageFilter {
    /// As the view takes it; or what is wrong with it.
    pub(crate) fn read(self) -> Result<Filter, &'static str> {
        let (submitted, activity) =
            (self.submitted.unwrap_or_default(), self.last_activity.unwrap_or_default());
        let filter = Filter {
            status: all(self.status, Into::into),
            category_id: all(self.category_id, |id| CategoryId(id.0)),
            tag: all(self.tag, Tag),
            priority: all(self.priority, Into::into),
            assignee_id: all(self.assignee_id, |id| MemberId::typed(&id)),
            team_id: all(self.team_id, |id| TeamId::typed(&id)),
            unassigned: self.unassigned,
            overdue: self.overdue,
            spam: self.spam,
            archived: self.archived,
            submitted_from: submitted.from.map(|at| at.0),
            submitted_until: submitted.until.map(|at| at.0),
            activity_from: activity.from.map(|at| at.0),
            activity_until: activity.until.map(|at| at.0),
            visitor_id: self.visitor_id.map(|id| VisitorId::typed(&id)),
            search: self.search.map(|typed| Query::read(&typed).map_err(told)).transpose()?,
        };
        if filter.category_id.iter().any(|id| id.0.contains('\0')) {
            return Err("no category's id holds U+0000");
        }
        if filter.tag.iter().any(|tag| tag.0.contains('\0')) {
            return Err("no tag holds U+0000");
        }
        let longest = [
            filter.status.len(),
            filter.category_id.len(),
            filter.tag.len(),
            filter.priority.len(),
            filter.assignee_id.len(),
            filter.team_id.len(),
        ];
        if longest.iter().any(|length| *length > MOST) {
            return Err("a filter lists at most 100 alternatives");
        }
        Ok(filter)
    }
}

/// What is to be done about a search that cannot be.
fn told(error: QueryError) -> &'static str {
    match error {
        QueryError::Nothing => {
            "search has no letter, no digit and no character that can be looked for; type one, or leave it out"
        }
        QueryError::TooLong => "search has more than 200 characters; look for fewer",
        QueryError::TooMany => "search has more than 12 words and phrases; look for fewer",
    }
}

fn all<T, U>(given: Option<Vec<T>>, read: impl Fn(T) -> U) -> Vec<U> {
    given.unwrap_or_default().into_iter().map(read).collect()
}

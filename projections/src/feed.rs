//! Changes of messages, one per event, for whoever wants to be told: first what they missed, from the log, then what is new.
//!
//! The log is the truth. One hub per process reads each new event once and hands it to those whom it concerns; whoever
//! is too slow for that reads the log again from where they stand. Nothing here holds a word of anybody: a message is
//! read when it is told (docs/decisions/0019).

mod backlog;
mod hub;
mod looks;
mod states;

pub(crate) use hub::Feed;
pub(crate) use looks::Looks;

use crate::{
    MESSAGE_VIEWS, MessageFilter, Projections, Reader,
    error::QueryError,
    message_list::{MessageFacts, MessageRow},
};
use domain::ids::{MessageId, VisitorId};
use hub::{Joined, Live};
use states::States;
use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// How often the log is looked at when nobody said that it has grown.
const POLL: Duration = Duration::from_millis(250);
/// How often, and for how long, a change waits for the views that it is told from.
const PAUSE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(30);

/// An event of a message, and what the message was like around it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The event's place in the log.
    pub position: i64,
    /// What happened, such as `MessageReplied`.
    pub event_type: String,
    /// Which message.
    pub message_id: MessageId,
    before: Option<Arc<MessageFacts>>,
    after: Arc<MessageFacts>,
}

/// Of which messages somebody wants to be told.
#[derive(Clone, Debug)]
pub enum Wants {
    /// A member: as far as they see.
    Desk {
        /// Who, and how far they see.
        reader: Reader,
        /// This message.
        id: Option<MessageId>,
        /// These messages; `None`: with an id whatever it is like, without one what the list shows unasked.
        filter: Option<Box<MessageFilter>>,
    },
    /// A visitor: of their own.
    Own(VisitorId),
}

/// As many events are told again to somebody who begins, at most.
const MOST_BEHIND: i64 = 1_000;

/// What a visitor sees for themselves; what else the desk does is told to them when they see something by it.
const VISIBLE: [&str; 9] = [
    "MessageSubmitted",
    "MessageContinued",
    "MessageReplied",
    "MessageResolved",
    "MessageClosed",
    "MessageReopened",
    "MessageRated",
    "MessageShredded",
    "MessageErased",
];

impl Wants {
    /// Is this change told: did they see the message before it, or do they see it since?
    pub fn is_due(&self, change: &Change) -> bool {
        let (before, after) = (change.before.as_deref(), &*change.after);
        match self {
            Self::Desk { .. } => self.shows(after) || before.is_some_and(|before| self.shows(before)),
            Self::Own(visitor) => {
                let saw = before.filter(|before| self.shows(before));
                after.visitor_id == *visitor
                    && (saw.is_some() || self.shows(after))
                    && (VISIBLE.contains(&change.event_type.as_str())
                        || saw.is_none_or(|before| visible(before) != visible(after)))
            }
        }
    }

    /// Do they see a message that is like this?
    fn shows(&self, facts: &MessageFacts) -> bool {
        match self {
            Self::Own(visitor) => facts.visitor_id == *visitor && !facts.deleted,
            Self::Desk { reader, id, filter } => {
                let meant = match (id, filter) {
                    (Some(_), None) => !facts.deleted || reader.sight(facts.assignee).deleted,
                    (None, None) => MessageFilter::default().allows(facts),
                    (_, Some(filter)) => filter.allows(facts),
                };
                id.is_none_or(|id| id == facts.id) && meant && reader.sees(facts.assignee)
            }
        }
    }

    /// Do they see it as it stands? The row is one that the reader may read.
    pub fn show(&self, row: &MessageRow) -> bool {
        self.shows(&MessageFacts::from(row))
    }
}

/// What a visitor would see otherwise if it were another.
fn visible(facts: &MessageFacts) -> impl PartialEq {
    (facts.visitor_status, facts.category_id.clone(), facts.deleted)
}

/// What comes next.
#[derive(Clone, Debug)]
pub enum Next {
    /// A change that is due.
    Change(Arc<Change>),
    /// Who is told has to be looked up again before anything more is told ([`Changes::renew`]).
    Renew,
}

/// The changes that one subscriber is told, in the order of the log, each once.
pub struct Changes {
    projections: Projections,
    wants: Wants,
    /// Whoever wants this was looked up when the log had come at least this far.
    as_of: i64,
    /// … and has not read a page since.
    fresh: bool,
    /// Everything up to here has been looked at: it was told, stands in `ready`, or was not due.
    scanned: i64,
    ready: VecDeque<Arc<Change>>,
    /// The last page came to the end of the log.
    near: bool,
    live: Option<Live>,
    /// While catching up.
    states: Option<States>,
}

impl Projections {
    /// How far the log has come; for those who are then told what comes after.
    pub async fn head(&self) -> Result<i64, QueryError> {
        Ok(self.store.head().await?)
    }

    /// How far the log is in the views that messages are read from, when the log had come to `head`: whoever reads a message
    /// after that, and is told what comes after that, misses nothing, however far behind a view is. Views that are being
    /// filled are not waited for in that way.
    pub async fn listed(&self, head: i64) -> Result<i64, QueryError> {
        let listed = head.min(self.followers.reached(MESSAGE_VIEWS).await?);
        Ok(if head - listed > MOST_BEHIND { head } else { listed })
    }

    /// The changes after a position. `as_of`: how far the log had come before whoever wants them was looked up.
    pub fn changes(&self, wants: Wants, after: i64, as_of: i64) -> Changes {
        Changes {
            projections: self.clone(),
            wants,
            as_of,
            fresh: true,
            scanned: after,
            ready: VecDeque::new(),
            near: after >= as_of,
            live: None,
            states: None,
        }
    }

    /// Waits until the log goes on after a position.
    pub async fn grown(&self, after: i64) -> Result<(), QueryError> {
        let mut appended = self.store.appended();
        loop {
            appended.mark_unchanged();
            if self.store.head().await? > after {
                return Ok(());
            }
            // Another process may have appended: word of it can be lost.
            let _ = tokio::time::timeout(POLL, appended.changed()).await;
        }
    }

    /// Waits until these views have come to a position; `false`: they have not within half a minute.
    pub async fn wait_long_for(&self, views: &[&str], position: i64) -> Result<bool, QueryError> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !self.wait_for(views, position).await? {
            if tokio::time::Instant::now() > deadline {
                return Ok(false);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(true)
    }

    /// How many subscribers are told as it happens.
    pub fn listening(&self) -> usize {
        self.feed.listening()
    }
}

impl Changes {
    /// What comes next; waits for it. When it is dropped meanwhile nothing is lost.
    pub async fn next(&mut self) -> Result<Next, QueryError> {
        loop {
            if let Some(change) = self.ready.pop_front() {
                return Ok(Next::Change(change));
            }
            if let Some(live) = &mut self.live {
                match live.queue.recv().await {
                    // It joined from further on than the hub was.
                    Some(change) if change.position <= self.scanned => {}
                    Some(change) => {
                        self.scanned = change.position;
                        return Ok(Next::Change(change));
                    }
                    None => {
                        self.scanned = self.scanned.max(live.seen.load(Ordering::SeqCst));
                        // The hub has kept what came since, unless that is very much: whoever was too slow once is not to
                        // read the log for it, and be slower.
                        (self.live, self.fresh, self.near) = (None, false, true);
                        return Ok(Next::Renew);
                    }
                }
                continue;
            }
            if self.near {
                match self.projections.feed.join(&self.wants, self.scanned, self.as_of) {
                    Joined::Live { live, missed, position } => {
                        self.scanned = self.scanned.max(position);
                        (self.live, self.ready, self.states) = (Some(live), missed, None);
                        continue;
                    }
                    Joined::Behind => {}
                    Joined::Renew => self.fresh = false,
                }
            }
            if !self.fresh {
                return Ok(Next::Renew);
            }
            self.page().await?;
        }
    }

    /// Who is told, looked up again. `as_of`: how far the log had come before.
    pub fn renew(&mut self, wants: Wants, as_of: i64) {
        (self.wants, self.as_of, self.fresh) = (wants, as_of.max(self.as_of), true);
    }

    /// A page of what was missed: only so far as it is known who may be told.
    async fn page(&mut self) -> Result<(), QueryError> {
        let page = self.projections.backlog(&self.wants, self.scanned, self.as_of).await?;
        let states = self.states.get_or_insert_with(|| States::of(states::OF_ONE));
        let mut due = VecDeque::new();
        for recorded in &page.events {
            if let Some(change) = states.change(&self.projections.store, recorded).await?
                && self.wants.is_due(&change)
            {
                due.push_back(Arc::new(change));
            }
        }
        // Only now: whoever stops waiting in between has lost nothing.
        self.ready = due;
        self.scanned = self.scanned.max(page.until);
        (self.near, self.fresh) = (page.is_last, false);
        Ok(())
    }
}

//! What each event leaves of a message: assignments, no decisions.

use super::{
    Awaiting, FollowUp, MessageEvent, MessageSubmitted, Priority, Stage, Submitted, Wait, answer::counted,
};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

impl Submitted {
    /// A message as it was left.
    pub(super) fn new(event: MessageSubmitted) -> Self {
        Self {
            visitor_id: event.visitor_id,
            awaiting: Awaiting::Desk,
            stage: Stage::Active,
            attention: false,
            assignee: None,
            follow_up: None,
            category_id: event.category_id,
            tags: BTreeSet::new(),
            priority: Priority::default(),
            spam: false,
            archived: false,
            deleted_at: None,
            deleted_with: 0,
            shredded: false,
            erased: false,
            ended_at: None,
            wait: Some(Wait::new(1, event.at)),
            replies: 0,
            uploads: counted(&event.images, &event.files),
            auto_replied: false,
            events: 1,
            last_at: event.at,
        }
    }

    pub(super) fn apply(&mut self, event: MessageEvent) {
        let at = event.at();
        self.events += 1;
        self.last_at = at;
        match event {
            // A stream begins with its submission, and has one.
            MessageEvent::MessageSubmitted(_)
            | MessageEvent::NoteAdded(_)
            | MessageEvent::MessageRated(_)
            | MessageEvent::ReplyReviewed(_) => {}
            MessageEvent::AutoReplySent(_) => self.auto_replied = true,
            MessageEvent::MessageContinued(event) => {
                self.uploads = self.uploads.saturating_add(counted(&event.images, &event.files));
                self.continue_at(at);
            }
            MessageEvent::MessageReplied(event) => {
                self.uploads = self.uploads.saturating_add(counted(&event.images, &event.files));
                self.awaiting = Awaiting::Visitor;
                self.attention = false;
                self.follow_up = None;
                self.wait = None;
                self.replies += 1;
            }
            MessageEvent::MessageAssigned(event) => self.assignee = Some(event.to),
            MessageEvent::MessageUnassigned(_) => self.assignee = None,
            MessageEvent::FollowUpScheduled(event) => {
                let (scheduled_with, due_at) = (self.events, event.due_at);
                self.follow_up = Some(FollowUp { scheduled_with, due_at, visitor_wrote: false });
                self.attention = false;
            }
            MessageEvent::FollowUpCompleted(_) => self.follow_up = None,
            MessageEvent::FollowUpCameDue(_) => {
                self.follow_up = None;
                self.attention = true;
            }
            MessageEvent::MessageResolved(_) => self.end(Stage::Resolved, at),
            MessageEvent::MessageClosed(_) => self.end(Stage::Closed, at),
            MessageEvent::MessageReopened(_) => {
                self.stage = Stage::Active;
                self.attention = true;
                self.wait = match self.awaiting {
                    Awaiting::Desk => Some(Wait::new(self.events, at)),
                    Awaiting::Visitor => None,
                };
            }
            MessageEvent::MessageCategorized(event) => self.category_id = Some(event.category_id),
            MessageEvent::MessageTagged(event) => {
                self.tags.extend(event.added);
                self.tags.retain(|tag| !event.removed.contains(tag));
            }
            MessageEvent::MessagePrioritized(event) => self.priority = event.priority,
            MessageEvent::MessageMarkedAsSpam(_) => {
                self.spam = true;
                self.follow_up = None;
            }
            MessageEvent::MessageUnmarkedAsSpam(_) => self.spam = false,
            MessageEvent::MessageArchived(_) => self.archived = true,
            MessageEvent::MessageUnarchived(_) => self.archived = false,
            MessageEvent::MessageDeleted(_) => {
                self.deleted_at = Some(at);
                self.deleted_with = self.events;
            }
            MessageEvent::MessageRestored(_) => self.deleted_at = None,
            MessageEvent::MessageShredded(_) => self.shredded = true,
            // Nobody is left who could be answered.
            MessageEvent::MessageErased(_) => {
                self.erased = true;
                self.wait = None;
            }
            MessageEvent::ReplyBecameOverdue(event) => {
                self.wait = self.wait.map(|wait| Wait { overdue_since: Some(event.due_at), ..wait });
            }
        }
    }

    fn continue_at(&mut self, at: DateTime<Utc>) {
        self.awaiting = Awaiting::Desk;
        self.stage = Stage::Active;
        self.archived = false;
        self.follow_up = self.follow_up.map(|it| FollowUp { visitor_wrote: true, ..it });
        // More words while the desk owes belong to the wait that is under way.
        self.wait = self.wait.or(Some(Wait::new(self.events, at)));
    }

    fn end(&mut self, stage: Stage, at: DateTime<Utc>) {
        self.stage = stage;
        self.attention = false;
        self.follow_up = None;
        self.wait = None;
        self.ended_at = Some(at);
    }
}

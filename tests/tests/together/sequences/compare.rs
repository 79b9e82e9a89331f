//! What the log and the views say, against what the model says.

use super::{
    super::{Process, member},
    Pair,
};
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::{MemberId, MessageId},
    message::{Assignee, Awaiting, Message, MessageStatus, Stage, VisitorStatus},
    visitor::Visitor,
};
use projections::{EntryKind, HistoryFilter, PageRequest, Reader};

macro_rules! same {
    ($what:literal, $found:expr, $expected:expr $(,)?) => {
        assert_eq!($found, $expected, "{}: found, and what the model says", $what)
    };
}

impl Pair {
    /// What the process that did it knows of the message now, without asking the database when it need not.
    pub(super) async fn recalled(&self, process: usize, message: usize) {
        let id = self.messages[message].to_string();
        let loaded = self.processes[process].store.recall::<Message>(&id).await.expect("readable");
        self.agree(message, &loaded.aggregate, loaded.version());
    }

    fn agree(&self, message: usize, found: &Message, version: i64) {
        let expected = &self.model.messages[message];
        let Message::Submitted(found) = found else { panic!("message {message} was submitted") };
        same!("version", version, expected.version);
        same!("events", i64::from(found.events), expected.version);
        same!("visitor", found.visitor_id, self.visitors[expected.visitor]);
        same!("closed", found.stage == Stage::Closed, expected.closed);
        same!("the desk owes", found.awaiting == Awaiting::Desk, expected.desk_owes);
        same!("attention", found.attention, expected.reopened);
        same!("replies", found.replies as usize, expected.replies.len());
        same!("assignee", found.assignee, expected.assignee.map(|it| Assignee::Member(member(it.into()))));
        let wait = found.wait.map(|wait| (i64::from(wait.began_with), wait.overdue_since.is_some()));
        same!("wait", wait, expected.wait.map(|wait| (wait.begun_with, wait.overdue)));
    }

    /// The log and the views of both processes, against the model.
    pub(super) async fn compare(&self) {
        for process in &self.processes {
            process.up_to_date().await;
            for message in 0..self.messages.len() {
                let id = self.messages[message].to_string();
                let loaded = process.store.load::<Message>(&id).await.expect("readable");
                self.agree(message, &loaded.aggregate, loaded.version());
                self.compare_message(process, message).await;
            }
            for visitor in 0..self.visitors.len() {
                self.compare_visitor(process, visitor).await;
            }
            self.compare_due(process).await;
        }
    }

    async fn compare_message(&self, process: &Process, message: usize) {
        let (id, expected) = (self.messages[message], &self.model.messages[message]);
        let row = process.views.message(&reader(), id).await.expect("readable").expect("a row");
        let (status, visitor_status) = match (expected.closed, expected.desk_owes, expected.reopened) {
            (true, ..) => (MessageStatus::Closed, VisitorStatus::Closed),
            (_, true, _) => (MessageStatus::Open, VisitorStatus::AwaitingReply),
            (_, _, true) => (MessageStatus::Open, VisitorStatus::Replied),
            _ => (MessageStatus::Replied, VisitorStatus::Replied),
        };
        same!("version in the list", row.version, expected.version);
        same!("status", (row.status, row.visitor_status), (status, visitor_status));
        same!("visitor in the list", row.visitor_id, self.visitors[expected.visitor]);
        same!("assignee in the list", row.assignee_id, expected.assignee.map(|it| member(it.into())));
        same!("waits", row.due_at.is_some(), expected.wait.is_some());
        same!("overdue", row.overdue, expected.wait.is_some_and(|wait| wait.overdue));
        same!("was replied to", row.first_replied_at.is_some(), !expected.replies.is_empty());
        let own = process.views.visitor_message(row.visitor_id, id).await.expect("readable").expect("a row");
        same!("status to the visitor", own.status, visitor_status);
        let entries = process.views.entries(id, true).await.expect("readable");
        let said: Vec<(EntryKind, Option<MemberId>)> =
            entries.iter().map(|entry| (entry.kind, entry.author_id)).collect();
        let replies = expected.replies.iter().map(|it| (EntryKind::Reply, Some(member((*it).into()))));
        same!("entries", said, [(EntryKind::Words, None)].into_iter().chain(replies).collect::<Vec<_>>());
        let of = HistoryFilter::default();
        same!(
            "history",
            process.views.history_count(&reader(), id, &of).await.expect("readable"),
            expected.version,
        );
    }

    async fn compare_visitor(&self, process: &Process, visitor: usize) {
        let (id, expected) = (self.visitors[visitor], &self.model.visitors[visitor]);
        let loaded = process.store.load::<Visitor>(&id.to_string()).await.expect("readable");
        same!("version of a visitor", loaded.version(), expected.version);
        let row = process.views.visitor(id).await.expect("readable").expect("a row");
        same!("blocked", row.standing.blocked, expected.blocked);
        let name = row.name.as_ref().and_then(|name| name.text()).map(str::to_owned);
        same!("name", name, Some(format!("Anna {}", expected.remembered.0)));
        let contact = row.contact.as_ref().and_then(|contact| contact.clear()).map(|it| it.given.clone());
        same!("contact", contact, Some(format!("anna{}@example.org", expected.remembered.1)));
        let page = PageRequest::forward(Some(100), None);
        let own = process.views.visitor_messages(id, &page).await.expect("readable");
        let mut own: Vec<MessageId> = own.rows.iter().map(|(_, row)| row.id).collect();
        let theirs = self.model.messages.iter().zip(&self.messages).filter(|(it, _)| it.visitor == visitor);
        let mut theirs: Vec<MessageId> = theirs.map(|(_, id)| *id).collect();
        own.sort();
        theirs.sort();
        same!("their messages", own, theirs);
    }

    /// What the clock would be told of this sequence's messages.
    async fn compare_due(&self, process: &Process) {
        let due = process.views.due(None, usize::MAX).await.expect("readable");
        let mut due: Vec<(MessageId, i64)> =
            due.iter().map(|it| (it.message_id, i64::from(it.sequence))).collect();
        due.retain(|(id, _)| self.messages.contains(id));
        let waiting = self.model.messages.iter().zip(&self.messages);
        let mut waiting: Vec<(MessageId, i64)> = waiting
            .filter_map(|(message, id)| Some((*id, message.wait.filter(|it| !it.overdue)?.begun_with)))
            .collect();
        due.sort();
        waiting.sort();
        same!("due", due, waiting);
    }
}

fn reader() -> Reader {
    Reader::of_messages(Actor::Member { id: member(1), grants: Role::Admin.grants() }, &Reach::Desk)
        .expect("reads")
}

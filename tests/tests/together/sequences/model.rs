//! What a desk is, in a page: told from the words of the domain's design, and from none of its code.

use super::step::{Expected, Wait, What, Who, Words, Work};
use std::collections::HashMap;

/// The service target, in minutes.
const TARGET: u64 = 24 * 60;
/// The number of a message that is not there.
const ABSENT: usize = usize::MAX;

/// What happened so far, and what must be answered next.
#[derive(Default)]
pub(super) struct Model {
    pub(super) visitors: Vec<Visitor>,
    pub(super) messages: Vec<Message>,
    /// What a key was used for, and the answer: which message, and its version then.
    keys: HashMap<Use, (Input, usize, i64)>,
    /// Minutes since the beginning.
    pub(super) now: u64,
}

/// A key, by whom and for what: of somebody whom nobody knows also the words, for other words are somebody else's.
#[derive(PartialEq, Eq, Hash)]
struct Use {
    by: Who,
    mutation: &'static str,
    key: u8,
    words: Option<Input>,
}

/// What counts as the same input.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Input {
    Words(Words, Option<usize>),
    Message(usize),
}

pub(super) struct Visitor {
    /// The name and contact last given.
    pub(super) remembered: (u8, u8),
    /// May they leave no messages?
    pub(super) blocked: bool,
    /// Events of their own: that they arrived, what was remembered, and whether they are blocked.
    pub(super) version: i64,
}

pub(super) struct Message {
    pub(super) visitor: usize,
    pub(super) version: i64,
    pub(super) closed: bool,
    pub(super) desk_owes: bool,
    pub(super) reopened: bool,
    pub(super) assignee: Option<u8>,
    /// Who replied, in order.
    pub(super) replies: Vec<u8>,
    pub(super) wait: Option<Waiting>,
}

/// Since when a visitor waits, by which event, and whether it was told that it is too long.
#[derive(Clone, Copy)]
pub(super) struct Waiting {
    pub(super) begun_with: i64,
    pub(super) since: u64,
    pub(super) overdue: bool,
}

/// What a command must be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It happened, now or when its key was first used: that message, at that version.
    Done {
        message: usize,
        version: i64,
        again: bool,
    },
    Refused(Refusal),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    NotSignedIn,
    Forbidden,
    NotForYou,
    NotFound,
    Conflict { version: i64 },
    NoSuchVersion { version: i64 },
    KeyReused,
    BadContact,
    Blocked,
    NameRequired,
    CategoryUnknown,
    RelatedUnknown,
    AlreadyAssigned { to: u8 },
    AlreadyClosed,
    NotClosed,
}

impl Model {
    /// The message of that number; now and then there is none.
    pub(super) fn message(&self, drawn: u8) -> Option<usize> {
        let count = self.messages.len();
        (count > 0 && drawn % 16 != 15).then(|| usize::from(drawn) % count)
    }

    /// The visitor of that number, as long as there are any.
    pub(super) fn visitor(&self, drawn: u8) -> Option<usize> {
        let count = self.visitors.len();
        (count > 0).then(|| usize::from(drawn) % count)
    }

    /// The version that is said to have been seen.
    pub(super) fn expected(&self, message: Option<usize>, expected: Expected) -> Option<i64> {
        let version = message.map_or(0, |message| self.messages[message].version);
        match expected {
            Expected::Nothing => None,
            Expected::Current => Some(version),
            Expected::Earlier => Some(version - 1),
            Expected::Later => Some(version + 1),
        }
    }

    /// What the clock is said to speak of.
    pub(super) fn wait(&self, message: usize, wait: Wait) -> u32 {
        let current = self.messages[message].wait.map_or(1, |wait| wait.begun_with);
        match wait {
            Wait::Current => u32::try_from(current).expect("a small number"),
            Wait::BegunWith(sequence) => sequence,
        }
    }

    /// Does it, and says what must be answered; `None`: nobody is answered.
    pub(super) fn take(&mut self, what: &What) -> Option<Answer> {
        match what {
            What::Submit { by, words, key } => Some(self.submit(self.known(*by), words, *key)),
            What::Work { by, work, message, expected, key } => {
                let message = self.message(*message);
                Some(self.work(self.known(*by), *work, message, self.expected(message, *expected), *key))
            }
            What::TellOverdue { message, wait } => {
                let message = self.message(*message)?;
                self.tell_overdue(message, i64::from(self.wait(message, *wait)));
                None
            }
            What::Pass(minutes) => {
                self.now += minutes;
                None
            }
            What::Block { visitor, block } => {
                if let Some(visitor) = self.visitor(*visitor) {
                    self.block(visitor, *block);
                }
                None
            }
            What::Restart => None,
        }
    }

    /// Says whether anything changed.
    pub(super) fn block(&mut self, visitor: usize, block: bool) -> bool {
        let visitor = &mut self.visitors[visitor];
        let changes = visitor.blocked != block;
        visitor.blocked = block;
        visitor.version += i64::from(changes);
        changes
    }

    /// Visitors are told apart by who they are, not by how they were drawn; before there are any, by nothing.
    pub(super) fn known(&self, who: Who) -> Who {
        match who {
            Who::Visitor(drawn) => self
                .visitor(drawn)
                .map_or(Who::Anonymous, |visitor| Who::Visitor(u8::try_from(visitor).expect("few visitors"))),
            who => who,
        }
    }

    fn submit(&mut self, by: Who, words: &Words, key: Option<u8>) -> Answer {
        if matches!(by, Who::Agent(_) | Who::Auditor) {
            return Answer::Refused(Refusal::NotForYou);
        }
        let related = words.related_to.map(|drawn| self.message(drawn).unwrap_or(ABSENT));
        let input = Input::Words(Words { related_to: None, ..words.clone() }, related);
        let by_input = (by == Who::Anonymous).then(|| input.clone());
        let use_of = key.map(|key| Use { by, mutation: "submit", key, words: by_input });
        if let Some(answer) = self.answered(use_of.as_ref(), &input) {
            return answer;
        }
        let Some(contact) = words.contact else { return Answer::Refused(Refusal::BadContact) };
        if matches!(by, Who::Visitor(number) if self.visitors[usize::from(number)].blocked) {
            return Answer::Refused(Refusal::Blocked);
        }
        let Some(name) = words.name else { return Answer::Refused(Refusal::NameRequired) };
        if words.category == Some(false) {
            return Answer::Refused(Refusal::CategoryUnknown);
        }
        let known = match by {
            Who::Visitor(number) => Some(usize::from(number)),
            _ => None,
        };
        let visitor_of = |message: usize| self.messages.get(message).map(|message| message.visitor);
        if related.is_some_and(|earlier| known.is_none() || visitor_of(earlier) != known) {
            return Answer::Refused(Refusal::RelatedUnknown);
        }
        let visitor = known.unwrap_or(self.visitors.len());
        match self.visitors.get_mut(visitor) {
            None => self.visitors.push(Visitor { remembered: (name, contact), blocked: false, version: 2 }),
            Some(visitor) if visitor.remembered != (name, contact) => {
                visitor.remembered = (name, contact);
                visitor.version += 1;
            }
            Some(_) => {}
        }
        self.messages.push(Message {
            visitor,
            version: 1,
            closed: false,
            desk_owes: true,
            reopened: false,
            assignee: None,
            replies: vec![],
            wait: Some(Waiting { begun_with: 1, since: self.now, overdue: false }),
        });
        self.done(self.messages.len() - 1, use_of, input)
    }

    fn work(
        &mut self,
        by: Who,
        work: Work,
        message: Option<usize>,
        expected: Option<i64>,
        key: Option<u8>,
    ) -> Answer {
        match by {
            Who::Anonymous => return Answer::Refused(Refusal::NotSignedIn),
            Who::Auditor => return Answer::Refused(Refusal::Forbidden),
            Who::Visitor(_) if work != Work::Close => return Answer::Refused(Refusal::Forbidden),
            Who::Visitor(_) | Who::Agent(_) => {}
        }
        let mutation = work.name();
        let use_of = key.map(|key| Use { by, mutation, key, words: None });
        let input = Input::Message(message.unwrap_or(ABSENT));
        if let Some(answer) = self.answered(use_of.as_ref(), &input) {
            return answer;
        }
        let Some(number) = message else { return Answer::Refused(Refusal::NotFound) };
        let (now, message) = (self.now, &mut self.messages[number]);
        if matches!(by, Who::Visitor(visitor) if usize::from(visitor) != message.visitor) {
            return Answer::Refused(Refusal::NotFound);
        }
        match expected {
            Some(expected) if expected > message.version => {
                return Answer::Refused(Refusal::NoSuchVersion { version: message.version });
            }
            Some(expected) if expected < message.version => {
                return Answer::Refused(Refusal::Conflict { version: message.version });
            }
            _ => {}
        }
        let next = message.version + 1;
        match (work, by) {
            (Work::Reply, Who::Agent(author)) => {
                message.replies.push(author);
                (message.desk_owes, message.reopened, message.wait) = (false, false, None);
            }
            (Work::Claim, Who::Agent(member)) => match message.assignee {
                Some(to) => return Answer::Refused(Refusal::AlreadyAssigned { to }),
                None => message.assignee = Some(member),
            },
            (Work::Close, _) if message.closed => return Answer::Refused(Refusal::AlreadyClosed),
            (Work::Close, _) => (message.closed, message.reopened, message.wait) = (true, false, None),
            (Work::Reopen, _) if !message.closed => return Answer::Refused(Refusal::NotClosed),
            (Work::Reopen, _) => {
                (message.closed, message.reopened) = (false, true);
                let begins = Waiting { begun_with: next, since: now, overdue: false };
                message.wait = message.desk_owes.then_some(begins);
            }
            (Work::Reply | Work::Claim, _) => unreachable!("only members came so far"),
        }
        message.version = next;
        self.done(number, use_of, input)
    }

    fn tell_overdue(&mut self, message: usize, begun_with: i64) {
        let (now, message) = (self.now, &mut self.messages[message]);
        let waits = |wait: &&mut Waiting| {
            wait.begun_with == begun_with && !wait.overdue && now >= wait.since + TARGET
        };
        if let Some(wait) = message.wait.as_mut().filter(waits) {
            wait.overdue = true;
            message.version += 1;
        }
    }

    fn answered(&self, use_of: Option<&Use>, input: &Input) -> Option<Answer> {
        let (first, message, version) = self.keys.get(use_of?)?;
        let (message, version) = (*message, *version);
        Some(match first == input {
            true => Answer::Done { message, version, again: true },
            false => Answer::Refused(Refusal::KeyReused),
        })
    }

    fn done(&mut self, message: usize, use_of: Option<Use>, input: Input) -> Answer {
        let version = self.messages[message].version;
        if let Some(use_of) = use_of {
            self.keys.insert(use_of, (input, message, version));
        }
        Answer::Done { message, version, again: false }
    }
}

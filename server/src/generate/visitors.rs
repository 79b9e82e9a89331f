//! Who writes: visitors and what they are remembered by, as long as anything is still to happen to them.

use super::{course::Course, dice::Dice};
use domain::{
    contact::Contact,
    ids::{MemberId, MessageId, ReplyId, VisitorId},
    message::{Message, Submitted},
    text::Name,
    visitor::{Subject, Visitor},
};
use std::collections::{BTreeMap, VecDeque};
use uuid::Uuid;

/// As many visitors may come back as are remembered.
const REMEMBERED: usize = 3_000;

/// Those who are still spoken of.
#[derive(Default)]
pub(super) struct Visitors {
    all: BTreeMap<u64, Guest>,
    /// Those who may come back, who came last at the end.
    regulars: VecDeque<u64>,
    arrived: u64,
}

/// A visitor.
pub(super) struct Guest {
    pub(super) id: VisitorId,
    pub(super) visitor: Visitor,
    pub(super) version: i64,
    /// The place of their language.
    pub(super) language: usize,
    pub(super) name: Name,
    pub(super) contact: Contact,
    /// Would the next form be filled in with just that?
    pub(super) remembered: bool,
    /// Whom the host site means, when it has said so.
    pub(super) subject: Option<Subject>,
    /// The closing in which they were last answered by rule.
    pub(super) told_in: Option<String>,
    pub(super) messages: Vec<Told>,
    /// How much is still to happen.
    expected: usize,
    may_return: bool,
}

/// A message of theirs.
pub(super) struct Told {
    pub(super) id: MessageId,
    pub(super) message: Message,
    pub(super) course: Course,
    /// The next line of it.
    pub(super) line: usize,
    /// What it is about.
    pub(super) topic: &'static str,
    /// The event that left it.
    pub(super) left_with: Uuid,
    /// Its replies, and who wrote them.
    pub(super) replies: Vec<(ReplyId, MemberId)>,
    /// When the clock looks next.
    pub(super) watched: Option<i64>,
}

impl Told {
    /// What is known of it.
    pub(super) fn submitted(&self) -> Option<&Submitted> {
        match &self.message {
            Message::NotSubmitted => None,
            Message::Submitted(submitted) => Some(submitted),
        }
    }
}

impl Guest {
    pub(super) fn new(id: VisitorId, language: usize, (name, contact): (Name, Contact)) -> Self {
        Self {
            id,
            visitor: Visitor::default(),
            version: 0,
            language,
            name,
            contact,
            remembered: false,
            subject: None,
            told_in: None,
            messages: vec![],
            expected: 0,
            may_return: false,
        }
    }

    /// May they leave a message?
    pub(super) fn may_write(&self) -> bool {
        match &self.visitor {
            Visitor::NotArrived => true,
            Visitor::Arrived(arrived) => !arrived.blocked && !arrived.erased && !arrived.erasure_requested,
        }
    }
}

impl Visitors {
    pub(super) fn add(&mut self, guest: Guest, may_return: bool) -> u64 {
        self.arrived += 1;
        self.all.insert(self.arrived, Guest { may_return, ..guest });
        if may_return {
            self.regulars.push_back(self.arrived);
            if self.regulars.len() > REMEMBERED
                && let Some(forgotten) = self.regulars.pop_front()
                && let Some(guest) = self.all.get_mut(&forgotten)
            {
                guest.may_return = false;
                self.forget(forgotten);
            }
        }
        self.arrived
    }

    /// Somebody who was here before, speaks that language and may write.
    pub(super) fn returning(&self, language: usize, dice: &mut Dice) -> Option<u64> {
        let chosen = *self.regulars.get(dice.below(self.regulars.len()))?;
        let guest = self.all.get(&chosen)?;
        (guest.language == language && guest.may_write() && guest.messages.len() < 10).then_some(chosen)
    }

    pub(super) fn get(&self, number: u64) -> Option<&Guest> {
        self.all.get(&number)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Guest> {
        self.all.get_mut(&number)
    }

    /// All of their messages, by visitor and place.
    pub(super) fn messages(&self) -> impl Iterator<Item = (u64, usize, &Told)> {
        self.all.iter().flat_map(|(number, guest)| {
            guest.messages.iter().enumerate().map(move |(place, told)| (*number, place, told))
        })
    }

    /// Something more is to happen to them.
    pub(super) fn expects(&mut self, number: u64) {
        if let Some(guest) = self.all.get_mut(&number) {
            guest.expected += 1;
        }
    }

    /// It has happened. Who expects nothing more and will not come back is not spoken of any more.
    pub(super) fn had(&mut self, number: u64) {
        if let Some(guest) = self.all.get_mut(&number) {
            guest.expected = guest.expected.saturating_sub(1);
        }
        self.forget(number);
    }

    fn forget(&mut self, number: u64) {
        let over = |guest: &Guest| guest.expected == 0 && !guest.may_return;
        if self.all.get(&number).is_some_and(over) {
            self.all.remove(&number);
        }
    }
}

//! What may come next: drawn without a look at what came before, so that much of it is refused.

use proptest::{collection::vec, option, prelude::*};

/// One thing that is done, by one of two processes on the same database.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Which of the two.
    pub(super) process: usize,
    /// What.
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// Somebody leaves a message.
    Submit { by: Who, words: Words, key: Option<u8> },
    /// A command to a message that is there; more often than not.
    Work { by: Who, work: Work, message: u8, expected: Expected, key: Option<u8> },
    /// An administrator says whether a visitor may leave messages.
    Block { visitor: u8, block: bool },
    /// The clock speaks of a wait.
    TellOverdue { message: u8, wait: Wait },
    /// So many minutes go by.
    Pass(u64),
    /// The process ends and another takes its place.
    Restart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Work {
    Reply,
    Claim,
    Close,
    Reopen,
}

impl Work {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Claim => "claim",
            Self::Close => "close",
            Self::Reopen => "reopen",
        }
    }
}

/// Who asks; visitors by number, members by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Who {
    Anonymous,
    Visitor(u8),
    Agent(u8),
    Auditor,
}

/// What is filled in, good or bad.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Words {
    pub(super) name: Option<u8>,
    /// `None`: one that cannot be used.
    pub(super) contact: Option<u8>,
    /// `Some(false)`: one that the desk has not.
    pub(super) category: Option<bool>,
    pub(super) related_to: Option<u8>,
}

/// The version that the caller says they saw.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expected {
    Nothing,
    Current,
    Earlier,
    Later,
}

/// Which wait is spoken of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wait {
    Current,
    BegunWith(u32),
}

/// Two messages of two visitors, and then anything. Now and then the same is done twice, by either process.
pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let good = Words { name: Some(0), contact: Some(0), category: None, related_to: None };
    let submit = What::Submit { by: Who::Anonymous, words: good, key: None };
    let first = [0, 1].map(|process| Step { process, what: submit.clone() });
    let again = option::weighted(0.15, 0..2_usize);
    let done = (0..2_usize, what(), again).prop_map(|(process, what, again)| {
        let processes = [Some(process), again].into_iter().flatten();
        processes.map(|process| Step { process, what: what.clone() }).collect::<Vec<_>>()
    });
    vec(done, 8..56).prop_map(move |done| first.iter().cloned().chain(done.into_iter().flatten()).collect())
}

fn what() -> impl Strategy<Value = What> {
    // Few keys, so that they are used again.
    let key = || option::weighted(0.4, 0..3_u8);
    let expected = prop_oneof![
        6 => Just(Expected::Nothing),
        3 => Just(Expected::Current),
        1 => Just(Expected::Earlier),
        1 => Just(Expected::Later),
    ];
    let work = prop_oneof![
        4 => Just(Work::Reply),
        2 => Just(Work::Claim),
        3 => Just(Work::Close),
        3 => Just(Work::Reopen),
    ];
    let wait = prop_oneof![3 => Just(Wait::Current), 1 => (1..6_u32).prop_map(Wait::BegunWith)];
    let day = 24 * 60_u64;
    let minutes = prop_oneof![0..90_u64, day - 2..day + 2];
    prop_oneof![
        3 => (visiting(), words(), key()).prop_map(|(by, words, key)| What::Submit { by, words, key }),
        16 => (anyone(), work, any::<u8>(), expected, key())
            .prop_map(|(by, work, message, expected, key)| What::Work { by, work, message, expected, key }),
        4 => (any::<u8>(), wait).prop_map(|(message, wait)| What::TellOverdue { message, wait }),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(visitor, block)| What::Block { visitor, block }),
        4 => minutes.prop_map(What::Pass),
        1 => Just(What::Restart),
    ]
}

fn visiting() -> impl Strategy<Value = Who> {
    prop_oneof![6 => Just(Who::Anonymous), 8 => (0..4_u8).prop_map(Who::Visitor), 1 => Just(Who::Agent(0))]
}

fn anyone() -> impl Strategy<Value = Who> {
    prop_oneof![
        16 => (0..3_u8).prop_map(Who::Agent),
        4 => (0..4_u8).prop_map(Who::Visitor),
        1 => Just(Who::Auditor),
        1 => Just(Who::Anonymous),
    ]
}

fn words() -> impl Strategy<Value = Words> {
    let name = option::weighted(0.9, 0..2_u8);
    let contact = option::weighted(0.9, 0..2_u8);
    let category = option::weighted(0.3, prop::bool::weighted(0.7));
    let related_to = option::weighted(0.2, any::<u8>());
    (name, contact, category, related_to).prop_map(|(name, contact, category, related_to)| Words {
        name,
        contact,
        category,
        related_to,
    })
}

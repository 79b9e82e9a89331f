//! The harness's own journal: every command from before it is sent until its outcome is known.
//!
//! It knows numbers and outcomes. What a command says, and what the log says, it must not know.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::sync::watch;

/// What the server said that it recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) position: i64,
}

/// What became of a command, as far as its caller can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Not known yet: sent, or to be sent again with its key.
    Open,
    /// It is in the log: the server said so.
    Acknowledged(Receipt),
    /// It is not, and never will be: the server said so.
    Refused(String),
    /// Nobody said, and without a key nobody can be asked.
    Unknown,
}

/// A command.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its number, which stands in its words.
    pub(crate) number: u64,
    /// Its mutation.
    pub(crate) mutation: &'static str,
    /// Whether a new visitor comes with it.
    pub(crate) arrives: bool,
    pub(crate) outcome: Outcome,
}

/// What can be waited for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    /// Requests sent and not answered.
    pub(crate) in_flight: usize,
    pub(crate) acknowledged: u64,
    pub(crate) refused: u64,
    pub(crate) unknown: u64,
    /// Requests that were answered with a fault, or not at all.
    pub(crate) doubtful: u64,
    /// Every command with a smaller number has its outcome.
    pub(crate) settled_below: u64,
}

/// All of it; its clones are the same journal.
#[derive(Clone)]
pub(crate) struct Journal(Arc<Inner>);

struct Inner {
    book: Mutex<Book>,
    progress: watch::Sender<Progress>,
}

#[derive(Default)]
struct Book {
    entries: Vec<Entry>,
    open: BTreeSet<u64>,
    /// Settled since somebody last took them.
    news: Vec<u64>,
    complaints: Vec<String>,
    faults: BTreeMap<String, u64>,
}

impl Journal {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let progress = watch::Sender::new(Progress::default());
        Self(Arc::new(Inner { book: Mutex::default(), progress }))
    }

    /// Writes a command down; the number is its own.
    pub(crate) fn begin(&self, mutation: &'static str, arrives: bool) -> u64 {
        let mut book = self.book();
        let number = u64::try_from(book.entries.len()).expect("a number");
        book.entries.push(Entry { number, mutation, arrives, outcome: Outcome::Open });
        book.open.insert(number);
        number
    }

    /// A request goes out.
    pub(crate) fn sent(&self) {
        self.0.progress.send_modify(|progress| progress.in_flight += 1);
    }

    /// It was answered, or never will be; a fault is what left its outcome in doubt.
    pub(crate) fn returned(&self, fault: Option<&str>) {
        if let Some(fault) = fault {
            *self.book().faults.entry(fault.to_owned()).or_default() += 1;
        }
        self.0.progress.send_modify(|progress| {
            progress.in_flight -= 1;
            progress.doubtful += u64::from(fault.is_some());
        });
    }

    /// The outcome is known, or known to stay unknown.
    pub(crate) fn settle(&self, number: u64, outcome: Outcome) {
        let mut book = self.book();
        self.0.progress.send_modify(|progress| {
            match &outcome {
                Outcome::Open => {}
                Outcome::Acknowledged(_) => progress.acknowledged += 1,
                Outcome::Refused(_) => progress.refused += 1,
                Outcome::Unknown => progress.unknown += 1,
            }
            book.open.remove(&number);
            let begun = u64::try_from(book.entries.len()).expect("a number");
            progress.settled_below = book.open.first().copied().unwrap_or(begun);
        });
        book.entries[index(number)].outcome = outcome;
        book.news.push(number);
    }

    /// Something that must not be, whatever the log says.
    pub(crate) fn complain(&self, complaint: String) {
        self.book().complaints.push(complaint);
    }

    /// How many commands there are.
    pub(crate) fn begun(&self) -> u64 {
        u64::try_from(self.book().entries.len()).expect("a number")
    }

    /// What was settled since this was last called.
    pub(crate) fn news(&self) -> Vec<Entry> {
        let mut book = self.book();
        let news = std::mem::take(&mut book.news);
        news.into_iter().map(|number| book.entries[index(number)].clone()).collect()
    }

    /// Everything.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.book().entries.clone()
    }

    /// Everything that must not be.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.book().complaints.clone()
    }

    /// What left outcomes in doubt, and how often.
    pub(crate) fn faults(&self) -> BTreeMap<String, u64> {
        self.book().faults.clone()
    }

    /// The figures, as they change.
    pub(crate) fn progress(&self) -> watch::Receiver<Progress> {
        self.0.progress.subscribe()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().expect("nobody panicked with the journal in hand")
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).expect("an index")
}

#[test]
fn a_command_is_open_until_it_is_settled_and_news_once() {
    let journal = Journal::new();
    let (first, second) = (journal.begin("replyToMessage", false), journal.begin("replyToMessage", false));
    journal.settle(second, Outcome::Refused("CONFLICT".to_owned()));
    assert_eq!(journal.progress().borrow().settled_below, first);
    journal.settle(first, Outcome::Unknown);
    assert_eq!(journal.progress().borrow().settled_below, journal.begun());
    assert_eq!(journal.news().iter().map(|entry| entry.number).collect::<Vec<_>>(), [second, first]);
    assert!(journal.news().is_empty());
}

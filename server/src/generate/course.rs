//! What becomes of a message: courses as they are dealt, a hundred of them at a time, so that a small desk has every kind.

use super::dice::Dice;

/// Somebody does something, if it comes to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) step: Step,
    /// After the line before.
    pub(super) wait: Wait,
    /// So many times in a hundred.
    pub(super) percent: usize,
}

/// How long it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// About so many minutes of desk time, more when many wait.
    Desk(i64),
    /// About so many hours of anybody's day.
    Hours(i64),
    /// So many days, and some hours.
    Days(i64),
}

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Claim,
    AssignMember,
    AssignTeam,
    Unassign,
    Categorize,
    Tag,
    Untag,
    Prioritize,
    Note,
    Reply,
    /// A reply that comes too late.
    Apologize,
    Continue,
    Thank,
    Park,
    Unpark,
    Resolve,
    Close,
    /// By its visitor.
    CloseOwn,
    Reopen,
    MarkAsSpam,
    UnmarkAsSpam,
    Block,
    Unblock,
    Archive,
    Unarchive,
    Delete,
    Restore,
    Rate,
    RateBadly,
    Review,
    AskForErasure,
    Erase,
    /// The host site says who they are.
    Identify,
    /// It says something else.
    Correct,
    /// By the link of a notice, on another device.
    ReturnByLink,
    /// By a code, for the device is lost.
    ReturnByCode,
}

use Step::{
    Apologize, Archive, AskForErasure, AssignMember, AssignTeam, Block, Categorize, Claim, Close, CloseOwn,
    Continue, Correct, Delete, Erase, Identify, MarkAsSpam, Note, Park, Prioritize, Rate, RateBadly, Reopen,
    Reply, Resolve, Restore, ReturnByCode, ReturnByLink, Review, Tag, Thank, Unarchive, Unassign, Unblock,
    UnmarkAsSpam, Unpark, Untag,
};
use Wait::{Days, Desk, Hours};

/// What is done, how long after the line before, and how many times in a hundred.
type Lines = &'static [(Step, Wait, usize)];

/// How it goes mostly, and how it can go; with each the number of times in a hundred messages.
const COURSES: &[(usize, Lines)] = &[
    // Asked, answered, done.
    (
        28,
        &[
            (Claim, Desk(25), 70),
            (Categorize, Desk(2), 35),
            (Tag, Desk(2), 25),
            (Reply, Desk(30), 100),
            (Thank, Hours(3), 25),
            (Resolve, Desk(240), 75),
            (Rate, Hours(10), 35),
            (Close, Days(3), 50),
            (Archive, Days(14), 20),
        ],
    ),
    // There and back.
    (
        19,
        &[
            (Claim, Desk(20), 60),
            (Reply, Desk(35), 100),
            (Continue, Hours(5), 100),
            (Note, Desk(20), 20),
            (Reply, Desk(40), 100),
            (Continue, Hours(8), 40),
            (Reply, Desk(60), 60),
            (CloseOwn, Hours(20), 40),
            (Resolve, Desk(200), 80),
            (Rate, Hours(12), 40),
            (Review, Days(2), 6),
        ],
    ),
    // A long story.
    (
        6,
        &[
            (Claim, Desk(15), 100),
            (Prioritize, Desk(3), 60),
            (Reply, Desk(25), 100),
            (Continue, Hours(2), 100),
            (Continue, Hours(6), 60),
            (Note, Desk(10), 70),
            (Reply, Desk(90), 100),
            (Continue, Hours(12), 100),
            (AssignMember, Desk(30), 60),
            (Reply, Desk(60), 100),
            (Continue, Hours(30), 70),
            (Reply, Desk(45), 90),
            (Resolve, Desk(300), 90),
            (RateBadly, Hours(8), 40),
            (Close, Days(4), 90),
        ],
    ),
    // For a team.
    (
        8,
        &[
            (AssignTeam, Desk(15), 100),
            (Note, Desk(5), 40),
            (Claim, Desk(40), 80),
            (Reply, Desk(30), 100),
            (Tag, Desk(3), 40),
            (Untag, Desk(60), 30),
            (Resolve, Desk(200), 80),
            (Rate, Hours(12), 30),
            (Review, Days(1), 15),
        ],
    ),
    // Parked, and done before its time.
    (
        4,
        &[
            (Claim, Desk(20), 100),
            (Reply, Desk(30), 100),
            (Park, Desk(5), 100),
            (Unpark, Hours(20), 100),
            (Reply, Desk(20), 80),
            (Close, Desk(120), 90),
        ],
    ),
    // Parked until its time has come.
    (
        4,
        &[
            (Claim, Desk(20), 90),
            (Reply, Desk(30), 80),
            (Park, Desk(5), 100),
            (Reply, Days(8), 100),
            (Resolve, Desk(100), 90),
        ],
    ),
    // Over, and not over.
    (
        5,
        &[
            (Claim, Desk(25), 70),
            (Reply, Desk(30), 100),
            (Resolve, Desk(30), 100),
            (ReturnByLink, Days(1), 100),
            (Continue, Hours(1), 100),
            (Reply, Desk(40), 100),
            (Close, Desk(90), 100),
            (Reopen, Days(1), 100),
            (Reply, Desk(60), 90),
            (Close, Days(2), 90),
            (RateBadly, Hours(10), 30),
        ],
    ),
    // Too late.
    (
        6,
        &[
            (Prioritize, Days(6), 50),
            (AssignMember, Desk(30), 60),
            (Apologize, Days(3), 100),
            (Continue, Hours(10), 30),
            (Reply, Desk(30), 40),
            (Close, Days(3), 80),
            (RateBadly, Hours(6), 60),
        ],
    ),
    // Never.
    (3, &[(Tag, Days(2), 30)]),
    // Nothing to say to it.
    (3, &[(Note, Desk(20), 30), (Close, Desk(40), 100), (Archive, Days(7), 50)]),
    // Nobody meant it.
    (4, &[(MarkAsSpam, Desk(60), 100), (Archive, Days(2), 60)]),
    (1, &[(MarkAsSpam, Desk(40), 100), (Block, Desk(3), 100)]),
    // Somebody meant it after all.
    (
        1,
        &[
            (MarkAsSpam, Desk(40), 100),
            (Block, Desk(3), 100),
            (Unblock, Days(1), 100),
            (UnmarkAsSpam, Desk(2), 100),
            (Apologize, Desk(10), 100),
            (ReturnByCode, Hours(10), 100),
            (Close, Days(2), 100),
        ],
    ),
    // From one to the other.
    (
        2,
        &[
            (Claim, Desk(20), 100),
            (Unassign, Desk(60), 100),
            (AssignMember, Desk(20), 100),
            (Categorize, Desk(5), 100),
            (Prioritize, Desk(2), 100),
            (Tag, Desk(2), 100),
            (Untag, Desk(30), 100),
            (Reply, Desk(30), 100),
            (Archive, Desk(100), 100),
            (Unarchive, Days(2), 100),
            (Close, Desk(60), 100),
        ],
    ),
    // Looked at closely.
    (
        2,
        &[
            (Claim, Desk(20), 100),
            (Reply, Desk(20), 100),
            (Review, Desk(300), 100),
            (Review, Days(2), 60),
            (Resolve, Desk(60), 100),
            (Rate, Hours(5), 100),
        ],
    ),
    // Known to the host site.
    (
        1,
        &[
            (Identify, Hours(1), 100),
            (Reply, Desk(30), 100),
            (Continue, Hours(4), 100),
            (Correct, Days(3), 100),
            (Reply, Desk(40), 100),
            (Close, Days(2), 100),
        ],
    ),
    // Deleted for ever, and by mistake.
    (1, &[(Reply, Desk(40), 50), (Delete, Days(2), 100)]),
    (1, &[(Delete, Desk(60), 100), (Restore, Days(1), 100), (Reply, Desk(20), 100), (Close, Days(2), 100)]),
    // Forgotten, as somebody wished.
    (
        1,
        &[
            (Claim, Desk(20), 100),
            (Reply, Desk(40), 100),
            (Resolve, Desk(100), 100),
            (AskForErasure, Days(10), 100),
            (Erase, Desk(500), 100),
        ],
    ),
];

/// The courses of the messages to come.
#[derive(Default)]
pub(super) struct Courses(Vec<usize>);

/// One of them, by its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Course(usize);

impl Courses {
    /// The next one.
    pub(super) fn deal(&mut self, dice: &mut Dice) -> Course {
        if self.0.is_empty() {
            let dealt = COURSES.iter().enumerate();
            self.0 = dealt.flat_map(|(place, (times, _))| std::iter::repeat_n(place, *times)).collect();
            dice.shuffle(&mut self.0);
        }
        Course(self.0.pop().unwrap_or_default())
    }
}

impl Course {
    /// Its line at that place; at its end somebody tidies up what is still open, mostly.
    pub(super) fn line(self, place: usize) -> Option<Line> {
        let (_, lines) = COURSES.get(self.0)?;
        match lines.get(place) {
            Some((step, wait, percent)) => Some(Line { step: *step, wait: *wait, percent: *percent }),
            None if place == lines.len() => Some(Line { step: Close, wait: Days(20), percent: 80 }),
            None => None,
        }
    }

    /// Is it something that nobody meant?
    pub(super) fn is_spam(self) -> bool {
        self.line(0).is_some_and(|line| line.step == MarkAsSpam)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_messages_have_every_course_as_often_as_it_says() {
        assert_eq!(COURSES.iter().map(|(times, _)| times).sum::<usize>(), 100);
        let (mut courses, mut dice) = (Courses::default(), Dice::new(1));
        let mut dealt: Vec<usize> = (0..100).map(|_| courses.deal(&mut dice).0).collect();
        dealt.sort_unstable();
        let expected: Vec<usize> = COURSES
            .iter()
            .enumerate()
            .flat_map(|(place, (times, _))| std::iter::repeat_n(place, *times))
            .collect();
        assert_eq!(dealt, expected);
    }
}

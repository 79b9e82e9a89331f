//! Why a command to a message is refused.

use super::Assignee;

/// A refusal, in the desk's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// There is no such message.
    #[error("there is no such message")]
    NotSubmitted,
    /// A message is submitted once.
    #[error("this message has been submitted already")]
    AlreadySubmitted,
    /// The desk's form asks for a name.
    #[error("a name is required")]
    NameRequired,
    /// The desk's form asks for a category.
    #[error("a category is required")]
    CategoryRequired,
    /// The desk has no such category.
    #[error("there is no such category")]
    CategoryUnknown,
    /// The earlier message is absent or somebody else's: which of the two is not said.
    #[error("there is no such earlier message of yours")]
    RelatedUnknown,
    /// It is closed already.
    #[error("this message is closed already")]
    AlreadyClosed,
    /// Somebody has it; whoever tells this says who.
    #[error("this message is assigned already")]
    AlreadyAssigned(Assignee),
    /// Only what was closed can be opened again.
    #[error("this message is not closed")]
    NotClosed,
    /// The visitor waits no more, or it is another wait by now.
    #[error("that wait is over")]
    WaitIsOver,
    /// A wait becomes overdue once.
    #[error("that wait became overdue already")]
    AlreadyOverdue,
    /// The target may have been revised meanwhile.
    #[error("the answer is not due yet")]
    NotDueYet,
}
